// On the pages that may be read without a network, and with those that they say belong to them (`data-keep`). The one that brought the
// worker came before it: it is asked to keep that one too.
if ("serviceWorker" in navigator) {
  const worker = navigator.serviceWorker;
  worker.register(`/sw.js?lang=${document.documentElement.lang}`, { scope: "/" });
  const wanted = [...document.querySelectorAll("[data-keep] a")].map((link) => link.pathname + link.search);
  if (!worker.controller) wanted.push(location.pathname + location.search);
  if (wanted.length) worker.ready.then((ready) => wanted.forEach((keep) => ready.active.postMessage({ keep })));
}

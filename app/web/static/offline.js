// On the pages that may be read without a network. The one that brought the worker came before it: it is asked to keep that one too.
if ("serviceWorker" in navigator) {
  const worker = navigator.serviceWorker;
  worker.register(`/sw.js?lang=${document.documentElement.lang}`, { scope: "/" });
  if (!worker.controller) worker.ready.then((ready) => ready.active.postMessage({ keep: location.pathname + location.search }));
}

// On the pages that may be read without a network.
if ("serviceWorker" in navigator) navigator.serviceWorker.register(`/sw.js?lang=${document.documentElement.lang}`, { scope: "/" });

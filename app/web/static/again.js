// A page about something that moves is asked again by itself, while somebody looks at it and does nothing else there.
const seconds = Number(document.querySelector("[data-again]").dataset.again);
const again = () => (document.hidden ? setTimeout(again, 1000) : location.reload());
setTimeout(again, seconds * 1000);

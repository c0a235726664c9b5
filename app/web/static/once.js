// A page opened from a mail to do one thing: its form sends itself. Coming back to it does not send it again.
const once = document.getElementById("once");
const arrived = performance.getEntriesByType("navigation")[0]?.type;
if (once && arrived === "navigate") once.requestSubmit();

// What is kept for somebody counts its minutes down, then its seconds. By the seconds that were left when the page was made: no clock is trusted.
const opened = Date.now();

function tell() {
  let goesOn = false;
  for (const one of document.querySelectorAll("[data-left]")) {
    const { left, last, many, few, over } = one.dataset;
    const seconds = Math.ceil(left - (Date.now() - opened) / 1000), minutes = Math.ceil(seconds / 60);
    const said = seconds <= 0 ? over : seconds < 60 ? few.replace("{n}", seconds) : minutes === 1 ? last : many.replace("{n}", minutes);
    if (one.textContent !== said) one.textContent = said;
    goesOn ||= seconds > 0;
  }
  if (goesOn) setTimeout(tell, 1000);
}

tell();

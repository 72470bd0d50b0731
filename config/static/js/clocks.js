// Clocks that go on counting from the server's own time: <time data-clock="due" datetime data-warn>.
// Kinds: due (what is left, then how long ago it was breached), waiting, ago, release (an answer that
// is about to leave). The words are those of tenants/rows.py, so nothing changes when this starts.

const began = performance.getEntriesByType("navigation")[0]?.responseStart ?? 0;
const served = Date.parse(document.body.dataset.now || "") || Date.now();
let ahead = 0; // what the computer slept through; only ever grows, so no clock goes backwards

export const now = () => served + (performance.now() - began) + ahead;

export function span(milliseconds) {
  const whole = Math.max(0, Math.floor(milliseconds / 1000));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60), hours = Math.floor(whole / 3600), days = Math.floor(whole / 86400);
  if (minutes < 60) return `${minutes} min`;
  if (hours < 24) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  return hours % 24 ? `${days} d ${hours % 24} h` : `${days} d`;
}

const kinds = {
  due(time, at, moment) {
    if (moment >= at) return ["breached", `breached ${span(moment - at)} ago`];
    const warn = Date.parse(time.dataset.warn || "");
    return [moment >= warn ? "warning" : "running", `${span(at - moment)} left`];
  },
  waiting: (time, at, moment) => ["waiting", `waits ${span(moment - at)}`],
  ago: (time, at, moment) => ["", moment - at < 60000 ? "just now" : `${span(moment - at)} ago`],
  release: (time, at, moment) => [moment >= at ? "released" : "", moment >= at ? "now" : `in ${span(at - moment + 999)}`],
};

function show(time, moment) {
  const at = Date.parse(time.dateTime);
  const kind = kinds[time.dataset.clock];
  if (!kind || Number.isNaN(at)) return;
  const [state, text] = kind(time, at, moment);
  if (time.textContent !== text) time.textContent = text;
  const holder = time.closest(".clock");
  if (holder && state && holder.dataset.state !== state) holder.dataset.state = state;
  if (state === "released" && !("released" in time.dataset)) {
    time.dataset.released = "";
    time.dispatchEvent(new CustomEvent("rapport:released", { bubbles: true }));
  }
}

function tick() {
  if (document.hidden) return;
  const moment = now();
  for (const time of document.querySelectorAll("time[data-clock]")) show(time, moment);
}

setInterval(tick, 1000);
document.addEventListener("visibilitychange", tick);
document.addEventListener("htmx:load", tick);
document.addEventListener("htmx:afterRequest", (event) => {
  const answered = Date.parse(event.detail.xhr?.getResponseHeader("Date") || "");
  if (answered > now() + 2000) ahead += answered - now();
});
tick();

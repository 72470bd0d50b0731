// Writing an answer. The server saves each pause as a draft and answers with the gates and its own
// count; between two answers the count here is a good guess. What could not be saved is tried again.

const pause = 600;
const field = () => document.querySelector("#reply-text");
let saving = 0, unsaved = false;

const segments = typeof Intl.Segmenter === "function" ? new Intl.Segmenter(undefined, { granularity: "grapheme" }) : null;
const light = /[\u0000-\u10FF\u2000-\u200D\u2010-\u201F\u2032-\u2037]/u; // counts one where counting is weighted, all else two

const counts = {
  characters: (text) => [...text].length,
  graphemes: (text) => (segments ? [...segments.segment(text)].length : [...text].length),
  bytes: (text) => new TextEncoder().encode(text).length,
  weighted(text) {
    let links = 0;
    const rest = text.normalize("NFC").replace(/https?:\/\/\S+/g, () => { links += 1; return ""; });
    return links * 23 + [...rest].reduce((sum, sign) => sum + (light.test(sign) ? 1 : 2), 0);
  },
};

function count() {
  const area = field();
  const counter = document.querySelector("#counter");
  if (!area || !counter) return;
  const limit = Number(counter.dataset.limit);
  const used = (counts[counter.dataset.counting] ?? counts.characters)(area.value);
  counter.querySelector("[data-used]").textContent = used;
  if (limit) counter.dataset.state = used > limit ? "over" : used > limit * 0.9 ? "near" : "";
}

const word = (text) => { const place = document.querySelector("#draft-word"); if (place) place.textContent = text; };

async function save() {
  const area = field();
  if (!area || !unsaved) return;
  unsaved = false;
  word("Saving");
  try {
    await window.htmx.ajax("POST", area.dataset.draftUrl, {
      source: area, target: "#gates", swap: "innerHTML", values: Object.fromEntries(new FormData(area.form)),
    });
  } catch {
    unsaved = true;
  }
}

// Leaving with something unsaved: handed to the browser, which sends it after the page has gone.
function handOver() {
  const area = field();
  if (!area || !unsaved) return;
  clearTimeout(saving);
  unsaved = !navigator.sendBeacon(area.dataset.draftUrl, new FormData(area.form));
}

document.addEventListener("input", (event) => {
  if (event.target !== field()) return;
  unsaved = true;
  count();
  clearTimeout(saving);
  saving = setTimeout(save, pause);
  document.dispatchEvent(new CustomEvent("rapport:composing"));
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.elt !== field() || event.detail.successful) return;
  unsaved = true;
  word("Not saved yet. Kept here, and tried again.");
  clearTimeout(saving);
  saving = setTimeout(save, 5000);
});
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target === field()) return;
  const form = event.target.closest?.("form[data-sends]");
  if (form) { clearTimeout(saving); unsaved = false; } // the answer itself carries the text
  else if (event.target.closest?.(".row-link, a")) handOver();
});
document.addEventListener("htmx:afterSettle", count);
window.addEventListener("pagehide", handOver);
document.addEventListener("visibilitychange", () => { if (document.hidden) handOver(); });
document.addEventListener("rapport:released", (event) => event.target.closest(".item")?.querySelector("form[data-undo]")?.remove());
count();

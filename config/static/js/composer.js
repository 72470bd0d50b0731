// Writing an answer. The server saves each pause as a draft and answers with the gates and its own
// count; between two answers the count here is a good guess. What could not be saved is tried again.

const pause = 600;
const field = () => document.querySelector("#reply-text");
let saving = 0, unsaved = false, onItsWay = null;

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
  short_links(text) {
    const links = text.match(/https?:\/\/\S+/g) ?? [];
    return links.length * 23 + counts.graphemes(text.replace(/https?:\/\/\S+/g, ""));
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
  await onItsWay;
  const area = field();
  if (!area || !unsaved) return;
  unsaved = false;
  word("Saving");
  onItsWay = send(area);
  const answer = await onItsWay;
  onItsWay = null;
  if (area !== field()) return; // another conversation is open by now
  if (answer?.ok) { window.htmx.swap("#gates", answer.text, { swapStyle: "innerHTML" }); return; }
  const why = answer && answer.status < 500 ? answer.sentence || "Not saved. Copy your text, then load the page again." : "";
  word(why || "Not saved yet. Kept here, and tried again.");
  if (why) return;
  unsaved = true;
  clearTimeout(saving);
  saving = setTimeout(save, 5000);
}

// Answers with what the server said; with nothing when there is no connection.
async function send(area) {
  const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
  try {
    const answer = await fetch(area.dataset.draftUrl, {
      method: "POST", headers: { "X-CSRFToken": token, "HX-Request": "true" }, body: new FormData(area.form),
    });
    const text = await answer.text(), isPlain = answer.headers.get("Content-Type")?.startsWith("text/plain");
    return { ok: answer.ok, status: answer.status, text, sentence: isPlain ? text : "" };
  } catch { return null; }
}

// An answer waits for the draft that is being saved: arriving after it, the draft would come back from the dead.
document.addEventListener("htmx:confirm", (event) => {
  if (!onItsWay || !event.target.matches?.("form[data-sends]")) return;
  event.preventDefault();
  onItsWay.then(() => event.detail.issueRequest(true));
});

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
  const { elt, successful, xhr } = event.detail;
  const refused = [409, 422].includes(xhr?.status); // answered with the text in its field, and kept as a draft
  if (successful || refused || !elt.matches?.("form[data-sends]")) return;
  unsaved = true;
  clearTimeout(saving);
  saving = setTimeout(save, pause);
});
document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.target.closest?.("form[data-sends]");
  if (form) { clearTimeout(saving); unsaved = false; } // the answer itself carries the text
  else if (event.target.closest?.(".row-link, a")) handOver();
});
// Something happened in the conversation: the gates may judge otherwise now.
document.addEventListener("rapport:changed", () => {
  const area = field();
  const stopped = document.querySelector("#gates")?.childElementCount || area?.form.querySelector(".composer-foot button:disabled");
  if (!area || !area.value.trim() && !stopped) return;
  unsaved = true;
  clearTimeout(saving);
  saving = setTimeout(save, pause);
});
document.addEventListener("htmx:afterSettle", count);

// A colleague's draft goes into the field, below what stands there.
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-takes-over]");
  const area = field();
  if (!button || !area) return;
  const theirs = button.closest(".draft").querySelector(".draft-text").textContent;
  area.value = [area.value.trim(), theirs].filter(Boolean).join("\n");
  document.querySelector("#write-reply").checked = true;
  area.focus();
  area.dispatchEvent(new Event("input", { bubbles: true }));
  button.closest(".draft").remove();
});
window.addEventListener("pagehide", handOver);
document.addEventListener("visibilitychange", () => { if (document.hidden) handOver(); });
document.addEventListener("rapport:released", (event) => event.target.closest(".item")?.querySelector("form[data-undo]")?.remove());
count();

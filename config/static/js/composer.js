// Writing a reply: what stands in the field and beside it. drafts.js brings the text to the server, which answers with the
// gates and its own count; between two answers the count here is a good guess.

import { draftOf } from "./drafts.js";
import { renewToken } from "./session.js";

const field = () => document.querySelector("#reply-text");
let attached = null, open = null;

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

// --- The state of the draft, in words that are true -----------------------------------------------------

const words = {
  saving: () => "Saving",
  offline: () => "Not saved: no connection.",
  failing: () => "Not saved: Rapport is not answering.",
  "signed-out": () => "Not saved: you are signed out.",
  conflict: () => "Not saved: changed in another window.",
  unsent: () => "Not sent: no connection.",
  refused: (why) => why || "Not saved.",
};
const isTrouble = (state) => !["saving", "saved"].includes(state);

function tell(state, detail) {
  const place = document.querySelector("#draft-word");
  if (!place || !words[state]) return;
  const safe = open.isKept ? "Your text is kept in this browser." : "This browser keeps no copy: copy your text before you leave.";
  place.textContent = isTrouble(state) ? `${words[state](detail)} ${safe}` : words[state](detail);
  place.toggleAttribute("data-trouble", isTrouble(state));
}

document.addEventListener("rapport:draft", (event) => {
  const { draft, state, text } = event.detail;
  if (draft !== open) return;
  if (state === "replaced") put(draft.text);
  if (state === "saved" && text) window.htmx.swap("#gates", text, { swapStyle: "innerHTML" });
  if (state === "saved" && !text) document.querySelector("#draft-word")?.replaceChildren("Draft saved");
  if (state === "saved") document.querySelector("#draft-word")?.removeAttribute("data-trouble");
  tell(state, text);
  clash();
  carry();
});

function put(text) {
  const area = field();
  if (area.value !== text) area.value = text;
  count();
}

// What the form says when it is sent.
function carry() {
  const form = field()?.form;
  if (!form || !open) return;
  form.elements.draft_version.value = open.version;
  if (open.sending) form.elements.key.value = open.sending.key; // sent again under the same name, it is sent once
}

// --- A conversation comes and goes ---------------------------------------------------------------------

function attach() {
  const area = field();
  if (!area || area === attached) return;
  attached = area;
  open = draftOf(area.dataset.conversationId, area.dataset.draftUrl);
  const early = area.value === area.defaultValue ? "" : area.value; // typed before the scripts had come
  const text = open.reconcile({ text: area.defaultValue, version: area.dataset.draftVersion });
  put(early && text !== area.defaultValue ? `${text}\n${early}` : early || text);
  if (early) open.write(area.value);
  if (open.state || open.conflict) tell(open.conflict ? "conflict" : open.state, "");
  clash();
  carry();
  count();
}

document.addEventListener("input", (event) => {
  if (event.target !== field()) return;
  attach();
  count();
  open.write(event.target.value);
  document.dispatchEvent(new CustomEvent("rapport:composing"));
});
document.addEventListener("htmx:afterSettle", attach);
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.closest?.(".row-link, a")) open?.handOver();
});

// Back after an absence: a tab that was hidden, a computer that slept, a page that the browser had put aside.
const back = () => { if (open && field()) open.freshen(); };
window.addEventListener("pageshow", (event) => { if (event.persisted) back(); });
window.addEventListener("focus", back);
document.addEventListener("visibilitychange", () => { if (!document.hidden) back(); });

// Something happened in the conversation: the gates may judge otherwise now.
document.addEventListener("rapport:changed", () => {
  const area = field();
  const stopped = document.querySelector("#gates")?.childElementCount || area?.form.querySelector(".composer-foot button:disabled");
  if (area && open && (area.value.trim() || stopped)) open.save({ anew: true });
});

// --- Sending -------------------------------------------------------------------------------------------

// A reply waits for the draft that is being saved, and for the news of an attempt before: arriving after it, the draft
// would come back, and what was sent already would be sent again.
document.addEventListener("htmx:confirm", (event) => {
  if (!open || !event.target.matches?.("form[data-sends], form[data-undo]")) return;
  const isReply = event.target.matches("form[data-sends]");
  if (!open.underWay && !open.sending && (isReply || !open.isDirty)) return;
  event.preventDefault();
  const draft = open;
  (isReply ? draft.underWay ?? draft.save() : draft.save()).then(() => {
    if (draft === open && (!isReply || field().value.trim())) event.detail.issueRequest(true);
  });
});
document.addEventListener("htmx:configRequest", (event) => {
  const form = event.target.closest?.("form[data-sends]");
  if (!form || !open) return;
  carry();
  const { parameters } = event.detail;
  Object.assign(parameters, { draft_version: open.version, key: form.elements.key.value });
  open.sending = { key: parameters.key, text: form.elements.text.value, open: true };
  open.remember();
});
document.addEventListener("htmx:beforeSwap", (event) => {
  if (!open?.sending || !event.detail.requestConfig?.elt.matches?.("form[data-sends]")) return;
  const { status } = event.detail.xhr;
  if (status === 200) {
    open.settle(true, { text: "", version: "" });
    document.dispatchEvent(new CustomEvent("rapport:sent"));
  }
  if (![409, 422].includes(status)) return;
  open.attempted.push(open.sending.text);
  open.sending = null;
  open.remember();
});
document.addEventListener("htmx:afterRequest", (event) => {
  const { elt, successful, xhr } = event.detail;
  if (!open?.sending || successful || !elt.matches?.("form[data-sends]")) return;
  open.sending.open = false;
  if (xhr.status === 401 || xhr.status === 403) open.sending = null; // not taken, for certain
  open.remember();
  if (xhr.status === 403) renewToken().then((renewed) => { if (renewed === "renewed") again(elt); });
  else if (open.sending) open.ask();
  else open.save({ anew: true });
});
// Once: a sign-in in another window has made the form's token old. A right that is missing says so the second time.
function again(form) {
  if ("again" in form.dataset) return;
  form.dataset.again = "";
  form.requestSubmit();
}

// --- Two texts -----------------------------------------------------------------------------------------

function clash() {
  const shown = document.querySelector("#draft-clash"), box = document.querySelector(".composer-box");
  if (!open?.conflict || !box) { shown?.remove(); return; }
  if (shown) { fill(shown); return; }
  const callout = document.querySelector("#draft-clash-blank").content.firstElementChild.cloneNode(true);
  fill(callout);
  box.before(callout);
}

function fill(callout) {
  const isGone = !open.conflict.text;
  for (const part of callout.querySelectorAll("[data-if-gone]")) part.hidden = (part.dataset.ifGone === "yes") !== isGone;
  callout.querySelector(".draft-text").textContent = open.conflict.text;
}

document.addEventListener("click", (event) => {
  const choice = event.target.closest?.("[data-keeps]")?.dataset.keeps;
  if (!choice || !open?.conflict) return;
  const newer = open.conflict.text, mine = field().value;
  const text = { mine, newer, both: [newer, mine].filter((one) => one.trim()).join("\n\n") }[choice];
  put(text);
  open.choose(text);
  clash();
  carry();
  focusAtEnd();
});

function focusAtEnd() {
  const area = field();
  document.querySelector("#write-reply").checked = true;
  area.focus();
  area.setSelectionRange(area.value.length, area.value.length);
}

function replaceBy(text) {
  put(text);
  field().dispatchEvent(new Event("input", { bubbles: true }));
  focusAtEnd();
}

// A colleague's draft goes into the field, below what stands there. An earlier text takes the place of what stands there.
document.addEventListener("click", (event) => {
  const area = field();
  const theirs = event.target.closest?.("[data-takes-over]"), earlier = event.target.closest?.("[data-uses-earlier]");
  if (!area || !theirs && !earlier) return;
  if (theirs) {
    const draft = theirs.closest(".draft");
    replaceBy([area.value.trim(), draft.querySelector(".draft-text").textContent].filter(Boolean).join("\n"));
    draft.remove();
    return;
  }
  open.setAside();
  event.target.closest("[popover]")?.hidePopover();
  replaceBy(earlier.closest(".earlier-draft").querySelector("[data-earlier-text]").textContent);
});
document.addEventListener("rapport:released", (event) => event.target.closest(".item")?.querySelector("form[data-undo]")?.remove());
attach();
count();

// Opening, leaving and finishing conversations without leaving the page. Every one of these is a link
// or a form that works by itself; here the list keeps its place and an act shows before it is answered.

const pane = () => document.querySelector("#conversation");
const rowOf = (id) => document.querySelector(`#row-${CSS.escape(String(id))}`);
const shown = (row) => row.checkVisibility() && !row.hidden;

function mark(id) {
  for (const row of document.querySelectorAll("[data-row][data-open]")) {
    row.removeAttribute("data-open");
    row.querySelector(".row-link")?.removeAttribute("aria-current");
  }
  const row = rowOf(id);
  row?.setAttribute("data-open", "");
  row?.removeAttribute("data-unread");
  row?.querySelector(".row-link")?.setAttribute("aria-current", "true");
}

// Where the thread has no scrolling of its own, the page starts at its end, with the composer in sight.
function toEnd() {
  const article = pane()?.querySelector(".conversation");
  const talk = article?.querySelector("#talk");
  if (talk) article.scrollTop = talk.offsetTop + talk.offsetHeight - article.clientHeight;
}

function close() {
  const queue = document.querySelector("[data-queue-url]");
  const blank = document.querySelector("#talk-blank");
  const id = pane().querySelector("[data-conversation]")?.dataset.conversation;
  pane().replaceChildren(blank.content.cloneNode(true));
  history.pushState({}, "", queue.dataset.queueUrl);
  document.title = queue.dataset.title;
  mark("");
  rowOf(id)?.querySelector(".row-link")?.focus();
}

function next(row) {
  const rows = [...document.querySelectorAll("[data-row]")].filter(shown);
  const at = rows.indexOf(row);
  return rows[at + 1] ?? rows[at - 1];
}

document.addEventListener("htmx:beforeRequest", (event) => {
  const link = event.target.closest?.(".row-link");
  if (link) mark(link.closest("[data-row]").dataset.row);
});

// Done, asleep, no reply needed: the next one opens before the server has answered. The form is gone by then, and
// htmx puts nothing in place for an element that is gone, so this is asked for by hand.
document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-leaves]");
  if (!form) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  leave(form, new FormData(form, event.submitter));
}, true);

async function leave(form, said) {
  const id = form.dataset.leaves, url = pane().querySelector("[data-conversation]")?.dataset.url;
  const row = rowOf(id), following = row && next(row);
  document.querySelectorAll("[popover]:popover-open").forEach((menu) => menu.hidePopover());
  if (row) row.hidden = true;
  if (following && window.innerWidth >= 700) { following.querySelector(".row-link").click(); following.querySelector(".row-link").focus(); }
  else close();
  let answer, text = "";
  try {
    answer = await fetch(form.action, { method: "POST", headers: { "HX-Request": "true" }, body: said });
    text = await answer.text();
  } catch { /* told below */ }
  if (answer?.ok || [409, 422].includes(answer?.status)) window.htmx.swap("#toasts", present(text), { swapStyle: "none" });
  else if (answer?.status === 401) document.dispatchEvent(new CustomEvent("rapport:signed-out"));
  else document.dispatchEvent(new CustomEvent("rapport:toast", { detail: { text: "That did not work, and nothing was changed. Try again in a moment.", trouble: true } }));
  if (!answer?.ok) putBack(id, url);
}

// A refusal puts the row back and opens the conversation again; its sentence comes with the answer.
function putBack(id, url) {
  rowOf(id)?.removeAttribute("hidden");
  const link = rowOf(id)?.querySelector(".row-link");
  if (link) { link.click(); link.focus(); }
  else if (url) window.htmx.ajax("GET", url, { target: "#conversation", swap: "innerHTML" });
}

// What was written has gone: the keys act on the list again. Where it came back (an undo, a refusal), one writes on.
document.addEventListener("htmx:afterSettle", (event) => {
  const asked = event.detail.requestConfig?.elt;
  if (event.target.id !== "talk" || !asked) return;
  if (asked.matches("#reply-form, #note-form") && event.detail.successful) {
    (document.querySelector("[data-row][data-open] .row-link") ?? document.querySelector(".thread-scroll")).focus({ preventScroll: true });
  } else if (asked.matches("#reply-form, [data-undo]")) document.querySelector("#reply-text")?.focus();
});

// An act that was taken back may bring a row back that had left the list.
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful && event.target.closest?.(".toast")) document.dispatchEvent(new CustomEvent("rapport:renew"));
});

// Parts for what is no longer on the page (the head of a conversation that was left meanwhile) are dropped.
document.addEventListener("htmx:beforeSwap", (event) => {
  event.detail.serverResponse = present(event.detail.serverResponse ?? "");
});

function present(answer) {
  if (!answer.includes("hx-swap-oob")) return answer;
  const page = document.createElement("template");
  page.innerHTML = answer;
  for (const part of page.content.querySelectorAll("[hx-swap-oob]")) document.getElementById(part.id) ?? part.remove();
  return page.innerHTML;
}

document.addEventListener("htmx:afterSwap", (event) => {
  const open = pane()?.querySelector("[data-conversation]");
  if (!open) return;
  mark(open.dataset.conversation); // also after the list was renewed
  if (event.target !== pane()) return;
  document.title = open.dataset.title;
  toEnd();
  if (window.innerWidth < 700) open.querySelector("h1")?.focus();
});

document.addEventListener("click", (event) => {
  const back = event.target.closest?.("a[data-back]");
  if (!back || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  close();
});

document.addEventListener("rapport:mark", (event) => mark(event.detail));

// A chosen entry closes the menu it stood in.
document.addEventListener("submit", (event) => (event.submitter ?? event.target).closest("[popover]:popover-open")?.hidePopover());
// Back and forward load the page they lead to; what is being written comes back with it (drafts.js).
window.addEventListener("popstate", () => location.reload());
toEnd();

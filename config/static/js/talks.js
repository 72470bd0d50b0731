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
  const id = event.target.closest?.("form[data-leaves]")?.dataset.leaves;
  if (!id) return;
  const row = rowOf(id);
  const following = row && next(row);
  document.querySelectorAll("[popover]:popover-open").forEach((menu) => menu.hidePopover());
  if (row) row.hidden = true;
  if (following && window.innerWidth >= 700) following.querySelector(".row-link").click();
  else close();
});

// A refusal puts the row back; its sentence comes with the answer.
document.addEventListener("htmx:afterRequest", (event) => {
  const id = event.detail.elt.closest?.("form[data-leaves]")?.dataset.leaves ?? event.detail.elt.dataset?.leaves;
  if (id && !event.detail.successful) rowOf(id)?.removeAttribute("hidden");
});

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

// A chosen entry closes the menu it stood in.
document.addEventListener("submit", (event) => event.target.closest?.("[popover]:popover-open")?.hidePopover());
// Back and forward load the page they lead to; nothing that people wrote is kept in the browser.
window.addEventListener("popstate", () => location.reload());
toEnd();

// Words after an act. They stay for as long as their way back is open, or six seconds, and longer
// while somebody points at them. Anything can say one: rapport:toast with { text, trouble }.

const shelf = document.querySelector("#toasts");

function keep(toast) {
  if ("kept" in toast.dataset) return;
  toast.dataset.kept = "";
  for (const key of shelf.querySelectorAll(".toast:not(:last-child) [data-key]")) key.removeAttribute("data-key"); // z is for the last act
  const until = Number(toast.dataset.seconds || 6) * 1000;
  let left = until, since = performance.now(), timer = setTimeout(() => toast.remove(), left);
  const pause = () => { clearTimeout(timer); left -= performance.now() - since; };
  const go = () => { since = performance.now(); timer = setTimeout(() => toast.remove(), Math.max(left, 1500)); };
  toast.addEventListener("pointerenter", pause);
  toast.addEventListener("pointerleave", go);
  toast.addEventListener("focusin", pause);
  toast.addEventListener("focusout", go);
}

function say(text, trouble) {
  const toast = document.querySelector("#toast-blank").content.firstElementChild.cloneNode(true);
  toast.querySelector("p").textContent = text;
  toast.toggleAttribute("data-trouble", Boolean(trouble));
  if (trouble) toast.dataset.seconds = "12";
  shelf.append(toast);
}

if (shelf) {
  new MutationObserver(() => shelf.querySelectorAll(".toast").forEach(keep)).observe(shelf, { childList: true });
  shelf.querySelectorAll(".toast").forEach(keep);
  shelf.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) event.target.closest(".toast")?.remove(); });
}

document.addEventListener("click", (event) => { if (event.target.closest?.("[data-dismiss]")) event.target.closest(".toast, .callout").remove(); });
document.addEventListener("rapport:toast", (event) => say(event.detail.text, event.detail.trouble));
document.addEventListener("htmx:sendError", () => say("No connection to Rapport. Nothing was lost; try again in a moment.", true));
document.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  if (status === 409 || status === 422) return; // the answer says it itself
  if (status === 401) return; // session.js says it above the text
  if (event.detail.xhr.getResponseHeader("HX-Trigger")?.includes("rapport:toast")) return; // and so does this one
  const why = { 403: "You may not do that here. Ask an owner for the right.", 404: "That is no longer there.",
    429: "Too many at once. Wait a moment and try again." };
  say(why[status] ?? "Rapport could not do that, and has written down why. Try again in a moment.", true);
});

// A sign-in that has ended is said on the page, above what is being written, and nothing is taken away.
// Whoever gets a 401 says rapport:signed-out; whoever gets an answer again says rapport:signed-in.

import { holdsAnything } from "./kept.js";

let isOut = false;

export const token = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];

// Signing in changes the token that forms carry (Django's rotate_token), so a page from before needs the new one.
// Answers "renewed", "out" where nobody is signed in, or "".
export async function renewToken() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (answer?.status === 401) { document.dispatchEvent(new CustomEvent("rapport:signed-out")); return "out"; }
  if (!answer?.ok || answer.redirected) return "";
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const headers = page.body.getAttribute("hx-headers");
  if (!headers) return "";
  document.body.setAttribute("hx-headers", headers);
  for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = token();
  return "renewed";
}

const address = () => {
  const way = document.body.dataset.signIn;
  return `${way}${way.includes("?") ? "&" : "?"}next=${encodeURIComponent(location.pathname + location.search)}`;
};

function show() {
  const shown = document.querySelector("#signed-out"), before = document.querySelector(".composer-box");
  if (!isOut) { shown?.remove(); return; }
  if (shown && (!before || shown.nextElementSibling === before)) return;
  shown?.remove();
  const bar = document.querySelector("#signed-out-blank").content.firstElementChild.cloneNode(true);
  bar.querySelector("[data-safe]").hidden = !holdsAnything();
  bar.querySelector("a").href = address();
  if (before) before.before(bar);
  else { bar.dataset.alone = ""; document.querySelector("#toasts").before(bar); }
}

function set(out) {
  if (out === isOut && !out) return;
  isOut = out;
  show();
}

document.addEventListener("rapport:signed-out", () => set(true));
document.addEventListener("rapport:signed-in", () => set(false));
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status === 401) document.dispatchEvent(new CustomEvent("rapport:signed-out"));
});
document.addEventListener("htmx:afterSettle", show); // another conversation may stand there now

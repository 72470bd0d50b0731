// Choosing many: x ticks the row, Shift x everything between, and a verb acts on all that are ticked.
// The ticks belong to one plain form, so this only counts, ranges and lends keys to a single row.

const boxes = () => [...document.querySelectorAll(".row-pick input")];
let last = null;

function count() {
  const chosen = boxes().filter((box) => box.checked).length;
  const word = document.querySelector("[data-chosen]");
  if (word) word.textContent = chosen === 1 ? "1 chosen" : `${chosen} chosen`;
}

function range(to) {
  const all = boxes();
  const [from, until] = [all.indexOf(last), all.indexOf(to)].sort((one, other) => one - other);
  if (from >= 0) all.slice(from, until + 1).forEach((box) => { box.checked = true; });
}

function tick(box, whole) {
  if (whole && last) range(box);
  else box.checked = !box.checked;
  last = box;
  count();
}

const hereBox = () => (document.activeElement.closest?.("[data-row]") ?? document.querySelector("[data-row][data-open]"))?.querySelector(".row-pick input");

document.addEventListener("rapport:key", (event) => {
  const box = hereBox();
  if (event.detail === "x" || event.detail === "Shift+x") {
    if (!box) return;
    tick(box, event.detail === "Shift+x");
    event.preventDefault();
    return;
  }
  // A verb on the row that has the focus, while no conversation is open: chosen, then done.
  const verb = box && document.querySelector(`.bulk [data-key="${CSS.escape(event.detail)}"]`);
  if (!verb) return;
  box.checked = true;
  count();
  verb.click();
  event.preventDefault();
});

document.addEventListener("click", (event) => {
  const box = event.target.closest?.(".row-pick input");
  if (box) {
    if (event.shiftKey && last) range(box);
    last = box;
    count();
  }
  if (event.target.closest?.("[data-choose-none]")) { boxes().forEach((each) => { each.checked = false; }); count(); }
  if (event.target.closest?.("[data-choose-all]")) { boxes().forEach((each) => { each.checked = true; }); count(); }
});
// htmx sees only buttons inside a form; those in the menus belong to it by their attribute.
let pressed = null;
document.addEventListener("submit", (event) => { if (event.target.id === "bulk") pressed = event.submitter; }, true);
document.addEventListener("htmx:configRequest", (event) => {
  if (event.target.id === "bulk" && pressed?.name) event.detail.parameters[pressed.name] = pressed.value;
});
document.addEventListener("htmx:afterSettle", (event) => {
  count();
  if (event.detail.requestConfig?.elt?.id === "bulk" && document.activeElement === document.body) document.querySelector("#rows .row-link")?.focus();
});

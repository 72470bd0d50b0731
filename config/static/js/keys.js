// The keyboard. A page declares what a key does: data-key="d", data-key="g i", data-key="Mod+k".
// The first visible element with that key is clicked, or focused when it is a field. Keys without an
// element become the event rapport:key (select.js uses it). Letters can be switched off (WCAG 2.1.4).

const storage = "rapport-letters";
let first = ""; // the first half of "g i"
let forget = 0;

const lettersOn = () => {
  try { return localStorage.getItem(storage) !== "off"; } catch { return true; }
};
const isTyping = (target) => target.matches?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
const isThere = (element) => element.checkVisibility?.() !== false && !element.disabled;
// Of several the first one counts, but an undo takes back what was done last.
const byKey = (key) => {
  const there = [...document.querySelectorAll("[data-key]")].filter((each) => each.dataset.key === key && isThere(each));
  return key === "z" ? there.at(-1) : there[0];
};

function nameOf(event) {
  const mod = event.ctrlKey || event.metaKey ? "Mod+" : "";
  const letter = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const shift = event.shiftKey && /^[a-z]$/.test(letter) ? "Shift+" : "";
  return mod + shift + letter;
}

function act(element) {
  if (element.dataset.keyFocus) {
    if (element.matches("input")) { element.checked = true; element.dispatchEvent(new Event("change", { bubbles: true })); }
    writeOnIn(document.querySelector(element.dataset.keyFocus));
  } else if (isTyping(element)) element.focus();
  else element.click();
  enter(element.popoverTargetElement); // at once: the next letter may be typed already
}

// At the end of what stands there already, unless somebody has put the caret elsewhere before.
function writeOnIn(field) {
  field?.focus();
  if (field?.matches("textarea") && !field.selectionStart && !field.selectionEnd) field.setSelectionRange(field.value.length, field.value.length);
}

function escape(event) {
  if (isTyping(event.target)) {
    event.target.blur();
    document.querySelector("[data-keys-list] [data-open] .row-link")?.focus();
    return true;
  }
  const back = byKey("Escape") ?? document.querySelector("[data-back]"); // on a wide screen the arrow is not shown
  if (back) act(back);
  return Boolean(back);
}

function move(step) {
  const rows = [...document.querySelectorAll("[data-keys-list] [data-row]")].filter(isThere);
  if (!rows.length) return false;
  const here = document.activeElement.closest?.("[data-row]") ?? rows.find((row) => "open" in row.dataset);
  const at = rows.indexOf(here);
  const next = rows[at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + step))];
  const link = next.querySelector(".row-link");
  link.focus();
  next.scrollIntoView({ block: "nearest" });
  // With a conversation open, moving through the list reads on.
  if (next !== here && document.querySelector("[data-keys-list] [data-open]")) {
    clearTimeout(move.soon);
    move.soon = setTimeout(() => { if (document.activeElement === link) link.click(); }, 140);
  }
  return true;
}

function menuMove(event) {
  const menu = event.target.closest?.("[popover]:popover-open");
  if (menu && event.key === "Enter" && event.target.matches("[data-filters]:not([name])")) {
    [...menu.querySelectorAll("[data-name]")].find(isThere)?.click();
    return true;
  }
  if (!menu || !["ArrowDown", "ArrowUp"].includes(event.key)) return false;
  const items = [...menu.querySelectorAll("input, .menu-item")].filter(isThere);
  const at = items.indexOf(document.activeElement);
  items[(at + (event.key === "ArrowDown" ? 1 : items.length - 1) + items.length) % items.length]?.focus();
  return true;
}

function press(event) {
  if (event.defaultPrevented || event.isComposing || event.altKey) return false;
  if (menuMove(event)) return true;
  const name = nameOf(event);
  const modal = document.querySelector("dialog:modal");
  if (name === "Mod+Enter") {
    const send = event.target.closest?.("form")?.querySelector("[data-key='Mod+Enter']");
    if (send && isThere(send)) send.click();
    return Boolean(send);
  }
  if (name.startsWith("Mod+")) { const there = !modal && byKey(name); if (there) act(there); return Boolean(there); }
  if (modal || document.querySelector("[popover]:popover-open")) return false;
  if (name === "Escape") return escape(event);
  if (isTyping(event.target) || !lettersOn()) return false;
  const there = byKey(first ? `${first} ${name}` : name);
  const opens = !first && document.querySelector(`[data-key^="${CSS.escape(name)} "]`);
  first = "";
  if (there) { act(there); return true; }
  if (opens) { first = name; clearTimeout(forget); forget = setTimeout(() => { first = ""; }, 1200); return true; }
  if (name === "j" || name === "ArrowDown" && event.target.closest?.("[data-keys-list]")) return move(1);
  if (name === "k" || name === "ArrowUp" && event.target.closest?.("[data-keys-list]")) return move(-1);
  return !document.dispatchEvent(new CustomEvent("rapport:key", { detail: name, cancelable: true }));
}

document.addEventListener("keydown", (event) => { if (press(event)) event.preventDefault(); });

// Menus take the focus where they open: to the field that filters, else to the first entry.
function enter(menu) {
  if (!menu?.matches(":popover-open") || menu.contains(document.activeElement)) return;
  menu.querySelector("[autofocus], input:not([type=hidden]), .menu-item")?.focus();
}
document.addEventListener("toggle", (event) => { if (event.newState === "open") enter(event.target); }, true);
document.addEventListener("input", (event) => {
  const field = event.target.closest?.("[data-filters]");
  if (!field) return;
  const wanted = field.value.trim().toLowerCase();
  for (const entry of document.querySelectorAll(`${field.dataset.filters} [data-name]`)) {
    entry.hidden = !entry.dataset.name.toLowerCase().includes(wanted);
  }
});

// Dialogs open by data-opens and close by data-closes; the map of keys shows what works here and now.
document.addEventListener("click", (event) => {
  const opener = event.target.closest?.("[data-opens]");
  if (opener) {
    const dialog = document.querySelector(opener.dataset.opens);
    for (const key of dialog.querySelectorAll("[data-for-key]")) {
      key.toggleAttribute("data-away", !byKey(key.dataset.forKey));
    }
    dialog.showModal();
  }
  if (event.target.closest?.("[data-closes]") || event.target.matches?.("dialog")) event.target.closest("dialog")?.close();
});
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-letters]")) return;
  try { localStorage.setItem(storage, event.target.checked ? "on" : "off"); } catch { /* for this page only */ }
});

function tell(root) {
  for (const each of root.querySelectorAll?.("[data-key]:not([aria-keyshortcuts])") ?? []) {
    each.setAttribute("aria-keyshortcuts", each.dataset.key.replace("Mod", "Control"));
  }
}
document.addEventListener("htmx:load", (event) => tell(event.detail.elt));
tell(document);
for (const box of document.querySelectorAll("[data-letters]")) box.checked = lettersOn();

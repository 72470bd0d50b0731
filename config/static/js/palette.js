// The command bar (Ctrl K): what can be done here, where one can go, and a search through everything.
// It reads the page: elements with data-key are acts, links with data-place are places.

const dialog = document.querySelector("#palette");
const field = dialog?.querySelector("input");
const list = dialog?.querySelector("[role=listbox]");
let entries = [];
let at = 0;

const labelOf = (element) => element.dataset.label || element.getAttribute("aria-label") || element.textContent.trim();
const isThere = (element) => element.checkVisibility?.() !== false && !element.disabled && !dialog.contains(element);

function collect() {
  const acts = [...document.querySelectorAll("[data-key][data-label]")].filter(isThere).map((element) => ({
    group: "Do", label: labelOf(element), key: element.dataset.key, run: () => element.dataset.keyFocus
      ? document.querySelector(element.dataset.keyFocus)?.focus(element.click()) : element.click(),
  }));
  const places = [...document.querySelectorAll("a[data-place]")].filter((link) => !dialog.contains(link)).map((link) => ({
    group: link.dataset.place || "Go to", label: labelOf(link), key: link.dataset.key || "", run: () => link.click(), far: link.dataset.place === "Brands",
  }));
  const seen = new Set();
  entries = [...acts, ...places].filter((entry) => !seen.has(entry.group + entry.label) && seen.add(entry.group + entry.label));
}

// Every word must begin a word of the label; a label that begins with it comes first.
function rank(label, words) {
  const text = label.toLowerCase();
  let score = 0;
  for (const word of words) {
    const found = text.startsWith(word) ? 0 : text.split(/[\s-]+/).some((part) => part.startsWith(word)) ? 1 : text.includes(word) ? 2 : -1;
    if (found < 0) return -1;
    score += found;
  }
  return score;
}

function matching(query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return entries.filter((entry) => !entry.far);
  const ranked = entries.map((entry) => [rank(entry.label, words), entry]).filter(([score]) => score >= 0);
  return ranked.sort((one, other) => one[0] - other[0]).slice(0, 12).map(([, entry]) => entry);
}

function searchEntry(query) {
  const form = document.querySelector("form[data-search]");
  if (!form || !query) return [];
  return [{ group: "Search", label: `Search conversations for “${query}”`, key: "", run: () => {
    form.querySelector("input[name=q]").value = query;
    form.submit();
  } }];
}

function option(entry, number) {
  const item = document.createElement("div");
  item.className = "menu-item";
  item.id = `palette-${number}`;
  item.setAttribute("role", "option");
  item.append(entry.label);
  if (entry.key) {
    const keys = document.createElement("span");
    keys.className = "hint";
    for (const part of entry.key.replace("Mod+", "Ctrl ").split(" ")) keys.append(Object.assign(document.createElement("kbd"), { textContent: part }), " ");
    item.append(keys);
  }
  item.addEventListener("click", () => run(entry));
  return item;
}

function draw() {
  const query = field.value.trim();
  const shown = [...matching(query), ...searchEntry(query)];
  list.replaceChildren();
  const groups = new Map();
  shown.forEach((entry, number) => {
    if (!groups.has(entry.group)) {
      const group = document.createElement("div");
      group.setAttribute("role", "group");
      group.setAttribute("aria-label", entry.group);
      group.append(Object.assign(document.createElement("span"), { textContent: entry.group, ariaHidden: "true" }));
      groups.set(entry.group, group);
      list.append(group);
    }
    groups.get(entry.group).append(option(entry, number));
  });
  dialog.querySelector("[data-nothing]").hidden = shown.length > 0;
  field.setAttribute("aria-expanded", String(shown.length > 0));
  list.hidden = !shown.length;
  point(0);
}

function point(where) {
  const options = [...list.querySelectorAll("[role=option]")];
  at = options.length ? (where + options.length) % options.length : 0;
  options.forEach((each, number) => each.setAttribute("aria-selected", String(number === at)));
  options[at]?.scrollIntoView({ block: "nearest" });
  if (options[at]) field.setAttribute("aria-activedescendant", options[at].id);
  else field.removeAttribute("aria-activedescendant");
}

function run(entry) {
  dialog.close();
  entry.run();
}

function open(text = "") {
  collect();
  field.value = text;
  draw();
  dialog.showModal();
  field.focus();
}

if (dialog) {
  field.addEventListener("input", draw);
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") point(at + 1);
    else if (event.key === "ArrowUp") point(at - 1);
    else if (event.key === "Enter") list.querySelectorAll("[role=option]")[at]?.click();
    else return;
    event.preventDefault();
  });
  // The field in the bar is a plain search without scripts; with them it opens the command bar.
  document.addEventListener("click", (event) => {
    const opener = event.target.closest?.("[data-palette]");
    if (opener) open(opener.querySelector("input")?.value);
  });
}

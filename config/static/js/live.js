// Live updates. One stream of events (config/live/wire.py), resumed from the last one heard; nothing that
// is being read moves. What happened comes without words: rows and thread are then read from the server.
// The stream is closed while the page is hidden: browsers allow six of them per host.

const root = document.querySelector("[data-stream]");
const word = document.querySelector("#live");
const beat = 10000;
const mostAsked = 50; // rows in one question
const unasked = { "X-Rapport-Background": "1" }; // nobody asked for these: they keep no session alive
const said = { live: "Live", lost: "Reconnecting", off: "Paused" };
let stream = null, cursor = root?.dataset.cursor ?? "", wait = 1000, again = 0, hiding = 0, losing = 0;
let composingUntil = 0;
const fresh = new Set(), touched = new Set();
let soon = 0, later = 0;

const rowOf = (id) => document.querySelector(`#row-${CSS.escape(String(id))}`);
const open = () => document.querySelector("[data-conversation]");
const isOpen = (id) => String(id) === open()?.dataset.conversation;
const withValue = (url, name, value) => `${url}${url.includes("?") ? "&" : "?"}${name}=${encodeURIComponent(value)}`;

function show(state) {
  clearTimeout(losing);
  if (!word || word.dataset.state === state) return;
  word.dataset.state = state;
  word.querySelector("span").textContent = said[state];
}

function listen() {
  clearTimeout(again);
  stream?.close();
  stream = new EventSource(withValue(root.dataset.stream, "after", cursor));
  stream.onopen = () => { wait = 1000; show("live"); };
  stream.onerror = () => {
    clearTimeout(losing);
    losing = setTimeout(show, 3000, "lost"); // the server ends streams now and then; coming back takes a moment
    if (stream.readyState !== EventSource.CLOSED) return; // the browser tries again by itself, with the last id
    again = setTimeout(listen, wait);
    wait = Math.min(wait * 2, 30000);
  };
  for (const [name, hear] of Object.entries(heard)) {
    stream.addEventListener(name, (event) => { cursor = event.lastEventId || cursor; hear(JSON.parse(event.data)); });
  }
}

const heard = {
  entries({ entries }) {
    for (const { conversation_id: id } of entries) if (id) touched.add(String(id));
    if (touched.has(open()?.dataset.conversation)) refreshOpen();
    settleSoon();
  },
  reset() { // more happened than was told
    for (const row of document.querySelectorAll("[data-row]")) touched.add(row.dataset.row);
    fresh.add("");
    if (open()) refreshOpen();
    settleSoon();
  },
  counts(numbers) {
    for (const [key, number] of Object.entries(numbers)) {
      const place = document.querySelector(`[data-count="${CSS.escape(key)}"]`);
      if (!place) continue;
      place.textContent = String(number);
      place.toggleAttribute("data-urgent", key === "breaching" && number !== 0);
    }
  },
  present({ presence }) {
    const here = new Map(presence.map(({ conversation_id: id, people }) => [String(id), people]));
    for (const row of document.querySelectorAll("[data-row]")) here.has(row.dataset.row) || here.set(row.dataset.row, []);
    if (open() && !here.has(open().dataset.conversation)) here.set(open().dataset.conversation, []);
    for (const [id, people] of here) face(id, people);
  },
  presence({ conversation_id: id, people }) { face(id, people); },
};

function face(id, people) {
  const others = people.filter((person) => String(person.user_id) !== root.dataset.me);
  const places = [rowOf(id)?.querySelector("[data-viewers]")];
  if (isOpen(id)) places.push(document.querySelector("#viewers"));
  for (const place of places) place?.replaceChildren(...others.map(draw));
}

function draw(person) {
  const mark = document.createElement("span");
  mark.className = "face";
  mark.dataset.tone = person.tone;
  mark.dataset.mode = person.composing ? "composing" : "viewing";
  mark.textContent = person.initials;
  mark.title = `${person.name} ${person.composing ? "is writing" : "is here"}`;
  mark.setAttribute("role", "img");
  mark.setAttribute("aria-label", mark.title);
  return mark;
}

function settleSoon() {
  clearTimeout(soon);
  soon = setTimeout(settle, 250);
}

// Which of the conversations that were touched belong to this list now, and how do their rows look?
async function settle() {
  const ids = [...touched].slice(0, mostAsked);
  for (const id of ids) touched.delete(id);
  if (ids.length) {
    try {
      const answer = await fetch(withValue(root.dataset.rowsUrl, "only", ids.join(",")), { headers: { "HX-Request": "true", ...unasked } });
      if (answer.ok) place(ids, await answer.text());
    } catch {
      for (const id of ids) touched.add(id); // no connection: asked again with the next news
    }
  }
  if (fresh.size) announce();
  if (ids.length === mostAsked && touched.size) settleSoon();
}

function place(ids, text) {
  const page = document.createElement("template");
  page.innerHTML = text;
  for (const id of ids) {
    const now = page.content.querySelector(`#row-${CSS.escape(id)}`), row = rowOf(id);
    if (row?.querySelector(".htmx-request")) { touched.add(id); settleSoon(); } // it is being opened: afterwards
    else if (row && now) exchange(row, now);
    else if (row) leave(row);
    else if (now) fresh.add(id);
    else fresh.delete(id);
  }
}

// No longer of this view: struck out, until the list is renewed.
function leave(row) {
  row.dataset.left = "";
  row.querySelector(".row-link").title = "No longer in this list";
}

function exchange(row, now) {
  const held = row.contains(document.activeElement), ticked = row.querySelector(".row-pick input")?.checked;
  const id = row.dataset.row, hidden = row.hidden;
  window.htmx.swap(row, now.outerHTML, { swapStyle: "outerHTML" });
  const renewed = rowOf(id);
  if (!renewed) return;
  renewed.hidden = hidden; // an act that is not answered yet
  if (isOpen(id)) document.dispatchEvent(new CustomEvent("rapport:mark", { detail: id }));
  if (ticked) renewed.querySelector(".row-pick input").checked = true;
  if (held) renewed.querySelector(".row-link").focus({ preventScroll: true });
}

function announce() {
  const bar = document.querySelector("#new-bar"), list = document.querySelector("#rows-scroll");
  for (const id of fresh) if (id && rowOf(id)) fresh.delete(id); // the list was renewed meanwhile
  if (!fresh.size) { bar.hidden = true; return; }
  const busy = document.querySelector(".row-pick input:checked") || list?.matches(":hover") || list?.contains(document.activeElement);
  if (list?.querySelector(".htmx-request")) { settleSoon(); return; }
  if (list && list.scrollTop < 8 && !busy) { renew({ headers: unasked }); return; }
  bar.querySelector("[data-fresh]").textContent = fresh.has("") ? "New" : `${fresh.size} new`;
  bar.hidden = false;
}

async function renew({ toTop = true, headers = {} } = {}) {
  const list = document.querySelector("#rows-scroll"), rows = list.querySelector("#rows");
  let held = "";
  // Asked when the answer is there and not before: somebody may walk on while it is under way. Given back in the same
  // breath: a key that is pressed between the two would begin at the top of the list.
  const hold = (event) => {
    if (event.target === rows && rows.contains(document.activeElement)) held = document.activeElement.closest("[data-row]")?.dataset.row;
  };
  const giveBack = (event) => {
    if (event.target !== rows) return;
    if (toTop) list.scrollTop = 0;
    if (held) (rowOf(held) ?? list.querySelector("[data-row]"))?.querySelector(".row-link").focus({ preventScroll: toTop });
  };
  fresh.clear();
  document.querySelector("#new-bar").hidden = true;
  rows.addEventListener("htmx:beforeSwap", hold);
  rows.addEventListener("htmx:afterSwap", giveBack);
  await window.htmx.ajax("GET", root.dataset.rowsUrl, { target: "#rows", swap: "innerHTML", headers });
  rows.removeEventListener("htmx:beforeSwap", hold);
  rows.removeEventListener("htmx:afterSwap", giveBack);
  list.querySelector(":scope > .empty")?.toggleAttribute("hidden", Boolean(list.querySelector("[data-row]")));
  if (fresh.size) announce();
}

// The thread and the head are renewed; what is being written stays, and so does a menu that stands open.
// Whoever is writing has not read what comes in now: what the answer says it has seen stays as it was.
const isBusy = (here) => here.querySelector(".talk-head [popover]:popover-open, .htmx-request"); // htmx needs what asks to stay

async function refreshOpen() {
  clearTimeout(later);
  const here = open();
  if (!here) return;
  if (isBusy(here)) { later = setTimeout(refreshOpen, 300); return; }
  const answer = await fetch(withValue(here.dataset.url, "part", "thread"), { headers: { "HX-Request": "true", ...unasked } }).catch(() => null);
  const text = answer?.status === 200 ? await answer.text() : "";
  if (!text || open() !== here) return;
  if (isBusy(here)) { later = setTimeout(refreshOpen, 300); return; }
  const key = document.activeElement.closest(".talk-head [data-key]")?.dataset.key;
  const seen = here.querySelector("#reply-text")?.value.trim() && here.querySelector("[name=last_seen]").value;
  window.htmx.swap("#thread", text, { swapStyle: "outerHTML" });
  if (seen) here.querySelector("[name=last_seen]").value = seen;
  if (key) here.querySelector(`.talk-head [data-key="${CSS.escape(key)}"]`)?.focus();
  document.dispatchEvent(new CustomEvent("rapport:changed"));
}

function heartbeat() {
  const here = open();
  if (!here || document.hidden) return;
  const mode = performance.now() < composingUntil ? "composing" : "viewing";
  const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
  const headers = { "X-CSRFToken": token, ...(mode === "viewing" ? unasked : {}) };
  fetch(here.dataset.presenceUrl, { method: "POST", headers, body: new URLSearchParams({ mode }), keepalive: true }).then(({ status }) => {
    if (status === 401 || status === 204) document.dispatchEvent(new CustomEvent(status === 401 ? "rapport:signed-out" : "rapport:signed-in"));
  }).catch(() => {});
}

if (root && "EventSource" in window) {
  listen();
  setInterval(heartbeat, beat);
  heartbeat();
  document.addEventListener("rapport:composing", () => {
    const began = performance.now() >= composingUntil;
    composingUntil = performance.now() + 2 * beat;
    if (began) heartbeat();
  });
  document.addEventListener("rapport:sent", () => { composingUntil = 0; heartbeat(); });
  document.addEventListener("htmx:afterSwap", (event) => { if (event.target.id === "conversation") heartbeat(); });
  document.querySelector("#new-bar button")?.addEventListener("click", () => renew());
  document.addEventListener("rapport:renew", () => renew({ toTop: false }));
  document.addEventListener("visibilitychange", () => {
    clearTimeout(hiding);
    if (!document.hidden) { if (!stream || stream.readyState === EventSource.CLOSED) listen(); heartbeat(); return; }
    hiding = setTimeout(() => { stream?.close(); show("off"); }, 20000);
  });
  window.addEventListener("pagehide", () => stream?.close());
  window.addEventListener("pageshow", (event) => { if (event.persisted) listen(); });
}

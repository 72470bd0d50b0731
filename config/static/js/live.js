// Live updates. One stream of events, resumed from the last one seen; nothing that is being read moves.
//
//   conversation {"id": 12, "what": "arrived" | "changed" | "left"}   a row, and the thread if it is open
//   counts       {"mine": 4, ...}                                     the menu
//   presence     {"id": 12, "faces": [{"id", "name", "initials", "tone", "mode"}]}
//
// The stream is closed while the page is hidden: browsers allow six of them per host.

const root = document.querySelector("[data-stream]");
const word = document.querySelector("#live");
const beat = 10000;
const said = { live: "Live", lost: "Reconnecting", off: "Paused" };
let stream = null, cursor = root?.dataset.cursor ?? "", wait = 1000, again = 0, hiding = 0;
let composingUntil = 0;
const fresh = new Set(), changed = new Set();
let soon = 0;

const rowOf = (id) => document.querySelector(`#row-${CSS.escape(String(id))}`);
const open = () => document.querySelector("[data-conversation]");
const withValue = (url, name, value) => `${url}${url.includes("?") ? "&" : "?"}${name}=${encodeURIComponent(value)}`;

function show(state) {
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
    show("lost");
    if (stream.readyState !== EventSource.CLOSED) return; // the browser tries again by itself, with the last id
    again = setTimeout(listen, wait);
    wait = Math.min(wait * 2, 30000);
  };
  for (const [name, hear] of Object.entries(heard)) {
    stream.addEventListener(name, (event) => { cursor = event.lastEventId || cursor; hear(JSON.parse(event.data)); });
  }
}

const heard = {
  conversation({ id, what }) {
    if (String(id) === open()?.dataset.conversation) refreshOpen();
    if (rowOf(id)) changed.add(id);
    else if (what === "arrived") fresh.add(id);
    clearTimeout(soon);
    soon = setTimeout(settle, 250);
  },
  counts(numbers) {
    for (const [key, number] of Object.entries(numbers)) {
      const place = document.querySelector(`[data-count="${CSS.escape(key)}"]`);
      if (place) place.textContent = number || "";
    }
  },
  presence({ id, faces }) {
    const others = faces.filter((face) => String(face.id) !== root.dataset.me);
    const places = [rowOf(id)?.querySelector("[data-viewers]")];
    if (String(id) === open()?.dataset.conversation) places.push(document.querySelector("#viewers"));
    for (const place of places) place?.replaceChildren(...others.map(draw));
  },
};

function draw(face) {
  const mark = document.createElement("span");
  mark.className = "face";
  mark.dataset.tone = face.tone;
  mark.dataset.mode = face.mode;
  mark.textContent = face.initials;
  mark.title = `${face.name} ${face.mode === "composing" ? "is writing" : "is here"}`;
  mark.setAttribute("role", "img");
  mark.setAttribute("aria-label", mark.title);
  return mark;
}

async function settle() {
  for (const id of [...changed]) {
    changed.delete(id);
    await refreshRow(id);
  }
  if (fresh.size) announce();
}

async function refreshRow(id) {
  const answer = await fetch(withValue(root.dataset.rowsUrl, "only", id), { headers: { "HX-Request": "true" } });
  const row = rowOf(id);
  if (!answer.ok || !row) return;
  if (answer.status === 204) { row.dataset.left = ""; return; } // no longer of this view: pale, until the list is renewed
  const held = row.contains(document.activeElement), ticked = row.querySelector(".row-pick input")?.checked;
  window.htmx.swap(row, await answer.text(), { swapStyle: "outerHTML" });
  const renewed = rowOf(id);
  if (!renewed) return;
  if (ticked) renewed.querySelector(".row-pick input").checked = true;
  if (held) renewed.querySelector(".row-link").focus();
}

function announce() {
  const list = document.querySelector("#rows-scroll");
  const busy = document.querySelector(".row-pick input:checked") || list?.matches(":hover") || list?.contains(document.activeElement);
  if (list && list.scrollTop < 8 && !busy) { renew(); return; }
  const bar = document.querySelector("#new-bar");
  bar.querySelector("[data-fresh]").textContent = `${fresh.size} new`;
  bar.hidden = false;
}

async function renew() {
  fresh.clear();
  document.querySelector("#new-bar").hidden = true;
  await window.htmx.ajax("GET", root.dataset.rowsUrl, { target: "#rows", swap: "innerHTML" });
  document.querySelector("#rows-scroll").scrollTop = 0;
}

// The thread and the head are renewed; what is being written stays.
function refreshOpen() {
  const url = open().dataset.url;
  window.htmx.ajax("GET", withValue(url, "part", "thread"), { target: "#thread", swap: "outerHTML" });
}

function heartbeat() {
  const here = open();
  if (!here || document.hidden) return;
  const mode = performance.now() < composingUntil ? "composing" : "viewing";
  const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
  fetch(here.dataset.presenceUrl, { method: "POST", headers: { "X-CSRFToken": token }, body: new URLSearchParams({ mode }), keepalive: true }).catch(() => {});
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
  document.addEventListener("htmx:afterSwap", (event) => { if (event.target.id === "conversation") heartbeat(); });
  document.querySelector("#new-bar button")?.addEventListener("click", renew);
  document.addEventListener("visibilitychange", () => {
    clearTimeout(hiding);
    if (!document.hidden) { if (!stream || stream.readyState === EventSource.CLOSED) listen(); heartbeat(); return; }
    hiding = setTimeout(() => { stream?.close(); show("off"); }, 20000);
  });
  window.addEventListener("pagehide", () => stream?.close());
}

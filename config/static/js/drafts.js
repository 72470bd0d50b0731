// The draft of a reply on its way to the server. A draft is saved 600 ms after the last key and at least every two
// seconds while somebody types; one request is under way at a time, and what fails is tried again with growing pauses.
// Every save names the version it was written from (inbox/actions/draft.py), so no text is replaced unseen.
//
// States that composer.js shows: saving, saved, offline, failing, refused, signed-out, conflict, unsent; "replaced" says
// that another text belongs into the field.

import { drop, keep, know, known, person, recall } from "./kept.js";
import { renewToken, token } from "./session.js";

const pause = 600, longest = 2000, patience = 15000, firstPause = 1000, longestPause = 30000;

const all = new Map(); // conversation → Draft

// Versions are DRAFT-NUMBER (inbox/models/draft.py). Of two drafts, or where there is none, nothing can be said.
function isOlder(version, than) {
  const [draft, number] = version.split("-"), [other, later] = than.split("-");
  return version !== "" && draft === other && Number(number) < Number(later);
}

export class Draft {
  constructor(id, url) {
    Object.assign(this, { id, url, text: "", saved: "", version: "", attempted: [], conflict: null, state: "" });
    Object.assign(this, { timer: 0, since: 0, wait: firstPause, underWay: null, isKept: true });
    this.sending = null; // { key, text, open }: a reply that was asked for; open while its request is under way
  }

  get isDirty() { return this.text !== this.saved; }

  get what() { return `reply-${this.id}`; }

  write(text) {
    this.text = text;
    this.remember();
    if (this.state === "refused") this.state = "";
    this.schedule();
  }

  remember() {
    if (!this.isDirty && !this.sending) { drop(this.what); return; }
    const { text, version, attempted, sending } = this;
    this.isKept = keep(this.what, { text, version, attempted, sending });
  }

  schedule(after = pause) {
    if (this.conflict || !this.isDirty) return;
    const now = performance.now();
    this.since ||= now;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), Math.max(0, Math.min(after, this.since + longest - now)));
  }

  tell(state, detail = "") {
    this.state = state;
    document.dispatchEvent(new CustomEvent("rapport:draft", { detail: { draft: this, state, text: detail } }));
  }

  // Resolves when nothing of it is under way any more. `anew` asks the server even if nothing was typed.
  async save({ anew = false } = {}) {
    clearTimeout(this.timer);
    if (this.sending) return this.sending.open ? undefined : this.ask();
    if (this.underWay) { await this.underWay; return this.isDirty ? this.save() : undefined; }
    if (this.conflict || !this.isDirty && !anew || this.state === "refused") return undefined;
    this.since = 0;
    this.underWay = this.attempt().finally(() => { this.underWay = null; });
    return this.underWay;
  }

  body(text = this.text) {
    return new URLSearchParams({ csrfmiddlewaretoken: token(), text, draft_version: this.version, writer: person });
  }

  async post(body) {
    const stop = new AbortController(), timer = setTimeout(() => stop.abort(), patience);
    try {
      return await fetch(this.url, { method: "POST", headers: { "X-CSRFToken": token() }, body, signal: stop.signal });
    } catch { return null; } finally { clearTimeout(timer); }
  }

  async attempt(again = true) {
    const text = this.text;
    this.attempted = [...this.attempted.filter((one) => one !== text), text].slice(-5);
    this.remember();
    if (this.isDirty) this.tell("saving");
    const answer = await this.post(this.body(text));
    if (answer?.ok) return this.took(text, answer.headers.get("Draft-Version") ?? "", await answer.text().catch(() => ""));
    const renewed = answer?.status === 403 && again ? await renewToken() : "";
    if (renewed === "renewed") return this.attempt(false);
    const isOut = answer?.status === 401 || renewed === "out";
    if (answer?.status === 409) return this.clash(await answer.json().catch(() => null));
    if (answer && !isOut && answer.status < 500 && ![408, 429].includes(answer.status)) {
      const isPlain = answer.headers.get("Content-Type")?.startsWith("text/plain");
      return this.tell("refused", isPlain ? await answer.text() : "");
    }
    if (isOut) document.dispatchEvent(new CustomEvent("rapport:signed-out"));
    this.tell(isOut ? "signed-out" : answer ? "failing" : "offline");
    return this.later();
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), this.wait * (0.75 + Math.random() / 2));
    this.wait = Math.min(this.wait * 2, longestPause);
  }

  took(text, version, gates) {
    Object.assign(this, { saved: text, version, attempted: [], wait: firstPause });
    know(this.what, version);
    this.remember();
    document.dispatchEvent(new CustomEvent("rapport:signed-in"));
    this.tell("saved", gates);
    this.schedule();
  }

  // The server has another text than this one was written from.
  clash(newer) {
    if (!newer) { this.tell("failing"); this.later(); return; }
    this.version = newer.version;
    this.saved = newer.text;
    if (!this.isDirty) { this.took(newer.text, newer.version, ""); return; }
    if (this.attempted.includes(newer.text)) { // our own save, whose answer was lost
      this.remember();
      this.schedule(0);
      return;
    }
    this.conflict = newer;
    this.remember();
    this.tell("conflict");
  }

  // Another text stands in the field, on purpose; what it replaces is filed with the earlier versions.
  choose(text) {
    const theirs = this.conflict;
    this.conflict = null;
    for (const dropped of [this.text, theirs.text]) if (!text.includes(dropped.trim())) this.setAside(dropped);
    this.version = theirs.version;
    this.saved = theirs.text;
    this.text = text;
    this.state = "";
    this.remember();
    if (this.isDirty) this.schedule(0);
    else this.tell("saved");
  }

  // The text is about to be replaced by its writer's choice: filed, so that it can be got back.
  setAside(text = this.text) {
    if (!text.trim()) return;
    const body = this.body(text);
    body.set("aside", "1");
    this.post(body);
  }

  // The page goes away or another conversation comes: handed to the browser, which sends it after the page has gone.
  handOver() {
    if (!this.isDirty || this.conflict || this.sending || this.state === "refused") return;
    this.attempted = [...this.attempted.filter((one) => one !== this.text), this.text].slice(-5);
    this.remember();
    navigator.sendBeacon(this.url, this.body());
  }

  // What the server shows beside what is kept here. Returns the text for the field. A page that was drawn while a save
  // was under way may show an older text than the server has by now: then the server is asked again.
  reconcile(shown) {
    const kept = this.isDirty || this.sending ? this : recall(this.what), last = known(this.what);
    if (!kept && last && last !== shown.version) { this.agree(shown); this.freshen(); return shown.text; }
    if (!kept) return this.agree(shown);
    if (kept.version === last && isOlder(shown.version, last)) shown = { ...shown, version: last };
    if (kept.sending) return this.unsettled(kept, shown);
    if (kept.text === shown.text) return this.agree(shown);
    const isKnown = shown.version === kept.version || kept.attempted.includes(shown.text);
    if (isKnown || !shown.text || kept.text.startsWith(shown.text)) return this.resume(kept, shown, kept.text);
    if (shown.text.startsWith(kept.text)) return this.agree(shown);
    this.resume(kept, shown, kept.text);
    this.conflict = { ...shown };
    this.remember();
    return this.text;
  }

  // A reply was asked for, and no answer came before the page or the line was lost. Asked before anything else is done.
  unsettled(kept, shown) {
    this.resume(kept, shown, kept.text);
    this.sending.open = false;
    return this.text;
  }

  agree({ text, version }) {
    clearTimeout(this.timer);
    know(this.what, version);
    Object.assign(this, { text, saved: text, version, attempted: [], conflict: null, sending: null, state: "" });
    this.remember();
    return text;
  }

  resume(kept, shown, text) {
    Object.assign(this, { text, saved: shown.text, version: shown.version, attempted: kept.attempted ?? [], sending: kept.sending ?? null, conflict: null });
    this.remember();
    this.schedule(0);
    return text;
  }

  // Did the reply arrive? If so its words are in the thread; what was typed after them stays.
  async ask() {
    clearTimeout(this.timer);
    const sent = this.sending, now = await this.read(sent.key);
    if (this.sending !== sent || sent.open) return;
    if (!now) { this.tell("unsent"); this.later(); return; }
    this.settle(now.sent, now);
  }

  settle(wasSent, now) {
    const { text } = this.sending;
    this.sending = null;
    if (!wasSent) { this.remember(); this.state = ""; this.schedule(0); return; }
    const rest = this.text.startsWith(text) ? this.text.slice(text.length).trimStart() : this.text;
    this.resume({ attempted: [] }, now, rest);
    if (!this.isDirty) this.agree(now);
    this.tell("replaced");
  }

  async read(key = "") {
    const answer = await fetch(`${this.url}?sent=${key}`).catch(() => null);
    if (answer?.status === 401) document.dispatchEvent(new CustomEvent("rapport:signed-out"));
    return answer?.ok ? answer.json().catch(() => null) : null;
  }

  // Back after an absence: another window may have saved meanwhile.
  async freshen() {
    if (this.isDirty || this.sending) { this.wait = firstPause; this.save(); return; }
    const now = await this.read();
    if (now) document.dispatchEvent(new CustomEvent("rapport:signed-in"));
    if (!now || this.isDirty || this.underWay || this.sending || now.version === this.version) return;
    this.agree(now);
    this.tell("replaced");
  }
}

export function draftOf(id, url) {
  if (!all.has(id)) all.set(id, new Draft(id, url));
  return all.get(id);
}

const each = (act) => { for (const draft of all.values()) act(draft); };

window.addEventListener("pagehide", () => each((draft) => draft.handOver()));
window.addEventListener("online", () => each((draft) => { draft.wait = firstPause; draft.save(); }));
document.addEventListener("visibilitychange", () => each((draft) => { if (document.hidden) draft.handOver(); }));

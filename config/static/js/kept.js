// What people type is kept in this browser until the server has it.
//
// sessionStorage: a copy for this tab. It survives a reload, the way through the sign-in, and a restored tab.
// localStorage: a second copy in case the tab is closed or the browser dies. Only what is not saved yet stands there,
// for at most twelve hours (a visit lasts no longer), and signing out removes both.
// Keys: rapport-kept:PERSON:WHAT, in localStorage with :TAB behind it, because two tabs may hold two texts.

const prefix = "rapport-kept:";
const hours = 12;
export const person = document.body.dataset.person || "0";

const stores = ["sessionStorage", "localStorage"].map((name) => {
  try { return window[name]; } catch { return null; } // switched off
});
const [near, far] = stores;

function tabName() {
  try {
    const known = near.getItem("rapport-tab") || crypto.getRandomValues(new Uint32Array(2)).join("");
    near.setItem("rapport-tab", known);
    return known;
  } catch { return "0"; }
}
const tab = tabName();
const nearKey = (what) => `${prefix}${person}:${what}`;
const farKey = (what) => `${nearKey(what)}:${tab}`;

// Says whether at least one copy is kept: a full or forbidden storage must not be told as safe.
export function keep(what, record) {
  const text = JSON.stringify({ ...record, at: Date.now() });
  const put = (store, key) => { try { store.setItem(key, text); return true; } catch { return false; } };
  const here = put(near, nearKey(what));
  return put(far, farKey(what)) || here;
}

export function drop(what) {
  for (const [store, key] of [[near, nearKey(what)], [far, farKey(what)]]) {
    try { store.removeItem(key); } catch { /* then nothing was kept there either */ }
  }
}

const parsed = (text) => {
  try { const record = JSON.parse(text); return record && typeof record.text === "string" ? record : null; } catch { return null; }
};
const keysOf = (store) => { try { return Object.keys(store).filter((key) => key.startsWith(prefix)); } catch { return []; } };

// This tab's own text; else the newest of a tab that is gone, which is taken over.
export function recall(what) {
  try {
    const own = parsed(near.getItem(nearKey(what))) ?? parsed(far.getItem(farKey(what)));
    if (own) return own;
  } catch { return null; }
  const others = keysOf(far).filter((key) => key.startsWith(`${nearKey(what)}:`));
  const found = others.map((key) => ({ key, record: parsed(far.getItem(key)) })).filter(({ record }) => record);
  const newest = found.sort((one, other) => other.record.at - one.record.at)[0];
  if (!newest) return null;
  if (keep(what, newest.record) && newest.key !== farKey(what)) far.removeItem(newest.key);
  return newest.record;
}

// The version that the server took last from this tab. A page that was asked for before then shows an older one.
const knownPrefix = "rapport-known:";
const knownKey = (what) => `${knownPrefix}${person}:${what}`;
export const known = (what) => { try { return near.getItem(knownKey(what)) ?? ""; } catch { return ""; } };
export function know(what, version) {
  try { if (version) near.setItem(knownKey(what), version); else near.removeItem(knownKey(what)); } catch { /* then pages are believed */ }
}

export const holdsAnything = () => [near, far].some((store) => keysOf(store).some((key) => key.startsWith(`${prefix}${person}:`)));

export function forgetAll() {
  for (const store of stores) for (const key of keysOf(store)) store.removeItem(key);
  try { for (const key of Object.keys(near)) if (key.startsWith(knownPrefix)) near.removeItem(key); } catch { /* none */ }
}

function forgetOld() {
  const oldest = Date.now() - hours * 3600000;
  for (const store of stores) {
    for (const key of keysOf(store)) if (!(parsed(store.getItem(key))?.at > oldest)) store.removeItem(key);
  }
}
forgetOld();

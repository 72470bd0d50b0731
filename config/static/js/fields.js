// Longer fields that have no draft on the server (a note, why something is escalated): data-keep on the field. What is typed
// is kept in this browser (kept.js) until its form has been taken, and stands in the field again after a reload.

import { drop, keep, recall } from "./kept.js";

const nameOf = (field) => `field:${new URL(field.form.action, location.href).pathname}:${field.name}`;
const fieldsOf = (root) => root.querySelectorAll?.("[data-keep]") ?? [];

function restore(root) {
  for (const field of fieldsOf(root)) {
    const kept = field.value === field.defaultValue && recall(nameOf(field));
    if (!kept || kept.text === field.value || field.value.includes(kept.text)) continue;
    field.value = field.value ? `${kept.text}\n${field.value}` : kept.text;
    const mode = field.dataset.keep && document.querySelector(field.dataset.keep);
    if (mode && !document.querySelector("#reply-text")?.value) mode.checked = true;
  }
}

document.addEventListener("input", (event) => {
  if (!event.target.matches?.("[data-keep]")) return;
  if (event.target.value) keep(nameOf(event.target), { text: event.target.value });
  else drop(nameOf(event.target));
});
document.addEventListener("htmx:beforeSwap", (event) => {
  const form = event.detail.requestConfig?.elt;
  if (event.detail.xhr.status !== 200 || !form?.matches?.("form")) return;
  for (const field of fieldsOf(form)) {
    const sent = event.detail.requestConfig.parameters?.[field.name];
    if (sent === undefined || field.value === sent) drop(nameOf(field));
  }
});
document.addEventListener("htmx:afterSettle", () => restore(document));
restore(document);

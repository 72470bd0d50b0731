// What the browser says when a passkey did not come about, as a sentence on the page.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const gaveUp = ["NotAllowedError", "AbortError"].includes(event.detail.exception?.name);
  const text = gaveUp ? "The passkey was not used. Try again, or sign in another way." : "This browser could not use a passkey here. Sign in another way.";
  document.dispatchEvent(new CustomEvent("rapport:toast", { detail: { text, trouble: true } }));
});

// Light, dark, or as the system says: remembered here, and set before the first paint.
// A classic script in the head: it blocks for a moment so that nothing flashes.
(() => {
  const key = "rapport-theme";
  const root = document.documentElement;

  const read = () => {
    try { return localStorage.getItem(key) || ""; } catch { return ""; } // storage may be switched off
  };
  const show = (theme) => {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    else delete root.dataset.theme;
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === theme));
    }
  };
  const choose = (theme) => {
    try { localStorage.setItem(key, theme); } catch { /* shown all the same, for this page */ }
    show(theme);
  };

  show(read());
  document.addEventListener("DOMContentLoaded", () => show(read()));
  window.addEventListener("storage", (event) => { if (event.key === key) show(event.newValue || ""); });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-theme-choice]");
    if (button) choose(button.dataset.themeChoice);
  });
})();

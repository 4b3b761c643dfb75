"use strict";
(() => {
  const root = document.documentElement;
  const buttons = [...document.querySelectorAll(".lang button")];

  const keep = (language) => {
    try { localStorage.setItem("language", language); } catch { /* not every file:// page may */ }
  };

  const show = (language) => {
    root.dataset.lang = language;
    root.lang = language === "zh" ? "zh-Hans" : "en";
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.to === language));
    document.dispatchEvent(new Event("language"));
  };

  let kept = null;
  try { kept = localStorage.getItem("language"); } catch { /* as above */ }
  for (const button of buttons) {
    button.addEventListener("click", () => { keep(button.dataset.to); show(button.dataset.to); });
  }
  // A page for one student speaks the notebook's language, any other that of whoever reads it.
  const own = "ofReader" in root.dataset && /^zh\b/i.test(navigator.language) ? "zh" : root.dataset.lang;
  show(kept === "zh" || kept === "en" ? kept : own);
})();

"use strict";
// A derivation shows its first line, and one more whenever it is asked; on paper it is whole.
document.addEventListener("DOMContentLoaded", () => {
  for (const lines of document.querySelectorAll("main .steps")) {
    const items = [...lines.children];
    const next = () => items.find((item) => item.hidden);
    const buttons = document.createElement("p");
    const button = (name, act) => {
      const made = document.createElement("button");
      made.type = "button";
      made.textContent = name;
      made.addEventListener("click", () => { act(); tell(); });
      buttons.append(made, " ");
      return made;
    };
    const fold = () => items.forEach((item, k) => { item.hidden = k > 0; });
    const on = button("Show the next line", () => { if (next()) next().hidden = false; else fold(); });
    const all = button("Show all", () => items.forEach((item) => { item.hidden = false; }));
    const tell = () => {
      if (!next() && document.activeElement === all) on.focus();          // before the button with the focus goes
      on.textContent = next() ? "Show the next line" : "Start again";
      all.hidden = !next();
    };
    lines.setAttribute("aria-live", "polite");
    buttons.className = "unfold";
    lines.after(buttons);
    fold();
    tell();
  }

  // What is closed is opened for the printer, and closed again.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    opened.forEach((part) => { part.open = true; });
  });
  addEventListener("afterprint", () => opened.forEach((part) => { part.open = false; }));
});

"use strict";
// What is too wide for the screen can be scrolled by keyboard, too.
function letScroll() {
  for (const wide of document.querySelectorAll(".equation, .wide, pre")) {
    if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0; else wide.removeAttribute("tabindex");
  }
}
document.addEventListener("DOMContentLoaded", letScroll);
addEventListener("resize", letScroll);
document.addEventListener("toggle", letScroll, true);
document.addEventListener("click", letScroll);

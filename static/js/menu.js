// Menus are drawn aside on a narrow screen: the page one is on is in sight from the start. Without this file they can be drawn.
"use strict";
// Once all is laid out: asked for before, places would have to be counted in the middle of loading.
addEventListener("load", () => {
  for (const here of document.querySelectorAll(":is(.nav, .mine-nav ul) [aria-current]")) {
    const menu = here.closest("ul");
    menu.scrollLeft += here.getBoundingClientRect().left - menu.getBoundingClientRect().left - 40;
  }
});

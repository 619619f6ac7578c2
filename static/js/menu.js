// Menus are drawn aside on a narrow screen: the page one is on is in sight from the start. Without this file they can be drawn.
"use strict";
for (const here of document.querySelectorAll(":is(.nav, .mine-nav ul) [aria-current]")) {
  const menu = here.closest("ul");
  menu.scrollLeft += here.getBoundingClientRect().left - menu.getBoundingClientRect().left - 40;
}

// What waits until a page is laid out. Without this file menus can be drawn, and far rows are laid out when one comes near.
"use strict";
const idle = window.requestIdleCallback ?? ((act, { timeout }) => setTimeout(act, timeout));
addEventListener("load", () => idle(() => {
  // Menus are drawn aside on a narrow screen: the page one is on is in sight from the start.
  for (const here of document.querySelectorAll(":is(.nav, .mine-nav ul) [aria-current]")) {
    const menu = here.closest("ul");
    menu.scrollLeft += here.getBoundingClientRect().left - menu.getBoundingClientRect().left - 40;
  }
  // Rows far below, a few at a time: nobody waits for them.
  const far = [...document.querySelectorAll(".chart > .chart-row:nth-child(n + 16)")];
  const lay = () => {
    for (const row of far.splice(0, 3)) row.classList.add("laid");
    if (far.length) idle(lay, { timeout: 60 });
  };
  lay();
}, { timeout: 300 }));

// What was just done is told at the foot of the window; a press on ×, or Escape, puts it away.
"use strict";
const toast = () => document.getElementById("toast");
document.addEventListener("click", (event) => {
  if (event.target.closest(".toast-close")) toast().replaceChildren();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") toast()?.replaceChildren();
});

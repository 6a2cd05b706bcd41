"use strict";
// Keys only: every page works without this file.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea");
  if (event.ctrlKey || event.metaKey || event.altKey || typing) return;
  if (event.key === "/") {
    const search = document.querySelector("[data-key='/']");
    if (search) { event.preventDefault(); search.focus(); search.select(); }
    return;
  }
  const open = [...document.querySelectorAll("a.open")];
  if ((event.key === "j" || event.key === "k") && open.length) {
    const here = open.indexOf(document.activeElement);
    const step = event.key === "j" ? 1 : -1;
    open[Math.min(open.length - 1, Math.max(0, here < 0 ? 0 : here + step))].focus();
  } else if (event.key === "n" || event.key === "p") {
    const link = document.querySelector(event.key === "n" ? "a[rel=next]" : "a[rel=prev]");
    if (link) link.click();
  }
});

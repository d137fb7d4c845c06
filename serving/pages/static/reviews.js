"use strict";

// The keys of the review queue: everything they do, a link or a button of the page does too.

const list = document.getElementById("groups");
const dialog = document.getElementById("keys");
const MOVES = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

if (list) {
  const open = () => [...list.querySelectorAll(".group:not(.done)")];
  const present = () => document.activeElement?.closest?.(".group") ?? null;

  const go = (group) => {
    group?.focus();
    group?.scrollIntoView({ block: "nearest" });
  };

  const move = (by) => {
    const groups = open();
    const at = groups.indexOf(present());
    go(groups[at < 0 ? 0 : Math.min(Math.max(at + by, 0), groups.length - 1)]);
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || dialog.open) return;
    if (event.key !== "Escape" && event.target.closest("input, select, textarea")) return;
    const group = present();
    if (event.key === "?") dialog.showModal();
    else if (event.key in MOVES) move(MOVES[event.key]);
    else if (event.key === "Escape" && group) {
      group.querySelector(".decision")?.replaceChildren();
      go(group);
    } else if (group && (event.key !== "Enter" || event.target === group)) {
      const button = group.querySelector(`[data-key="${CSS.escape(event.key)}"]:not(:disabled)`);
      if (!button) return;
      button.click();
    } else return;
    event.preventDefault();
  });

  // After a decision the next goods are at hand; if none are left, the page says so anew.
  document.addEventListener("htmx:afterSettle", (event) => {
    const done = event.detail.elt?.closest?.(".group.done");
    if (!done) return;
    const groups = [...list.children];
    const later = groups.slice(groups.indexOf(done)).find((group) => !group.classList.contains("done"));
    const next = later ?? open()[0];
    if (next) go(next);
    else window.location.reload();
  });
}

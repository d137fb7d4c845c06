"use strict";

// Small things that a page is better with, none of which it needs.

// A message of the last request goes as soon as another one is answered well.
document.addEventListener("htmx:beforeSwap", (event) => {
  const problem = document.getElementById("problem");
  if (problem && event.detail.target !== problem) problem.replaceChildren();
});

// A request that was not answered at all says so.
document.addEventListener("htmx:sendError", () => {
  const problem = document.getElementById("problem");
  const words = document.createElement("div");
  words.className = "refused";
  words.textContent = "The service did not answer. What you typed is still here: try again.";
  problem?.replaceChildren(words);
});

"use strict";

// A field whose fault the last answer told of is marked for those who hear the page.
document.addEventListener("htmx:afterSettle", () => {
  for (const fault of document.querySelectorAll("#try .fault")) {
    const input = document.getElementById(fault.id.replace(/-fault$/, ""));
    if (fault.textContent.trim()) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }
});

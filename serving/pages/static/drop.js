"use strict";

// Dropping a file anywhere on the drop zone, its name, and how far its upload is.

const zone = document.getElementById("drop");

if (zone) {
  const input = zone.querySelector("input[type=file]");
  const said = document.getElementById("drop-said");
  const progress = document.getElementById("drop-progress");

  const say = (words) => {
    said.textContent = words;
    said.hidden = false;
  };

  const start = () => {
    const file = input.files[0];
    if (!file) return;
    progress.hidden = true;
    if (file.size > Number(zone.dataset.maxBytes)) {
      say(`${file.name} is larger than what is taken here: split it, or have the limit raised.`);
      return;
    }
    say(`${file.name}: uploading …`);
    zone.requestSubmit();
  };

  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    zone.classList.add("over");
  });
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    if (event.dataTransfer.files.length > 1) {
      say("Drop one file at a time, or a ZIP of documents.");
    } else if (event.dataTransfer.files.length === 1) {
      input.files = event.dataTransfer.files;
      start();
    }
  });
  input.addEventListener("change", start);

  zone.addEventListener("htmx:xhr:progress", (event) => {
    if (!event.detail.lengthComputable) return;
    progress.hidden = false;
    progress.value = event.detail.loaded / event.detail.total;
    if (event.detail.loaded === event.detail.total) say("Uploaded: reading it …");
  });
  zone.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) return;
    progress.hidden = true;
    said.hidden = true;
    input.value = "";
  });
}

/* Small helpers for every page. Nothing here is needed for a page to work. */
"use strict";

(() => {
  const status = document.createElement("p");
  status.className = "vh";
  status.setAttribute("role", "status");
  const say = (words) => { status.textContent = words; };

  document.addEventListener("DOMContentLoaded", () => document.body.append(status));

  /* A page nobody sees must not ask the server every second. */
  document.addEventListener("htmx:before:request", (event) => {
    const source = event.detail.ctx?.sourceElement;
    const polls = source?.getAttribute?.("hx-trigger")?.includes("every");
    if (polls && document.hidden) event.preventDefault();
  });

  /* Without a connection htmx stays silent; a person should know why nothing moves. */
  let offline = null;
  document.addEventListener("htmx:error", (event) => {
    if (offline || !event.detail?.ctx) return;
    offline = document.createElement("p");
    offline.className = "offline-note";
    offline.setAttribute("role", "alert");
    offline.textContent = "No connection. What you see may be old.";
    document.body.append(offline);
  });
  document.addEventListener("htmx:after:request", () => {
    offline?.remove();
    offline = null;
  });

  document.addEventListener("click", (event) => {
    const target = event.target;
    if (!(target instanceof Element)) return;
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (!menu.contains(target)) menu.open = false;
    }
    const copy = target.closest("[data-copy]");
    if (copy) copyText(copy);
    const locate = target.closest("[data-locate]");
    if (locate) findMe(locate);
    if (target.closest("[data-print]")) window.print();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details[data-menu][open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary")?.focus();
  });

  document.addEventListener("change", (event) => {
    const input = event.target;
    if (input.matches?.("input[type=file][data-photo-preview]")) showPhotos(input);
  });

  async function copyText(button) {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      swapWords(button, "Copied");
    } catch {
      swapWords(button, "Copying is not allowed here");
    }
  }

  /* Changes a button's words for a moment; its picture stays. */
  function swapWords(button, words) {
    const last = [...button.childNodes].reverse().find((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    say(words);
    if (!last || button.dataset.busy) return;
    const before = last.data;
    button.dataset.busy = "1";
    last.data = words;
    setTimeout(() => {
      last.data = before;
      delete button.dataset.busy;
    }, 2500);
  }

  function findMe(button) {
    const [lat, lon] = button.dataset.locate.split(",").map((name) => document.querySelector(name));
    if (!navigator.geolocation || !lat || !lon) {
      noPosition(button, "This browser knows no position here. Type a place instead.");
      return;
    }
    noPosition(button, "");
    button.setAttribute("aria-busy", "true");
    say("Looking for your position");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        button.removeAttribute("aria-busy");
        lat.value = coords.latitude.toFixed(5);
        lon.value = coords.longitude.toFixed(5);
        for (const input of [lat, lon]) input.dispatchEvent(new Event("input", { bubbles: true }));
        const form = lat.form;
        if (!("locateSubmit" in button.dataset) || !form) return;
        // The place typed before would contradict the position.
        if (form.elements.q) form.elements.q.value = "";
        form.requestSubmit();
      },
      (error) => {
        button.removeAttribute("aria-busy");
        noPosition(button, error.code === error.PERMISSION_DENIED
          ? "Your browser may not share your position. Type a place, or move the map."
          : "Your position could not be found. Type a place, or move the map.");
      },
      { timeout: 10000, maximumAge: 60000 },
    );
  }

  /* Says beside the button why there is no position; empty words take that back. */
  function noPosition(button, words) {
    const note = button.dataset.locateNote && document.querySelector(button.dataset.locateNote);
    if (note) {
      note.textContent = words;
      note.hidden = !words;
    } else if (words) {
      say(words);
      button.title = words;
    }
    button.classList.toggle("is-refused", Boolean(words));
  }

  function showPhotos(input) {
    const box = document.querySelector(input.dataset.photoPreview);
    if (!box) return;
    for (const image of box.querySelectorAll("img[data-preview]")) {
      URL.revokeObjectURL(image.src);
      image.remove();
    }
    for (const file of input.files) {
      if (!file.type.startsWith("image/")) continue;
      const image = document.createElement("img");
      image.dataset.preview = "";
      image.alt = `Preview of ${file.name}`;
      image.src = URL.createObjectURL(file);
      box.append(image);
    }
  }
})();

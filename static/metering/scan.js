/* Reads the QR code on a charger's label with the camera.

   The browser's own decoder is used where there is one; else the vendored decoder is
   loaded, only here. A code is a public name and opens nothing by itself; still, only
   addresses of this site are followed, so that a false sticker leads nowhere.

   Markup: templates/_macros/scanner.html. */
"use strict";

(() => {
  const root = document.querySelector("[data-scanner]");
  if (!root) return;
  const CODE_PATH = /^\/u\/[A-Z2-7]{10}$/;
  const PAUSE_MS = 120;
  const video = root.querySelector("video");
  const status = root.querySelector("[data-scan-status]");
  const start = root.querySelector("[data-scan-start]");
  const torch = root.querySelector("[data-scan-torch]");
  let stream = null;
  let detector = null;
  let foreign = "";

  const say = (words) => { if (status.textContent !== words) status.textContent = words; };

  start.addEventListener("click", () => open());
  torch.addEventListener("click", () => switchTorch());
  document.addEventListener("visibilitychange", () => { if (document.hidden) close("Camera paused."); });
  window.addEventListener("pagehide", () => close(""));
  startIfAllowed();

  /* Who allowed the camera before should not have to tap again. */
  async function startIfAllowed() {
    try {
      const permission = await navigator.permissions.query({ name: "camera" });
      if (permission.state === "granted") open();
    } catch {
      // Some browsers cannot be asked; the button is there.
    }
  }

  async function open() {
    if (stream) return;
    if (!navigator.mediaDevices?.getUserMedia) {
      say("This browser gives no camera to this page. Type the code instead.");
      return;
    }
    start.hidden = true;
    say("Starting the camera…");
    try {
      stream = await navigator.mediaDevices.getUserMedia({
        audio: false,
        video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 960 } },
      });
      video.srcObject = stream;
      await video.play();
      detector = detector || await makeDetector();
    } catch (error) {
      close(whyNot(error));
      return;
    }
    offerTorch();
    say("Point the camera at the code.");
    look();
  }

  function close(words) {
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    video.srcObject = null;
    torch.hidden = true;
    start.hidden = false;
    if (words) say(words);
  }

  function whyNot(error) {
    if (error.name === "NotAllowedError") return "The camera is not allowed. Allow it, or type the code.";
    if (error.name === "NotFoundError") return "There is no camera here. Type the code instead.";
    if (error.name === "NotReadableError") return "Another app uses the camera. Close it and try again.";
    return "The camera could not be started. Type the code instead.";
  }

  async function makeDetector() {
    const wanted = { formats: ["qr_code"] };
    if ("BarcodeDetector" in window) {
      const formats = await window.BarcodeDetector.getSupportedFormats().catch(() => []);
      if (formats.includes("qr_code")) return new window.BarcodeDetector(wanted);
    }
    await loadScript(root.dataset.decoder);
    const library = window.BarcodeDetectionAPI;
    // Left to itself the library would fetch its WebAssembly part from elsewhere.
    library.prepareZXingModule({ overrides: { locateFile: () => root.dataset.wasm } });
    return new library.BarcodeDetector(wanted);
  }

  function loadScript(address) {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = address;
      script.onload = resolve;
      script.onerror = () => reject(new Error("decoder"));
      document.head.append(script);
    });
  }

  async function look() {
    if (!stream) return;
    try {
      if (video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) {
        const codes = await detector.detect(video);
        if (codes.some((code) => follow(code.rawValue))) return;
      }
    } catch {
      // A single bad frame is no reason to stop looking.
    }
    setTimeout(look, PAUSE_MS);
  }

  /* Opens the page of a code of ours; returns whether it did. */
  function follow(text) {
    const path = pathOf(text);
    if (!path) {
      if (text !== foreign) {
        foreign = text;
        say("This is not one of our labels. Nothing was opened.");
      }
      return false;
    }
    say("Found it. Opening…");
    navigator.vibrate?.(60);
    close("Found it. Opening…");
    window.location.assign(path);
    return true;
  }

  function pathOf(text) {
    try {
      const address = new URL(text);
      const ours = [window.location.origin, root.dataset.origin];
      const plain = !address.search && !address.hash && !address.username;
      return ours.includes(address.origin) && plain && CODE_PATH.test(address.pathname) ? address.pathname : null;
    } catch {
      return null;
    }
  }

  function offerTorch() {
    const [track] = stream.getVideoTracks();
    torch.hidden = !track.getCapabilities?.().torch;
    torch.setAttribute("aria-pressed", "false");
  }

  async function switchTorch() {
    const isOn = torch.getAttribute("aria-pressed") === "true";
    const [track] = stream?.getVideoTracks() ?? [];
    try {
      await track?.applyConstraints({ advanced: [{ torch: !isOn }] });
      torch.setAttribute("aria-pressed", String(!isOn));
    } catch {
      torch.hidden = true;
    }
  }
})();

/* A small map to put a pin on. The two number fields stay the truth: the map follows
   them, and moving the pin writes them, so the form works the same without a map.

   <div class="pin-map js-only" data-pin-map data-lat-input="latitude"
        data-lon-input="longitude" data-find-input="address city" {{ tile_data() }}></div> */
"use strict";

(() => {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const maps = new Map();

  function attachAll() {
    for (const box of document.querySelectorAll("[data-pin-map]")) {
      if (!maps.has(box)) maps.set(box, attach(box));
    }
    for (const [box, release] of maps) {
      if (box.isConnected) continue;
      release();
      maps.delete(box);
    }
  }

  function attach(box) {
    const field = (name) => document.getElementById(box.dataset[name]);
    const lat = field("latInput");
    const lon = field("lonInput");
    const gone = new AbortController();
    const map = L.map(box, { scrollWheelZoom: false }).setView([51, 10], 4);
    const address = () => (dark.matches && box.dataset.tileUrlDark) || box.dataset.tileUrl;
    const tiles = L.tileLayer(address(), {
      attribution: box.dataset.tileAttribution,
      maxZoom: Number(box.dataset.tileMaxZoom) || 17,
      minZoom: 3,
      k: 0,
    });
    tiles.addTo(map);
    map.attributionControl.setPrefix('<a href="https://leafletjs.com">Leaflet</a>');
    dark.addEventListener("change", () => tiles.setUrl(address()), { signal: gone.signal });

    const pin = L.marker([0, 0], {
      draggable: true,
      autoPan: true,
      title: "Drag me to the charger",
      icon: L.divIcon({ className: "pin-drop", html: drop(), iconSize: [36, 46], iconAnchor: [18, 45] }),
    });
    const write = ({ lat: north, lng: east }) => {
      const spot = L.latLng(north, east).wrap();
      pin.setLatLng(spot).addTo(map);
      lat.value = spot.lat.toFixed(6);
      lon.value = spot.lng.toFixed(6);
      for (const input of [lat, lon]) input.dispatchEvent(new Event("change", { bubbles: true }));
    };
    const read = (zoom) => {
      const spot = pointOf(lat.value, lon.value);
      if (!spot) return false;
      pin.setLatLng(spot).addTo(map);
      map.setView(spot, zoom ?? Math.max(map.getZoom(), 13));
      return true;
    };
    map.on("click", (event) => {
      write(event.latlng);
      // From far away a tap is only a first guess; the next one can be better.
      if (map.getZoom() < 13) map.setView(event.latlng, Math.min(14, map.getZoom() + 3));
    });
    pin.on("dragend", () => write(pin.getLatLng()));
    for (const input of [lat, lon]) {
      input.addEventListener("input", () => read(), { signal: gone.signal });
    }
    if (!read(14)) followAddress(box, map, () => pointOf(lat.value, lon.value), gone.signal);
    new ResizeObserver(() => map.invalidateSize()).observe(box);
    return () => {
      gone.abort();
      map.remove();
    };
  }

  /* Until there is a pin, the map goes to the town that was typed. */
  function followAddress(box, map, hasPoint, signal) {
    const names = (box.dataset.findInput || "").split(" ").filter(Boolean);
    const inputs = names.map((name) => document.getElementById(name)).filter(Boolean);
    const look = async () => {
      const typed = inputs.map((input) => input.value.trim()).filter(Boolean).join(", ");
      if (!typed || hasPoint()) return;
      try {
        const answer = await fetch(`/places?q=${encodeURIComponent(typed)}`, { signal });
        const [place] = answer.ok ? await answer.json() : [];
        if (place && !hasPoint()) map.setView([place.lat, place.lon], 12);
      } catch {
        // The map stays where it is; the pin can be put by hand.
      }
    };
    for (const input of inputs) input.addEventListener("change", look, { signal });
    look();
  }

  function pointOf(lat, lon) {
    if (!lat.trim() || !lon.trim()) return null;
    const [north, east] = [Number(lat), Number(lon)];
    const isPlace = Math.abs(north) <= 85 && Math.abs(east) <= 180;
    return isPlace ? L.latLng(north, east) : null;
  }

  function drop() {
    const NAMESPACE = "http://www.w3.org/2000/svg";
    const picture = document.createElementNS(NAMESPACE, "svg");
    picture.setAttribute("viewBox", "0 0 36 46");
    const shape = document.createElementNS(NAMESPACE, "path");
    shape.setAttribute("d", "M18 45C9 34 2 26.5 2 17.5a16 16 0 0 1 32 0C34 26.5 27 34 18 45z");
    shape.setAttribute("fill", "currentColor");
    shape.setAttribute("stroke", "#fff");
    shape.setAttribute("stroke-width", "2.5");
    const bolt = document.createElementNS(NAMESPACE, "path");
    bolt.setAttribute("d", "M20.5 7.5 12 19.2h5l-1.6 8.3L24 15.8h-5.1z");
    bolt.setAttribute("fill", "#ffd54a");
    picture.append(shape, bolt);
    return picture;
  }

  attachAll();
  document.addEventListener("htmx:after:swap", attachAll);
})();

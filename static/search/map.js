/* Draws chargers on the Leaflet map that Folium framed, from the data island inside
   #results. The map is never rebuilt: a new result fragment only redraws the pins.

   Pills never overlap: points come ranked, each pill takes its room in pixels, and
   whoever finds no room becomes a dot, or part of a count while the map is crowded. */
"use strict";

const plugbidMap = (() => {
  const PILL_HEIGHT = 30;
  const GAP = 4;
  const WIDE_GAP = 24;
  const CROWDED = 90;
  const COUNT_CELL = 88;
  const wide = window.matchMedia("(min-width: 56rem)");
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");

  function attach(map) {
    new ChargerMap(map);
  }

  class ChargerMap {
    constructor(map) {
      this.map = map;
      this.box = map.getContainer().closest("[data-tile-url]");
      this.pills = new Map();
      this.points = new Map();
      this.data = { points: [], counts: [], center: null, radius_m: 0 };
      this.selected = null;
      this.moving = 0;
      this.gone = new AbortController();
      this.rest = L.layerGroup().addTo(map);
      this.halo = L.circleMarker([0, 0], { radius: 11, weight: 4, color: "#12211a", fill: false });
      this.circle = L.circle([0, 0], {
        radius: 1, weight: 2, color: "#0a6b4c", opacity: 0.7, fillColor: "#0a6b4c",
        fillOpacity: 0.045, interactive: false,
      });
      map.setMinZoom(3);
      map.attributionControl.setPrefix('<a href="https://leafletjs.com">Leaflet</a>');
      this.addTiles();
      this.addSearchHere();
      this.listen();
      this.redraw();
    }

    addTiles() {
      const { tileUrl, tileUrlDark, tileAttribution, tileMaxZoom } = this.box.dataset;
      const maxZoom = Number(tileMaxZoom) || 17;
      const address = () => (dark.matches && tileUrlDark) || tileUrl;
      this.tiles = L.tileLayer(address(), { attribution: tileAttribution, maxZoom, k: this.quarters() });
      this.shown = new Map();
      this.tiles.on("tileloadstart", ({ tile, coords }) => {
        // At a fractional zoom, tiles of exactly 256 px leave hairlines between them.
        tile.style.width = tile.style.height = "256.5px";
        this.shown.set(tile, coords);
      });
      this.tiles.on("tileunload", ({ tile }) => this.shown.delete(tile));
      this.tiles.addTo(this.map);
      this.map.on("zoomend", () => this.resizeNames());
      this.map.setMaxZoom(maxZoom);
      dark.addEventListener("change", () => this.tiles.setUrl(address()), { signal: this.gone.signal });
    }

    /* How far the map is zoomed beyond its tiles; the built-in map sizes names by it. */
    quarters() {
      const zoom = this.map.getZoom();
      return Math.round((zoom - Math.round(zoom)) * 4);
    }

    resizeNames() {
      const quarters = this.quarters();
      if (quarters === this.tiles.options.k) return;
      this.tiles.options.k = quarters;
      if (!this.box.dataset.tileUrl.includes("{k}")) return;
      const zoom = Math.round(this.map.getZoom());
      for (const [tile, coords] of this.shown) {
        if (coords.z === zoom) tile.src = this.tiles.getTileUrl(coords);
      }
    }

    addSearchHere() {
      this.here = document.createElement("button");
      this.here.type = "button";
      this.here.className = "button button--small map-search-here";
      this.here.textContent = "Search this area";
      this.here.hidden = true;
      this.box.append(this.here);
      this.here.addEventListener("click", () => this.searchHere());
    }

    listen() {
      const on = (target, name, handler) =>
        target.addEventListener(name, handler, { signal: this.gone.signal });
      on(document, "htmx:after:swap", () => this.afterSwap());
      on(document, "input", (event) => this.radiusMoved(event));
      on(document, "keydown", (event) => { if (event.key === "Escape") this.closeSheet(); });
      for (const name of ["pointerover", "pointerout", "focusin", "focusout"]) {
        on(document, name, (event) => this.cardTouched(event));
      }
      on(document, "click", (event) => {
        const button = event.target.closest?.("[data-show-on-map]");
        const card = button?.closest("[data-charger-id]");
        if (card) this.select(Number(card.dataset.chargerId), { pan: true });
      });
      this.map.on("moveend zoomend resize", () => this.layOut());
      this.map.on("dragend", () => { this.here.hidden = false; });
      this.map.on("zoomend", () => { if (!this.moving) this.here.hidden = false; });
      this.map.on("click", () => this.select(null));
    }

    afterSwap() {
      if (!this.box.isConnected) {
        // A map whose element left the page keeps listeners and tiles alive.
        this.gone.abort();
        this.map.remove();
        return;
      }
      if (document.getElementById("map-data") !== this.island) this.redraw();
    }

    redraw() {
      this.island = document.getElementById("map-data");
      if (!this.island) return;
      const before = JSON.stringify([this.data.center, this.data.radius_m]);
      this.data = JSON.parse(this.island.textContent);
      this.points = new Map(this.data.points.map((point) => [point.id, point]));
      this.here.hidden = true;
      if (this.data.center) {
        this.circle.setLatLng(this.data.center).setRadius(this.data.radius_m).addTo(this.map);
        if (before !== JSON.stringify([this.data.center, this.data.radius_m])) this.fit();
      } else {
        this.circle.remove();
      }
      const wanted = this.data.selected ?? this.selected;
      this.selected = null;
      this.closeSheet();
      for (const marker of this.pills.values()) marker.remove();
      this.pills.clear();
      this.layOut();
      if (this.points.has(wanted)) this.select(wanted, { quiet: true });
    }

    fit() {
      this.moving += 1;
      const bounds = L.latLng(this.data.center).toBounds(this.data.radius_m * 2);
      this.map.fitBounds(bounds, { padding: [14, 14], animate: false });
      this.moving -= 1;
    }

    /* Layout ------------------------------------------------------------------ */

    layOut() {
      if (!this.island) return;
      const size = this.map.getSize();
      const inView = (at) => at.x > -40 && at.y > -10 && at.x < size.x + 40 && at.y < size.y + 40;
      const counts = (this.data.counts || [])
        .map((count) => ({ n: count.n, at: this.map.latLngToContainerPoint([count.lat, count.lon]) }))
        .filter(({ at }) => inView(at));
      const points = this.ranked()
        .map((point) => ({ point, n: 1, at: this.map.latLngToContainerPoint([point.lat, point.lon]) }))
        .filter(({ at }) => inView(at));
      let { shown, rest, taken } = this.choose(points, GAP);
      const isCrowded = rest.length > CROWDED || counts.length > 0;
      // Fewer pills leave room for the counts between them.
      if (isCrowded) ({ shown, rest, taken } = this.choose(points, WIDE_GAP));
      for (const [id, marker] of this.pills) {
        if (!shown.has(id)) {
          marker.remove();
          this.pills.delete(id);
        }
      }
      for (const point of shown.values()) this.showPill(point);
      this.rest.clearLayers();
      if (isCrowded) this.showCounts([...rest, ...counts], taken);
      else rest.forEach(({ point }) => this.showDot(point));
    }

    /* Gives pills to the best points as long as they find room, `gap` pixels apart. */
    choose(points, gap) {
      const taken = [];
      const shown = new Map();
      const rest = [];
      for (const item of points) {
        const box = pillBox(item.at, item.point.label, gap);
        if (taken.some((other) => overlap(box, other))) {
          rest.push(item);
        } else {
          taken.push(pillBox(item.at, item.point.label, GAP));
          shown.set(item.point.id, item.point);
        }
      }
      return { shown, rest, taken };
    }

    ranked() {
      const first = this.points.get(this.selected);
      return first ? [first, ...this.data.points.filter((point) => point !== first)] : this.data.points;
    }

    showPill(point) {
      if (this.pills.has(point.id)) return;
      const width = pillWidth(point.label);
      const words = document.createElement("span");
      words.textContent = point.label;
      const marker = L.marker([point.lat, point.lon], {
        icon: L.divIcon({
          className: `pin-pill${point.free ? "" : " is-busy"}`,
          html: words,
          iconSize: [width, PILL_HEIGHT],
          iconAnchor: [width / 2, PILL_HEIGHT + 5],
        }),
        riseOnHover: true,
      });
      marker.on("click", (event) => { L.DomEvent.stopPropagation(event); this.select(point.id, { open: true }); });
      marker.on("mouseover", () => this.hoverCard(point.id, true));
      marker.on("mouseout", () => this.hoverCard(point.id, false));
      marker.addTo(this.map);
      this.pills.set(point.id, marker);
      const element = marker.getElement();
      element.setAttribute("aria-label", `${point.name}, ${point.label}${point.free ? "" : ", not free"}`);
      // Leaflet gives a pin the role of a button but does not press it on Enter.
      element.addEventListener("keydown", (event) => {
        if (event.key === "Enter" || event.key === " ") {
          event.preventDefault();
          this.select(point.id, { open: true, focus: true });
        }
      });
      element.classList.toggle("is-selected", point.id === this.selected);
    }

    showDot(point) {
      L.circleMarker([point.lat, point.lon], {
        radius: 6.5, weight: 2, color: "#ffffff", fillOpacity: 1,
        fillColor: point.free ? "#0a6b4c" : "#7b7a70",
      })
        .on("click", (event) => { L.DomEvent.stopPropagation(event); this.select(point.id, { open: true }); })
        .bindTooltip(plain(`${point.name} · ${point.label}`), { direction: "top", offset: [0, -6] })
        .addTo(this.rest);
    }

    showCounts(items, taken) {
      const cells = new Map();
      for (const { at, n } of items) {
        const key = `${Math.floor(at.x / COUNT_CELL)}:${Math.floor(at.y / COUNT_CELL)}`;
        const cell = cells.get(key) || { x: 0, y: 0, n: 0 };
        cell.x += at.x * n;
        cell.y += at.y * n;
        cell.n += n;
        cells.set(key, cell);
      }
      const bubbles = [];
      for (const cell of [...cells.values()].sort((a, b) => b.n - a.n)) {
        const side = bubbleSide(cell.n);
        const spot = freeSpot(cell.x / cell.n, cell.y / cell.n, side, taken);
        if (spot) {
          taken.push(spot.box);
          bubbles.push({ x: spot.x, y: spot.y, n: cell.n });
        } else if (bubbles.length) {
          nearest(bubbles, cell.x / cell.n, cell.y / cell.n).n += cell.n;
        }
      }
      bubbles.forEach((bubble) => this.showCount(bubble));
    }

    showCount({ x, y, n }) {
      const side = bubbleSide(n);
      const words = document.createElement("span");
      words.textContent = `+${n}`;
      L.marker(this.map.containerPointToLatLng([x, y]), {
        icon: L.divIcon({ className: "pin-count", html: words, iconSize: [side, side] }),
        keyboard: false,
        zIndexOffset: -500,
      })
        .on("click", (event) => {
          L.DomEvent.stopPropagation(event);
          this.map.setView(event.latlng, this.map.getZoom() + 2, { animate: !calm.matches });
        })
        .addTo(this.rest);
    }

    /* Selection --------------------------------------------------------------- */

    select(id, { open = false, pan = false, quiet = false, focus = false } = {}) {
      const before = this.selected;
      this.selected = this.points.has(id) ? id : null;
      this.closeSheet();
      document.querySelectorAll("[data-charger-id].is-selected").forEach((card) => card.classList.remove("is-selected"));
      this.pills.get(before)?.getElement()?.classList.remove("is-selected");
      if (before !== this.selected && !this.pills.has(this.selected)) this.layOut();
      if (this.selected === null) return;
      const point = this.points.get(this.selected);
      this.pills.get(point.id)?.getElement()?.classList.add("is-selected");
      if (pan) this.map.panTo([point.lat, point.lon], { animate: !calm.matches });
      const card = cardOf(point.id);
      card?.classList.add("is-selected");
      if (quiet || !open) return;
      if (wide.matches && card) {
        card.scrollIntoView({ block: "nearest", behavior: calm.matches ? "auto" : "smooth" });
        if (focus) card.querySelector("a")?.focus({ preventScroll: true });
      } else {
        this.openSheet(point, card, focus);
      }
    }

    openSheet(point, card, focus) {
      const sheet = document.createElement("div");
      sheet.className = "sheet";
      sheet.setAttribute("role", "dialog");
      sheet.setAttribute("aria-label", point.name);
      sheet.append(closeButton(() => { this.select(null); }), card ? copyOf(card) : smallCard(point));
      const more = document.createElement("a");
      more.className = "button button--primary button--wide";
      more.href = point.url;
      more.textContent = "See times and book";
      sheet.append(more);
      this.sheet = sheet;
      // On phones the sheet rises over the tab bar, out of the map's own stacking.
      (wide.matches ? this.box : document.body).append(sheet);
      L.DomEvent.disableClickPropagation(sheet);
      if (focus) more.focus();
    }

    closeSheet() {
      this.sheet?.remove();
      this.sheet = null;
    }

    cardTouched(event) {
      const card = event.target.closest?.(".explore-results [data-charger-id]");
      if (!card || card.contains(event.relatedTarget)) return;
      const isOn = event.type === "pointerover" || event.type === "focusin";
      const point = this.points.get(Number(card.dataset.chargerId));
      if (!point) return;
      const pill = this.pills.get(point.id)?.getElement();
      pill?.classList.toggle("is-hover", isOn);
      if (isOn && !pill) this.halo.setLatLng([point.lat, point.lon]).addTo(this.map);
      else this.halo.remove();
    }

    hoverCard(id, isOn) {
      cardOf(id)?.classList.toggle("is-hover", isOn);
    }

    /* The form ---------------------------------------------------------------- */

    radiusMoved(event) {
      const slider = event.target;
      if (!slider.matches?.("[data-radius]")) return;
      const output = document.querySelector(`output[for="${slider.id}"]`);
      if (output) output.textContent = `${slider.value} km`;
      if (this.data.center) this.circle.setRadius(Number(slider.value) * 1000);
    }

    searchHere() {
      const form = document.getElementById("search");
      const center = this.map.getCenter().wrap();
      const bounds = this.map.getBounds();
      const across = center.distanceTo([center.lat, bounds.getEast()]);
      const up = center.distanceTo([bounds.getNorth(), center.lng]);
      const fields = form.elements;
      if (fields.q) fields.q.value = "";
      fields.lat.value = center.lat.toFixed(5);
      fields.lon.value = center.lng.toFixed(5);
      const slider = form.querySelector("[data-radius]");
      if (slider) {
        slider.value = String(Math.max(1, Math.round(Math.min(across, up) * 0.9 / 1000)));
        slider.dispatchEvent(new Event("input", { bubbles: true }));
      }
      this.here.hidden = true;
      form.requestSubmit();
    }
  }

  /* Pieces ---------------------------------------------------------------------- */

  function pillWidth(label) {
    return Math.round(label.length * 7.6 + 20);
  }

  function pillBox(at, label, gap) {
    const half = pillWidth(label) / 2 + gap;
    return { left: at.x - half, right: at.x + half, top: at.y - PILL_HEIGHT - 5 - gap, bottom: at.y + gap };
  }

  function bubbleSide(n) {
    return 28 + Math.min(14, Math.log2(n + 1) * 3);
  }

  function nearest(bubbles, x, y) {
    const far = (bubble) => Math.hypot(bubble.x - x, bubble.y - y);
    return bubbles.reduce((best, bubble) => (far(bubble) < far(best) ? bubble : best));
  }

  function overlap(a, b) {
    return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  }

  /* The nearest of a few places where a count covers nothing, or null. */
  function freeSpot(x, y, side, taken) {
    const half = side / 2 + 2;
    for (const [dx, dy] of [[0, 0], [0, 26], [0, -44], [34, 0], [-34, 0], [28, 24], [-28, 24]]) {
      const spot = { x: x + dx, y: y + dy };
      spot.box = { left: spot.x - half, right: spot.x + half, top: spot.y - half, bottom: spot.y + half };
      if (!taken.some((other) => overlap(spot.box, other))) return spot;
    }
    return null;
  }

  function cardOf(id) {
    return document.querySelector(`.explore-results [data-charger-id="${CSS.escape(String(id))}"]`);
  }

  function copyOf(card) {
    const copy = card.cloneNode(true);
    copy.classList.remove("card", "card--link", "is-selected", "is-hover");
    for (const element of [copy, ...copy.querySelectorAll("[id]")]) element.removeAttribute("id");
    copy.removeAttribute("data-charger-id");
    return copy;
  }

  function smallCard(point) {
    const card = document.createElement("p");
    const name = document.createElement("strong");
    name.className = "card-title";
    name.textContent = point.name;
    const price = document.createElement("span");
    price.className = "muted";
    price.textContent = `${point.label}${point.free ? "" : ", not free then"}`;
    card.append(name, document.createElement("br"), price);
    return card;
  }

  function closeButton(onClose) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button--icon sheet-close";
    button.setAttribute("aria-label", "Close");
    button.textContent = "✕";
    button.addEventListener("click", onClose);
    return button;
  }

  function plain(text) {
    const element = document.createElement("span");
    element.textContent = text;
    return element;
  }

  return { attach };
})();

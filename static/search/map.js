/* Draws chargers on the Leaflet map that Folium framed, from the data island inside
   #results. The map is never rebuilt: a new result fragment only redraws the pins.

   Pills never overlap: points come ranked, each pill takes its room in pixels, and
   whoever finds no room becomes a dot, or part of a count while the map is crowded. */
"use strict";

const plugbidMap = (() => {
  const { GAP, PILL_HEIGHT, bubbleSide, choose, gather, pillWidth } = plugbidRoom;
  const { cardOf, plain } = plugbidSheet;
  const WIDE_GAP = 24;
  const CROWDED = 90;
  const wide = window.matchMedia("(min-width: 56rem)");
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
      plugbidTiles.addTo(map, this.box, this.gone.signal);
      this.addSearchHere();
      this.listen();
      this.redraw();
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
      let { shown, rest, taken } = choose(points, GAP);
      const isCrowded = rest.length > CROWDED || counts.length > 0;
      // Fewer pills leave room for the counts between them.
      if (isCrowded) ({ shown, rest, taken } = choose(points, WIDE_GAP));
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
      gather(items, taken).forEach((bubble) => this.showCount(bubble));
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
      const { sheet, more } = plugbidSheet.build(point, card, () => this.select(null));
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

  return { attach };
})();

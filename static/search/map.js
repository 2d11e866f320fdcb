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
  const DOT_SIDE = 15;
  const wide = window.matchMedia("(min-width: 56rem)");
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");

  function attach(map) {
    const drawn = new ChargerMap(map);
    plugbidForm.attach(map, (radius_m) => drawn.showRadius(radius_m));
  }

  class ChargerMap {
    constructor(map) {
      this.map = map;
      this.box = map.getContainer().closest("[data-tile-url]");
      this.pills = new Map();
      this.points = new Map();
      this.data = plugbidIsland.NOTHING;
      this.selected = null;
      this.gone = new AbortController();
      this.open = L.layerGroup().addTo(map);
      this.rest = L.layerGroup().addTo(map);
      this.halo = L.circleMarker([0, 0], { radius: 11, weight: 4, color: "#12211a", fill: false });
      this.circle = L.circle([0, 0], { radius: 1, weight: 2, interactive: false });
      this.paintCircle();
      map.setMinZoom(3);
      map.attributionControl.setPrefix('<a href="https://leafletjs.com">Leaflet</a>');
      plugbidTiles.addTo(map, this.box, this.gone.signal);
      this.listen();
      this.redraw();
    }

    listen() {
      const on = (target, name, handler) =>
        target.addEventListener(name, handler, { signal: this.gone.signal });
      on(document, "htmx:after:swap", () => this.afterSwap());
      on(document, "keydown", (event) => {
        if (event.key === "Escape" && this.selected !== null) this.select(null);
      });
      for (const name of ["pointerover", "pointerout", "focusin", "focusout"]) {
        on(document, name, (event) => this.cardTouched(event));
      }
      on(document, "click", (event) => {
        const button = event.target.closest?.("[data-show-on-map]");
        const card = button?.closest("[data-charger-id]");
        if (card) this.showCard(Number(card.dataset.chargerId));
      });
      dark.addEventListener("change", () => this.paintCircle(), { signal: this.gone.signal });
      // Zooming ends with a move as well.
      this.map.on("moveend resize", () => this.layOut());
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
      this.data = plugbidIsland.read(this.island);
      this.points = new Map(this.data.points.map((point) => [point.id, point]));
      const wanted = this.selected;
      this.select(null);
      this.circle.setLatLng(this.data.center).setRadius(this.data.radius_m).addTo(this.map);
      for (const marker of this.pills.values()) marker.remove();
      this.pills.clear();
      if (before === JSON.stringify([this.data.center, this.data.radius_m]) || !this.fit()) {
        this.layOut();
      }
      this.showOpen();
      if (this.points.has(wanted)) this.select(wanted);
    }

    /* Shows the whole circle; returns whether that moved the map, which lays it out. */
    fit() {
      let hasMoved = false;
      const note = () => { hasMoved = true; };
      this.map.on("moveend", note);
      const bounds = L.latLng(this.data.center).toBounds(this.data.radius_m * 2);
      this.map.fitBounds(bounds, { padding: [14, 14], animate: false });
      this.map.off("moveend", note);
      return hasMoved;
    }

    paintCircle() {
      const color = dark.matches ? "#48d597" : "#0a6b4c";
      this.circle.setStyle({ color, opacity: 0.7, fillColor: color, fillOpacity: 0.045 });
    }

    showRadius(radius_m) {
      if (this.data.center) this.circle.setRadius(radius_m);
    }

    /* Layout ------------------------------------------------------------------ */

    layOut() {
      if (!this.island) return;
      const size = this.map.getSize();
      const inView = ({ at }) => at.x > -40 && at.y > -10 && at.x < size.x + 40 && at.y < size.y + 40;
      const placed = (item) => this.map.latLngToContainerPoint([item.lat, item.lon]);
      const counts = this.data.counts.map((count) => ({ n: count.n, at: placed(count) })).filter(inView);
      const points = this.ranked().map((point) => ({ point, n: 1, at: placed(point) })).filter(inView);
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
      if (isCrowded) gather([...rest, ...counts], taken).forEach((bubble) => this.showBubble(bubble));
      else rest.forEach(({ point }) => this.showDot(point));
    }

    ranked() {
      const first = this.points.get(this.selected);
      return first ? [first, ...this.data.points.filter((point) => point !== first)] : this.data.points;
    }

    showPill(point) {
      if (this.pills.has(point.id)) return;
      const width = pillWidth(point.label);
      const marker = L.marker([point.lat, point.lon], {
        icon: L.divIcon({
          className: `pin-pill${point.free ? "" : " is-busy"}`,
          html: plain(point.label),
          iconSize: [width, PILL_HEIGHT],
          iconAnchor: [width / 2, PILL_HEIGHT + 5],
        }),
        riseOnHover: true,
      });
      marker.on("click", (event) => { L.DomEvent.stopPropagation(event); this.pressed(point); });
      marker.on("mouseover", () => cardOf(point.id)?.classList.add("is-hover"));
      marker.on("mouseout", () => cardOf(point.id)?.classList.remove("is-hover"));
      marker.addTo(this.map);
      this.pills.set(point.id, marker);
      const element = marker.getElement();
      element.setAttribute("aria-label", `${point.name}, ${point.label}${point.free ? "" : ", not free"}`);
      // Leaflet gives a pin the role of a button but does not press it on Enter.
      element.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        this.pressed(point, { byKey: true });
      });
      element.classList.toggle("is-selected", point.id === this.selected);
    }

    showDot(point) {
      L.circleMarker([point.lat, point.lon], {
        radius: 6.5, weight: 2, fillOpacity: 1,
        color: point.free ? "#ffffff" : "#6d6c63",
        fillColor: point.free ? "#0a6b4c" : "#ffffff",
      })
        .on("click", (event) => { L.DomEvent.stopPropagation(event); this.pressed(point); })
        .bindTooltip(plain(`${point.name} · ${point.label}`), { direction: "top", offset: [0, -6] })
        .addTo(this.rest);
    }

    /* A count of one is a charger like any other, unless it is too far down the list. */
    showBubble(bubble) {
      const { point } = bubble.item;
      if (bubble.n === 1 && point) this.showDot(point);
      else this.showCount(bubble);
    }

    showCount({ x, y, n }) {
      const side = n === 1 ? DOT_SIDE : bubbleSide(n);
      L.marker(this.map.containerPointToLatLng([x, y]), {
        icon: L.divIcon({ className: "pin-count", html: plain(n === 1 ? "" : `+${n}`), iconSize: [side, side] }),
        keyboard: false,
        zIndexOffset: -500,
      })
        .on("click", (event) => {
          L.DomEvent.stopPropagation(event);
          this.map.setView(event.latlng, this.map.getZoom() + 2, { animate: !calm.matches });
        })
        .addTo(this.rest);
    }

    /* Stations of others: small and gray, for orientation. */
    showOpen() {
      this.open.clearLayers();
      for (const station of this.data.open) {
        L.circleMarker([station.lat, station.lon], {
          radius: 4.5, weight: 1.5, color: "#ffffff", fillColor: "#6b7280", fillOpacity: 1,
        })
          .on("click", (event) => {
            L.DomEvent.stopPropagation(event);
            this.select(null);
            this.openSheet(plugbidSheet.ofPublic(station));
          })
          .bindTooltip(plain(`${station.name} · public, not bookable here`), { direction: "top" })
          .addTo(this.open);
      }
    }

    /* Selection --------------------------------------------------------------- */

    /* Marks one charger, or none, on the map and in the list. */
    select(id) {
      const before = this.selected;
      this.selected = this.points.has(id) ? id : null;
      plugbidSheet.close(this.map.getContainer());
      cardOf(before)?.classList.remove("is-selected", "is-hover");
      this.pills.get(before)?.getElement()?.classList.remove("is-selected");
      if (this.selected === null) return;
      if (!this.pills.has(id)) this.layOut();
      this.pills.get(id)?.getElement()?.classList.add("is-selected");
      cardOf(id)?.classList.add("is-selected");
    }

    /* A pin was pressed: beside the map its card comes into view, else a sheet rises. */
    pressed(point, { byKey = false } = {}) {
      this.select(point.id);
      const card = cardOf(point.id);
      if (!wide.matches || !card) {
        this.openSheet(plugbidSheet.ofCharger(point, card));
        return;
      }
      card.scrollIntoView({ block: "nearest", behavior: calm.matches ? "auto" : "smooth" });
      if (byKey) card.querySelector("a")?.focus({ preventScroll: true });
    }

    /* From the list to the map. */
    showCard(id) {
      const point = this.points.get(id);
      if (!point) return;
      this.select(id);
      this.map.panTo([point.lat, point.lon], { animate: !calm.matches });
      if (!wide.matches) this.box.scrollIntoView({ block: "nearest" });
    }

    openSheet(content) {
      // On phones the sheet rises over the tab bar, out of the map's own stacking.
      const home = wide.matches ? this.box : document.body;
      const sheet = plugbidSheet.open(home, content, () => {
        if (this.selected === null) plugbidSheet.close(this.map.getContainer());
        else this.select(null);
      });
      L.DomEvent.disableClickPropagation(sheet);
      L.DomEvent.disableScrollPropagation(sheet);
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
  }

  return { attach };
})();

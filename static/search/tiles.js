/* The picture under the pins: light or dark, names at one size at every zoom. */
"use strict";

const plugbidTiles = (() => {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");

  function addTo(map, box, signal) {
    const { tileUrl, tileUrlDark, tileAttribution, tileMaxZoom } = box.dataset;
    const maxZoom = Number(tileMaxZoom) || 17;
    const address = () => (dark.matches && tileUrlDark) || tileUrl;
    const tiles = L.tileLayer(address(), { attribution: tileAttribution, maxZoom, k: quarters(map) });
    const shown = new Map();
    tiles.on("tileloadstart", ({ tile, coords }) => {
      // At a fractional zoom, tiles of exactly 256 px leave hairlines between them.
      tile.style.width = tile.style.height = "256.5px";
      shown.set(tile, coords);
    });
    tiles.on("tileunload", ({ tile }) => shown.delete(tile));
    tiles.addTo(map);
    map.setMaxZoom(maxZoom);
    map.on("zoomend", () => resizeNames(map, tiles, shown, tileUrl));
    dark.addEventListener("change", () => tiles.setUrl(address()), { signal });
  }

  /* How far the map is zoomed beyond its tiles; the built-in map sizes names by it. */
  function quarters(map) {
    const zoom = map.getZoom();
    return Math.round((zoom - Math.round(zoom)) * 4);
  }

  function resizeNames(map, tiles, shown, tileUrl) {
    const wanted = quarters(map);
    if (wanted === tiles.options.k) return;
    tiles.options.k = wanted;
    if (!tileUrl.includes("{k}")) return;
    const zoom = Math.round(map.getZoom());
    for (const [tile, coords] of shown) {
      if (coords.z === zoom) tile.src = tiles.getTileUrl(coords);
    }
  }

  return { addTo };
})();

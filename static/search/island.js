/* Reads the data island that every answer of the search carries. Rows are short there,
   because up to 300 of them travel with each change of a filter; here they get names. */
"use strict";

const plugbidIsland = (() => {
  const NOTHING = { center: null, radius_m: 0, points: [], counts: [], open: [] };

  function read(element) {
    const raw = JSON.parse(element.textContent);
    const prices = raw.currencies.map(([sign, decimals]) => {
      const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
      const number = new Intl.NumberFormat("en-US", digits);
      return (minor) => (minor ? sign + number.format(minor / 10 ** decimals) : "Free");
    });
    return {
      center: raw.center,
      radius_m: raw.radius_m,
      points: raw.points.map(([id, lat, lon, minor, isFree, name, currency = 0]) => ({
        id, lat, lon, name,
        label: prices[currency](minor),
        free: Boolean(isFree),
        url: `/chargers/${id}${raw.time ? `?${raw.time}` : ""}`,
      })),
      counts: raw.counts.map(([lat, lon, n]) => ({ lat, lon, n })),
      // Stations of others, for orientation only.
      open: (raw.public || []).map(([lat, lon, name]) => ({ lat, lon, name })),
    };
  }

  return { NOTHING, read };
})();

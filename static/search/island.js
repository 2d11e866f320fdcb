/* Reads the data island that every answer of the search carries. Rows are short there,
   because up to 200 of them travel with each change of a filter; here they get names. */
"use strict";

const plugbidIsland = (() => {
  const NOTHING = { center: null, radius_m: 0, points: [], counts: [], open: [] };

  function read(element) {
    const raw = JSON.parse(element.textContent);
    const prices = raw.currencies.map(([sign, decimals]) => {
      const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
      const number = new Intl.NumberFormat("en-US", digits);
      return (minor) => sign + (minor ? number.format(minor / 10 ** decimals) : 0);
    });
    // Places are steps from the center, a hundred thousand to the degree.
    const at = (north, east) => ({ lat: raw.center[0] + north / 1e5, lon: raw.center[1] + east / 1e5 });
    return {
      center: raw.center,
      radius_m: raw.radius_m,
      points: raw.points.map(([id, north, east, minor, isFree, name, time = 0, currency = 0]) => ({
        ...at(north, east),
        id, name,
        label: prices[currency](minor),
        free: Boolean(isFree),
        url: `/chargers/${id}${raw.times[time] && `?${raw.times[time]}`}`,
      })),
      counts: raw.counts.map(([north, east, n]) => ({ ...at(north, east), n })),
      // Stations of others, for orientation only.
      open: raw.public.map(([north, east, name]) => ({ ...at(north, east), name })),
    };
  }

  return { NOTHING, read };
})();

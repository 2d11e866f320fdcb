/* The search form beside the map: the circle follows the slider, "Search this area"
   follows the map, and Back brings back form, list and map without a new page. */
"use strict";

const plugbidForm = (() => {
  const form = () => document.getElementById("search");

  function attach(map, showRadius) {
    const here = addSearchHere(map);
    document.addEventListener("input", (event) => {
      if (event.target.matches?.("[data-radius]")) followRadius(event.target, showRadius);
      if (event.target.matches?.("[data-instead]")) clearOther(event.target);
    });
    document.addEventListener("htmx:after:swap", () => { here.hidden = true; });
    // Choosing "From - to" asks for times first; a search without them finds no sense.
    document.addEventListener("change", waitForTimes, { capture: true });
    document.addEventListener("htmx:before:history:restore", restore);
    document.addEventListener("htmx:before:swap", remember);
    document.addEventListener("htmx:after:swap", resume);
    document.addEventListener("click", (event) => {
      if (event.target.closest?.("[data-show-results]")) showResults();
    });
  }

  /* An answer may bring a new form and always brings a new list; whoever was at work
     in one of them stays there. */
  let before = { isOpen: false, isInList: false };

  function remember() {
    before = {
      isOpen: Boolean(form()?.querySelector("details.filters")?.open),
      isInList: Boolean(document.activeElement?.closest("#results")),
    };
  }

  function resume() {
    const filters = form()?.querySelector("details.filters");
    if (filters && before.isOpen) filters.open = true;
    if (before.isInList && document.activeElement === document.body) {
      document.getElementById("results")?.focus({ preventScroll: true });
    }
  }

  /* On a phone the unfolded filters hide map and list. */
  function showResults() {
    form().querySelector("details.filters").open = false;
    document.getElementById("results").focus({ preventScroll: true });
    window.scrollTo({ top: 0 });
  }

  function followRadius(slider, showRadius) {
    const output = document.querySelector(`output[for="${slider.id}"]`);
    if (output) output.textContent = `${slider.value} km`;
    showRadius(Number(slider.value) * 1000);
  }

  /* The charge is given in kWh or in percent, never both. */
  function clearOther(input) {
    if (!input.value) return;
    for (const id of input.dataset.instead.split(" ")) document.getElementById(id).value = "";
  }

  function waitForTimes(event) {
    const choice = event.target;
    if (!choice.matches?.("#search [name=when][value=span]")) return;
    const from = form().elements.from;
    if (from.value) return;
    event.stopPropagation();
    from.focus();
  }

  /* Back and Forward between searches swap the answer; the map and its tiles stay. */
  function restore(event) {
    const address = new URL(event.detail.path, location.href);
    if (!form() || address.pathname !== new URL(form().action).pathname) return;
    event.preventDefault();
    address.searchParams.set("with_form", "back");
    const results = document.getElementById("results");
    htmx.ajax("GET", address.pathname + address.search, { target: results, swap: "outerHTML" });
  }

  function addSearchHere(map) {
    const box = map.getContainer().parentElement;
    const here = document.createElement("button");
    here.type = "button";
    here.className = "button button--small map-search-here";
    here.textContent = "Search this area";
    here.hidden = true;
    box.append(here);
    here.addEventListener("click", () => {
      here.hidden = true;
      searchHere(map);
    });
    // Only what a person does to the map offers a search; our own moves do not.
    let byHand = false;
    const container = map.getContainer();
    for (const name of ["wheel", "pointerdown", "dblclick"]) {
      container.addEventListener(name, () => { byHand = true; }, { passive: true });
    }
    // A pin that gets the focus may move the map as well: only these keys mean to.
    container.addEventListener("keydown", (event) => { byHand = movesMap(event); });
    map.on("moveend", () => {
      if (byHand) here.hidden = false;
    });
    document.addEventListener("htmx:before:swap", () => { byHand = false; });
    return here;
  }

  function movesMap({ key, target }) {
    if (["Enter", " "].includes(key)) return Boolean(target.closest(".leaflet-control-zoom"));
    return key.startsWith("Arrow") || ["+", "=", "-", "_"].includes(key);
  }

  function searchHere(map) {
    const fields = form().elements;
    const center = map.getCenter().wrap();
    const bounds = map.getBounds();
    const across = center.distanceTo([center.lat, bounds.getEast()]);
    const up = center.distanceTo([bounds.getNorth(), center.lng]);
    fields.q.value = "";
    fields.lat.value = center.lat.toFixed(5);
    fields.lon.value = center.lng.toFixed(5);
    const slider = form().querySelector("[data-radius]");
    const inView_km = Math.round((Math.min(across, up) * 0.9) / 1000);
    slider.value = String(Math.min(50, Math.max(1, inView_km)));
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    form().requestSubmit();
  }

  return { attach };
})();

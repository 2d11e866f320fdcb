/* A charger's card as it stands in the list, and as a sheet over the map. */
"use strict";

const plugbidSheet = (() => {
  let shown = null;

  /* Shows the sheet in `home`; the focus moves into it and comes back by `close`. */
  function open(home, content, onClose) {
    close();
    const sheet = document.createElement("div");
    sheet.className = "sheet";
    sheet.tabIndex = -1;
    sheet.setAttribute("role", "dialog");
    sheet.setAttribute("aria-label", content.title);
    const body = document.createElement("div");
    body.className = "sheet-body";
    body.append(...content.parts);
    sheet.append(closeButton(onClose), body);
    home.append(sheet);
    shown = { sheet, from: document.activeElement };
    sheet.focus({ preventScroll: true });
    return sheet;
  }

  /* Takes the sheet away; whoever had the focus before gets it back, if still there. */
  function close(instead = null) {
    if (!shown) return;
    const { sheet, from } = shown;
    shown = null;
    const hadFocus = sheet.contains(document.activeElement);
    sheet.remove();
    if (!hadFocus) return;
    const next = from?.isConnected && from !== document.body ? from : instead;
    next?.focus({ preventScroll: true });
  }

  /* What the sheet of a charger holds: its card from the list, or name and price. */
  function ofCharger(point, card) {
    const more = document.createElement("a");
    more.className = "button button--primary button--wide";
    more.href = card?.querySelector("a[href]")?.getAttribute("href") || point.url;
    more.textContent = "See times and book";
    const words = `${point.label}${point.free ? "" : ", not free right now"}`;
    return { title: point.name, parts: [card ? copyOf(card) : brief(point.name, words), more] };
  }

  /* What the sheet of a public station holds: that nobody can book it here. */
  function ofPublic(station) {
    return { title: station.name, parts: [brief(station.name, "Public station, not bookable here")] };
  }

  function cardOf(id) {
    return document.querySelector(`.explore-results [data-charger-id="${CSS.escape(String(id))}"]`);
  }

  function copyOf(card) {
    const copy = card.cloneNode(true);
    copy.classList.remove("card", "card--link", "is-selected", "is-hover");
    for (const element of [copy, ...copy.querySelectorAll("[id]")]) element.removeAttribute("id");
    copy.removeAttribute("data-charger-id");
    copy.querySelector("[data-show-on-map]")?.remove();
    return copy;
  }

  function brief(title, words) {
    const card = document.createElement("p");
    const name = document.createElement("strong");
    name.className = "card-title";
    name.textContent = title;
    const more = document.createElement("span");
    more.className = "muted";
    more.textContent = words;
    card.append(name, document.createElement("br"), more);
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

  return { cardOf, close, ofCharger, ofPublic, open, plain };
})();

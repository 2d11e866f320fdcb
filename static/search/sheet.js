/* A charger's card as it stands in the list, and as a sheet over the map. */
"use strict";

const plugbidSheet = (() => {
  function build(point, card, onClose) {
    const sheet = document.createElement("div");
    sheet.className = "sheet";
    sheet.setAttribute("role", "dialog");
    sheet.setAttribute("aria-label", point.name);
    sheet.append(closeButton(onClose), card ? copyOf(card) : smallCard(point));
    const more = document.createElement("a");
    more.className = "button button--primary button--wide";
    more.href = point.url;
    more.textContent = "See times and book";
    sheet.append(more);
    return { sheet, more };
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

  return { build, cardOf, plain };
})();

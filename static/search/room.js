/* Who finds room on the map: pills never overlap, counts cover nothing. Pixels only,
   no map and no page, so that map.js can stay about the map. */
"use strict";

const plugbidRoom = (() => {
  const PILL_HEIGHT = 30;
  const GAP = 4;
  const COUNT_CELL = 88;

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

  /* Gives pills to the best points as long as they find room, `gap` pixels apart. */
  function choose(points, gap) {
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

  /* Gathers points without a pill into counts that cover nothing already there; each
     knows one of its items, which is all that a count of one stands for. */
  function gather(items, taken) {
    const cells = new Map();
    for (const item of items) {
      const { at, n } = item;
      const key = `${Math.floor(at.x / COUNT_CELL)}:${Math.floor(at.y / COUNT_CELL)}`;
      const cell = cells.get(key) || { x: 0, y: 0, n: 0, item };
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
        bubbles.push({ x: spot.x, y: spot.y, n: cell.n, item: cell.item });
      } else if (bubbles.length) {
        nearest(bubbles, cell.x / cell.n, cell.y / cell.n).n += cell.n;
      }
    }
    return bubbles;
  }

  return { GAP, PILL_HEIGHT, bubbleSide, choose, gather, pillWidth };
})();

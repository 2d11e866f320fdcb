/* Clears the order book of one charger, exactly as the server does: the same winners,
   personal minima, slot prices and top-up, to the thousandth of a cent. Whole numbers
   only, all far below 2^53. Needs nothing of the page: it also runs in a worker.
   Meaning and proofs: docs/auctions.md; the original: app/auctions/domain/. */
"use strict";

globalThis.plugbidEngine = (() => {
  const HIGHEST = 1e15;

  class BadBook extends Error {}

  /* Returns {winners, payments, personal_minimum, slot_prices, income, top_up, value}
     for {slots, reserve, bids: [{id, start, end, maximum}]}, bids in order of
     submission, money in 1/1000 minor units. */
  function clear(book) {
    check(book);
    const reserveUntil = sumsOf(book.reserve);
    const bids = book.bids.map((bid, place) => ({
      ...bid,
      id: String(bid.id),
      premium: bid.maximum - reserveUntil[bid.end] + reserveUntil[bid.start],
      points: book.bids.length - place,
    })).filter((bid) => bid.premium >= 0);
    const found = allocate(book.slots, bids);
    const minima = personalMinima(bids, found);
    const { prices, topUp } = corePrices(book.slots, bids, found, minima);
    const slotPrices = prices.map((premium, slot) => premium + book.reserve[slot]);
    const paidUntil = sumsOf(slotPrices);
    const payments = {};
    const personalMinimum = {};
    found.winners.forEach((bid, place) => {
      payments[bid.id] = paidUntil[bid.end] - paidUntil[bid.start];
      personalMinimum[bid.id] = minima[place] + reserveUntil[bid.end] - reserveUntil[bid.start];
    });
    return {
      winners: found.winners.map((bid) => bid.id),
      payments,
      personal_minimum: personalMinimum,
      slot_prices: slotPrices,
      income: found.winners.reduce((sum, bid) => sum + payments[bid.id], 0),
      top_up: topUp,
      value: found.value,
    };
  }

  function check(book) {
    const isWhole = (value, low, high) => Number.isInteger(value) && value >= low && value <= high;
    if (!book || !Array.isArray(book.reserve) || !Array.isArray(book.bids)) throw new BadBook("This is no order book.");
    if ((book.capacity ?? 1) !== 1) throw new BadBook("Several connectors are cleared by the command line.");
    if (book.slots !== book.reserve.length) throw new BadBook("Each slot needs a reserve.");
    if (!book.reserve.every((price) => isWhole(price, 0, HIGHEST))) throw new BadBook("A reserve is no whole amount.");
    const ids = new Set();
    for (const bid of book.bids) {
      const name = `Bid ${bid.id}`;
      if (ids.has(String(bid.id))) throw new BadBook(`${name} is there twice.`);
      ids.add(String(bid.id));
      if (!isWhole(bid.start, 0, book.slots) || !isWhole(bid.end, 0, book.slots) || bid.start >= bid.end) throw new BadBook(`${name} has no such time.`);
      if (!isWhole(bid.maximum, 0, HIGHEST)) throw new BadBook(`${name} has no whole maximum.`);
    }
  }

  /* Values are pairs [premium, seniority points]; the larger premium wins, and between
     equal ones the larger sum of points: n for the first of n bids, 1 for the last. */
  const isMore = (a, b) => a[0] > b[0] || (a[0] === b[0] && a[1] > b[1]);
  const plus = (a, b) => [a[0] + b[0], a[1] + b[1]];
  const worth = (bid) => [bid.premium, bid.points];

  /* The compatible bids of largest total premium, and the best on either side of
     every slot. Between equal totals later slots decide: idle, then the earlier bid. */
  function allocate(slots, bids) {
    const { best: before, choice } = sweep(slots, bids, (bid) => bid.start, (bid) => bid.end);
    const mirrored = sweep(slots, bids, (bid) => slots - bid.end, (bid) => slots - bid.start);
    const winners = [];
    for (let slot = slots; slot > 0;) {
      const bid = choice[slot];
      if (bid) winners.unshift(bid);
      slot = bid ? bid.start : slot - 1;
    }
    return { winners, before, after: mirrored.best.reverse(), value: before[slots][0] };
  }

  function sweep(slots, bids, startOf, endOf) {
    const ending = Array.from({ length: slots + 1 }, () => []);
    for (const bid of bids) ending[endOf(bid)].push(bid);
    const best = [[0, 0]];
    const choice = [null];
    for (let slot = 1; slot <= slots; slot += 1) {
      best[slot] = best[slot - 1];
      choice[slot] = null;
      for (const bid of ending[slot]) {
        const candidate = plus(best[startOf(bid)], worth(bid));
        if (isMore(candidate, best[slot])) {
          best[slot] = candidate;
          choice[slot] = bid;
        }
      }
    }
    return { best, choice };
  }

  /* For each winner: what it would have had to offer alone. The best selection without
     it crosses the instant after its start either idle or with another bid. */
  function personalMinima(bids, { winners, before, after, value }) {
    return winners.map((winner) => {
      let without = plus(before[winner.start], after[winner.start + 1]);
      for (const bid of bids) {
        if (bid === winner || bid.start > winner.start || bid.end <= winner.start) continue;
        const through = plus(plus(before[bid.start], worth(bid)), after[bid.end]);
        if (isMore(through, without)) without = through;
      }
      return without[0] - (value - winner.premium);
    });
  }

  /* The premium of every slot: no loser would have paid more for its time, no winner
     pays more than its maximum, unsold slots are free, the income is the smallest, and
     every winner pays at most its personal minimum plus the smallest possible top-up. */
  function corePrices(slots, bids, { winners }, minima) {
    const graph = graphOf(slots, bids, winners);
    const most = winners.map((bid) => bid.premium);
    const income = graph.rise(most).at(-1);
    const ceiling = graph.fall(most, income);
    const capsAt = (topUp) => most.map((premium, place) => Math.min(premium, minima[place] + topUp));
    let high = most.reduce((highest, premium, place) => Math.max(highest, premium - minima[place]), 0);
    const spread = income - minima.reduce((sum, minimum) => sum + minimum, 0);
    let low = Math.min(high, Math.max(0, Math.ceil(spread / Math.max(1, most.length))));
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (graph.rise(capsAt(middle), ceiling)) high = middle;
      else low = middle + 1;
    }
    const lowest = graph.rise(capsAt(low));
    const highest = graph.fall(capsAt(low), income);
    const potential = lowest.map((value, node) => Math.floor((value + highest[node]) / 2));
    return { prices: spreadOut(slots, graph, potential), topUp: low };
  }

  /* Nodes are the instants at which a bid starts or ends; unsold time joins them. */
  function graphOf(slots, bids, winners) {
    const sold = new Array(slots).fill(false);
    for (const bid of winners) sold.fill(true, bid.start, bid.end);
    const points = [...new Set([0, slots, ...bids.flatMap((bid) => [bid.start, bid.end])])].sort((a, b) => a - b);
    const node = new Map();
    let count = -1;
    for (const point of points) {
      if (point === 0 || sold[point - 1]) count += 1;
      node.set(point, count);
    }
    const isWinner = new Set(winners);
    const edges = bids
      .filter((bid) => bid.premium > 0 && !isWinner.has(bid))
      .map((bid) => [node.get(bid.start), node.get(bid.end), bid.premium]);
    const spans = winners.map((bid) => [node.get(bid.start), node.get(bid.end)]);
    const last = count;
    const turned = (list) => list.map(([start, end, weight]) => [last - end, last - start, weight]);
    return {
      points,
      node,
      rise: (caps, bound) => rise(last + 1, edges, spans, caps, bound),
      fall: (caps, income) => rise(last + 1, turned(edges), turned(spans), caps)
        .reverse().map((distance) => income - distance),
    };
  }

  /* The lowest potentials that satisfy every bid: longest paths from the start. Null if
     there are none, or none below the bound. */
  function rise(nodes, edges, spans, caps, bound) {
    const into = Array.from({ length: nodes }, () => []);
    for (const [start, end, weight] of edges) into[end].push([start, weight]);
    const value = new Array(nodes).fill(0);
    // A longest path uses each winner's span backwards once at most.
    for (let round = 0; round <= spans.length + 1; round += 1) {
      for (let at = 1; at < nodes; at += 1) {
        let best = Math.max(value[at], value[at - 1]);
        for (const [start, weight] of into[at]) best = Math.max(best, value[start] + weight);
        if (bound && best > bound[at]) return null;
        value[at] = best;
      }
      let isChanged = false;
      for (let place = spans.length - 1; place >= 0; place -= 1) {
        const [start, end] = spans[place];
        if (value[end] - caps[place] > value[start]) {
          value[start] = value[end] - caps[place];
          isChanged = true;
        }
      }
      if (!isChanged) return value;
    }
    return null;
  }

  /* Between two neighboring instants every slot costs the same, give or take one. */
  function spreadOut(slots, { points, node }, potential) {
    const prices = new Array(slots).fill(0);
    for (let index = 1; index < points.length; index += 1) {
      const [from, to] = [points[index - 1], points[index]];
      const length = to - from;
      const total = potential[node.get(to)] - potential[node.get(from)];
      const whole = Math.floor(total / length);
      const rest = total - whole * length;
      const upTo = (count) => whole * count + Math.floor((rest * count) / length);
      for (let offset = 0; offset < length; offset += 1) prices[from + offset] = upTo(offset + 1) - upTo(offset);
    }
    return prices;
  }

  function sumsOf(amounts) {
    const sums = [0];
    for (const amount of amounts) sums.push(sums.at(-1) + amount);
    return sums;
  }

  return { clear, BadBook };
})();

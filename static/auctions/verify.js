/* Recomputes a published decision in the browser and says whether it is right: every
   seal is checked against its hash, then the book is cleared again. The page shows all
   figures without this. Needs engine.js. */
"use strict";

(() => {
  const text = new TextEncoder();
  const rotate = (word, by) => (word >>> by) | (word << (32 - by));
  const primes = firstPrimes(64);
  const fraction = (value) => Math.floor((value - Math.floor(value)) * 2 ** 32);
  const start = primes.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));
  const rounds = primes.map((prime) => fraction(Math.cbrt(prime)));

  function firstPrimes(count) {
    const found = [];
    for (let number = 2; found.length < count; number += 1) {
      if (found.every((prime) => number % prime)) found.push(number);
    }
    return found;
  }

  /* SHA-256 as in FIPS 180-4. Browsers offer theirs only on encrypted pages, and a
     charger at home may well be reached over plain HTTP. */
  function sha256(message) {
    const bytes = text.encode(message);
    const blocks = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64);
    blocks.set(bytes);
    blocks[bytes.length] = 0x80;
    const view = new DataView(blocks.buffer);
    view.setUint32(blocks.length - 8, Math.floor(bytes.length / 2 ** 29));
    view.setUint32(blocks.length - 4, bytes.length * 8);
    const state = Int32Array.from(start);
    for (let at = 0; at < blocks.length; at += 64) mix(state, view, at);
    return [...state].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
  }

  function mix(state, view, at) {
    const words = new Int32Array(64);
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i += 1) {
      if (i < 16) {
        words[i] = view.getInt32(at + i * 4);
      } else {
        const [near, far] = [words[i - 15], words[i - 2]];
        const small = rotate(near, 7) ^ rotate(near, 18) ^ (near >>> 3);
        const large = rotate(far, 17) ^ rotate(far, 19) ^ (far >>> 10);
        words[i] = words[i - 16] + small + words[i - 7] + large;
      }
      const first = h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + rounds[i] + words[i];
      const second = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((word, i) => { state[i] += word; });
  }

  /* The line that was hashed when the bid was placed: keys in alphabetical order. */
  function sealOf(bid, origin) {
    return sha256(JSON.stringify({
      bid: bid.id,
      end: origin + bid.end,
      maximum: bid.maximum,
      nonce: bid.nonce,
      start: origin + bid.start,
    }));
  }

  /* Returns sentences on what is wrong; none if everything fits. */
  function problemsOf(decision) {
    const problems = [];
    for (const bid of decision.bids) {
      if (sealOf(bid, decision.origin) !== bid.commitment) problems.push(`Bid ${bid.id} is not the one that was sealed.`);
    }
    const found = globalThis.plugbidEngine.clear(decision);
    const told = decision.result;
    const starting = new Set(decision.bids.filter((bid) => decision.origin + bid.start === decision.start).map((bid) => bid.id));
    const winners = found.winners.filter((id) => starting.has(id));
    const isSame = (a, b) => JSON.stringify(a) === JSON.stringify(b);
    if (!isSame(winners, told.winners)) problems.push("Other bids would have won.");
    if (!winners.every((id) => found.payments[id] === told.payments[id])) problems.push("The winners would have paid something else.");
    if (!winners.every((id) => found.personal_minimum[id] === told.personal_minimum[id])) problems.push("The personal minima are different.");
    if (!isSame(found.slot_prices, told.slot_prices)) problems.push("The prices of the quarter hours are different.");
    if (found.top_up !== told.top_up) problems.push("The top-up is different.");
    return problems;
  }

  async function verify(button) {
    const answer = document.getElementById(button.getAttribute("aria-controls"));
    button.setAttribute("aria-busy", "true");
    let problems;
    try {
      const response = await fetch(button.dataset.recompute, { headers: { Accept: "application/json" } });
      if (!response.ok) throw new Error(`The figures could not be fetched (${response.status}).`);
      problems = problemsOf(await response.json());
    } catch (error) {
      problems = [error.message];
    }
    button.removeAttribute("aria-busy");
    answer.className = `verdict verdict--${problems.length ? "wrong" : "right"}`;
    answer.textContent = problems.length
      ? `Not equal. ${problems.join(" ")}`
      : "Recomputed in your browser: every seal fits, and winners and prices are the same.";
  }

  globalThis.plugbidVerify = { problemsOf, sha256 };
  globalThis.document?.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("[data-recompute]");
    if (button) verify(button);
  });
})();

/**
 * Which tone the agent hears now, from all cards: `ring` for an incoming call, `waiting` when another call is up, `ringback` while
 * a dialled party is alerted and sends no sound of its own.
 *
 * @typedef {import("./call.js").Card} Card
 */

/** @param {Card} card */
const incoming = (card) => card.state === "ringing" && card.orphan !== "no-leg" && card.wanted === "";

/** @param {Card} card */
const rings = (card) => card.leg?.alerting || (card.gwsState === "Dialing" && card.leg?.up);

/**
 * @param {Card[]} cards
 * @returns {import("./events.js").Tone}
 */
export function toneFor(cards) {
  if (cards.some((card) => incoming(card) && card.quietUntil === null)) {
    return cards.some((card) => card.state === "talking" || card.state === "dialing") ? "waiting" : "ring";
  }
  return cards.some((card) => card.state === "dialing" && rings(card)) ? "ringback" : "none";
}

/**
 * Which card does a leg or a GWS call belong to?
 *
 * The rule is the identifier: X-Genesys-CallUUID of the leg equals the id of the GWS call, in whichever order they arrive (on
 * the wire they are within about 100 ms of each other). Only where the identifier is missing does the number decide, and only
 * within 2 s. A call the agent dialled is met by its number, because it has no identifier yet.
 *
 * @typedef {import("./call.js").Card} Card
 * @typedef {import("./gws.js").GwsCall} GwsCall
 */

import { DIAL_WITHIN } from "./call.js";

export const NUMBER_WITHIN = 2000;

/**
 * The same line, written differently: `+15550100`, `15550100` and `5550100` are.
 * @param {string} one
 * @param {string} other
 */
export function sameNumber(one, other) {
  if (one === other) return one !== "";
  const [a, b] = [one, other].map((number) => number.replace(/[^0-9*#]/g, "")).sort((x, y) => y.length - x.length);
  if (!b) return false;
  return a === b || (b.length >= 7 && a.endsWith(b));
}

/**
 * The card a new leg completes, or undefined.
 * @param {Card[]} cards
 * @param {{ uuid: string, number: string, card?: string }} leg
 * @param {number} now
 */
export function cardForLeg(cards, leg, now) {
  const free = cards.filter((card) => !card.leg);
  return (
    free.find((card) => leg.card && card.id === leg.card) ??
    free.find((card) => leg.uuid && card.uuid === leg.uuid) ??
    free.find((card) => dialled(card, [leg.number], now)) ??
    free.find((card) => !leg.uuid && card.gws && recent(card, now) && gwsHas(card.gws, leg.number))
  );
}

/**
 * The card a GWS call completes or continues, or undefined.
 * @param {Card[]} cards
 * @param {GwsCall} call
 * @param {number} now
 */
export function cardForGws(cards, call, now) {
  return (
    cards.find((card) => card.uuid === call.id) ??
    cards.find((card) => card.gws?.id === call.id) ??
    cards.find((card) => call.state === "Dialing" && dialled(card, [...call.numbers, call.dnis], now)) ??
    cards.find((card) => card.leg && !card.gws && !card.uuid && recent(card, now) && gwsHas(call, card.said.number))
  );
}

/** @param {Card} card @param {number} now */
const recent = (card, now) => now - card.created <= NUMBER_WITHIN;

/** @param {GwsCall} call @param {string} number */
const gwsHas = (call, number) => [...call.numbers, call.ani, call.dnis].some((one) => sameNumber(one, number));

/** @param {Card} card @param {string[]} numbers @param {number} now */
function dialled(card, numbers, now) {
  if (!card.provisional || now - card.created > DIAL_WITHIN) return false;
  return numbers.some((number) => sameNumber(number, card.said.number));
}

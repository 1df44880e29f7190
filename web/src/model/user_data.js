/**
 * Attached data of a call, changed by the agent: through GWS, as far as it offers that for the call. What came of it is told by
 * `AttachedDataChanged`.
 *
 * @typedef {import("./phone.js").Phone} Phone
 * @typedef {import("./call.js").Card} Card
 * @typedef {import("./events.js").Effect} Effect
 * @typedef {{ attach: boolean, update: boolean, remove: boolean, keys: string[] }} Changes what can be done; `keys` can be changed
 */

import { atGws } from "./buttons.js";
import { isOwn } from "./gws.js";
import { CallOperation } from "./vocabulary.js";

const LONGEST = 1000;

/** @type {Record<string, (phone: Phone, event: any, now: number) => Effect[]>} */
export const USER_DATA = {
  "data/set": (phone, { card, key, value }, now) => set(phone, cardOf(phone, card), String(key).trim(), String(value), now),
  "data/delete": (phone, { card, key }) => remove(cardOf(phone, card), key),
  disposition: (phone, { card, value }, now) => set(phone, cardOf(phone, card), phone.dispositionKey, value, now),
};

/** @param {Phone} phone @param {string} id */
const cardOf = (phone, id) => phone.cards.find((one) => one.id === id);

/** @param {Card} card @returns {Changes} */
export function changesOf(card) {
  const plain = Object.entries(card.gws?.userData ?? {}).filter(([key, value]) => !isOwn(key) && (typeof value !== "object" || value === null));
  return {
    attach: card.offers(CallOperation.ATTACH_USER_DATA),
    update: card.offers(CallOperation.UPDATE_USER_DATA),
    remove: card.offers(CallOperation.DELETE_USER_DATA_PAIR),
    keys: plain.map(([key]) => key),
  };
}

/**
 * A key that is there is updated, another one is attached.
 * @param {Phone} phone @param {Card | undefined} card @param {string} key @param {string} value @param {number} now @returns {Effect[]}
 */
function set(phone, card, key, value, now) {
  if (!card?.gws || !key || card.gws.userData[key] === value) return [];
  if (key.length > LONGEST || value.length > LONGEST) {
    phone.messages.tell("error", "This is too long to be attached to a call.", "Shorten it.", now);
    return [];
  }
  const is = Object.hasOwn(card.gws.userData, key);
  const operation = is || !card.offers(CallOperation.ATTACH_USER_DATA) ? CallOperation.UPDATE_USER_DATA : CallOperation.ATTACH_USER_DATA;
  return card.offers(operation) ? atGws(card, operation, { userData: { [key]: value } }) : [];
}

/** @param {Card | undefined} card @param {string} key @returns {Effect[]} */
function remove(card, key) {
  if (!card?.gws || !Object.hasOwn(card.gws.userData, key)) return [];
  return card.offers(CallOperation.DELETE_USER_DATA_PAIR) ? atGws(card, CallOperation.DELETE_USER_DATA_PAIR, { key }) : [];
}

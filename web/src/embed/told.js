/**
 * What the phone tells other pages of itself: plain data, made from its model and its view.
 *
 * @typedef {import("../model/phone.js").Phone} Phone
 * @typedef {import("../model/view.js").View} View
 * @typedef {import("../model/view.js").CardView} CardView
 * @typedef {import("./cordboard").Call} Call
 * @typedef {import("./cordboard").State} State
 */

import { BUTTON_OF, VERSION } from "./words.js";

/** @param {Phone} phone @param {View} view @param {State["shortcuts"]} [shortcuts] @returns {State} */
export function stateOf(phone, view, shortcuts = {}) {
  const { agent, lights, microphone, cards } = view;
  return {
    version: VERSION,
    lights: { ...lights },
    agent: agent && { name: agent.name, dn: agent.dn, state: agent.state },
    microphone,
    calls: cards.map((card) => callOf(card, phone)),
    shortcuts: { ...shortcuts },
  };
}

/** @param {CardView} card @param {Phone} phone @returns {Call} */
function callOf(card, phone) {
  const party = phone.cards.find((one) => one.id === card.id)?.party ?? { number: "", name: "" };
  const { id, uuid, direction, muted } = card;
  const state = /** @type {Call["state"]} */ (card.state);
  const requests = /** @type {import("./words.js").RequestName[]} */ (Object.keys(BUTTON_OF));
  const can = requests.filter((request) => buttonFor(card, request) !== null);
  return { id, uuid, state, direction, number: party.number, name: party.name, muted, data: Object.fromEntries(card.data), can };
}

/** The button that does it, where it can be pressed. @param {CardView} card @param {import("./words.js").RequestName} request */
export function buttonFor(card, request) {
  const names = BUTTON_OF[request] ?? [];
  return card.buttons.find((button) => button.enabled && names.includes(button.name))?.name ?? null;
}

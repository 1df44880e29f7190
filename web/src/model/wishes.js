/**
 * What the agent wants: the buttons of a card, dialling, the agent's state, options. `BUTTONS` is the table of all buttons: in which
 * states one is there, when it can be pressed, and what it does.
 *
 * @typedef {import("./phone.js").Phone} Phone
 * @typedef {import("./call.js").Card} Card
 * @typedef {import("./call.js").CardState} CardState
 * @typedef {import("./events.js").Effect} Effect
 * @typedef {import("./events.js").ButtonName} ButtonName
 * @typedef {{ states: CardState[], enabled: (card: Card) => boolean, press: (card: Card, digits: string) => Effect[] }} Button
 */

import { Card as CallCard } from "./call.js";
import { OPERATION } from "./gws.js";
import { CallState } from "./vocabulary.js";

/** @type {CardState[]} */
const IN_CALL = ["dialing", "connecting", "talking", "held"];

/** @param {Card} card */
const up = (card) => card.leg?.up ?? false;

/** @param {Card} card @param {string} operation @returns {Effect[]} */
const atGws = (card, operation) => [{ do: "gws/call", call: card.gws?.id ?? "", operation, card: card.id }];

/** @type {Record<ButtonName, Button>} */
export const BUTTONS = {
  answer: {
    states: ["ringing"],
    enabled: (card) => card.wanted === "" && (card.leg?.state === "ringing" || (!card.leg && card.orphan === "")),
    press: (card) => legOrLater(card, "answer"),
  },
  reject: {
    states: ["ringing"],
    enabled: (card) => card.leg?.state === "ringing",
    press: (card) => card.leg?.handle("reject") ?? [],
  },
  mute: {
    states: IN_CALL,
    enabled: up,
    press: (card) => (card.leg ? [{ do: "sip/mute", leg: card.leg.id, muted: !card.leg.muted }] : []),
  },
  hold: {
    states: ["dialing", "connecting", "talking"],
    enabled: (card) => card.offers(OPERATION.hold) || (up(card) && card.state === "talking"),
    press: (card) => (card.offers(OPERATION.hold) ? atGws(card, OPERATION.hold) : (card.leg?.handle("hold") ?? [])),
  },
  retrieve: {
    states: ["held"],
    enabled: (card) => card.offers(OPERATION.retrieve) || card.leg?.state === "held",
    press: (card) =>
      card.offers(OPERATION.retrieve) ? atGws(card, OPERATION.retrieve) : (card.leg?.handle("retrieve") ?? []),
  },
  keypad: {
    states: IN_CALL,
    enabled: (card) => card.leg?.state === "talking",
    press: (card, digits) => card.leg?.handle("digits", digits) ?? [],
  },
  hangup: {
    states: [...IN_CALL],
    enabled: () => true,
    press: hangUp,
  },
};

/** @type {Record<string, (phone: Phone, event: any, now: number) => Effect[]>} */
export const WISHES = {
  press,
  dial,
  state: (_phone, event) => [{ do: "gws/state", operation: event.operation }],
  option: (phone, event) => {
    phone.useGwsForDialing = event.useGwsForDialing;
    return [];
  },
  tell: (phone, event, now) => {
    phone.messages.tell(event.kind, event.text, event.help, now);
    return [];
  },
  dismiss: (phone, event) => {
    phone.messages.dismiss(event.message);
    return [];
  },
};

/** @param {Phone} phone @param {import("./events.js").Press} event @returns {Effect[]} */
function press(phone, event) {
  const card = phone.cards.find((one) => one.id === event.card);
  const button = BUTTONS[event.button];
  if (!card || !button.states.includes(card.state) || !button.enabled(card)) return [];
  return button.press(card, event.digits ?? "");
}

/** By the leg if it is there, else as soon as it comes. @param {Card} card @param {"answer" | "hangup"} wish @returns {Effect[]} */
function legOrLater(card, wish) {
  if (card.leg) return card.leg.handle(wish);
  card.wanted = wish;
  return [];
}

/**
 * By BYE. At GWS where there is no leg here, and while GWS dials: SIP Server has not acknowledged the agent's 200 then
 * (make-call-rfc3725-flow=1), and a BYE would have to wait for its ACK (RFC 3261 section 15).
 * @param {Card} card @returns {Effect[]}
 */
function hangUp(card) {
  const dialled = card.gws?.state === CallState.DIALING;
  if ((!card.leg || dialled) && card.offers(OPERATION.hangup)) return atGws(card, OPERATION.hangup);
  return legOrLater(card, "hangup");
}

/** A number as people write it, made dialable; "" when it is none. @param {string} typed */
export function dialable(typed) {
  const number = typed.replace(/[\s().\-/]/g, "");
  return /^\+?[0-9*#]{1,32}$/.test(number) ? number : "";
}

/** @param {Phone} phone @param {import("./events.js").Dial} event @param {number} now @returns {Effect[]} */
function dial(phone, event, now) {
  const number = dialable(event.number);
  if (!number) return complain(phone, "This is not a number.", "Use digits, * and #, with + in front for other countries.", now);
  if (phone.lights.sip !== "on") return complain(phone, "The phone is not connected.", "Connect the phone, then dial.", now);
  if (phone.cards.some((card) => card.state === "dialing" && !card.leg?.up)) return [];
  const card = new CallCard(phone.newCardId(), "out", { number, name: "" }, now);
  phone.cards.push(card);
  const device = phone.agent?.deviceId ?? "";
  if (phone.useGwsForDialing && phone.lights.gws === "on" && device) return [{ do: "gws/dial", device, number, card: card.id }];
  return [{ do: "sip/dial", number, card: card.id }];
}

/** @param {Phone} phone @param {string} text @param {string} help @param {number} now @returns {Effect[]} */
function complain(phone, text, help, now) {
  phone.messages.tell("error", text, help, now);
  return [];
}

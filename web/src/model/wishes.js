/**
 * What the agent wants: a card's buttons (what they do is in `buttons.js`), dialling, transfers and conferences, the agent's state, options.
 *
 * @typedef {import("./phone.js").Phone} Phone
 * @typedef {import("./call.js").Card} Card
 * @typedef {import("./events.js").Effect} Effect
 */

import { dispose } from "./after_call.js";
import { atGws, BUTTONS, hold, othersUp, waysOf } from "./buttons.js";
import { Card as CallCard } from "./call.js";
import { OPERATION } from "./gws.js";

/** @type {Record<string, (phone: Phone, event: any, now: number) => Effect[]>} */
export const WISHES = {
  press,
  dial,
  state: (_phone, event) => [{ do: "gws/state", operation: event.operation }],
  "after-call/disposition": dispose,
  option: (phone, event) => {
    const { useGwsForDialing, choosesState, dispositionKey, endsGoneCalls, notified } = event;
    Object.assign(phone, {
      ...(useGwsForDialing !== undefined && { useGwsForDialing }),
      ...(choosesState !== undefined && { choosesState }),
      ...(dispositionKey !== undefined && { dispositionKey }),
      ...(endsGoneCalls !== undefined && { endsGoneCalls }),
      ...(notified !== undefined && { notified }),
    });
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

/** @param {Phone} phone @param {import("./events.js").Press} event @param {number} now @returns {Effect[]} */
function press(phone, event, now) {
  const card = phone.cards.find((one) => one.id === event.card);
  if (!card) return [];
  const joining = JOINING[event.button];
  if (joining) return join(phone, card, joining, event.number ?? "", now);
  const button = BUTTONS[/** @type {import("./events.js").ButtonName} */ (event.button)];
  if (!button.states.includes(card.state) || !button.enabled(card, phone)) return [];
  return button.press(card, { phone, now, digits: event.digits ?? "" });
}

/** What the forms ask for: a way, and what is to come of it. @type {Record<string, ["consult" | "directly", "transfer" | "conference"]>} */
const JOINING = {
  "transfer-consult": ["consult", "transfer"],
  "transfer-directly": ["directly", "transfer"],
  "conference-consult": ["consult", "conference"],
  "conference-directly": ["directly", "conference"],
};

/**
 * Begin a transfer or a conference at GWS. A consultation is a call of its own: it has its card at once.
 * @param {Phone} phone @param {Card} card @param {["consult" | "directly", "transfer" | "conference"]} joining
 * @param {string} typed @param {number} now @returns {Effect[]}
 */
function join(phone, card, [way, kind], typed, now) {
  const phoneNumber = dialable(typed);
  if (!phoneNumber) return notANumber(phone, now);
  if (!waysOf(card, kind).includes(way)) return [];
  const effects = atGws(card, OPERATION[way][kind], { destination: { phoneNumber } });
  if (way === "directly") return effects;
  const consultation = new CallCard(phone.newCardId(), "out", { number: phoneNumber, name: "" }, now);
  phone.cards.push(consultation);
  return effects.map((effect) => ({ ...effect, card: consultation.id }));
}

/** A number as people write it, made dialable; "" when it is none. @param {string} typed */
export function dialable(typed) {
  const number = typed.replace(/[\s().\-/]/g, "");
  return /^\+?[0-9*#]{1,32}$/.test(number) ? number : "";
}

/** @param {Phone} phone @param {import("./events.js").Dial} event @param {number} now @returns {Effect[]} */
function dial(phone, event, now) {
  const number = dialable(event.number);
  if (!number) return notANumber(phone, now);
  if (phone.lights.sip !== "on") return complain(phone, "The phone is not connected.", "Connect the phone, then dial.", now);
  if (phone.cards.some((card) => card.state === "dialing" && !card.leg?.up)) return [];
  const card = new CallCard(phone.newCardId(), "out", { number, name: "" }, now);
  const held = othersUp(phone, card).flatMap(hold);
  phone.cards.push(card);
  const device = phone.agent?.deviceId ?? "";
  if (phone.useGwsForDialing && phone.lights.gws === "on" && device) return [...held, { do: "gws/dial", device, number, card: card.id }];
  return [...held, { do: "sip/dial", number, card: card.id }];
}

/** @param {Phone} phone @param {number} now */
const notANumber = (phone, now) =>
  complain(phone, "This is not a number.", "Use digits, * and #, with + in front for other countries.", now);

/** @param {Phone} phone @param {string} text @param {string} help @param {number} now @returns {Effect[]} */
function complain(phone, text, help, now) {
  phone.messages.tell("error", text, help, now);
  return [];
}

/**
 * The buttons of a card, as a table: in which states one can be there, when it can be pressed, what it does.
 *
 * Hold, Retrieve, Swap, Hang up, transfers and conferences go by GWS where it offers them, hold and hang-up by SIP where it does not.
 *
 * An agent talks in one call at a time: before another one is answered or retrieved, the one that is up is put on hold by its own
 * usual way, and what was pressed waits for that, 2 s at most. Two calls that belong together at GWS (a consultation and the call it was
 * begun from) are swapped there instead.
 *
 * @typedef {import("./phone.js").Phone} Phone
 * @typedef {import("./call.js").Card} Card
 * @typedef {import("./call.js").CardState} CardState
 * @typedef {import("./events.js").Effect} Effect
 * @typedef {import("./events.js").ButtonName} ButtonName
 * @typedef {{ phone: Phone, now: number, digits: string }} Around
 * @typedef {{ states: CardState[], enabled: (card: Card, phone: Phone) => boolean, press: (card: Card, around: Around) => Effect[] }} Button
 */

import { OPERATION } from "./gws.js";

export const HOLD_WITHIN = 2000;

/** @type {CardState[]} */
const IN_CALL = ["dialing", "connecting", "talking", "holding", "retrieving", "held"];
/** @type {CardState[]} */
const SETTLED = ["talking", "holding", "retrieving", "held"];

/** @param {Card} card */
const up = (card) => card.leg?.up ?? false;

/** @param {Card} card @param {string} operation @param {Record<string, unknown>} [fields] @returns {Effect[]} */
export const atGws = (card, operation, fields) => [
  { do: "gws/call", call: card.gws?.id ?? "", operation, card: card.id, ...(fields && { fields }) },
];

/** @type {Record<ButtonName, Button>} */
export const BUTTONS = {
  answer: { states: ["ringing"], enabled: canAnswer, press: (card, around) => onceOthersAreHeld(card, "answer", around) },
  "answer-with-camera": {
    states: ["ringing"],
    enabled: (card) => canAnswer(card) && (card.leg?.offersVideo ?? false),
    press: (card, around) => onceOthersAreHeld(card, "answer-with-camera", around),
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
  camera: {
    states: IN_CALL,
    enabled: (card) => card.leg?.state === "talking" || (up(card) && card.leg?.camera !== "off"),
    press: toggleCamera,
  },
  hold: {
    states: ["dialing", "connecting", "talking", "retrieving"],
    enabled: (card) => card.offers(OPERATION.hold) || (up(card) && card.state === "talking"),
    press: (card, { phone }) => swapped(card, phone) ?? hold(card),
  },
  retrieve: {
    states: ["holding", "held"],
    enabled: (card, phone) => canRetrieve(card) || canSwap(card, phone),
    press: (card, around) => swapped(card, around.phone) ?? onceOthersAreHeld(card, "retrieve", around),
  },
  keypad: {
    states: IN_CALL,
    enabled: (card) => card.leg?.state === "talking",
    press: (card, { digits }) => card.leg?.handle("digits", digits) ?? [],
  },
  transfer: {
    states: SETTLED,
    enabled: (card, phone) => completes(card, phone, "transfer") || waysOf(card, "transfer").length > 0,
    press: (card, { phone }) => complete(card, phone, "transfer"),
  },
  conference: {
    states: SETTLED,
    enabled: (card, phone) => completes(card, phone, "conference") || waysOf(card, "conference").length > 0,
    press: (card, { phone }) => complete(card, phone, "conference"),
  },
  reconnect: { states: IN_CALL, enabled: (card) => card.wanted === "", press: reconnect },
  hangup: { states: IN_CALL, enabled: () => true, press: hangUp },
};

/** @param {Card} card */
function canAnswer(card) {
  return card.wanted === "" && card.waits === null && (card.leg?.state === "ringing" || (!card.leg && card.orphan === ""));
}

/** @param {Card} card */
const canRetrieve = (card) => card.waits === null && (card.offers(OPERATION.retrieve) || card.leg?.state === "held");

/** @param {Card} card @returns {Effect[]} */
export function hold(card) {
  card.toBeHeld = true;
  return card.offers(OPERATION.hold) ? atGws(card, OPERATION.hold) : holdBySip(card);
}

/** @param {Card} card @returns {Effect[]} */
function retrieve(card) {
  card.toBeHeld = false;
  return card.offers(OPERATION.retrieve) ? atGws(card, OPERATION.retrieve) : retrieveBySip(card);
}

/** By re-INVITE. @param {Card} card @returns {Effect[]} */
export const holdBySip = (card) => card.leg?.handle("hold") ?? [];

/** By re-INVITE. @param {Card} card @returns {Effect[]} */
export const retrieveBySip = (card) => card.leg?.handle("retrieve") ?? [];

/** By the leg if it is there, else as soon as it comes. @param {Card} card @param {"answer" | "answer-with-camera" | "hangup"} wish */
function legOrLater(card, wish) {
  if (card.leg) return card.leg.handle(wish);
  card.wanted = wish === "hangup" ? "hangup" : "answer";
  return [];
}

/** The camera goes off at once, and on when it is there. @param {Card} card @returns {Effect[]} */
function toggleCamera(card) {
  const leg = card.leg;
  if (!leg) return [];
  const on = leg.camera === "off";
  leg.camera = on ? "starting" : "off";
  return [{ do: on ? "camera/on" : "camera/off", leg: leg.id }];
}

/**
 * At GWS where it offers that, else by BYE; a leg of this call alone that lives on after a second gets BYE all the same
 * (`hang-up-without-end` in `reconciliation.js`). While the page's own connection is interrupted BYE goes at once as well: it waits for the next
 * connection, where SIP Server's would find nobody.
 * @param {Card} card @param {Around} around @returns {Effect[]}
 */
function hangUp(card, { phone }) {
  if (!card.offers(OPERATION.hangup)) return legOrLater(card, "hangup");
  const shared = partnerOf(phone, card)?.leg === null;
  if (card.leg?.alive && !shared) card.wanted = "hangup";
  const byLeg = card.leg?.up && !shared && phone.lights.sip !== "on" ? card.leg.handle("hangup") : [];
  return [...atGws(card, OPERATION.hangup), ...byLeg];
}

// --- one call at a time ------------------------------------------------------------------------------------------------------

/** The calls in which the agent is heard, but for this one. @param {Phone} phone @param {Card} card */
export const othersUp = (phone, card) =>
  phone.cards.filter((one) => one !== card && one.leg?.state === "talking" && SETTLED.includes(one.state));

/** @param {Card} card @param {import("./call.js").Waiting["wish"]} wish @param {Around} around @returns {Effect[]} */
function onceOthersAreHeld(card, wish, { phone, now }) {
  const others = othersUp(phone, card);
  if (others.length === 0) return carryOut(card, wish);
  card.waits = { wish, until: now + HOLD_WITHIN };
  return others.flatMap(hold);
}

/** @param {Card} card @param {import("./call.js").Waiting["wish"]} wish @returns {Effect[]} */
function carryOut(card, wish) {
  return wish === "retrieve" ? retrieve(card) : legOrLater(card, wish);
}

/** What waited for a hold, and need wait no longer. @param {Phone} phone @param {number} now @returns {Effect[]} */
export function goOn(phone, now) {
  return phone.cards.flatMap((card) => {
    const waits = card.waits;
    if (!waits || (waits.until > now && othersUp(phone, card).length > 0)) return [];
    card.waits = null;
    return carryOut(card, waits.wish);
  });
}

// --- a consultation and the call it was begun from ------------------------------------------------------------------------------
// GWS tells what can be done with a call when something happens to that call, not when something happens to its partner: what one
// of the two offers holds for both.

/** @param {Phone} phone @param {Card} card */
export function partnerOf(phone, card) {
  const gws = card.gws;
  if (!gws) return undefined;
  return phone.cards.find((one) => one.gws && one !== card && (one.gws.parent === gws.id || gws.parent === one.gws.id));
}

/** The two calls, that which offers the operation first; null where there are no two or none does. @param {Phone} phone @param {Card} card @param {string} operation @returns {[Card, Card] | null} */
function offering(phone, card, operation) {
  const partner = partnerOf(phone, card);
  if (!partner) return null;
  if (card.offers(operation)) return [card, partner];
  return partner.offers(operation) ? [partner, card] : null;
}

/** @param {Card} card @param {Phone} phone */
export const canSwap = (card, phone) => offering(phone, card, OPERATION.swap) !== null;

/** @param {Card} card @param {Phone} phone @returns {Effect[] | null} null where there is nothing to swap */
function swapped(card, phone) {
  const pair = offering(phone, card, OPERATION.swap);
  for (const one of pair ?? []) one.toBeHeld = one.state !== "held";
  return pair && atGws(pair[0], OPERATION.swap, { otherCallUri: pair[1].gws?.uri });
}

/**
 * What a press of the button completes at GWS; else it opens a form.
 * @param {Card} card @param {Phone} phone @param {"transfer" | "conference"} kind
 */
export const completes = (card, phone, kind) => offering(phone, card, OPERATION.complete[kind]) !== null;

/** @param {Card} card @param {Phone} phone @param {"transfer" | "conference"} kind @returns {Effect[]} */
function complete(card, phone, kind) {
  const pair = offering(phone, card, OPERATION.complete[kind]);
  return pair ? atGws(pair[0], OPERATION.complete[kind]) : [];
}

/** The ways to begin one. @param {Card} card @param {"transfer" | "conference"} kind @returns {("consult" | "directly")[]} */
export function waysOf(card, kind) {
  return /** @type {const} */ (["consult", "directly"]).filter((way) => card.offers(OPERATION[way][kind]));
}

/** End the consultation and go back to the call it was begun from. @param {Card} card @param {Around} around @returns {Effect[]} */
function reconnect(card, around) {
  const parent = partnerOf(around.phone, card);
  if (parent && card.gws?.parent === parent.gws?.id) parent.wanted = "retrieve";
  return hangUp(card, around);
}

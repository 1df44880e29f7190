/**
 * What the desk plane reports, handler by handler: the GWS light, calls and devices from CometD, the state re-read by REST.
 *
 * @typedef {import("./phone.js").Phone} Phone
 * @typedef {import("./events.js").Effect} Effect
 * @typedef {import("./gws.js").GwsCall} GwsCall
 */

import { withDevice } from "./agent.js";
import { atGws } from "./buttons.js";
import { Card, gwsDirection, gwsNumber } from "./call.js";
import { OPERATION, readMessage, readUser } from "./gws.js";
import { cardForGws } from "./join.js";

/** @type {Record<string, (phone: Phone, event: any, now: number) => Effect[]>} */
export const DESK_PLANE = {
  "gws/connecting": (phone) => turned(phone, "connecting"),
  "gws/on": (phone) => turned(phone, "on"),
  "gws/lost": (phone) => lost(phone, "lost"),
  "gws/failed": failed,
  "gws/off": off,
  "gws/message": message,
  "gws/snapshot": snapshot,
  "gws/refused": refused,
  agent: (phone, event) => {
    phone.agent = event.agent;
    return [];
  },
};

/** @param {Phone} phone @param {import("./light.js").LightEvent} event @returns {Effect[]} */
function turned(phone, event) {
  phone.turn("gws", event);
  return [];
}

/** From now on the voice plane decides. @param {Phone} phone @param {import("./light.js").LightEvent} event @returns {Effect[]} */
function lost(phone, event) {
  for (const card of phone.cards) card.stale = true;
  return turned(phone, event);
}

/** @param {Phone} phone @param {import("./events.js").GwsFailed} event @param {number} now @returns {Effect[]} */
function failed(phone, event, now) {
  phone.messages.tell("error", `GWS: ${event.reason}`, "Check user name and password, then connect again.", now);
  return lost(phone, "failed");
}

/** The agent signed out: what only GWS showed is gone. @param {Phone} phone @returns {Effect[]} */
function off(phone) {
  for (const card of phone.cards) {
    card.gws = null;
    card.orphan = "";
  }
  phone.cards = phone.cards.filter((card) => card.leg);
  phone.released.clear();
  return turned(phone, "off");
}

/** @param {Phone} phone @param {import("./events.js").GwsMessage} event @param {number} now @returns {Effect[]} */
function message(phone, event, now) {
  return readMessage(event.data).flatMap((fact) => {
    if (fact.kind === "call") return callChanged(phone, fact.call, now);
    if (fact.kind === "device") {
      phone.agent = withDevice(phone.agent, fact.device);
      phone.agentAt = now;
    } else failedLater(phone, fact.text, now);
    return [];
  });
}

/**
 * A request that GWS had taken failed at SIP Server. It does not say which: while a call is being dialled it is that.
 * @param {Phone} phone @param {string} text @param {number} now
 */
function failedLater(phone, text, now) {
  const card = phone.cards.find((one) => one.provisional);
  if (!card) return phone.messages.tell("error", `GWS: ${text}`, "Try again.", now);
  phone.drop(card);
  if (card.wanted === "hangup") return undefined;
  return phone.messages.tell("error", `Calling ${card.said.number} did not start: ${text}.`, "Check the number and dial again.", now);
}

/** @param {Phone} phone @param {GwsCall} call @param {number} now @returns {Effect[]} */
function callChanged(phone, call, now) {
  const known = cardForGws(phone.cards, call, now);
  if (call.state === "Released") return released(phone, known, call, now);
  phone.released.delete(call.id);
  const direction = gwsDirection(call);
  const card = known ?? new Card(phone.newCardId(), direction, { number: gwsNumber(call, direction), name: "" }, now);
  if (!known) phone.cards.push(card);
  if (card.uuid && card.uuid !== call.id) return []; // the leg has moved on to another call
  if (call.state === "Dialing") card.direction = "out";
  card.takeGws(call, now);
  return wishesOf(card);
}

/**
 * A call that is to be hung up before its leg has come is hung up at GWS.
 * @param {Card} card
 * @returns {Effect[]}
 */
function wishesOf(card) {
  if (card.wanted !== "hangup" || card.leg || !card.offers("Hangup")) return [];
  return [{ do: "gws/call", call: card.uuid, operation: "Hangup", card: card.id }];
}

/** @param {Phone} phone @param {Card | undefined} card @param {GwsCall} call @param {number} now @returns {Effect[]} */
function released(phone, card, call, now) {
  phone.released.set(call.id, now);
  if (!card) return [];
  if (card.uuid !== call.id) {
    if (card.gws?.id === call.id) card.gws = null;
    return [];
  }
  const parent = phone.cards.find((one) => one.wanted === "retrieve" && one.gws?.id === card.gws?.parent);
  card.wanted = card.leg ? card.wanted : "";
  card.takeGws(call, now);
  if (!parent) return [];
  parent.wanted = "";
  return atGws(parent, OPERATION.retrieve);
}

/** @param {Phone} phone @param {import("./events.js").GwsSnapshot} event @param {number} now @returns {Effect[]} */
function snapshot(phone, event, now) {
  const { calls, devices } = readUser(event.user);
  const effects = calls
    .filter((call) => !phone.released.has(call.id) && !newer(phone, call.id, event.asked))
    .flatMap((call) => callChanged(phone, call, now));
  for (const card of phone.cards) {
    const gws = card.gws;
    if (!gws || card.gwsAt >= event.asked || calls.some((call) => call.id === gws.id)) continue;
    effects.push(...released(phone, card, { ...gws, state: "Released" }, now));
  }
  if (phone.agentAt > event.asked) return effects;
  for (const device of devices) phone.agent = withDevice(phone.agent, device);
  return effects;
}

/** CometD told about this call after the snapshot was asked for. @param {Phone} phone @param {string} id @param {number} asked */
const newer = (phone, id, asked) => phone.cards.some((card) => card.gws?.id === id && !card.stale && card.gwsAt > asked);

/** @param {Phone} phone @param {import("./events.js").GwsRefused} event @param {number} now @returns {Effect[]} */
function refused(phone, event, now) {
  const card = phone.cards.find((one) => one.id === event.card);
  if (card?.provisional) phone.drop(card);
  phone.messages.tell("error", `${event.operation}: ${event.reason}`, "Try again.", now);
  return [];
}

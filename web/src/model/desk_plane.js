/**
 * What the desk plane reports, handler by handler: the GWS light, calls and devices from CometD, the state re-read by REST.
 *
 * @typedef {import("./phone.js").Phone} Phone
 * @typedef {import("./events.js").Effect} Effect
 * @typedef {import("./gws.js").GwsCall} GwsCall
 */

import { agentIs, withDevice } from "./agent.js";
import { callIsOver, stateIsTaken, toldAfterwards } from "./after_call.js";
import { atGws, holdBySip, retrieveBySip } from "./buttons.js";
import { Card, gwsDirection, gwsNumber } from "./call.js";
import { readDispositions, readStates } from "./choices.js";
import { OPERATION, readMessage, readUser, UNSAID } from "./gws.js";
import { cardForGws } from "./join.js";
import { refusal } from "./refusal.js";
import { CallOperation } from "./vocabulary.js";

/** How every message begins that tells why GWS is not connected. */
const FAILED = "GWS is not connected: ";
/** An error that GWS tells without a word belongs to what it refused so shortly before or after. */
const SAME_ERROR = 1000;
/** REST may still show a call this long after CometD told of its end. */
const REST_BEHIND = 500;

/** @type {Record<string, (phone: Phone, event: any, now: number) => Effect[]>} */
export const DESK_PLANE = {
  "gws/connecting": (phone) => turned(phone, "connecting"),
  "gws/on": (phone) => {
    phone.messages.withdrawLike(FAILED);
    return turned(phone, "on");
  },
  "gws/lost": (phone) => lost(phone, "lost"),
  "gws/failed": failed,
  "gws/off": off,
  "gws/message": message,
  "gws/snapshot": snapshot,
  "gws/accepted": accepted,
  "gws/refused": refused,
  "gws/states": (phone, event) => {
    phone.states = readStates(event.settings) ?? phone.states;
    return [];
  },
  "gws/dispositions": (phone, event) => {
    phone.dispositions = readDispositions(event.businessAttributes, phone.dispositionKey);
    return [];
  },
  agent: (phone, event, now) => agentIs(phone, event.agent, now),
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
  phone.messages.tell("error", FAILED + event.reason, event.help ?? "Check user name and password, then connect again.", now);
  return lost(phone, "failed");
}

/** The agent signed out: what only GWS showed is gone. @param {Phone} phone @returns {Effect[]} */
function off(phone) {
  phone.heard = false;
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
    if (fact.kind === "call") return [...outOfOrder(phone, fact.call, now), ...callChanged(phone, fact.call, now, fact.wrapUp)];
    if (fact.kind === "device") {
      phone.agentAt = now;
      return agentIs(phone, withDevice(phone.agent, fact.device), now);
    }
    failedLater(phone, fact.text, now);
    return [];
  });
}

/** What may follow what, in the events of one call; a call is heard of from its beginning. @type {Record<string, string[]>} */
const FOLLOWS = {
  Dialing: ["Dialing", "Established", "Held", "Released"],
  Ringing: ["Ringing", "Established", "Released"],
  Established: ["Established", "Held", "Released"],
  Held: ["Held", "Established", "Released"],
  Released: ["Released"],
};

/**
 * An event before this one was lost: what else was is found by reading everything again.
 * @param {Phone} phone @param {GwsCall} call @param {number} now @returns {Effect[]}
 */
function outOfOrder(phone, call, now) {
  const before = phone.cards.find((card) => card.gws?.id === call.id && !card.stale)?.gws?.state;
  const wrong = before ? !(FOLLOWS[before] ?? []).includes(call.state) : call.state === "Held" && !phone.released.has(call.id);
  if (!wrong) return [];
  phone.record.note("events-lost", call.id, "re-read", now);
  return [{ do: "gws/read" }];
}

/**
 * A request that GWS had taken failed at SIP Server. It does not say which: while a call is being dialled it is that.
 * @param {Phone} phone @param {string} text @param {number} now
 */
function failedLater(phone, text, now) {
  if (text === UNSAID && now - phone.refusedAt < SAME_ERROR) return undefined;
  const card = phone.cards.find((one) => one.provisional);
  if (!card) return phone.messages.tell("error", `GWS: ${text}`, "Try again.", now);
  phone.drop(card);
  if (card.wanted === "hangup") return undefined;
  return phone.messages.tell("error", `Calling ${card.said.number} did not start: ${text}.`, "Check the number and dial again.", now);
}

/** @param {Phone} phone @param {GwsCall} call @param {number} now @param {number | null} [wrapUp] seconds @returns {Effect[]} */
function callChanged(phone, call, now, wrapUp = null) {
  const known = cardForGws(phone.cards, call, now);
  if (call.state === "Released") return released(phone, known, call, now);
  phone.released.delete(call.id);
  const direction = gwsDirection(call);
  const card = known ?? new Card(phone.newCardId(), direction, { number: gwsNumber(call, direction), name: "" }, now);
  if (!known) phone.cards.push(card);
  if (card.uuid && card.uuid !== call.id) return []; // the leg has moved on to another call
  if (call.state === "Dialing") card.direction = "out";
  card.wrapUp = wrapUp ?? card.wrapUp;
  card.takeGws(carriedOut(phone, call), now);
  card.holdsAlone = !phone.notified;
  return wishesOf(card);
}

/**
 * What SIP Server would ask a phone to do that does not hear it (Asterisk) is not offered: it goes by SIP.
 * @param {Phone} phone @param {GwsCall} call @returns {GwsCall}
 */
function carriedOut(phone, call) {
  if (phone.notified) return call;
  return { ...call, capabilities: call.capabilities.filter((name) => name !== OPERATION.hold && name !== OPERATION.retrieve) };
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
  toldAfterwards(phone, call);
  if (!card) return [];
  if (card.uuid !== call.id) {
    if (card.gws?.id === call.id) card.gws = null;
    return [];
  }
  const parent = phone.cards.find((one) => one.wanted === "retrieve" && one.gws?.id === card.gws?.parent);
  card.wanted = card.leg ? card.wanted : "";
  card.takeGws(call, now);
  card.goneAt = card.leg?.alive ? (card.goneAt ?? now) : null;
  callIsOver(phone, card, now);
  if (!parent) return [];
  parent.wanted = "";
  parent.toBeHeld = false;
  return atGws(parent, OPERATION.retrieve);
}

/** @param {Phone} phone @param {import("./events.js").GwsSnapshot} event @param {number} now @returns {Effect[]} */
function snapshot(phone, event, now) {
  const { calls, devices } = readUser(event.user);
  const before = known(phone);
  const effects = calls
    .filter((call) => !overSince(phone, call.id, event.asked) && !newer(phone, call.id, event.asked))
    .flatMap((call) => callChanged(phone, call, now));
  for (const card of phone.cards) {
    const gws = card.gws;
    if (card.goneAt !== null && card.goneAt < event.asked && !calls.some((call) => call.id === card.uuid)) card.goneSeen = event.asked;
    if (!gws || card.gwsAt >= event.asked || calls.some((call) => call.id === gws.id)) continue;
    effects.push(...released(phone, card, { ...gws, state: "Released" }, now));
  }
  const after = known(phone);
  if (event.gap && phone.heard && after !== before) phone.record.note("events-lost", "", "re-read", now);
  phone.heard = true;
  if (phone.agentAt > event.asked) return effects;
  for (const device of devices) effects.push(...agentIs(phone, withDevice(phone.agent, device), now));
  return effects;
}

/** What GWS has said of calls, in one word. @param {Phone} phone */
const known = (phone) =>
  phone.cards
    .flatMap(({ gws }) => (gws && gws.state !== "Released" ? [`${gws.id} ${gws.state}`] : []))
    .sort()
    .join();

/** CometD said that it is over, later than the snapshot was asked for, or so shortly before that REST may not have known. @param {Phone} phone @param {string} id @param {number} asked */
const overSince = (phone, id, asked) => (phone.released.get(id) ?? -Infinity) + REST_BEHIND > asked;

/** CometD told about this call after the snapshot was asked for. @param {Phone} phone @param {string} id @param {number} asked */
const newer = (phone, id, asked) => phone.cards.some((card) => card.gws?.id === id && !card.stale && card.gwsAt > asked);

/**
 * GWS took a request; what comes of it is told by events. An Answer may be one of the desktop's.
 * @param {Phone} phone @param {import("./events.js").GwsAccepted} event @param {number} now @returns {Effect[]}
 */
function accepted(phone, event, now) {
  const card = phone.cards.find((one) => one.uuid === event.call && event.call !== "");
  if (card && event.operation === CallOperation.ANSWER && card.gwsState === "Ringing") card.answerTaken = true;
  if (event.call === "" && event.card === "") stateIsTaken(phone, event.operation, now);
  return [];
}

/** What goes by SIP while GWS is not reached, though its light is still on. @type {Record<string, (card: Card) => Effect[]>} */
const BY_SIP = { [CallOperation.HOLD]: holdBySip, [CallOperation.RETRIEVE]: retrieveBySip };

/** @param {Phone} phone @param {import("./events.js").GwsRefused} event @param {number} now @returns {Effect[]} */
function refused(phone, event, now) {
  phone.refusedAt = now;
  phone.messages.withdraw(`GWS: ${UNSAID}`);
  const card = phone.cards.find((one) => one.id === event.card);
  if (card?.provisional) phone.drop(card);
  if (event.operation === CallOperation.HANGUP && card?.leg?.alive) return card.leg.handle("hangup");
  const bySip = event.unreachable && card?.leg?.up ? BY_SIP[event.operation] : undefined;
  if (card && bySip) {
    card.stale = true;
    return [...bySip(card), { do: "gws/read" }];
  }
  phone.messages.tell("error", ...refusal(event.operation, event.reason), now);
  return [];
}

/**
 * What the voice plane reports, handler by handler: the SIP light, legs that come, change and go.
 *
 * @typedef {import("./phone.js").Phone} Phone
 * @typedef {import("./events.js").Effect} Effect
 */

import { beginMuted, mutedByHand } from "./audio.js";
import { Card } from "./call.js";
import { cardForLeg } from "./join.js";
import { Leg } from "./leg.js";
import { AgentOperation } from "./vocabulary.js";

/** SIP status of a refused registration -> what happened, what to do. @type {Record<number, [string, string]>} */
const REGISTRATION = {
  401: ["The phone could not sign in.", "Check DN and password, then connect again."],
  403: ["This DN may not be used from here.", "Check DN and password, or ask your administrator."],
  404: ["This DN is not known.", "Check the agent DN, then connect again."],
  503: ["The phone system is not available.", "The phone tries again by itself."],
};

const NO_MICROPHONE = "No microphone:";
/** How messages of `platform/sip_phone.js` begin that are over with a registration. */
const UNREGISTERED = ["No connection to ", "The phone system did not accept the registration "];
const TAKEN_OVER = "Another page uses this DN now; new calls ring there.";

/** @type {Record<string, (phone: Phone, event: any, now: number) => Effect[]>} */
export const VOICE_PLANE = {
  "sip/connecting": (phone) => turned(phone, "connecting"),
  "sip/registered": registered,
  "sip/lost": (phone) => turned(phone, "lost"),
  "sip/off": (phone) => turned(phone, "off"),
  "sip/failed": registrationFailed,
  "sip/taken-over": takenOver,
  "leg/incoming": incoming,
  "leg/outgoing": outgoing,
  "leg/progress": progress,
  "leg/accepted": accepted,
  "leg/uuid": (phone, event, now) => renamed(phone, event.leg, event.uuid, now),
  "leg/transferred": transferred,
  "leg/asked": (phone, event) => phone.cardOfLeg(event.leg)?.leg?.handle(event.what) ?? [],
  "leg/held": (phone, event) => moved(phone, event.leg, true),
  "leg/retrieved": (phone, event) => moved(phone, event.leg, false),
  "leg/muted": (phone, event) => muted(phone, event.leg, true),
  "leg/unmuted": (phone, event) => muted(phone, event.leg, false),
  microphone,
  "leg/no-microphone": noMicrophone,
  "leg/refused": refused,
  "leg/ended": ended,
  "dial/failed": dialFailed,
};

/** @param {Phone} phone @param {import("./light.js").LightEvent} event @returns {Effect[]} */
function turned(phone, event) {
  phone.turn("sip", event);
  return [];
}

/** @param {Phone} phone @returns {Effect[]} */
function registered(phone) {
  for (const [text] of Object.values(REGISTRATION)) phone.messages.withdraw(text);
  phone.messages.withdraw(TAKEN_OVER);
  for (const text of UNREGISTERED) phone.messages.withdrawLike(text);
  return turned(phone, "on");
}

/** @param {Phone} phone @param {import("./events.js").SipFailed} event @param {number} now @returns {Effect[]} */
function registrationFailed(phone, event, now) {
  const [text, help] = REGISTRATION[event.status] ?? [
    `The phone could not connect: ${event.reason}.`,
    "Check the SIP Server address, then connect again.",
  ];
  phone.messages.tell("error", text, help, now);
  return turned(phone, "failed");
}

/** @param {Phone} phone @param {unknown} _event @param {number} now @returns {Effect[]} */
function takenOver(phone, _event, now) {
  phone.messages.tell("error", TAKEN_OVER, "Connect again, or load this page again, to take it back.", now);
  return turned(phone, "failed");
}

/** @param {Phone} phone @param {import("./events.js").LegIncoming} event @param {number} now @returns {Effect[]} */
function incoming(phone, event, now) {
  const again = phone.cards.find((card) => card.leg?.alive && event.uuid && card.uuid === event.uuid);
  if (again?.leg) return rungAnew(again, again.leg, event);
  const known = cardForLeg(phone.cards, { uuid: event.uuid, number: event.remote.number }, now) ?? cutOff(phone, event);
  const card = known ?? new Card(phone.newCardId(), "in", event.remote, now);
  if (!known) phone.cards.push(card);
  if (!known || !card.said.name) card.said = event.remote.number ? event.remote : card.said;
  if (event.lasted !== null) return resumed(card, event, event.lasted, now);
  card.keepQuiet(event.agentFirst, now);
  const alone = !phone.cards.some((other) => other.leg?.up);
  const leg = newLeg(event);
  const effects = joined(card, leg, event.uuid);
  const answered = phone.audio.autoAnswer && alone && !event.agentFirst ? leg.handle("answer") : [];
  if (answered.length) answered.push({ do: "beep" });
  return [{ do: "microphone/open", leg: leg.id }, ...effects, ...answered];
}

/** The card whose leg the gateway has just ended, to call this page anew. @param {Phone} phone @param {import("./events.js").LegIncoming} event */
function cutOff(phone, event) {
  return event.lasted === null ? undefined : phone.cards.find((card) => event.uuid && card.uuid === event.uuid);
}

/** @param {import("./events.js").LegIncoming} event */
function newLeg(event) {
  const leg = new Leg(event.leg, "in");
  leg.offersVideo = event.video;
  return leg;
}

/**
 * The page was loaded again, or another one is gone: its call comes here, and is answered without a ring.
 * @param {Card} card @param {import("./events.js").LegIncoming} event @param {number} lasted @param {number} now @returns {Effect[]}
 */
function resumed(card, event, lasted, now) {
  const leg = newLeg(event);
  card.since = Math.min(card.since ?? now, now - lasted * 1000);
  return [{ do: "microphone/open", leg: leg.id }, ...joined(card, leg, event.uuid), ...leg.handle("answer")];
}

/**
 * The connection was lost while the call rang, and the gateway rings anew with another INVITE: it takes the old leg's place. What
 * the agent had answered is answered again.
 * @param {Card} card @param {Leg} old @param {import("./events.js").LegIncoming} event @returns {Effect[]}
 */
function rungAnew(card, old, event) {
  const answered = old.state !== "ringing";
  const leg = newLeg(event);
  card.takeLeg(leg, event.uuid);
  /** @type {Effect[]} */
  const swap = [{ do: "sip/hangup", leg: old.id }, { do: "microphone/close", leg: old.id }, { do: "microphone/open", leg: leg.id }];
  return answered ? [...swap, ...leg.handle("answer")] : swap;
}

/** @param {Phone} phone @param {import("./events.js").LegOutgoing} event @param {number} now @returns {Effect[]} */
function outgoing(phone, event, now) {
  const known = cardForLeg(phone.cards, { uuid: "", number: event.remote.number, card: event.card }, now);
  const card = known ?? new Card(phone.newCardId(), "out", event.remote, now);
  if (!known) phone.cards.push(card);
  return joined(card, new Leg(event.leg, "out"), "");
}

/** A leg met its card; a wish made before is carried out now. @param {Card} card @param {Leg} leg @param {string} uuid */
function joined(card, leg, uuid) {
  card.takeLeg(leg, uuid);
  const wanted = card.wanted;
  card.wanted = "";
  return wanted ? leg.handle(wanted) : [];
}

/** @param {Phone} phone @param {import("./events.js").LegProgress} event @param {number} now @returns {Effect[]} */
function progress(phone, event, now) {
  const leg = phone.cardOfLeg(event.leg)?.leg;
  if (leg) leg.alerting = !event.earlyMedia;
  return renamed(phone, event.leg, event.uuid, now);
}

/** @param {Phone} phone @param {import("./events.js").LegAccepted} event @param {number} now @returns {Effect[]} */
function accepted(phone, event, now) {
  const leg = phone.cardOfLeg(event.leg)?.leg;
  if (!leg) return [];
  leg.alerting = false;
  return [...leg.handle("accepted"), ...renamed(phone, event.leg, event.uuid, now), ...beginMuted(phone, leg)];
}

/**
 * Somebody else is at the other end now: SIP Server had the gateway call the number in the place of who was there.
 * @param {Phone} phone
 * @param {import("./events.js").LegTransferred} event
 * @returns {Effect[]}
 */
function transferred(phone, { leg, number }) {
  const card = phone.cardOfLeg(leg);
  if (!card) return [];
  card.said = { number, name: "" };
  card.transferred = true;
  return [];
}

/**
 * The leg has an identifier, or another one than before: two calls became one (transfer, conference), and the leg goes to the card
 * of the surviving call.
 * @param {Phone} phone @param {string} id @param {string} uuid @param {number} now @returns {Effect[]}
 */
function renamed(phone, id, uuid, now) {
  const card = phone.cardOfLeg(id);
  if (!card?.leg || !uuid || card.uuid === uuid) return [];
  const other = phone.cards.find((one) => one !== card && one.uuid === uuid && !one.leg) ?? consultationOf(phone, card);
  if (!other) {
    card.uuid = uuid;
    return [];
  }
  other.takeLeg(card.leg, uuid);
  other.since ??= card.since;
  other.said = card.said;
  if (card.gws && card.gws.id !== uuid) {
    card.leg = null;
    card.orphan = "no-leg";
  } else phone.drop(card);
  return [];
}

/**
 * A consultation that was asked for and has no identifier yet: where SIP Server has no second dialog for it, the leg of the first call
 * takes its identifier.
 * @param {Phone} phone @param {import("./call.js").Card} card
 */
const consultationOf = (phone, card) => (card.gws ? phone.cards.find((one) => one.provisional && one.direction === "out") : undefined);

/** The leg is held, or is not any more. @param {Phone} phone @param {string} id @param {boolean} held @returns {Effect[]} */
function moved(phone, id, held) {
  const card = phone.cardOfLeg(id);
  if (!card?.leg) return [];
  card.toBeHeld = held;
  return card.leg.handle(held ? "held" : "retrieved");
}

/** @param {Phone} phone @param {string} id @param {boolean} value @returns {Effect[]} */
function muted(phone, id, value) {
  const leg = phone.cardOfLeg(id)?.leg;
  if (leg) leg.muted = value;
  if (leg) mutedByHand(phone, value);
  return [];
}

/**
 * Without a microphone the gateway sends no calls here: the agent must know, and see it go when it is over.
 * @param {Phone} phone @param {import("./events.js").MicrophoneChanged} event @param {number} now @returns {Effect[]}
 */
function microphone(phone, event, now) {
  phone.microphone = event.state;
  phone.messages.withdrawLike(NO_MICROPHONE);
  if (event.state !== "lost") return [];
  const help = "Plug in a headset and allow the microphone for this page; until then no calls come.";
  phone.messages.tell("error", `${NO_MICROPHONE} ${event.reason}.`, help, now);
  const away = phone.audio.notReadyWithoutHeadset && phone.choosesState && phone.agent?.state.state === "Ready";
  return away ? [{ do: "gws/state", operation: AgentOperation.NOT_READY }] : [];
}

/** @param {Phone} phone @param {import("./events.js").LegNoMicrophone} event @param {number} now @returns {Effect[]} */
function noMicrophone(phone, event, now) {
  phone.messages.tell("error", `${NO_MICROPHONE} ${event.reason}.`, "Plug in a headset and allow the microphone for this page.", now);
  return phone.cardOfLeg(event.leg)?.leg?.handle("no-microphone") ?? [];
}

/** @param {Phone} phone @param {import("./events.js").LegRefused} event @param {number} now @returns {Effect[]} */
function refused(phone, event, now) {
  phone.messages.tell("error", `${event.what} did not work.`, "Try again.", now);
  return [];
}

/** @param {Phone} phone @param {import("./events.js").LegEnded} event @returns {Effect[]} */
function ended(phone, event) {
  const card = phone.cardOfLeg(event.leg);
  if (!card?.leg) return [];
  card.ending = event;
  if (card.wanted === "hangup") card.wanted = "";
  return card.leg.handle("ended");
}

/** @param {Phone} phone @param {import("./events.js").DialFailed} event @param {number} now @returns {Effect[]} */
function dialFailed(phone, event, now) {
  const card = phone.cards.find((one) => one.id === event.card && one.provisional);
  if (card) phone.drop(card);
  phone.messages.tell("error", event.reason, event.help, now);
  return [];
}


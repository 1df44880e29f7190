/**
 * What the page shows, as plain data: the only thing `ui` reads of the model. Order and number of a card's buttons depend only on
 * whether it rings, on what the phone can do at all, and on whether the call is a consultation, so nothing jumps while a call goes on.
 *
 * @typedef {import("./phone.js").Phone} Phone
 * @typedef {import("./call.js").Card} Card
 * @typedef {import("./events.js").ButtonName} ButtonName
 * @typedef {{ name: ButtonName, label: string, enabled: boolean, pressed: boolean, ways: ("consult" | "directly")[] }} ButtonView
 * `ways`: what the form offers that the button opens; none: it opens no form.
 * @typedef {{ camera: "off" | "starting" | "on", remote: boolean }} VideoView
 * @typedef {{ id: string, uuid: string, leg: string, state: string, label: string, direction: "in" | "out", who: string,
 *   number: string, detail: string, since: number | null, muted: boolean, data: [string, string][], changes: import("./user_data.js").Changes,
 *   disposition: DispositionView | null, note: string, planes: PlanesView, recording: string, video: VideoView, buttons: ButtonView[] }} CardView
 * @typedef {{ value: string, choices: import("./choices.js").Disposition[], enabled: boolean }} DispositionView
 * @typedef {{ here: string, gws: string, disagree: string, since: number | null }} PlanesView what each plane says of the call, in its own
 * words, "" where it says nothing; the name of a disagreement that counts
 * @typedef {{ name: string, dn: string, state: string, colour: string, operation: string, since: number,
 *   afterCall: import("./after_call.js").AfterCallView | null }} AgentView
 * @typedef {{ lights: { sip: string, gws: string }, agent: AgentView | null, cards: CardView[],
 *   messages: import("./messages.js").Message[], disagreements: number, states: import("./agent.js").StateChoice[], canDial: boolean, useGwsForDialing: boolean, microphone: string }} View
 */

import { afterCallOf } from "./after_call.js";
import { fullName, stateColour, stateLabel } from "./agent.js";
import { BUTTONS, canSwap, completes, partnerOf, waysOf } from "./buttons.js";
import { rows } from "./gws.js";
import { changesOf } from "./user_data.js";
import { RecordingState } from "./vocabulary.js";

/** @type {Record<string, string>} */
const STATE_LABEL = {
  ringing: "Incoming call",
  dialing: "Calling",
  connecting: "Connecting",
  talking: "Connected",
  holding: "Holding…",
  retrieving: "Retrieving…",
  held: "On hold",
  ending: "Ending",
};

/** @type {Record<ButtonName, string>} */
const LABEL = {
  answer: "Answer",
  "answer-with-camera": "With camera",
  reject: "Reject",
  mute: "Mute",
  camera: "Camera",
  hold: "Hold",
  retrieve: "Retrieve",
  keypad: "Keypad",
  transfer: "Transfer",
  conference: "Conference",
  reconnect: "Go back",
  hangup: "Hang up",
};

/** @type {Record<string, string>} */
const RECORDING_LABEL = { [RecordingState.RECORDING]: "Recorded", [RecordingState.PAUSED]: "Recording paused" };

/** @param {Phone} phone @returns {View} */
export function viewOf(phone) {
  return {
    lights: { ...phone.lights },
    agent: agentView(phone),
    cards: inOrder(phone.cards).map((card) => cardView(card, phone)),
    messages: [...phone.messages.list],
    disagreements: phone.record.total,
    states: phone.states,
    canDial: phone.lights.sip === "on",
    useGwsForDialing: phone.useGwsForDialing,
    microphone: phone.microphone,
  };
}

/** Calls that came in, the newest on top, then those that were dialled: a card never moves while its call goes on. @param {Card[]} cards */
function inOrder(cards) {
  const cameIn = cards.filter(({ direction }) => direction === "in").reverse();
  return [...cameIn, ...cards.filter(({ direction }) => direction !== "in")];
}

/** @param {Phone} phone @returns {AgentView | null} */
function agentView(phone) {
  const { agent } = phone;
  if (!agent) return null;
  const { state, workMode, displayName } = agent.state;
  const alike = phone.states.filter((one) => one.state === state && one.workMode === workMode);
  const choice = alike.find((one) => one.label === displayName) ?? alike[0];
  return {
    name: fullName(agent),
    dn: agent.dn,
    state: stateLabel(agent.state),
    colour: stateColour(agent.state),
    operation: choice?.operation ?? "",
    since: phone.agentSince,
    afterCall: afterCallOf(phone),
  };
}

/** @param {Card} card @param {Phone} phone @returns {CardView} */
function cardView(card, phone) {
  const { number, name } = card.party;
  return {
    id: card.id,
    uuid: card.uuid,
    leg: card.leg?.id ?? "",
    state: card.state,
    label: label(card),
    direction: card.direction,
    who: name || number || "Unknown number",
    number: name ? number : "",
    detail: detail(card),
    since: card.since,
    muted: card.leg?.muted ?? false,
    data: card.gws ? rows(card.gws.userData).filter(([key]) => !phone.dispositions.length || key !== phone.dispositionKey) : [],
    changes: changesOf(card),
    disposition: dispositionOf(card, phone),
    note: note(card, phone),
    planes: planesOf(card, phone),
    recording: card.stale ? "" : (RECORDING_LABEL[card.gws?.recording ?? ""] ?? ""),
    video: { camera: card.leg?.camera ?? "off", remote: card.leg?.pictures ?? false },
    buttons: buttonsOf(card, phone).map((button) => buttonView(card, button, phone)),
  };
}

/** @param {Card} card @param {Phone} phone @returns {DispositionView | null} */
function dispositionOf(card, { dispositions, dispositionKey }) {
  if (!card.gws || dispositions.length === 0) return null;
  const { attach, update } = changesOf(card);
  const said = card.gws.userData[dispositionKey];
  return { value: typeof said === "string" ? said : "", choices: dispositions, enabled: attach || update };
}

/** @param {Card} card @param {Phone} phone @returns {PlanesView} */
function planesOf(card, phone) {
  const open = phone.record.of(card);
  return { here: card.leg?.state ?? "", gws: card.stale ? "" : (card.gws?.state ?? ""), disagree: open?.name ?? "", since: open?.since ?? null };
}

/** @param {Card} card */
function label(card) {
  if (card.state === "ringing" && card.leg?.offersVideo) return "Incoming video call";
  return STATE_LABEL[card.state] ?? "";
}

/** @param {Card} card @param {Phone} phone @returns {ButtonName[]} */
function buttonsOf(card, phone) {
  if (card.state === "ringing") {
    return phone.video && card.leg?.offersVideo ? ["answer", "answer-with-camera", "reject"] : ["answer", "reject"];
  }
  return [
    "mute",
    .../** @type {ButtonName[]} */ (phone.video ? ["camera"] : []),
    card.state === "held" || card.state === "holding" ? "retrieve" : "hold",
    "keypad",
    .../** @type {ButtonName[]} */ (phone.agent ? ["transfer", "conference"] : []),
    .../** @type {ButtonName[]} */ (card.gws?.parent ? ["reconnect"] : []),
    "hangup",
  ];
}

/** @param {Card} card @param {ButtonName} name @param {Phone} phone @returns {ButtonView} */
function buttonView(card, name, phone) {
  const button = BUTTONS[name];
  const joins = name === "transfer" || name === "conference" ? name : null;
  return {
    name,
    label: buttonLabel(card, name, phone),
    enabled: button.states.includes(card.state) && button.enabled(card, phone),
    pressed: isPressed(card, name),
    ways: joins && !completes(card, phone, joins) ? waysOf(card, joins) : [],
  };
}

/** @param {Card} card @param {ButtonName} name */
function isPressed(card, name) {
  if (name === "mute") return card.leg?.muted ?? false;
  return name === "camera" && (card.leg?.camera ?? "off") !== "off";
}

/** @param {Card} card @param {ButtonName} name @param {Phone} phone */
function buttonLabel(card, name, phone) {
  if (name === "mute" && card.leg?.muted) return "Unmute";
  if (name === "camera") return card.leg?.camera === "off" || !card.leg ? "Camera on" : "Camera off";
  if ((name === "hold" || name === "retrieve") && canSwap(card, phone)) return "Swap";
  if (name === "transfer" && completes(card, phone, name)) return "Complete";
  return name === "conference" && completes(card, phone, name) ? "Join all" : LABEL[name];
}

/** Where the call came in, as far as GWS knows: the number that was dialled tells the agent how to greet. @param {Card} card */
function detail({ gws, direction }) {
  if (!gws) return "";
  if (gws.numbers.length > 1) return `Conference of ${gws.numbers.length + 1}`;
  return [gws.callType, direction === "in" && gws.dnis ? `to ${gws.dnis}` : ""].filter(Boolean).join(" ");
}

/** @param {Card} card @param {Phone} phone */
function note(card, phone) {
  if (card.orphan === "no-leg" && !partnerOf(phone, card)) {
    return card.state === "ringing" ? "This phone was not rung for this call." : "This call has no sound in this page.";
  }
  if (card.goneAt !== null && card.state === "talking") return "GWS has ended this call; it goes on here.";
  if (card.orphan === "no-gws" && phone.lights.gws === "on") return "GWS does not show this call.";
  return card.transferred ? "Transferred." : "";
}

/**
 * What the page shows, as plain data: the only thing `ui` reads of the model. Order and number of a card's buttons depend only on
 * whether it rings, so nothing jumps while a call goes on.
 *
 * @typedef {import("./phone.js").Phone} Phone
 * @typedef {import("./call.js").Card} Card
 * @typedef {import("./events.js").ButtonName} ButtonName
 * @typedef {{ name: ButtonName, label: string, enabled: boolean, pressed: boolean }} ButtonView
 * @typedef {{ id: string, uuid: string, leg: string, state: string, label: string, direction: "in" | "out", who: string,
 *   number: string, detail: string, since: number | null, muted: boolean, data: [string, string][], note: string, buttons: ButtonView[] }} CardView
 * @typedef {{ name: string, dn: string, state: string, colour: string, operation: string }} AgentView
 * @typedef {{ lights: { sip: string, gws: string }, agent: AgentView | null, cards: CardView[],
 *   messages: import("./messages.js").Message[], canDial: boolean, useGwsForDialing: boolean }} View
 */

import { fullName, STATE_CHOICES, stateColour, stateLabel } from "./agent.js";
import { rows } from "./gws.js";
import { BUTTONS } from "./wishes.js";

/** @type {Record<string, string>} */
const STATE_LABEL = {
  ringing: "Incoming call",
  dialing: "Calling",
  connecting: "Connecting",
  talking: "Connected",
  held: "On hold",
  ending: "Ending",
};

/** @type {Record<ButtonName, string>} */
const LABEL = {
  answer: "Answer",
  reject: "Reject",
  mute: "Mute",
  hold: "Hold",
  retrieve: "Retrieve",
  keypad: "Keypad",
  hangup: "Hang up",
};

/** @param {Phone} phone @returns {View} */
export function viewOf(phone) {
  const ringingFirst = [...phone.cards].sort((a, b) => Number(b.state === "ringing") - Number(a.state === "ringing"));
  return {
    lights: { ...phone.lights },
    agent: agentView(phone.agent),
    cards: ringingFirst.map((card) => cardView(card, phone.lights.gws === "on")),
    messages: [...phone.messages.list],
    canDial: phone.lights.sip === "on",
    useGwsForDialing: phone.useGwsForDialing,
  };
}

/** @param {import("./agent.js").Agent | null} agent @returns {AgentView | null} */
function agentView(agent) {
  if (!agent) return null;
  const { state, workMode } = agent.state;
  const choice = STATE_CHOICES.find((one) => one.state === state && one.workMode === workMode);
  return {
    name: fullName(agent),
    dn: agent.dn,
    state: stateLabel(agent.state),
    colour: stateColour(agent.state),
    operation: choice?.operation ?? "",
  };
}

/** @param {Card} card @param {boolean} gwsOn @returns {CardView} */
function cardView(card, gwsOn) {
  const { number, name } = card.party;
  return {
    id: card.id,
    uuid: card.uuid,
    leg: card.leg?.id ?? "",
    state: card.state,
    label: STATE_LABEL[card.state] ?? "",
    direction: card.direction,
    who: name || number || "Unknown number",
    number: name ? number : "",
    detail: detail(card),
    since: card.since,
    muted: card.leg?.muted ?? false,
    data: card.gws ? rows(card.gws.userData) : [],
    note: note(card, gwsOn),
    buttons: buttonsOf(card).map((button) => buttonView(card, button)),
  };
}

/** @param {Card} card @returns {ButtonName[]} */
function buttonsOf(card) {
  if (card.state === "ringing") return ["answer", "reject"];
  return ["mute", card.state === "held" ? "retrieve" : "hold", "keypad", "hangup"];
}

/** @param {Card} card @param {ButtonName} name @returns {ButtonView} */
function buttonView(card, name) {
  const button = BUTTONS[name];
  const muted = name === "mute" && (card.leg?.muted ?? false);
  return {
    name,
    label: muted ? "Unmute" : LABEL[name],
    enabled: button.states.includes(card.state) && button.enabled(card),
    pressed: muted,
  };
}

/** Where the call came in, as far as GWS knows: the number that was dialled tells the agent how to greet. @param {Card} card */
function detail({ gws, direction }) {
  if (!gws) return "";
  return [gws.callType, direction === "in" && gws.dnis ? `to ${gws.dnis}` : ""].filter(Boolean).join(" ");
}

/** @param {Card} card @param {boolean} gwsOn */
function note(card, gwsOn) {
  if (card.orphan === "no-leg") {
    return card.state === "ringing" ? "This phone was not rung for this call." : "This call has no sound in this page.";
  }
  return card.orphan === "no-gws" && gwsOn ? "GWS does not show this call." : "";
}

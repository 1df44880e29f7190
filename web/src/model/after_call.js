/**
 * The work after a call: how long it lasts, as far as GWS has announced it (WrapUpTime), and whether the agent has extended it.
 *
 * SIP Server ends After Call Work by itself when its time is over. An agent who asks for After Call Work once more stays in it until
 * the next state is chosen.
 *
 * @typedef {import("./phone.js").Phone} Phone
 * @typedef {import("./call.js").Card} Card
 * @typedef {import("./events.js").Effect} Effect
 * @typedef {{ who: string, call: string, uri: string, disposition: string, wrapUp: number | null, at: number, extended: boolean, looked: boolean }} AfterCall
 * @typedef {{ who: string, until: number | null, disposition: import("./view.js").DispositionView | null }} AfterCallView
 * `until`: when it ends by itself, null if it does not
 */

import { AgentOperation, WorkMode } from "./vocabulary.js";

/** The state follows the end of the call this closely, or precedes it. */
const BELONGS_WITHIN = 5000;
/** GWS has told of the next state by then, or what it told was lost. */
const STATE_WITHIN = 2000;

/** The call is over: what follows it is known from now on. @param {Phone} phone @param {Card} card @param {number} now */
export function callIsOver(phone, card, now) {
  if (card.since === null || card.gws?.parent) return;
  const who = card.party.name || card.party.number;
  const { uuid: call, wrapUp } = card;
  phone.afterCall = { who, call, uri: card.gws?.uri ?? "", disposition: saidOf(phone, card.gws), wrapUp, at: now, extended: false, looked: false };
}

/** GWS tells of a call that is over: somebody has given it a disposition. @param {Phone} phone @param {import("./gws.js").GwsCall} call */
export function toldAfterwards(phone, call) {
  if (phone.afterCall?.call === call.id) phone.afterCall.disposition = saidOf(phone, call);
}

/** @param {Phone} phone @param {import("./gws.js").GwsCall | null} call */
function saidOf({ dispositionKey }, call) {
  const said = call?.userData[dispositionKey];
  return typeof said === "string" ? said : "";
}

/** The agent chooses a disposition for the call that is over. @param {Phone} phone @param {{ value: string }} event @returns {Effect[]} */
export function dispose({ agent, afterCall, dispositionKey: key }, { value }) {
  if (!agent || !afterCall?.call || value === afterCall.disposition) return [];
  return [{ do: "gws/disposition", device: agent.deviceId, call: afterCall.call, uri: afterCall.uri, value, key }];
}

/** GWS took a state that was asked for here. @param {Phone} phone @param {string} operation @param {number} now */
export function stateIsTaken(phone, operation, now) {
  if (operation === AgentOperation.AFTER_CALL_WORK && phone.afterCall) phone.afterCall.extended = true;
  phone.stateBy = now + STATE_WITHIN;
}

/** @param {Phone} phone @returns {AfterCallView | null} null while it is not that */
export function afterCallOf({ agent, agentSince, afterCall, dispositions, lights }) {
  if (agent?.state.workMode !== WorkMode.AFTER_CALL_WORK) return null;
  const belongs = afterCall !== null && Math.abs(agentSince - afterCall.at) <= BELONGS_WITHIN;
  if (!belongs) return { who: "", until: null, disposition: null };
  const timed = afterCall.wrapUp && !afterCall.extended;
  const until = timed ? agentSince + Number(afterCall.wrapUp) * 1000 : null;
  const offered = dispositions.length > 0 && afterCall.call !== "";
  const disposition = offered ? { value: afterCall.disposition, choices: dispositions, enabled: lights.gws === "on" } : null;
  return { who: afterCall.who, until, disposition };
}

/** Ask GWS where its word about a state is overdue. @param {Phone} phone @param {number} now @returns {Effect[]} */
export function lookForState(phone, now) {
  const due = deadlineOfState(phone);
  if (due === null || due > now) return [];
  const overdue = phone.stateBy === null || phone.agentAt < phone.stateBy - STATE_WITHIN;
  if (phone.stateBy !== null && phone.stateBy <= now) phone.stateBy = null;
  else if (phone.afterCall) phone.afterCall.looked = true;
  return overdue && phone.lights.gws === "on" ? [{ do: "gws/read" }] : [];
}

/** @param {Phone} phone @returns {number | null} */
export function deadlineOfState(phone) {
  const until = phone.afterCall?.looked ? null : (afterCallOf(phone)?.until ?? null);
  const times = [phone.stateBy, until === null ? null : until + STATE_WITHIN].filter((time) => time !== null);
  return times.length ? Math.min(...times) : null;
}

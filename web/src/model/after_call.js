/**
 * The work after a call: how long it lasts, as far as GWS has announced it (WrapUpTime), and whether the agent has extended it.
 *
 * SIP Server ends After Call Work by itself when its time is over. An agent who asks for After Call Work once more stays in it until
 * the next state is chosen.
 *
 * @typedef {import("./phone.js").Phone} Phone
 * @typedef {import("./call.js").Card} Card
 * @typedef {import("./events.js").Effect} Effect
 * @typedef {{ who: string, wrapUp: number | null, at: number, extended: boolean, looked: boolean }} AfterCall
 * @typedef {{ who: string, until: number | null }} AfterCallView `until`: when it ends by itself, null if it does not
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
  phone.afterCall = { who, wrapUp: card.wrapUp, at: now, extended: false, looked: false };
}

/** GWS took a state that was asked for here. @param {Phone} phone @param {string} operation @param {number} now */
export function stateIsTaken(phone, operation, now) {
  if (operation === AgentOperation.AFTER_CALL_WORK && phone.afterCall) phone.afterCall.extended = true;
  phone.stateBy = now + STATE_WITHIN;
}

/** @param {Phone} phone @returns {AfterCallView | null} null while it is not that */
export function afterCallOf({ agent, agentSince, afterCall }) {
  if (agent?.state.workMode !== WorkMode.AFTER_CALL_WORK) return null;
  const belongs = afterCall !== null && Math.abs(agentSince - afterCall.at) <= BELONGS_WITHIN;
  if (!belongs) return { who: "", until: null };
  const timed = afterCall.wrapUp && !afterCall.extended;
  return { who: afterCall.who, until: timed ? agentSince + Number(afterCall.wrapUp) * 1000 : null };
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

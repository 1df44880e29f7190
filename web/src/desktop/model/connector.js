/**
 * What Workspace asks of the softphone beside it before it starts a contact-centre session, in the order of a traced Workspace 8.5:
 * GetDnSIP, the DN's options at GWS, SetOptions, SetSIPEndpointParameters, RegisterDn, then GetIsEndpointActive and
 * GetSIPEndpointParameters until the first says true, SetPingPeriod, Ping. A generator of steps: the caller carries each one out and
 * hands its answer in, so the order is in one place and knows no network.
 *
 * @typedef {{ ask: string, body?: unknown }} Ask a call of the connector; with a body it is a POST
 * @typedef {{ annex: true }} Annex read the DN's options at GWS
 * @typedef {{ wait: number }} Wait milliseconds
 * @typedef {Ask | Annex | Wait} Step
 * @typedef {{ active: boolean, text: string, help: string }} Outcome why not, in words
 */

import { record } from "./options.js";

export const PING_PERIOD = 2000;
export const ACTIVE_EVERY = 400;
export const ATTEMPTS = 38;

/** Values of a traced Workspace; an option `sipendpoint.<name>` takes the place of one, or adds one. */
const DEFAULTS = Object.freeze({
  "sip-server-address": "",
  "register-interval": 1500,
  "wait-user-max-attempts": 20,
  "register-max-attempts": 10,
  "ping-interval": PING_PERIOD,
  "max-failed-ping": 10,
  "transport-protocol": "UDP",
  "headset-unplugged-set-not-ready": true,
  noise_suppression: "1",
  "policy.session.agc_mode": "1",
  "policy.session.auto_answer": "0",
  "policy.session.noise_suppression": "1",
});

/** The value of SetOptions. @param {import("./options.js").Options} options @param {string} uri @returns {Record<string, unknown>} */
export function optionsBody(options, uri) {
  const own = Object.entries(options.below("sipendpoint.")).map(([name, value]) => [name, worth(value)]);
  return { ...DEFAULTS, ...Object.fromEntries(own), uri };
}

/** Numbers and truths are said as such, but not "0" and "1" of the policies, which are texts in the trace. @param {string} value */
function worth(value) {
  if (value === "true" || value === "false") return value === "true";
  return /^[1-9]\d+$/.test(value) ? Number(value) : value;
}

/**
 * @param {{ dn: string, options: import("./options.js").Options, uri: string }} asked
 * @returns {Generator<Step, Outcome, unknown>}
 */
export function* connectorSteps({ dn, options, uri }) {
  const value = optionsBody(options, uri);
  yield { ask: "GetDnSIP" };
  yield { annex: true };
  yield { ask: "SetOptions", body: { value } };
  yield { ask: "SetSIPEndpointParameters", body: { value: [{ Key: "SipEndpointTransportProtocol", Value: value["transport-protocol"] }] } };
  const registered = record(yield { ask: "RegisterDn/", body: { addresses: [value["sip-server-address"]], users: [dn] } });
  if (registered.RegisterDnResult === false) {
    return { active: false, text: `The softphone refused the DN ${dn}.`, help: "It belongs to another agent. Tell your administrator." };
  }
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const reply = record(yield { ask: "GetIsEndpointActive" });
    yield { ask: "GetSIPEndpointParameters" };
    if (reply.get_IsEndpointActiveResult === true) {
      yield { ask: "SetPingPeriod", body: { value: PING_PERIOD } };
      yield { ask: "Ping" };
      return { active: true, text: "", help: "" };
    }
    yield { wait: ACTIVE_EVERY };
  }
  return { active: false, text: `The phone of DN ${dn} is not registered.`, help: "Calls cannot reach you until the softphone's SIP light is green." };
}

/**
 * What a call about microphone or speaker said: a truth or a number under its own name, in either form of it.
 * @param {string} name @param {unknown} reply @returns {unknown}
 */
export function resultOf(name, reply) {
  const said = record(reply);
  return said[`${name}Result`] ?? said[`get_${name.replace(/^Get/, "")}Result`] ?? null;
}

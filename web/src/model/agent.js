/**
 * The agent as the phone shows them: who, on which DN, in which state.
 *
 * @typedef {{ userName: string, firstName: string, lastName: string, dn: string, deviceId: string, session: boolean,
 *   state: { state: string, displayName: string, workMode: string } }} Agent
 * @typedef {{ operation: string, label: string, state: string, workMode: string }} StateChoice
 * @typedef {"ready" | "busy" | "away" | "off"} Colour
 */

import { readUserState } from "./gws.js";
import { AGENT_STATES, AgentOperation } from "./vocabulary.js";

/** The states an agent can choose, as operations of `POST /me/channels/voice`. @type {StateChoice[]} */
export const STATE_CHOICES = AGENT_STATES.filter((one) => one.operationName !== AgentOperation.OFFLINE).map((one) => ({
  operation: one.operationName,
  label: one.displayName,
  state: one.state,
  workMode: "workMode" in one ? String(one.workMode) : "",
}));

/**
 * The desk's word for the agent, with every field there.
 * @param {unknown} value
 * @returns {Agent | null}
 */
export function readAgent(value) {
  if (typeof value !== "object" || value === null) return null;
  const said = /** @type {Record<string, unknown>} */ (value);
  const text = (/** @type {string} */ key) => (typeof said[key] === "string" ? /** @type {string} */ (said[key]) : "");
  if (!text("userName")) return null;
  return {
    userName: text("userName"),
    firstName: text("firstName"),
    lastName: text("lastName"),
    dn: text("dn"),
    deviceId: text("deviceId"),
    session: said.session === true,
    state: readUserState(said.state),
  };
}

/**
 * The agent after GWS told about a device; devices of somebody else change nothing.
 * @param {Agent | null} agent
 * @param {import("./gws.js").Device} device
 * @returns {Agent | null}
 */
export function withDevice(agent, device) {
  if (!agent) return null;
  if (agent.deviceId && agent.deviceId !== device.id) return agent;
  return {
    ...agent,
    deviceId: device.id,
    dn: device.dn || agent.dn,
    state: { state: device.state, displayName: device.displayName, workMode: device.workMode },
  };
}

/**
 * The agent of the phone from now on; the time in a state begins with what is told of it first.
 * @param {import("./phone.js").Phone} phone @param {Agent | null} agent @param {number} now @returns {import("./events.js").Effect[]}
 */
export function agentIs(phone, agent, now) {
  const was = phone.agent?.state;
  const is = agent?.state;
  const same = was?.state === is?.state && was?.workMode === is?.workMode && was?.displayName === is?.displayName;
  if (!same) phone.agentSince = now;
  phone.agent = agent;
  return [];
}

/** @param {Agent} agent */
export function fullName(agent) {
  return [agent.firstName, agent.lastName].filter(Boolean).join(" ") || agent.userName;
}

/** What to print for a state. @param {{ state: string, displayName: string }} state */
export function stateLabel(state) {
  if (state.displayName) return state.displayName;
  return { NotReady: "Not Ready", LoggedOut: "Offline", LoggedIn: "Logging in", "": "Offline" }[state.state] ?? state.state;
}

/** @param {{ state: string, workMode: string }} state @returns {Colour} */
export function stateColour(state) {
  if (state.state === "Ready") return "ready";
  if (state.state !== "NotReady") return "off";
  return state.workMode ? "away" : "busy";
}

/**
 * A supervisor's agents as GWS shows them to supervisors (`GET /users`), and what the supervisor has asked for: to listen in, to
 * coach, to barge in. GWS offers that as capabilities of the supervisor's own device.
 *
 * @typedef {{ id: string, device: string, name: string, number: string, state: string, colour: import("../../model/agent.js").Colour,
 *   call: string }} SupervisedAgent `call` is with whom, "" without one
 * @typedef {{ operation: string, label: string }} MonitoringChoice
 */

import { stateColour, stateLabel } from "../../model/agent.js";
import { gwsDirection, gwsNumber } from "../../model/call.js";
import { partyName, readUser } from "../../model/gws.js";
import { DeviceOperation } from "../../model/vocabulary.js";
import { record, text } from "./options.js";

/** What is asked of GWS, and what it is called. @type {MonitoringChoice[]} */
export const MONITORING = [
  { operation: DeviceOperation.LISTEN_IN, label: "Listen in" },
  { operation: DeviceOperation.COACH, label: "Coach" },
  { operation: DeviceOperation.BARGE_IN, label: "Barge in" },
];
export const AGENTS_PATH = "/users?fields=*&subresources=devices,calls,channels";

/** @param {unknown} message the data of one CometD message: whether it is about somebody else */
export const isOfUser = (message) => text(record(message).userPath) !== "";

/** Those whom GWS shows with their devices; oneself is not among them. @param {unknown} reply @param {string} own DN @returns {SupervisedAgent[]} */
export function readAgents(reply, own) {
  const users = record(reply).users;
  return (Array.isArray(users) ? users : []).flatMap((user) => {
    const { devices, calls } = readUser(user);
    const said = record(user);
    const device = devices[0];
    if (!device || !device.dn || device.dn === own) return [];
    const name = [text(said.firstName), text(said.lastName)].filter(Boolean).join(" ") || text(said.userName);
    const call = calls.find((one) => one.state === "Established") ?? calls[0];
    return [{ id: text(said.id), device: device.id, name, number: device.dn, state: stateLabel(device), colour: stateColour(device), call: call ? whom(call) : "" }];
  });
}

/** @param {import("../../model/gws.js").GwsCall} call */
function whom(call) {
  const number = gwsNumber(call, gwsDirection(call));
  return partyName(call.userData, number) || number || "somebody";
}

/** What the supervisor may ask for. @param {import("../../model/gws.js").Device | null} device the own one */
export const offered = (device) => MONITORING.filter(({ operation }) => device?.capabilities.includes(operation));

/** What was asked for and lasts, in words; "" for nothing. @param {import("../../model/gws.js").Device | null} device the own one */
export const lasting = (device) => MONITORING.find(({ operation }) => operation === device?.monitoring?.state)?.label ?? "";

/** Those with a call first, then by name; who is watched stays on top. @param {SupervisedAgent[]} agents @param {string} watched device @returns {SupervisedAgent[]} */
export function ordered(agents, watched) {
  const rank = (/** @type {SupervisedAgent} */ one) => (one.device === watched ? 0 : one.call ? 1 : one.colour === "off" ? 3 : 2);
  return [...agents].sort((one, other) => rank(one) - rank(other) || one.name.localeCompare(other.name));
}

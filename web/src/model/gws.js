/**
 * Reads what GWS says: call resources, devices, CometD messages. The only module that knows GWS's words; the rest of the model
 * works on what it returns. It believes nothing: a field of the wrong type counts as absent, a message it does not know is
 * no fact at all.
 *
 * Besides the messages of `/v2/me/*` it understands the two event shapes of the integration guide:
 * `{"event": "Ringing", "call": {...}}` and `{"state": "Ringing", "call": {...}}`.
 *
 * @typedef {"Dialing" | "Ringing" | "Established" | "Held" | "Released"} GwsState
 * @typedef {{
 *   id: string, state: GwsState, callType: string, numbers: string[], ani: string, dnis: string, consult: boolean,
 *   parent: string, recording: string, uri: string, capabilities: string[], userData: Record<string, unknown>, seconds: number }} GwsCall
 * @typedef {{ id: string, dn: string, state: string, displayName: string, workMode: string, capabilities: string[], doNotDisturb: boolean,
 *   forwardTo: string, monitoring: { state: string, target: string } | null }} Device `monitoring`: what its supervisor has asked for, `target` is
 * the agent's device
 * @typedef {{ kind: "call", call: GwsCall, wrapUp: number | null } | { kind: "device", device: Device } | { kind: "error", text: string }} Fact
 */

import { CallOperation, CallState, CallType, MessageType, NotificationType } from "./vocabulary.js";

/** What an ErrorMessage means that says nothing more; GWS sends one beside a request that it refuses, too. */
export const UNSAID = "GWS reported an error without saying which.";

/** @type {ReadonlySet<string>} */
const STATES = new Set(Object.values(CallState));

/** The operations of a call that the phone itself uses. */
export const OPERATION = Object.freeze({
  hold: CallOperation.HOLD,
  retrieve: CallOperation.RETRIEVE,
  hangup: CallOperation.HANGUP,
  swap: CallOperation.SWAP_CALLS,
  consult: { transfer: CallOperation.INITIATE_TRANSFER, conference: CallOperation.INITIATE_CONFERENCE },
  directly: { transfer: CallOperation.SINGLE_STEP_TRANSFER, conference: CallOperation.SINGLE_STEP_CONFERENCE },
  complete: { transfer: CallOperation.COMPLETE_TRANSFER, conference: CallOperation.COMPLETE_CONFERENCE },
});

/** @param {unknown} value @returns {Record<string, unknown>} */
function record(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? /** @type {Record<string, unknown>} */ (value)
    : {};
}

/** @param {unknown} value @returns {string} */
const text = (value) => (typeof value === "string" ? value : "");

/** @param {string} path */
const lastSegment = (path) => path.split("/").pop() ?? "";

/** @param {unknown} value @returns {unknown[]} */
const list = (value) => (Array.isArray(value) ? value : []);

/** @param {unknown} participant @returns {string} */
function numberOf(participant) {
  if (typeof participant === "string") return participant;
  const one = record(participant);
  return text(one.phoneNumber) || text(one.digits) || text(one.e164Number);
}

/**
 * A call resource, or null when it has neither identifier nor state. In 8.5.2 `id` equals `callUuid`; older servers leave it
 * empty and say it only in the last segment of `uri`.
 * @param {unknown} value
 * @param {string} [state] overrides the resource's own state
 * @returns {GwsCall | null}
 */
export function readCall(value, state) {
  const call = record(value);
  const id = text(call.id) || text(call.callUuid) || lastSegment(text(call.uri));
  const said = state || text(call.state);
  if (!id || !STATES.has(said)) return null;
  return {
    id,
    state: /** @type {GwsState} */ (said),
    callType: text(call.callType),
    numbers: list(call.participants).map(numberOf).filter(Boolean),
    ani: text(call.ani),
    dnis: text(call.dnis),
    consult: text(call.callType) === CallType.CONSULT,
    parent: lastSegment(text(call.parentCallUri) || text(call.parentCallPath)),
    recording: text(call.recordingState),
    uri: text(call.uri),
    capabilities: list(call.capabilities).filter((name) => typeof name === "string"),
    userData: record(call.userData),
    seconds: Math.max(0, Number(call.duration) || 0),
  };
}

/** @param {unknown} value @returns {Device | null} */
export function readDevice(value) {
  const device = record(value);
  if (!text(device.id)) return null;
  return {
    id: text(device.id),
    dn: text(device.phoneNumber),
    ...readUserState(device.userState),
    capabilities: list(device.capabilities).filter((name) => typeof name === "string"),
    doNotDisturb: device.doNotDisturb === "On",
    forwardTo: text(device.forwardTo),
    monitoring: readMonitoring(device.supervisorMonitoringState),
  };
}

/** @param {unknown} value @returns {Device["monitoring"]} */
function readMonitoring(value) {
  const said = record(value);
  return text(said.state) ? { state: text(said.state), target: lastSegment(text(said.targetDeviceUri)) } : null;
}

/** @param {unknown} value @returns {{ state: string, displayName: string, workMode: string }} */
export function readUserState(value) {
  const state = record(value);
  return { state: text(state.state), displayName: text(state.displayName), workMode: text(state.workMode) };
}

/**
 * The facts in the data of one CometD message.
 * @param {unknown} data
 * @returns {Fact[]}
 */
export function readMessage(data) {
  const message = record(data);
  switch (text(message.messageType)) {
    case MessageType.CALL_STATE_CHANGE:
      return callFact(message.call, undefined, wrapUpOf(message.extensions));
    case MessageType.DEVICE_STATE_CHANGE:
      return deviceFacts(message.devices);
    case MessageType.ERROR:
      return [{ kind: "error", text: text(message.errorMessage) || UNSAID }];
    case "":
      return callFact(message.call, text(message.event) || text(message.state));
    default:
      return [];
  }
}

/**
 * Other parties are in the call now: two calls may have become one, and the end of the other is told to nobody. All calls are to be
 * read again.
 * @param {unknown} data of one CometD message
 */
export const partiesChanged = (data) => record(data).notificationType === NotificationType.PARTICIPANTS_UPDATED;

/** @param {unknown} value @param {string} [state] @param {number | null} [wrapUp] @returns {Fact[]} */
function callFact(value, state, wrapUp = null) {
  const call = readCall(value, state && STATES.has(state) ? state : undefined);
  return call ? [{ kind: "call", call, wrapUp }] : [];
}

/** Seconds of After Call Work that follow the call, null where nothing is said. @param {unknown} extensions @returns {number | null} */
function wrapUpOf(extensions) {
  const said = record(extensions).WrapUpTime;
  const seconds = typeof said === "number" || (typeof said === "string" && said !== "") ? Number(said) : NaN;
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : null;
}

/** @param {unknown} devices @returns {Fact[]} */
function deviceFacts(devices) {
  return list(devices).flatMap((value) => {
    const device = readDevice(value);
    return device ? [/** @type {Fact} */ ({ kind: "device", device })] : [];
  });
}

/**
 * The user resource of `GET /me?subresources=...`.
 * @param {unknown} value
 * @returns {{ calls: GwsCall[], devices: Device[] }}
 */
export function readUser(value) {
  const user = record(value);
  return {
    calls: list(user.calls).flatMap((one) => readCall(one) ?? []),
    devices: list(user.devices).flatMap((one) => readDevice(one) ?? []),
  };
}

/** Keys of attached data that WWE writes for itself and no agent wants to read. */
const WWE_OWN = /^(IW_|WWE_PARTY_)/;

/** @param {string} key */
export const isOwn = (key) => WWE_OWN.test(key);

/**
 * Attached data as rows to show; nested objects become `outer.inner`, WWE's own keys are left out.
 * @param {Record<string, unknown>} userData
 * @returns {[string, string][]}
 */
export function rows(userData) {
  return Object.entries(userData)
    .filter(([key]) => !isOwn(key))
    .flatMap(([key, value]) => row(key, value, 0));
}

/** @param {string} key @param {unknown} value @param {number} depth @returns {[string, string][]} */
function row(key, value, depth) {
  if (typeof value === "object" && value !== null && depth < 3) {
    return Object.entries(value).flatMap(([inner, one]) => row(`${key}.${inner}`, one, depth + 1));
  }
  return [[key, String(value ?? "")]];
}

/**
 * The name of a colleague that WWE attached to an internal call, or "".
 * @param {Record<string, unknown>} userData
 * @param {string} number
 */
export function partyName(userData, number) {
  const party = record(userData[`WWE_PARTY_${number}`]);
  return [text(party.firstname), text(party.lastname)].filter(Boolean).join(" ");
}

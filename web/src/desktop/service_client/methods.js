/**
 * The methods of the Service Client API, each as a function of what the desktop knows: it gives the answer's `data`, refuses with a
 * sentence, or says what is to be done; what came of that is the answer then.
 *
 * @typedef {{ do: "state", operation: string } | { do: "call", id: string, operation: string, fields?: Record<string, unknown> }
 *   | { do: "dial", number: string, userData: Record<string, unknown> } | { do: "connector", name: string }
 *   | { do: "select", id: string } | { do: "mark-done", id: string } | { do: "visible" } | { do: "toasts" } | { do: "active" }} Act
 * @typedef {{ data: unknown } | { error: string } | { act: Act }} Outcome
 * @typedef {{ service: import("./server.js").ServiceClient, parameters: unknown[], origin: string, client: string }} Request
 */

import { CallOperation } from "../../model/vocabulary.js";
import { dialable } from "../../model/wishes.js";
import { interactionOf } from "./interactions.js";
import { record, text } from "../model/options.js";

/** @param {string} sentence @returns {Outcome} */
const refuse = (sentence) => ({ error: sentence });

/** With the call that the first parameter names. @param {(one: import("../model/work.js").Case, request: Request) => Outcome} method */
const withCall = (method) => (/** @type {Request} */ request) => {
  const id = String(request.parameters[0] ?? "");
  const one = request.service.work.find(id);
  return one ? method(one, request) : refuse(`There is no interaction ${id.slice(0, 64)}.`);
};

/** An operation of GWS on a call that offers it. @param {string} operation @param {(request: Request) => Record<string, unknown> | string} [fieldsOf] */
const operate = (operation, fieldsOf = () => ({})) =>
  withCall((one, request) => {
    const fields = fieldsOf(request);
    if (typeof fields === "string") return refuse(fields);
    const rings = operation === CallOperation.HANGUP && one.call.state === "Ringing";
    if (!rings && !one.call.capabilities.includes(operation)) return refuse(`${operation} is not possible in this state.`);
    return { act: { do: "call", id: one.call.id, operation, fields } };
  });

/** Where a call is to go: a number, or what the team communicator would give. @param {Request} request */
function target({ parameters: [, to, userData] }) {
  const number = dialable(typeof to === "string" ? to : text(record(to).destination) || text(record(to).phoneNumber));
  if (!number) return "The target is not a number.";
  return { destination: { phoneNumber: number }, ...(Object.keys(record(userData)).length && { userData: record(userData) }) };
}

/** @param {Request} request @returns {Outcome} */
function dial({ service, parameters: [destination, userData] }) {
  const number = dialable(typeof destination === "string" ? destination : text(record(destination).phoneNumber));
  if (!number) return refuse("The destination is not a number.");
  if (!service.options.isOn("voice.can-make-call", true)) return refuse("The agent may not make calls.");
  const wrong = notWritable(service, record(userData));
  return wrong ? refuse(wrong) : { act: { do: "dial", number, userData: record(userData) } };
}

/** @param {import("./server.js").ServiceClient} service @param {Record<string, unknown>} pairs */
function notWritable(service, pairs) {
  const key = Object.keys(pairs).find((each) => !service.writable.has(each));
  return key === undefined ? "" : `The key ${key.slice(0, 64)} may not be written.`;
}

const setUserData = withCall((one, { service, parameters: [, pairs] }) => {
  const userData = record(pairs);
  if (!Object.keys(userData).length) return refuse("There are no pairs of key and value.");
  const wrong = notWritable(service, userData);
  return wrong ? refuse(wrong) : { act: { do: "call", id: one.call.id, operation: CallOperation.UPDATE_USER_DATA, fields: { userData } } };
});

const deleteUserData = withCall((one, { service, parameters: [, key] }) => {
  const wrong = notWritable(service, { [String(key)]: "" });
  if (wrong) return refuse(wrong);
  if (!Object.hasOwn(one.call.userData, String(key))) return refuse("There is no such key.");
  return { act: { do: "call", id: one.call.id, operation: CallOperation.DELETE_USER_DATA_PAIR, fields: { key: String(key) } } };
});

const markDone = withCall((one, { service }) => {
  if (!("ended" in one)) return refuse("The interaction is not over.");
  const warning = service.blocked.get(one.call.id);
  return warning === undefined ? { act: { do: "mark-done", id: one.call.id } } : refuse(warning);
});

/** @param {Request} request @returns {Outcome} */
function setState({ service, parameters: [index] }) {
  const choice = service.states[Number(index)];
  return choice ? { act: { do: "state", operation: choice.operation } } : refuse("There is no such state.");
}

/** @param {Request} request @returns {Outcome} */
function selectCase({ service, parameters: [caseId] }) {
  const all = [...service.work.cases.values(), ...service.work.ended.values()];
  const found = all.find((one) => interactionOf(service.work, one, service.readable).caseId === caseId);
  return found ? { act: { do: "select", id: service.work.caseOf(found.call.id) } } : refuse("There is no such case.");
}

/** @param {Request} request @returns {Outcome} */
function getOption({ service, origin, parameters: [asked] }) {
  if (!service.mayReadOptions(origin)) return refuse("This origin may not read options.");
  const name = text(asked) || text(record(asked).name) || text(record(asked).option);
  return service.options.has(name) ? { data: service.options.get(name) } : refuse("There is no such option.");
}

/** @param {Request} request @param {(toasts: import("./toasts.js").Toasts) => unknown} change @param {string} wrong @returns {Outcome} */
function toast({ service }, change, wrong) {
  const answer = change(service.toasts);
  if (!answer) return refuse(wrong);
  service.acts.push({ do: "toasts" });
  return { data: answer === true ? null : answer };
}

const NO_TOAST = "There is no such toast of yours.";

/** @param {string} name @returns {(request: Request) => Outcome} */
const connector = (name) => ({ service }) => (service.hasConnector() ? { act: { do: "connector", name } } : refuse("There is no softphone to ask."));

/** @param {boolean} answer */
const always = (answer) => () => ({ data: answer });

/** @type {Record<string, (request: Request) => Outcome>} */
export const METHODS = {
  "agent.get": ({ service }) => ({ data: service.agent() }),
  "agent.getStateList": ({ service }) => ({ data: service.stateList() }),
  "agent.getState": ({ service }) => ({ data: service.state() }),
  "agent.setState": setState,
  "interaction.getInteractions": ({ service }) => ({ data: service.interactions() }),
  "interaction.getByInteractionId": withCall((one, { service }) => ({ data: interactionOf(service.work, one, service.readable) })),
  "interaction.setUserData": setUserData,
  "interaction.deleteUserData": deleteUserData,
  "interaction.selectCaseByCaseId": selectCase,
  "interaction.markdone": markDone,
  "interaction.blockMarkdone": withCall((one, { service, parameters: [, warning] }) => {
    service.blocked.set(one.call.id, (text(warning) || "A page asks to wait with Mark Done.").slice(0, 200));
    return { data: null };
  }),
  "interaction.unblockMarkdone": withCall((one, { service }) => {
    service.blocked.delete(one.call.id);
    return { data: null };
  }),
  "interaction.accept": operate(CallOperation.ANSWER),
  "interaction.reject": operate(CallOperation.HANGUP),
  "interaction.singleStepTransfer": operate(CallOperation.SINGLE_STEP_TRANSFER, target),
  "interaction.singleStepConference": operate(CallOperation.SINGLE_STEP_CONFERENCE, target),
  "interaction.consult": operate(CallOperation.INITIATE_TRANSFER, target),
  "interaction.completeTransfer": operate(CallOperation.COMPLETE_TRANSFER),
  "interaction.completeConference": operate(CallOperation.COMPLETE_CONFERENCE),
  "voice.dial": dial,
  "voice.dialEx": dial,
  "voice.answer": operate(CallOperation.ANSWER),
  "voice.hold": operate(CallOperation.HOLD),
  "voice.resume": operate(CallOperation.RETRIEVE),
  "voice.hangUp": operate(CallOperation.HANGUP),
  "voice.startCallRecording": operate(CallOperation.START_CALL_RECORDING),
  "voice.stopCallRecording": operate(CallOperation.STOP_CALL_RECORDING),
  "voice.pauseCallRecording": operate(CallOperation.PAUSE_CALL_RECORDING),
  "voice.resumeCallRecording": operate(CallOperation.RESUME_CALL_RECORDING),
  "sipEndpoint.muteMicrophone": connector("MuteMicrophone"),
  "sipEndpoint.unmuteMicrophone": connector("UnmuteMicrophone"),
  "sipEndpoint.muteSpeaker": connector("MuteSpeaker"),
  "sipEndpoint.unmuteSpeaker": connector("UnmuteSpeaker"),
  "sipEndpoint.isMicrophoneMute": connector("GetMicrophoneState"),
  "sipEndpoint.isSpeakerMute": connector("GetSpeakerState"),
  "media.getMediaList": ({ service }) => ({ data: [service.voiceMedia()] }),
  "media.getMediaByName": ({ service, parameters: [name] }) => (name === "voice" ? { data: service.voiceMedia() } : refuse("There is no such media.")),
  "media.setState": (request) =>
    request.parameters[0] === "voice" ? setState({ ...request, parameters: request.parameters.slice(1) }) : refuse("There is no such media."),
  "messenger.broadcastMessage": ({ service, parameters: [channel, message], client }) => {
    service.broadcast(text(channel), message, client);
    return { data: null };
  },
  "configuration.getOption": getOption,
  "system.getAllowedServices": ({ service, origin }) => ({ data: Object.keys(METHODS).filter((name) => service.allows(origin, name)) }),
  "system.triggerActivity": () => ({ act: { do: "active" } }),
  "system.popupToast": (request) => toast(request, (toasts) => toasts.open(request.client, request.parameters[0]), "There are too many toasts."),
  "system.updateToast": (request) => toast(request, (toasts) => toasts.update(request.client, String(request.parameters[0]), request.parameters[1]), NO_TOAST),
  "system.closeToast": (request) => toast(request, (toasts) => toasts.close(request.client, String(request.parameters[0])), NO_TOAST),
  "system.amIVisible": () => ({ act: { do: "visible" } }),
  "system.isFrameLeading": always(true),
  "system.isFrameFollowing": always(false),
  "system.isFrameNegotiating": always(false),
  "system.isFrameLeadingOrNegotiating": always(true),
  "system.isLastActiveFrame": always(true),
};

/** Named by Genesys, and there is nothing behind them here. */
export const NOT_HERE = /^(auth|email|outbound)\.|^system\.(open|close)Dialog$|^system\.(update|close)ViewInApplicationMenuBar$/;

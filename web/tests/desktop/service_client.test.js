// The Service Client API: who may ask what, how often, and the shape of every answer.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Changes } from "../../src/desktop/service_client/changes.js";
import { METHODS } from "../../src/desktop/service_client/methods.js";
import { isAccepted, isAllowed, readOrigins } from "../../src/desktop/service_client/origins.js";
import { RateLimits } from "../../src/desktop/service_client/rate.js";
import { ServiceClient } from "../../src/desktop/service_client/server.js";
import { Options } from "../../src/desktop/model/options.js";
import { Work } from "../../src/desktop/model/work.js";
import { AGENT, OTHER, resource, UUID } from "../model/kit.js";

const CRM = "https://crm.example";
const FROM = { client: "window 1", origin: CRM };
const ALL = ["Hangup", "Hold", "SingleStepTransfer", "SingleStepConference", "InitiateTransfer", "StartCallRecording", "UpdateUserData", "DeleteUserDataPair"];

/** @param {Record<string, string>} [more] */
function desktop(more = {}) {
  const work = new Work();
  work.agent = AGENT;
  const workspace = { "service-client-api.accepted-web-content-origins": CRM, ...more };
  const service = new ServiceClient(work, new Options({ "interaction-workspace": workspace }));
  service.employeeId = "E1";
  return { work, service };
}

/** @param {Work} work @param {string} state @param {Record<string, unknown>} [more] */
const call = (work, state, more) => work.hear({ messageType: "CallStateChangeMessage", call: resource(state, more) }, 5000);

/** @param {ServiceClient} service @param {string} request @param {unknown[]} [parameters] @param {{ client: string, origin: string }} [from] @returns {any} */
function ask(service, request, parameters, from = FROM) {
  const [output] = service.handle({ request, parameters, referenceId: "7", userAgent: "WWE Client", protocolVersion: 2 }, from, 0);
  return output;
}

test("origins: nobody by default, everybody by *, methods in brackets, wildcards in hosts", () => {
  const { rules, problems } = readOrigins("https://crm.example(agent.*, voice.dial), http://*.lab.example  https://help.example/");
  assert.deepEqual(problems, []);
  assert.deepEqual(rules.map(({ origin }) => origin), ["https://crm.example", "http://*.lab.example", "https://help.example"]);
  const allowed = (/** @type {string} */ origin, /** @type {string} */ method) => isAllowed(rules, origin, method);
  assert.deepEqual([allowed(CRM, "agent.get"), allowed(CRM, "voice.dial"), allowed(CRM, "voice.hangUp"), allowed(CRM, "agent"), allowed(CRM, "interaction")], [true, true, false, true, false]);
  assert.ok(allowed("http://a.lab.example", "voice.hangUp") && allowed("https://help.example", "voice.hangUp"));
  for (const other of ["http://crm.example", "https://crm.example.evil", "https://crm.example:8443", "http://evil/.lab.example", "null", ""]) assert.ok(!isAccepted(rules, other), other);
  assert.ok(!isAccepted(readOrigins("").rules, CRM));
  assert.ok(isAccepted(readOrigins("*").rules, CRM) && !isAccepted(readOrigins("*").rules, "null"));
});

test("what is no origin is told", () => {
  const { rules, problems } = readOrigins("crm.example, https://a.example(agent.*");
  assert.deepEqual(rules, []);
  assert.match(problems.join(), /crm\.example: not an origin.*a bracket is not closed/s);
});

test("rate: so many a second, then a quarantine; every service has its own", () => {
  const limits = new RateLimits(new Options({ "interaction-workspace": { "service-client-api.rate-limit": "0", "service-client-api.rate-limit.voice": "2", "service-client-api.rate-limit-quarantine-delay": "30" } }));
  assert.deepEqual([0, 400].map((now) => limits.take(CRM, "voice.dial", now)), [0, 0]);
  assert.equal(limits.take(CRM, "voice.hold", 900), 30_000);
  assert.equal(limits.take(CRM, "voice.dial", 20_900), 10_000);
  assert.equal(limits.take(CRM, "agent.get", 900), 0);
  assert.equal(limits.take("https://other.example", "voice.dial", 900), 0);
  assert.equal(limits.take(CRM, "voice.dial", 30_901), 0);
});

test("within the limit nobody is put off, second after second", () => {
  const limits = new RateLimits(new Options({ "interaction-workspace": { "service-client-api.rate-limit": "2" } }));
  for (let now = 0; now < 10_000; now += 500) assert.equal(limits.take(CRM, "agent.get", now), 0);
});

test("an origin that is not accepted, a method that is not allowed, one that there is not, nobody logged in", () => {
  const closed = desktop({ "service-client-api.accepted-web-content-origins": "" }).service;
  assert.match(ask(closed, "agent.get").message.errorMessage, /not among service-client-api.accepted-web-content-origins/);
  assert.deepEqual([ask(closed, "agent.get").to, ask(closed, "agent.get").origin], ["window 1", CRM]);
  const some = desktop({ "service-client-api.accepted-web-content-origins": `${CRM}(agent.*)` }).service;
  assert.match(ask(some, "voice.dial", ["5002"]).message.errorMessage, /not allowed/);
  assert.deepEqual(ask(some, "system.getAllowedServices").message.errorMessage, `system.getAllowedServices is not allowed for ${CRM}.`);
  const { service, work } = desktop();
  assert.match(ask(service, "nonsense.method").message.errorMessage, /no method/);
  assert.match(ask(service, "constructor").message.errorMessage, /no method/);
  assert.match(ask(service, "outbound.getCampaigns").message.errorMessage, /not available here/);
  work.agent = null;
  assert.match(ask(service, "agent.get").message.errorMessage, /No agent/);
});

test("an answer repeats request and reference, says WWE Server and protocol 2", () => {
  const { service } = desktop();
  const { message } = ask(service, "agent.getState");
  assert.deepEqual(Object.keys(message), ["request", "referenceId", "data", "userAgent", "protocolVersion"]);
  assert.deepEqual([message.request, message.referenceId, message.userAgent, message.protocolVersion], ["agent.getState", "7", "WWE Server", 2]);
});

test("what concerns the API, and what is another's message", () => {
  assert.ok(ServiceClient.concerns({ request: "agent.get" }) && ServiceClient.concerns({ event: "subscribe", data: "agent" }));
  for (const other of [null, "wwe", { cordboard: 1, call: "dial" }, { event: "interaction", data: {}, userAgent: "WWE Server" }, { request: "agent.get", userAgent: "WWE Server" }]) {
    assert.ok(!ServiceClient.concerns(other));
  }
});

/** Method -> parameters and what it answers at once: the keys of its data, or its data. @type {[string, unknown[], unknown][]} */
const SHOWN = [
  ["agent.get", [], ["username", "firstname", "lastname", "fullName", "employeeId", "phoneNumber", "state"]],
  ["agent.getState", [], ["index", "displayName", "state", "workMode"]],
  ["agent.getStateList", [], 4],
  ["interaction.getInteractions", [], 1],
  ["media.getMediaByName", ["voice"], ["name", "state", "stateList"]],
  ["media.getMediaList", [], 1],
  ["system.getAllowedServices", [], Object.keys(METHODS).length],
  ["system.isFrameLeading", [], true],
  ["system.isFrameFollowing", [], false],
  ["system.isFrameNegotiating", [], false],
  ["system.isFrameLeadingOrNegotiating", [], true],
  ["system.isLastActiveFrame", [], true],
  ["system.popupToast", [{ title: "T" }], "1"],
  ["system.updateToast", ["1", { title: "U" }], null],
  ["system.closeToast", ["1"], null],
  ["messenger.broadcastMessage", ["news", "x"], null],
  ["interaction.blockMarkdone", ["1", "Wait"], null],
  ["interaction.unblockMarkdone", ["1"], null],
  ["configuration.getOption", ["voice.x"], "y"],
];

/** Method -> parameters and what is to be done for it. @type {[string, unknown[], unknown][]} */
const DONE = [
  ["agent.setState", [1], { do: "state", operation: "NotReady" }],
  ["media.setState", ["voice", 0], { do: "state", operation: "Ready" }],
  ["interaction.setUserData", ["1", { A: "b" }], { do: "call", id: UUID, operation: "UpdateUserData", fields: { userData: { A: "b" } } }],
  ["interaction.deleteUserData", ["1", "Segment"], { do: "call", id: UUID, operation: "DeleteUserDataPair", fields: { key: "Segment" } }],
  ["interaction.selectCaseByCaseId", [UUID], { do: "select", id: UUID }],
  ["interaction.singleStepTransfer", ["1", "5002"], { do: "call", id: UUID, operation: "SingleStepTransfer", fields: { destination: { phoneNumber: "5002" } } }],
  ["interaction.singleStepConference", ["1", "5002"], { do: "call", id: UUID, operation: "SingleStepConference", fields: { destination: { phoneNumber: "5002" } } }],
  ["interaction.consult", ["1", "5002", { K: "v" }], { do: "call", id: UUID, operation: "InitiateTransfer", fields: { destination: { phoneNumber: "5002" }, userData: { K: "v" } } }],
  ["interaction.reject", ["1"], { do: "call", id: UUID, operation: "Hangup", fields: {} }],
  ["voice.dial", ["5002"], { do: "dial", number: "5002", userData: {} }],
  ["voice.dialEx", ["5002", { K: "v" }], { do: "dial", number: "5002", userData: { K: "v" } }],
  ["voice.hold", ["1"], { do: "call", id: UUID, operation: "Hold", fields: {} }],
  ["voice.hangUp", [UUID], { do: "call", id: UUID, operation: "Hangup", fields: {} }],
  ["voice.startCallRecording", ["1"], { do: "call", id: UUID, operation: "StartCallRecording", fields: {} }],
  ["sipEndpoint.muteMicrophone", [], { do: "connector", name: "MuteMicrophone" }],
  ["sipEndpoint.unmuteMicrophone", [], { do: "connector", name: "UnmuteMicrophone" }],
  ["sipEndpoint.muteSpeaker", [], { do: "connector", name: "MuteSpeaker" }],
  ["sipEndpoint.unmuteSpeaker", [], { do: "connector", name: "UnmuteSpeaker" }],
  ["sipEndpoint.isMicrophoneMute", [], { do: "connector", name: "GetMicrophoneState" }],
  ["sipEndpoint.isSpeakerMute", [], { do: "connector", name: "GetSpeakerState" }],
  ["system.amIVisible", [], { do: "visible" }],
  ["system.triggerActivity", [], { do: "active" }],
];

/** Methods that the call at hand does not offer now: refused, with the reason. */
const REFUSED = ["interaction.markdone", "interaction.accept", "interaction.completeTransfer", "interaction.completeConference", "voice.answer", "voice.resume",
  "voice.stopCallRecording", "voice.pauseCallRecording", "voice.resumeCallRecording"];

test("every method answers at once, does something, or says why not", () => {
  const { work, service } = desktop({ "service-client-api.option.read-allowed-web-content-origin": CRM, "voice.x": "y" });
  service.hasConnector = () => true;
  call(work, "Established", { capabilities: ALL });
  for (const [name, parameters, expected] of SHOWN) {
    const { data, errorMessage } = ask(service, name, parameters).message;
    assert.equal(errorMessage, undefined, name);
    if (typeof expected === "number") assert.equal(data.length, expected, name);
    else assert.deepEqual(Array.isArray(expected) ? Object.keys(data) : data, expected, name);
  }
  for (const [name, parameters, act] of DONE) {
    const output = ask(service, name, parameters);
    assert.deepEqual(output.act, act, name);
    const [{ message }] = /** @type {any[]} */ (service.settle(output.ticket, { data: null }));
    assert.deepEqual([message.request, message.data], [name, null]);
  }
  for (const name of REFUSED) assert.equal(typeof ask(service, name, ["1"]).message.errorMessage, "string", name);
  assert.equal(ask(service, "interaction.getByInteractionId", ["1"]).message.data.interactionUUID, UUID);
  const tried = new Set([...SHOWN.map(([name]) => name), ...DONE.map(([name]) => name), ...REFUSED, "interaction.getByInteractionId"]);
  assert.deepEqual(Object.keys(METHODS).filter((name) => !tried.has(name)), []);
});

test("what GWS refuses is the error of the request; a ticket is good once", () => {
  const { work, service } = desktop();
  call(work, "Established", { capabilities: ALL });
  const { ticket } = ask(service, "voice.hold", ["1"]);
  const [{ message }] = /** @type {any[]} */ (service.settle(ticket, { error: "Call is not there" }));
  assert.equal(message.errorMessage, "Call is not there");
  assert.ok(!("data" in message));
  assert.deepEqual(service.settle(ticket, {}), []);
});

test("an interaction has the documented fields; user data only as the options allow", () => {
  const { work, service } = desktop({ "service-client-api.user-data.read-allowed": "Segment, Cust*", "service-client-api.user-data.write-allowed": "Note" });
  const userData = { Segment: "Gold", Customer: "C", Secret: "x", "WWE_PARTY_+15550100": { username: "u", firstname: "Ada", lastname: "Two", path: "/p" } };
  call(work, "Ringing", { userData });
  call(work, "Established", { userData, recordingState: "Recording" });
  const one = ask(service, "interaction.getByInteractionId", ["1"]).message.data;
  assert.deepEqual(one.userData, { Segment: "Gold", Customer: "C" });
  assert.deepEqual([one.interactionId, one.interactionUUID, one.state, one.previousState, one.media], ["1", UUID, "TALKING", "RINGING", "voice"]);
  assert.deepEqual([one.direction, one.callType, one.ani, one.dnis, one.recordingState, one.callUuid], ["IN", "INBOUND", "+15550100", "8000", "RECORDING", UUID]);
  assert.deepEqual([one.isConsultation, one.isMainCaseInteraction, one.isCaseSelected, one.startDate], [false, true, true, 5000]);
  assert.deepEqual(one.parties, [{ name: "Ada Two", identifier: "+15550100", phoneNumber: "+15550100", type: "AGENT", username: "u", firstname: "Ada", lastname: "Two", path: "/p" }]);
  assert.match(ask(service, "interaction.setUserData", ["1", { Note: "x", Segment: "y" }]).message.errorMessage, /Segment may not be written/);
  assert.match(ask(service, "interaction.deleteUserData", ["1", "Segment"]).message.errorMessage, /may not be written/);
  assert.equal(ask(service, "interaction.setUserData", ["1", { Note: "x" }]).act.operation, "UpdateUserData");
});

test("a consultation names its parent and is of the same case", () => {
  const { work, service } = desktop();
  call(work, "Held");
  call(work, "Established", { id: OTHER, callUuid: OTHER, callType: "Consult", parentCallUri: `http://gws/api/v2/me/calls/${UUID}` });
  const one = ask(service, "interaction.getByInteractionId", [OTHER]).message.data;
  assert.deepEqual([one.parentInteractionId, one.caseId, one.isConsultation, one.callType, one.isMainCaseInteraction], ["1", UUID, true, "CONSULT", false]);
});

test("options are read by the origins that the option names", () => {
  assert.match(ask(desktop().service, "configuration.getOption", ["voice.x"]).message.errorMessage, /may not read/);
});

test("subscribing: the answer has no event, events go to whoever asked, nobody else, until the end", () => {
  const { work, service } = desktop({ "service-client-api.accepted-web-content-origins": `${CRM}, https://b.example(voice.*)` });
  const subscribe = (/** @type {unknown} */ data, from = FROM) => /** @type {any} */ (service.handle({ event: "subscribe", data, referenceId: "0" }, from, 0)[0]).message;
  assert.deepEqual(subscribe(["interaction", "agent"]), { referenceId: "0", subscriptionId: 0, userAgent: "WWE Server", protocolVersion: 2 });
  assert.equal(typeof subscribe("interaction", { client: "window 2", origin: "https://b.example" }).errorMessage, "string");
  assert.equal(typeof subscribe("nonsense").errorMessage, "string");
  const changes = new Changes();
  changes.look(service);
  call(work, "Ringing");
  const told = changes.look(service).flatMap(({ event, data }) => service.tell(event, data));
  assert.deepEqual(told.map((output) => "to" in output && [output.to, output.origin, output.message.event, /** @type {any} */ (output.message.data).eventType]), [["window 1", CRM, "interaction", "ADDED"]]);
  service.handle({ event: "unsubscribe", data: 0, referenceId: "1" }, FROM, 0);
  call(work, "Established");
  assert.deepEqual(changes.look(service).flatMap(({ event, data }) => service.tell(event, data)), []);
});

test("changes have a name each; a call that is marked done says so", () => {
  const { work, service } = desktop();
  const changes = new Changes();
  changes.look(service);
  const types = () => changes.look(service).map(({ event, data }) => `${event} ${data.eventType}`);
  call(work, "Ringing");
  assert.deepEqual(types(), ["interaction ADDED"]);
  assert.deepEqual(types(), []);
  call(work, "Established");
  assert.deepEqual(types(), ["interaction STATE_CHANGED"]);
  call(work, "Established", { userData: { Segment: "Silver" } });
  assert.deepEqual(types(), ["interaction ATTACHED_DATA_CHANGED"]);
  call(work, "Released");
  assert.deepEqual(types(), ["interaction STATE_CHANGED"]);
  work.markDone(UUID);
  assert.deepEqual(types(), ["markdone MARKED_DONE", "interaction REMOVED"]);
});

test("messages between pages, mark done blocked by a page, toasts that are another's", () => {
  const { work, service } = desktop();
  const other = { client: "window 2", origin: CRM };
  service.handle({ event: "subscribe", data: "messenger:news", referenceId: "0" }, other, 0);
  const outputs = /** @type {any[]} */ (service.handle({ request: "messenger.broadcastMessage", parameters: ["news", { a: 1 }], referenceId: "1" }, FROM, 0));
  assert.deepEqual(outputs.map(({ to, message }) => [to, message.event ?? message.request]), [["window 1", "messenger.broadcastMessage"], ["window 2", "messenger:news"]]);
  call(work, "Established");
  call(work, "Released");
  ask(service, "interaction.blockMarkdone", ["1", "Fill in the form first."]);
  assert.equal(ask(service, "interaction.markdone", ["1"]).message.errorMessage, "Fill in the form first.");
  ask(service, "interaction.unblockMarkdone", ["1"]);
  assert.deepEqual(ask(service, "interaction.markdone", ["1"]).act, { do: "mark-done", id: UUID });
  const id = ask(service, "system.popupToast", [{ title: "Hello", message: "x".repeat(999), keyValues: { a: 1 }, buttons: ["Yes", { label: "No" }], timeout: 5 }]).message.data;
  assert.deepEqual([service.toasts.all.get(id)?.text.length, service.toasts.all.get(id)?.buttons], [300, ["Yes", "No"]]);
  assert.match(ask(service, "system.closeToast", [id], other).message.errorMessage, /no such toast/);
  assert.equal(service.toasts.expire(4999), false);
  assert.equal(service.toasts.expire(5000), true);
});

// Other people's programming interfaces: Genesys Widgets' bus, the guide's register call, Workspace's Service Client API.
import assert from "node:assert/strict";
import { test } from "node:test";

import { extensionOf } from "../../src/embed/cxbus.js";
import { ServiceClient } from "../../src/embed/service_client.js";
import { widgetsOf } from "../../src/embed/widgets.js";
import { parentOrigin, Workspace } from "../../src/embed/workspace.js";
import { FakeTimers, FakeWindow } from "./kit.js";

const GWS = "https://gws.example";
const settled = () => new Promise((done) => setImmediate(done));

/** A phone that notes what is asked of it. @param {Record<string, unknown>} [more] @returns {any} */
function fakePhone(more = {}) {
  /** @type {any} */
  const phone = { url: "https://phone.example/", asked: [], listeners: {}, ready: Promise.resolve({ version: 1 }), ...more };
  for (const name of ["dial", "answer", "hold", "retrieve", "hangUp", "mute", "digits", "state"]) {
    phone[name] ??= async (/** @type {unknown[]} */ ...given) => (phone.asked.push([name, ...given]), { call: "card-1" });
  }
  phone.on = (/** @type {string} */ event, /** @type {unknown} */ listener) => (phone.listeners[event] = listener);
  phone.open = (/** @type {unknown} */ options) => (phone.opened = options);
  return phone;
}

test("the plugin Cordboard of Genesys Widgets: commands and events", async () => {
  const refuse = async () => Promise.reject(Object.assign(new Error("There is no such call."), { code: "no-call" }));
  const phone = fakePhone({ answer: refuse });
  /** @type {any} */
  const plugin = { commands: {}, published: [], registerCommand: (/** @type {string} */ name, /** @type {unknown} */ act) => (plugin.commands[name] = act), publish: (/** @type {unknown[]} */ ...said) => plugin.published.push(said), republish: (/** @type {unknown[]} */ ...said) => plugin.published.push(said), ready: () => (plugin.isReady = true) };
  extensionOf(phone)(null, { registerPlugin: (/** @type {string} */ name) => ((plugin.name = name), plugin) });
  assert.equal(plugin.name, "Cordboard");
  assert.ok(plugin.isReady);
  assert.deepEqual(Object.keys(plugin.commands), ["dial", "answer", "hold", "retrieve", "hangUp", "mute", "digits", "state"]);
  const run = (/** @type {string} */ name, /** @type {unknown} */ data) => new Promise((resolve) => plugin.commands[name]({ data, deferred: { resolve: (/** @type {unknown} */ value) => resolve(["resolved", value]), reject: (/** @type {unknown} */ why) => resolve(["rejected", why]) } }));
  assert.deepEqual(await run("dial", { number: "5002" }), ["resolved", { call: "card-1" }]);
  assert.deepEqual(await run("answer", undefined), ["rejected", { code: "no-call", text: "There is no such call." }]);
  for (const name of ["hold", "retrieve", "hangUp", "mute", "digits", "state"]) assert.equal((/** @type {any} */ (await run(name, {})))[0], "resolved");
  assert.deepEqual(phone.asked[0], ["dial", "5002"]);
  phone.listeners.call({ state: "ringing" });
  assert.deepEqual(plugin.published, [["ready", { version: 1 }], ["call", { state: "ringing" }]]);
});

test("widgets.register opens the phone of this desk, as the guide writes it", () => {
  const phone = fakePhone();
  const widgets = widgetsOf(phone);
  widgets.register({ id: "webrtc-softphone", name: "WebRTC Softphone", url: "https://phone.example/", width: 400, height: 600, position: "right" });
  assert.deepEqual(phone.opened, { title: "WebRTC Softphone", width: 400, height: 600, side: "right" });
  assert.throws(() => widgets.register({ id: "x", url: "https://evil.example/" }), TypeError);
  assert.throws(() => widgets.register(/** @type {any} */ ({ url: "https://phone.example/" })), TypeError);
  assert.throws(() => widgets.register({ id: "x", url: "/" }), TypeError);
});

/** Workspace that answers by a table; what is not in it is never answered. @param {Record<string, unknown>} answers */
function workspaceStage(answers) {
  const timers = new FakeTimers();
  const peer = new FakeWindow(GWS);
  const client = new ServiceClient({ peer, origin: GWS, after: timers.after });
  /** @param {any} data */
  const hear = (data) => client.receive({ data: { userAgent: "WWE Server", protocolVersion: 2, ...data }, origin: GWS, source: peer });
  peer.onmessage = ({ request, event, referenceId }) => {
    if (event === "subscribe") queueMicrotask(() => hear({ referenceId, subscriptionId: 0 }));
    else if (request in answers) queueMicrotask(() => hear({ request, referenceId, ...(answers[request] instanceof Error ? { errorMessage: answers[request].message } : { data: answers[request] }) }));
  };
  /** @type {any} */
  const seen = { events: [], looks: 0, notes: [] };
  const workspace = new Workspace({ client, emit: (event) => seen.events.push(event), look: () => (seen.looks += 1), note: (text) => seen.notes.push(text) });
  return { workspace, client, peer, timers, hear, seen };
}
const LOST = /** @type {any} */ ({ useGwsForDialing: true, lights: { gws: "connecting" } });

test("Workspace's messages have the shape of its own client", async () => {
  const { client, peer } = workspaceStage({ "agent.get": { userName: "agent5001" } });
  assert.deepEqual(await client.request("agent.get"), { userName: "agent5001" });
  assert.deepEqual(peer.took(), [{ request: "agent.get", parameters: [], referenceId: "0", userAgent: "WWE Client", protocolVersion: 2 }]);
  await client.subscribe({ agent: () => {} });
  assert.deepEqual(peer.took(), [{ event: "subscribe", data: ["agent"], referenceId: "1", userAgent: "WWE Client", protocolVersion: 2 }]);
});

test("only Workspace's own window and origin are heard", async () => {
  const { client, peer, timers } = workspaceStage({});
  const asked = client.request("agent.get");
  client.receive({ data: { referenceId: "0", data: 1 }, origin: "https://evil.example", source: peer });
  client.receive({ data: { referenceId: "0", data: 1 }, origin: GWS, source: new FakeWindow(GWS) });
  client.receive({ data: null, origin: GWS, source: peer });
  timers.run();
  await assert.rejects(asked, /does not answer/);
});

test("where Workspace refuses, the phone does everything itself", async () => {
  for (const answers of [{}, { "agent.get": new Error("Origin not accepted") }]) {
    const { workspace, timers, seen } = workspaceStage(answers);
    const started = workspace.start();
    await settled();
    timers.run();
    await started;
    assert.equal(workspace.on, false);
    assert.equal(seen.notes.length, 1);
    assert.equal(workspace.dials({ type: "dial", number: "5002" }, LOST), false);
  }
});

test("Workspace dials while the phone's own way to GWS is interrupted", async () => {
  const { workspace, peer, seen } = workspaceStage({ "agent.get": { userName: "agent5001" }, "voice.dial": new Error("no") });
  await workspace.start();
  peer.took();
  assert.equal(workspace.dials({ type: "dial", number: "5002" }, /** @type {any} */ ({ ...LOST, lights: { gws: "on" } })), false);
  assert.equal(workspace.dials({ type: "dial", number: "5002" }, /** @type {any} */ ({ ...LOST, useGwsForDialing: false })), false);
  assert.equal(workspace.dials({ type: "dismiss", message: 1 }, LOST), false);
  assert.equal(workspace.dials({ type: "dial", number: "5002" }, LOST), true);
  await settled();
  assert.deepEqual([peer.received[0].request, peer.received[0].parameters], ["voice.dial", ["5002"]]);
  assert.equal(seen.events[0].type, "tell");
});

test("Workspace's mute button follows the phone's, and is not told what it knows", async () => {
  const answers = { "agent.get": {}, "sipEndpoint.isMicrophoneMute": false, "sipEndpoint.muteMicrophone": true, "sipEndpoint.unmuteMicrophone": true };
  const { workspace, peer } = workspaceStage(answers);
  await workspace.start();
  peer.took();
  await workspace.microphone(false);
  assert.deepEqual(peer.took(), []);
  await workspace.microphone(true);
  assert.deepEqual(peer.took().map(({ request }) => request), ["sipEndpoint.isMicrophoneMute", "sipEndpoint.muteMicrophone"]);
  await workspace.microphone(false);
  assert.deepEqual(peer.took().map(({ request }) => request), ["sipEndpoint.isMicrophoneMute"]);
});

test("another agent at Workspace is looked for at once", async () => {
  const { workspace, hear, seen } = workspaceStage({ "agent.get": { userName: "agent5001" } });
  await workspace.start();
  hear({ event: "agent", data: { eventType: "StateChanged", agent: { userName: "agent5001" } } });
  assert.equal(seen.looks, 0);
  hear({ event: "agent", data: { eventType: "StateChanged", agent: { userName: "agent5002" } } });
  hear({ event: "agent", data: { eventType: "LoggedOut" } });
  hear({ event: "agent", data: null });
  assert.equal(seen.looks, 2);
});

test("whose page is around is asked where the browser tells it", () => {
  assert.equal(parentOrigin({ ancestorOrigins: [GWS] }), GWS);
  assert.equal(parentOrigin({}), "");
});

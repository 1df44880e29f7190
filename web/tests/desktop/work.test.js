// What the agent desktop knows.
import assert from "node:assert/strict";
import { test } from "node:test";

import { nameOf, Work } from "../../src/desktop/model/work.js";
import { AGENT, OTHER, resource, UUID } from "../model/kit.js";

/** @param {string} state @param {Record<string, unknown>} [more] */
const message = (state, more) => ({ messageType: "CallStateChangeMessage", call: resource(state, more) });

test("a case lives from Ringing to Released, then it is a recent call", () => {
  const work = new Work();
  work.hear(message("Ringing"), 1000);
  assert.equal(work.cases.get(UUID)?.since, null);
  work.hear(message("Established", { duration: "2" }), 3000);
  assert.equal(work.cases.get(UUID)?.since, 3000);
  work.hear(message("Held"), 5000);
  work.hear(message("Released"), 63_000);
  assert.equal(work.cases.size, 0);
  assert.deepEqual(work.recent, [{ id: UUID, who: "+15550100", number: "+15550100", direction: "in", seconds: 60, at: 63_000 }]);
});

test("a missed call has no length, a dialled one keeps its direction", () => {
  const work = new Work();
  work.hear(message("Ringing"), 0);
  work.hear(message("Released"), 0);
  work.hear(message("Dialing", { id: OTHER, participants: [], dnis: "5002", callType: "Internal" }), 0);
  work.hear(message("Established", { id: OTHER, participants: [], dnis: "5002", callType: "Internal" }), 0);
  assert.equal(work.recent[0].seconds, null);
  const one = work.cases.get(OTHER);
  assert.ok(one && nameOf(one) === "5002" && one.direction === "out");
});

test("read anew: calls of before are there with their age, calls that are not are over", () => {
  const work = new Work();
  work.hear(message("Established", { id: OTHER }), 0);
  work.reread({ calls: [resource("Established", { duration: "30" })], devices: [] }, 40_000);
  assert.deepEqual([...work.cases.keys()], [UUID]);
  assert.equal(work.cases.get(UUID)?.since, 10_000);
});

test("devices and errors; nothing stays of an agent who left", () => {
  const work = new Work();
  work.agent = AGENT;
  work.hear({ messageType: "DeviceStateChangeMessage", devices: [{ id: "device-1", userState: { state: "NotReady" } }] }, 0);
  assert.equal(work.agent?.state.state, "NotReady");
  work.hear({ messageType: "ErrorMessage", errorMessage: "Invalid called DN" }, 0);
  assert.equal(work.messages.list[0].text, "Invalid called DN");
  work.hear(message("Ringing"), 0);
  work.clear();
  assert.deepEqual([work.agent, work.cases.size, work.recent], [null, 0, []]);
});

test("a call that was answered is worked on until it is marked done; a missed one and a consultation are not", () => {
  const work = new Work();
  work.hear(message("Established"), 0);
  work.hear(message("Established", { id: OTHER, callType: "Consult", parentCallUri: `http://gws/api/v2/me/calls/${UUID}` }), 1000);
  assert.equal(work.caseOf(OTHER), UUID);
  assert.deepEqual(work.callsOf(UUID).map((one) => one.call.id), [UUID, OTHER]);
  work.hear(message("Released", { id: OTHER }), 2000);
  work.hear(message("Released", { userData: { DispositionCode: "Sold" } }), 3000);
  assert.deepEqual([...work.ended.keys()], [UUID]);
  assert.equal(work.ended.get(UUID)?.call.userData.DispositionCode, "Sold");
  assert.equal(work.selected, UUID);
  work.hear(message("Released", { userData: { DispositionCode: "Lost" } }), 4000);
  assert.equal(work.ended.get(UUID)?.call.userData.DispositionCode, "Lost");
  assert.equal(work.recent.length, 2);
  assert.equal(work.markDone(UUID), true);
  assert.equal(work.markDone(UUID), false);
  assert.equal(work.selected, "");
});

test("with mark-done-on-release nothing stays; Workspace's own counter finds a call", () => {
  const work = new Work();
  work.markDoneOnRelease = true;
  work.hear(message("Established"), 0);
  assert.equal(work.find("1")?.call.id, UUID);
  work.hear(message("Released"), 10);
  assert.equal(work.ended.size, 0);
  work.hear(message("Ringing", { id: OTHER }), 20);
  assert.equal(work.find("2")?.call.id, OTHER);
});

test("the time in a state begins when the state changes, not when it is told again", () => {
  const work = new Work();
  work.agent = AGENT;
  const device = (/** @type {string} */ state) => ({ messageType: "DeviceStateChangeMessage", devices: [{ id: "device-1", userState: { state } }] });
  work.hear(device("NotReady"), 1000);
  work.hear(device("NotReady"), 2000);
  assert.equal(work.stateSince, 1000);
  work.hear(device("Ready"), 3000);
  assert.equal(work.stateSince, 3000);
});

// What the agent desktop knows.
import assert from "node:assert/strict";
import { test } from "node:test";

import { nameOf, Work } from "../../src/desktop/work.js";
import { AGENT, OTHER, resource, UUID } from "./kit.js";

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
  assert.deepEqual(work.recent, [{ id: UUID, who: "+15550100", direction: "in", seconds: 60, at: 63_000 }]);
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

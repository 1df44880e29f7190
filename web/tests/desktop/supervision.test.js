// What a supervisor's desktop knows of the agents, and the agent's own device.
import assert from "node:assert/strict";
import { test } from "node:test";

import { isOfUser, lasting, offered, ordered, readAgents } from "../../src/desktop/model/supervision.js";
import { grown } from "../../src/desktop/model/widget.js";
import { readDevice } from "../../src/model/gws.js";
import { resource } from "../model/kit.js";

const STATE = { state: "Ready", displayName: "Ready" };
/** @param {string} number @param {string} first @param {unknown[]} calls */
const user = (number, first, calls = [], state = STATE) => ({
  id: `user-${number}`,
  userName: `agent${number}`,
  firstName: first,
  lastName: "One",
  devices: [{ id: `device-${number}`, phoneNumber: number, userState: state }],
  calls,
});

/** @param {Record<string, unknown>} more */
const device = (more) => readDevice({ id: "device-5019", phoneNumber: "5019", userState: STATE, ...more });

test("the agents whom GWS shows with their devices, without oneself; with whom they speak", () => {
  const users = [user("5002", "Ben", [resource("Established")]), user("5019", "Tara"), { id: "other", userName: "agent5003", firstName: "Clara" }, user("5001", "Anna"), null];
  const agents = readAgents({ users }, "5019");
  assert.deepEqual(agents.map(({ name, number, call, state }) => [name, number, call, state]), [["Ben One", "5002", "+15550100", "Ready"], ["Anna One", "5001", "", "Ready"]]);
  for (const hostile of [null, {}, { users: "x" }, { users: [5] }]) assert.deepEqual(readAgents(hostile, ""), []);
});

test("who is watched is first, then those with a call, then by name; those who are away last", () => {
  const away = { state: "LoggedOut", displayName: "Offline" };
  const users = [user("5001", "Zoe"), user("5002", "Ben", [], away), user("5003", "Clara", [resource("Ringing")]), user("5004", "Anna")];
  const numbers = (/** @type {string} */ watched) => ordered(readAgents({ users }, ""), watched).map((one) => one.number);
  assert.deepEqual(numbers(""), ["5003", "5004", "5001", "5002"]);
  assert.deepEqual(numbers("device-5002"), ["5002", "5003", "5004", "5001"]);
});

test("what may be asked for, and what lasts", () => {
  assert.deepEqual(offered(null), []);
  assert.deepEqual(offered(device({ capabilities: ["DoNotDisturbOn"] })), []);
  const asked = device({ capabilities: ["ListenIn", "Coach", 5], supervisorMonitoringState: { state: "Coach", targetDeviceUri: "http://gws/api/v2/devices/device-5001" } });
  assert.deepEqual(offered(asked).map((one) => one.operation), ["ListenIn", "Coach"]);
  assert.deepEqual([lasting(asked), asked?.monitoring?.target, lasting(null)], ["Coach", "device-5001", ""]);
});

test("a message about somebody else is told by its user", () => {
  assert.equal(isOfUser({ messageType: "CallStateChangeMessage", userPath: "/users/1" }), true);
  for (const own of [{ messageType: "CallStateChangeMessage" }, null, { userPath: 5 }]) assert.equal(isOfUser(own), false);
});

test("do not disturb and forwarding", () => {
  const one = device({ doNotDisturb: "On", forwardTo: "5002" });
  assert.deepEqual([one?.doNotDisturb, one?.forwardTo], [true, "5002"]);
  const none = device({ doNotDisturb: true, forwardTo: 5 });
  assert.deepEqual([none?.doNotDisturb, none?.forwardTo, none?.monitoring], [false, "", null]);
});

test("the phone's panel grows towards the work, within bounds", () => {
  const before = { width: 400, height: 600 };
  assert.deepEqual(grown("right-panel", before, -50, 9), { width: 450, height: 600 });
  assert.deepEqual(grown("left", before, -500, 9), { width: 200, height: 600 });
  assert.deepEqual(grown("bottom", before, 9, 100), { width: 400, height: 500 });
  assert.deepEqual(grown("floating", before, 5000, 10.4), { width: 2000, height: 610 });
});

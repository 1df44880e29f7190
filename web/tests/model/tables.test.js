// The tables themselves, the reading of GWS's words, hostile input.
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { readAgent, stateColour, stateLabel } from "../../src/model/agent.js";
import { BUTTONS } from "../../src/model/buttons.js";
import { SHOWN } from "../../src/model/call.js";
import { readCall, readMessage, readUser, rows } from "../../src/model/gws.js";
import { sameNumber } from "../../src/model/join.js";
import { Leg, LEG_TABLE } from "../../src/model/leg.js";
import { LIGHT_TABLE, nextLight } from "../../src/model/light.js";
import { clock, Messages } from "../../src/model/messages.js";
import { AGENT, Bench, resource, UUID } from "./kit.js";

test("every cell of the leg table leads to a state that exists, and an ended leg stays ended", () => {
  for (const [state, row] of Object.entries(LEG_TABLE)) {
    for (const [step, [next]] of Object.entries(row)) assert.ok(next in LEG_TABLE, `${state} ${step}`);
  }
  assert.deepEqual(LEG_TABLE.ended, {});
});

test("a leg closes its microphone exactly once, whatever is asked of it", () => {
  const steps = /** @type {import("../../src/model/leg.js").LegStep[]} */ ([
    "answer", "answer-with-camera", "reject", "hangup", "hold", "retrieve", "digits", "accepted", "held", "retrieved", "no-microphone", "ended",
  ]);
  let seed = 7;
  const pick = () => steps[(seed = (seed * 48271) % 2147483647) % steps.length];
  for (let walk = 0; walk < 500; walk += 1) {
    const leg = new Leg("L", walk % 2 ? "in" : "out");
    const effects = Array.from({ length: 12 }, pick).concat("ended").flatMap((step) => leg.handle(step));
    assert.equal(effects.filter((effect) => effect.do === "microphone/close").length, 1);
    assert.equal(leg.state, "ended");
  }
});

test("every pair of planes is shown somehow, and every button belongs to states that are shown", () => {
  const shown = new Set(["retrieving", ...Object.values(SHOWN).flatMap((row) => Object.values(row))]);
  for (const row of Object.values(SHOWN)) assert.equal(Object.keys(row).length, 6);
  for (const button of Object.values(BUTTONS)) for (const state of button.states) assert.ok(shown.has(state));
});

test("the lights", () => {
  assert.equal(nextLight("off", "connecting"), "connecting");
  assert.equal(nextLight("on", "lost"), "connecting");
  assert.equal(nextLight("failed", "lost"), "failed");
  assert.equal(nextLight("off", "lost"), "off");
  for (const row of Object.values(LIGHT_TABLE)) for (const next of Object.values(row)) assert.ok(next in LIGHT_TABLE);
});

describe("registration", () => {
  test("a wrong password turns the light and says what to do; success takes the message back", () => {
    const bench = new Bench();
    bench.tell({ type: "sip/connecting" });
    bench.tell({ type: "sip/failed", status: 401, reason: "Unauthorized" });
    assert.equal(bench.view.lights.sip, "failed");
    assert.deepEqual(bench.texts(), ["The phone could not sign in."]);
    bench.tell({ type: "sip/registered" });
    assert.deepEqual(bench.texts(), []);
  });

  test("a newer page took the DN: the light goes, calls stay", () => {
    const bench = Bench.ready();
    bench.invite();
    bench.tell({ type: "sip/taken-over" });
    assert.equal(bench.view.lights.sip, "failed");
    assert.equal(bench.card.state, "ringing");
  });
});

describe("what GWS says", () => {
  test("the two shapes of the integration guide", () => {
    for (const data of [{ event: "Established", call: resource("Ringing") }, { state: "Established", call: resource("Ringing") }]) {
      assert.equal(/** @type {any} */ (readMessage(data)[0]).call.state, "Established");
    }
  });

  test("the identifier is the last segment of uri where id is empty; participants may be strings", () => {
    const call = readCall({ uri: `http://gws/api/v2/me/calls/${UUID}`, state: "Held", participants: ["5002"], duration: "7" });
    assert.deepEqual([call?.id, call?.numbers, call?.seconds], [UUID, ["5002"], 7]);
  });

  test("the agent's device moves the agent's state, somebody else's does not", () => {
    const bench = Bench.ready();
    const device = { id: "device-1", phoneNumber: "5001", userState: { state: "NotReady", displayName: "After Call Work", workMode: "AfterCallWork" } };
    bench.tell({ type: "gws/message", data: { messageType: "DeviceStateChangeMessage", devices: [device] } });
    assert.deepEqual([bench.view.agent?.state, bench.view.agent?.colour, bench.view.agent?.operation], ["After Call Work", "away", "AfterCallWork"]);
    bench.tell({ type: "gws/message", data: { messageType: "DeviceStateChangeMessage", devices: [{ ...device, id: "other", userState: { state: "Ready" } }] } });
    assert.equal(bench.view.agent?.state, "After Call Work");
  });

  test("an error of GWS is told", () => {
    const bench = Bench.ready();
    bench.tell({ type: "gws/message", data: { messageType: "ErrorMessage", errorMessage: "Invalid called DN" } });
    assert.deepEqual(bench.texts(), ["GWS: Invalid called DN"]);
  });

  test("hostile shapes are no facts", () => {
    const hostile = [null, 1, "x", [], {}, { messageType: 5 }, { messageType: "CallStateChangeMessage" }, { call: "x" },
      { messageType: "CallStateChangeMessage", call: { id: {}, state: "Ringing" } },
      { messageType: "CallStateChangeMessage", call: { id: "1", state: "Exploded" } },
      { messageType: "DeviceStateChangeMessage", devices: [null, 5, { id: 3 }] }];
    for (const data of hostile) assert.deepEqual(readMessage(data), [], JSON.stringify(data));
    assert.deepEqual(readUser({ calls: 5, devices: "x" }), { calls: [], devices: [] });
    assert.equal(readCall({ id: "1", state: "Held", capabilities: [1, "Hold"], userData: [] })?.capabilities[0], "Hold");
  });

  test("attached data: flat rows, WWE's own keys hidden, colleagues by name", () => {
    assert.deepEqual(rows({ IW_CaseUid: "1", WWE_PARTY_5: {}, Segment: "Gold", nested: { a: "b", n: null } }), [
      ["Segment", "Gold"], ["nested.a", "b"], ["nested.n", ""],
    ]);
    const bench = Bench.ready();
    bench.gws("Ringing", { participants: ["5002"], ani: "5002", userData: { WWE_PARTY_5002: { firstname: "Bea", lastname: "Two" } } });
    assert.deepEqual([bench.card.who, bench.card.number], ["Bea Two", "5002"]);
  });
});

test("the desk's agent is read with care", () => {
  assert.equal(readAgent(null), null);
  assert.equal(readAgent({ userName: 5 }), null);
  assert.deepEqual(readAgent({ ...AGENT, session: "yes", state: null })?.state, { state: "", displayName: "", workMode: "" });
  assert.equal(stateLabel({ state: "", displayName: "" }), "Offline");
  assert.equal(stateColour({ state: "NotReady", workMode: "AuxWork" }), "away");
});

test("numbers that are the same line", () => {
  assert.ok(sameNumber("+15550100", "15550100") && sameNumber("5550100", "+15550100") && sameNumber("5001", "5001"));
  assert.ok(!sameNumber("", "") && !sameNumber("5001", "15001") && !sameNumber("+15550100", "+15550101"));
  assert.ok(!sameNumber("anonymous", "anonymous2"));
});

test("messages: the same text once, ten at most, clock in minutes", () => {
  const messages = new Messages();
  for (let n = 0; n < 15; n += 1) messages.tell("error", `e${n}`, "", 0);
  messages.tell("error", "e14", "", 0);
  assert.equal(messages.list.length, 10);
  assert.equal(messages.list.filter((message) => message.text === "e14").length, 1);
  assert.deepEqual([clock(-5), clock(65_000), clock(3_723_000)], ["00:00", "01:05", "1:02:03"]);
});

test("signing out of GWS leaves the calls that have a leg", () => {
  const bench = Bench.ready();
  bench.invite();
  bench.gws("Ringing");
  bench.gws("Ringing", { id: "Z", callUuid: "Z" });
  bench.tell({ type: "gws/off" });
  assert.equal(bench.card.leg, "L1");
});

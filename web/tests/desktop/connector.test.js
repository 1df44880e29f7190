// The order in which Workspace brings the softphone up.
import assert from "node:assert/strict";
import { test } from "node:test";

import { ACTIVE_EVERY, ATTEMPTS, connectorSteps, optionsBody, resultOf } from "../../src/desktop/model/connector.js";
import { Options } from "../../src/desktop/model/options.js";

const URI = "https://wwe.example/connector";

/** @param {Record<string, string>} more */
const options = (more = {}) => new Options({ "interaction-workspace": more });

/** Carry the steps out against a phone that is active after so many questions. @param {number} activeAfter @param {unknown} [registered] */
function run(activeAfter, registered = { RegisterDnResult: true }) {
  const steps = connectorSteps({ dn: "5001", options: options({ "sipendpoint.sip-server-address": "127.0.0.81:5060" }), uri: URI });
  /** @type {string[]} */
  const order = [];
  /** @type {Record<string, unknown>} */
  const bodies = {};
  let asked = 0;
  let waited = 0;
  let step = steps.next();
  while (!step.done) {
    const one = step.value;
    if ("wait" in one) waited += one.wait;
    else order.push("annex" in one ? "annex" : one.ask);
    if ("ask" in one && one.body !== undefined) bodies[one.ask] = one.body;
    let reply = /** @type {unknown} */ ({});
    if ("ask" in one && one.ask === "RegisterDn/") reply = registered;
    if ("ask" in one && one.ask === "GetIsEndpointActive") reply = { get_IsEndpointActiveResult: (asked += 1) > activeAfter };
    step = steps.next(reply);
  }
  return { order, bodies, waited, outcome: step.value };
}

test("exactly the traced order: active at the second question", () => {
  const { order, outcome } = run(1);
  const ask = ["GetIsEndpointActive", "GetSIPEndpointParameters"];
  assert.deepEqual(order, ["GetDnSIP", "annex", "SetOptions", "SetSIPEndpointParameters", "RegisterDn/", ...ask, ...ask, "SetPingPeriod", "Ping"]);
  assert.equal(outcome.active, true);
});

test("the bodies are those of the trace", () => {
  const { bodies } = run(0);
  assert.deepEqual(bodies["RegisterDn/"], { addresses: ["127.0.0.81:5060"], users: ["5001"] });
  assert.deepEqual(bodies.SetSIPEndpointParameters, { value: [{ Key: "SipEndpointTransportProtocol", Value: "UDP" }] });
  assert.deepEqual(bodies.SetPingPeriod, { value: 2000 });
  assert.deepEqual(bodies.SetOptions, {
    value: {
      uri: URI,
      "sip-server-address": "127.0.0.81:5060",
      "register-interval": 1500,
      "wait-user-max-attempts": 20,
      "register-max-attempts": 10,
      "ping-interval": 2000,
      "max-failed-ping": 10,
      "transport-protocol": "UDP",
      "headset-unplugged-set-not-ready": true,
      noise_suppression: "1",
      "policy.session.agc_mode": "1",
      "policy.session.auto_answer": "0",
      "policy.session.noise_suppression": "1",
    },
  });
});

test("options of the site take the place of the traced values", () => {
  const own = { "sipendpoint.register-interval": "3000", "sipendpoint.headset-unplugged-set-not-ready": "false", "sipendpoint.policy.session.auto_answer": "1" };
  const body = optionsBody(options(own), URI);
  assert.deepEqual([body["register-interval"], body["headset-unplugged-set-not-ready"], body["policy.session.auto_answer"]], [3000, false, "1"]);
});

test("a phone that never comes up is waited for, and not for ever", () => {
  const { order, waited, outcome } = run(Infinity);
  assert.equal(outcome.active, false);
  assert.match(outcome.text, /5001 is not registered/);
  assert.equal(order.filter((one) => one === "GetIsEndpointActive").length, ATTEMPTS);
  assert.equal(waited, ATTEMPTS * ACTIVE_EVERY);
  assert.ok(!order.includes("SetPingPeriod"));
});

test("a refused DN is told at once", () => {
  const { order, outcome } = run(0, { RegisterDnResult: false });
  assert.equal(order.at(-1), "RegisterDn/");
  assert.match(outcome.text, /refused/);
});

test("an answer about a device is read under either of its names", () => {
  assert.equal(resultOf("GetMicrophoneState", { get_MicrophoneStateResult: true }), true);
  assert.equal(resultOf("GetMicrophoneState", { GetMicrophoneStateResult: false }), false);
  assert.equal(resultOf("MuteMicrophone", { MuteMicrophoneResult: true }), true);
  assert.equal(resultOf("MuteMicrophone", null), null);
});

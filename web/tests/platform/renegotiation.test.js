import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { test } from "node:test";

import * as JsSIP from "jssip";

import { keepUp } from "../../src/platform/renegotiation.js";

/** @param {string} signalingState */
function started(signalingState, ready = true) {
  /** @type {unknown[]} */
  const done = [];
  const connection = { signalingState, setLocalDescription: async (/** @type {{ type: string }} */ { type }) => void done.push(type) };
  const session = Object.assign(new EventEmitter(), { connection, _rtcReady: ready, terminate: (/** @type {unknown} */ options) => void done.push(options) });
  keepUp(session, () => done.push("refused"));
  return { session, done, offered: () => session.emit("reinvite", { reject: (/** @type {unknown} */ options) => done.push(options) }) };
}

test("an offer of the gateway is taken", () => {
  const { done, offered } = started("stable");
  offered();
  assert.deepEqual(done, []);
});

test("one that meets ours is refused, and ours stays", () => {
  const { done, offered } = started("have-local-offer");
  offered();
  assert.deepEqual(done, [{ status_code: 491 }]);
});

test("one that comes while ours is being made is refused", () => {
  const { done, offered } = started("stable", false);
  offered();
  assert.deepEqual(done, [{ status_code: 491 }]);
});

test("our refused offer ends no call", async () => {
  const { session, done } = started("have-local-offer");
  session.terminate({ cause: JsSIP.C.causes.WEBRTC_ERROR, status_code: 500 });
  await new Promise(setImmediate);
  assert.deepEqual(done, ["rollback", "refused"]);
});

test("the agent's end does", () => {
  const { session, done } = started("stable");
  session.terminate({});
  assert.deepEqual(done, [{}]);
});

import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { test } from "node:test";

import * as JsSIP from "jssip";

import { keepUp, missNoAck } from "../../src/platform/renegotiation.js";

/** `promised` is what JsSIP does one after the other. @param {string} signalingState */
function started(signalingState, ready = true, promised = Promise.resolve()) {
  /** @type {unknown[]} */
  const done = [];
  const connection = { signalingState, setLocalDescription: async (/** @type {{ type: string }} */ { type }) => void done.push(type) };
  const offering = { _rtcReady: ready, _connectionPromiseQueue: promised, isReadyToReOffer: () => ready };
  const session = Object.assign(new EventEmitter(), { connection, ...offering, terminate: (/** @type {unknown} */ options) => void done.push(options) });
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

test("while ours waits for a description that is being taken in, there is no other, from neither side", async () => {
  /** @type {(value?: any) => void} */
  let taken = () => {};
  const { session, done, offered } = started("stable", true, new Promise((resolve) => (taken = resolve)));
  assert.deepEqual([session.isReadyToReOffer(), session.isReadyToReOffer()], [true, false]);
  offered();
  assert.deepEqual(done, [{ status_code: 491 }]);
  taken();
  await new Promise(setImmediate);
  assert.equal(session.isReadyToReOffer(), true);
});

for (const [what, confirmed, status, acknowledged] of /** @type {[string, boolean, number, string[]][]} */ ([
  ["of a call that is up is presumed to have come", true, 6, ["ACK"]],
  ["that has come is left alone", true, 9, []],
  ["of a call that was just answered is waited for", false, 6, []],
])) {
  test(`on another connection the ACK ${what}`, () => {
    const received = /** @type {string[]} */ ([]);
    const receiveRequest = (/** @type {{ method: string }} */ { method }) => received.push(method);
    missNoAck({ _is_confirmed: confirmed, status, C: { STATUS_WAITING_FOR_ACK: 6 }, receiveRequest });
    assert.deepEqual(received, acknowledged);
  });
}

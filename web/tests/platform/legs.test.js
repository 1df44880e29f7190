// A page's SIP sessions on a new connection: what ended meanwhile is found out.
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { SipLegs } from "../../src/platform/sip_legs.js";
import { ASK_AFTER, WORDS_TYPE } from "../../src/platform/words.js";

const C = { STATUS_1XX_RECEIVED: 2, STATUS_WAITING_FOR_ANSWER: 4, STATUS_ANSWERED: 5, STATUS_WAITING_FOR_ACK: 6, STATUS_CONFIRMED: 9 };

/** One JsSIP session, as far as it is asked; `said` is what was asked of it. @param {"incoming" | "outgoing"} direction @param {number} status */
function fakeSession(direction, status) {
  return {
    id: "L1",
    direction,
    status,
    C,
    /** @type {string[]} */
    said: [],
    on() {},
    isInProgress() {
      return this.status <= C.STATUS_WAITING_FOR_ANSWER;
    },
    isEnded: () => false,
    isReadyToReOffer: () => true,
    /** @param {string[]} info */
    sendInfo(...info) {
      this.said.push(`INFO ${info.join(" ")}`);
    },
    terminate() {
      this.said.push("terminate");
    },
  };
}

/** @param {ReturnType<typeof fakeSession>} session */
function bench(session) {
  /** @type {any[]} */
  const events = [];
  /** @type {(() => void)[]} */
  const later = [];
  const clock = { after: (/** @type {number} */ _milliseconds, /** @type {() => void} */ callback) => (later.push(callback), () => {}) };
  const speaker = /** @type {any} */ ({ attach() {}, detach() {} });
  const legs = new SipLegs({ emit: (event) => void events.push(event), clock, microphone: /** @type {any} */ ({ rename() {} }), camera: /** @type {any} */ ({ close() {} }), speaker });
  const request = { getHeader: () => undefined };
  legs.add({ originator: session.direction === "incoming" ? "remote" : "local", session, request: /** @type {any} */ (request) });
  events.length = 0;
  return { legs, events, pass: () => later.splice(0).forEach((callback) => callback()) };
}

test("a picture can have a transport of its own, where the gateway bundles nothing", async () => {
  const asked = /** @type {any[]} */ ([]);
  const microphone = /** @type {any} */ ({ open: async () => "stream", rename() {} });
  const none = /** @type {any} */ ({});
  const legs = new SipLegs({ emit() {}, clock: { after: () => () => {} }, microphone, camera: none, speaker: none });
  await legs.dial((options) => void asked.push(options), "card");
  assert.equal(asked[0].pcConfig.bundlePolicy, "balanced");
});

test("new credentials for TURN are for calls to come and for calls that are", async () => {
  const asked = /** @type {any[]} */ ([]);
  const { legs } = bench(fakeSession("incoming", C.STATUS_CONFIRMED));
  const configured = /** @type {any[]} */ ([]);
  const connection = { signalingState: "stable", getConfiguration: () => ({ bundlePolicy: "balanced", iceServers: [] }), setConfiguration: (/** @type {any} */ one) => configured.push(one) };
  for (const session of legs.sessions.values()) session.connection = connection;
  const servers = [{ urls: "turn:turn.example", username: "1800003600:d", credential: "fresh" }];
  legs.useIceServers(servers);
  assert.deepEqual(configured, [{ bundlePolicy: "balanced", iceServers: servers }]);
  connection.signalingState = "closed";
  legs.useIceServers([]);
  assert.equal(configured.length, 1);
  legs.useIceServers(servers);
  legs.microphone = /** @type {any} */ ({ open: async () => "stream", rename() {} });
  await legs.dial((options) => void asked.push(options), "card");
  assert.deepEqual(asked[0].pcConfig.iceServers, servers);
});

describe("on a new connection", () => {
  test("a call that is up is asked after", () => {
    const session = fakeSession("incoming", C.STATUS_CONFIRMED);
    bench(session).legs.verify();
    assert.deepEqual(session.said, [`INFO ${WORDS_TYPE} ${ASK_AFTER}`]);
  });

  test("one whose answer may not have come has three seconds to ring anew: asked after at once, it would be over", () => {
    const session = fakeSession("incoming", C.STATUS_WAITING_FOR_ACK);
    const { legs, pass } = bench(session);
    legs.verify();
    assert.deepEqual(session.said, []);
    pass();
    assert.deepEqual(session.said, [`INFO ${WORDS_TYPE} ${ASK_AFTER}`]);
  });

  test("a call that rang has three seconds to ring anew", () => {
    const session = fakeSession("incoming", C.STATUS_WAITING_FOR_ANSWER);
    const { legs, events, pass } = bench(session);
    legs.verify();
    assert.deepEqual(session.said, []);
    pass();
    assert.deepEqual(session.said, ["terminate"]);
    assert.deepEqual(events.map(({ type, by }) => [type, by]), [["leg/ended", "system"]]);
  });

  test("answered meanwhile, it is asked after then", () => {
    const session = fakeSession("incoming", C.STATUS_WAITING_FOR_ANSWER);
    const { legs, pass } = bench(session);
    legs.verify();
    session.status = C.STATUS_WAITING_FOR_ACK;
    pass();
    assert.deepEqual(session.said, [`INFO ${WORDS_TYPE} ${ASK_AFTER}`]);
  });

  for (const [direction, status] of /** @type {["incoming" | "outgoing", number][]} */ ([["incoming", C.STATUS_ANSWERED], ["outgoing", C.STATUS_1XX_RECEIVED]])) {
    test(`one that is being set up is left alone (${direction}, status ${status})`, () => {
      const session = fakeSession(direction, status);
      const { legs, pass } = bench(session);
      legs.verify();
      pass();
      assert.deepEqual(session.said, []);
    });
  }
});

test("who rings off while the microphone is asked for leaves no camera on", async () => {
  let there = () => {};
  const closed = /** @type {string[]} */ ([]);
  const microphone = /** @type {any} */ ({ rename() {}, open: () => new Promise((resolve) => (there = () => resolve({ getTracks: () => [] }))), close: () => closed.push("microphone") });
  const session = fakeSession("incoming", C.STATUS_WAITING_FOR_ANSWER);
  const { legs } = bench(session);
  legs.microphone = microphone;
  globalThis.MediaStream ??= /** @type {any} */ (class {});
  legs.pictures.camera = /** @type {any} */ ({ open: async () => (closed.length = 0, { getTracks: () => [] }), close: () => closed.push("camera") });
  const answered = legs.answer("L1", true);
  legs.sessions.delete("L1");
  legs.pictures.forget("L1");
  there();
  await answered;
  assert.deepEqual(closed.sort(), ["camera", "microphone"]);
});

test("a hold that the gateway refuses for good is taken back: it has silenced the microphone", () => {
  const session = Object.assign(fakeSession("incoming", C.STATUS_CONFIRMED), {
    local: false,
    isOnHold: () => ({ local: session.local }),
    hold: () => (session.local = true),
    unhold: () => (session.said.push("unhold"), (session.local = false), true),
    renegotiate: () => (session.said.push("again"), true),
  });
  const { legs, events, pass } = bench(session);
  legs.hold("L1", true);
  for (let times = 0; times < 5; times += 1) {
    legs["refused"]("L1");
    pass();
  }
  assert.deepEqual(session.said, ["again", "again", "again", "unhold"]);
  assert.deepEqual(events, [{ type: "leg/refused", leg: "L1", what: "Hold" }]);
});

// A changed network: which legs restart ICE, and when.
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { Mending } from "../../src/platform/mending.js";

const C = { STATUS_ANSWERED: 5, STATUS_WAITING_FOR_ACK: 6, STATUS_CONFIRMED: 9 };

class FakeConnection extends EventTarget {
  iceConnectionState = "connected";
  bytes = 1000;
  flowing = true;

  async getStats() {
    if (this.flowing) this.bytes += 160;
    return new Map([["T", { type: "transport", bytesReceived: this.bytes }], ["other", { type: "codec" }]]);
  }

  /** @param {string} state */
  turn(state) {
    this.iceConnectionState = state;
    this.dispatchEvent(new Event("iceconnectionstatechange"));
  }
}

/** @param {number} [status] */
function bench(status = C.STATUS_CONFIRMED) {
  const connection = new FakeConnection();
  const session = {
    connection,
    status,
    C,
    ready: true,
    over: false,
    /** @type {any[]} */
    offers: [],
    isEnded() {
      return this.over;
    },
    /** @param {any} options @param {() => void} done */
    renegotiate(options, done) {
      if (this.ready) this.offers.push({ options, done });
      return this.ready;
    },
  };
  /** @type {(() => unknown)[]} */
  const later = [];
  const clock = { after: (/** @type {number} */ _milliseconds, /** @type {() => unknown} */ callback) => (later.push(callback), () => {}) };
  const mending = new Mending(new Map([["L1", session]]), clock);
  mending.watch("L1", /** @type {any} */ (connection));
  const settle = () => new Promise((done) => setImmediate(done));
  const pass = async () => {
    await settle();
    for (const callback of later.splice(0)) await callback();
    await settle();
  };
  return { mending, session, connection, pass };
}

describe("ICE is restarted", () => {
  for (const state of ["disconnected", "failed"]) {
    test(`when the browser says ${state}`, () => {
      const { session, connection } = bench();
      connection.turn(state);
      assert.deepEqual(session.offers.map(({ options }) => options), [{ rtcOfferConstraints: { iceRestart: true } }]);
    });
  }

  test("when there is reason to doubt and nothing is heard", async () => {
    const { mending, session, connection, pass } = bench();
    connection.flowing = false;
    mending.doubt();
    await pass();
    assert.equal(session.offers.length, 1);
  });

  test("once at a time, and again later", () => {
    const { session, connection } = bench();
    connection.turn("disconnected");
    connection.turn("failed");
    assert.equal(session.offers.length, 1);
    session.offers[0].done();
    connection.turn("disconnected");
    assert.equal(session.offers.length, 2);
  });

  test("after the offer that is on its way", async () => {
    const { session, connection, pass } = bench();
    session.ready = false;
    connection.turn("disconnected");
    assert.equal(session.offers.length, 0);
    session.ready = true;
    await pass();
    assert.equal(session.offers.length, 1);
  });
});

describe("a leg that falls silent", () => {
  /** @param {ReturnType<typeof bench>} each */
  async function falls(each) {
    let told = 0;
    each.mending.onsilence = () => (told += 1);
    await each.pass();
    each.connection.flowing = false;
    for (let times = 0; times < 6; times += 1) await each.pass();
    return told;
  }

  test("is told once, after 0.4 s", async () => {
    const each = bench();
    assert.equal(await falls(each), 1);
    assert.deepEqual(each.session.offers, []);
    each.connection.flowing = true;
    await each.pass();
    assert.equal(await falls(each), 1);
  });

  test("restarts at once on another connection", async () => {
    const each = bench();
    await falls(each);
    each.mending.doubt();
    assert.equal(each.session.offers.length, 1);
  });

  test("is of no interest before it is up", async () => {
    assert.equal(await falls(bench(C.STATUS_ANSWERED)), 0);
  });
});

describe("ICE is left alone", () => {
  test("while sound comes in", async () => {
    const { mending, session, pass } = bench();
    mending.doubt();
    await pass();
    assert.deepEqual(session.offers, []);
  });

  test("without a connection to the gateway: the next one brings the doubt", async () => {
    const { mending, session, connection, pass } = bench();
    mending.connected = () => false;
    connection.turn("disconnected");
    assert.deepEqual(session.offers, []);
    mending.connected = () => true;
    connection.flowing = false;
    mending.doubt();
    await pass();
    assert.equal(session.offers.length, 1);
  });

  test("of a call that is not up, or over", async () => {
    for (const change of [{ status: C.STATUS_ANSWERED }, { over: true }]) {
      const { session, connection, pass } = bench();
      Object.assign(session, change);
      connection.turn("disconnected");
      await pass();
      assert.deepEqual(session.offers, []);
    }
  });
});

test("JsSIP does not hear that ICE has failed: it would hang up", () => {
  const { connection } = bench();
  let told = 0;
  connection.addEventListener("iceconnectionstatechange", () => (told += 1));
  connection.turn("disconnected");
  connection.turn("failed");
  assert.equal(told, 1);
});

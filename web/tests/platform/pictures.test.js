// Pictures between a page and the gateway: what is shown of the other side, and a camera that is clicked quickly.
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { Camera } from "../../src/platform/camera.js";
import { Pictures } from "../../src/platform/pictures.js";

const C = { STATUS_WAITING_FOR_ACK: 6, STATUS_CONFIRMED: 9 };
const settle = () => new Promise((done) => setImmediate(done));

class FakeTrack extends EventTarget {
  kind = "video";
  muted = false;
  readyState = "live";

  stop() {
    this.readyState = "ended";
  }
}

const streamOf = (/** @type {FakeTrack} */ track) => ({ getTracks: () => [track], getVideoTracks: () => [track] });

class FakeConnection extends EventTarget {
  signalingState = "stable";
  frames = 0;
  /** @type {any[]} */
  lines = [];

  getTransceivers() {
    return this.lines;
  }

  /** @param {FakeTrack} track */
  addTrack(track) {
    const sender = { track, replaceTrack: async (/** @type {FakeTrack | null} */ other) => void (sender.track = /** @type {any} */ (other)) };
    this.lines.push({ direction: "sendrecv", currentDirection: null, sender, receiver: { track: new FakeTrack() } });
  }

  async getStats() {
    const sound = { type: "inbound-rtp", kind: "audio" };
    return new Map(/** @type {[string, object][]} */ ([["A", sound], ["V", { type: "inbound-rtp", kind: "video", framesDecoded: this.frames }]]));
  }

  /** @param {FakeTrack} track */
  comes(track) {
    const receiver = { track, getStats: async () => new Map() }; // Chromium, after an offer of ours, where no SSRC is described
    this.dispatchEvent(Object.assign(new Event("track"), { track, receiver }));
  }

  agreed() {
    this.dispatchEvent(new Event("signalingstatechange"));
  }
}

/** A call on leg L1; `pass` lets so many milliseconds go by. */
function bench() {
  globalThis.MediaStream ??= /** @type {any} */ (class {});
  const connection = new FakeConnection();
  const session = {
    connection,
    status: C.STATUS_CONFIRMED,
    C,
    ready: true,
    held: false,
    /** What was offered of the video line. @type {string[]} */
    offers: [],
    done: () => {},
    isEnded: () => false,
    isOnHold: () => ({ local: session.held }),
    renegotiate(/** @type {object} */ _options, /** @type {() => void} */ done) {
      if (!this.ready) return false;
      this.offers.push(connection.lines[0].direction);
      this.done = done;
      return true;
    },
  };
  /** @type {any[]} */
  const events = [];
  /** @type {{ at: number, callback: () => unknown }[]} */
  let later = [];
  let now = 0;
  const clock = {
    after(/** @type {number} */ milliseconds, /** @type {() => unknown} */ callback) {
      const timer = { at: now + milliseconds, callback };
      later.push(timer);
      return () => void (later = later.filter((one) => one !== timer));
    },
  };
  /** Cameras that were asked for and are not there yet. @type {{ track: FakeTrack, there: () => void, refused: () => void }[]} */
  const asked = [];
  const getUserMedia = () =>
    new Promise((resolve, reject) => {
      const track = new FakeTrack();
      asked.push({ track, there: () => resolve(streamOf(track)), refused: () => reject(new DOMException("", "NotAllowedError")) });
    });
  const camera = new Camera(/** @type {any} */ ({ getUserMedia }));
  const sessions = new Map([["L1", session]]);
  const pictures = new Pictures({ emit: (event) => void events.push(event), clock, camera, sessions });
  pictures.watch("L1", /** @type {any} */ (connection));
  const pass = async (/** @type {number} */ milliseconds) => {
    const end = now + milliseconds;
    for (;;) {
      await settle();
      const [next] = later.filter(({ at }) => at <= end).sort((one, other) => one.at - other.at);
      if (!next) break;
      later = later.filter((one) => one !== next);
      now = next.at;
      next.callback();
    }
    now = end;
  };
  const told = () => events.splice(0).map(({ type, shown, on }) => `${type.slice(4)} ${shown ?? on ?? ""}`.trim());
  return { pictures, camera, connection, session, sessions, asked, pass, told };
}

/** Pictures come for so long. @param {ReturnType<typeof bench>} call @param {number} milliseconds */
async function come({ connection, pass }, milliseconds) {
  for (let passed = 0; passed < milliseconds; passed += 50) {
    connection.frames += 1;
    await pass(50);
  }
}

describe("what is shown of the other side", () => {
  test("is there while pictures are decoded, whatever the browser knows of the receiver", async () => {
    const call = bench();
    call.connection.comes(new FakeTrack());
    await call.pass(1000);
    assert.deepEqual(call.told(), []);
    await come(call, 5000);
    assert.deepEqual(call.told(), ["pictures true"]);
    await call.pass(1400);
    assert.deepEqual(call.told(), []);
    await call.pass(400);
    assert.deepEqual(call.told(), ["pictures false"]);
    await come(call, 1000);
    assert.deepEqual(call.told(), ["pictures true"]);
  });

  test("is gone at once when the track is muted", async () => {
    const call = bench();
    const track = new FakeTrack();
    call.connection.comes(track);
    await come(call, 1000);
    track.muted = true;
    await call.pass(300);
    assert.deepEqual(call.told(), ["pictures true", "pictures false"]);
  });

  test("is looked at once, however often the track is told of; a new line takes its place", async () => {
    const call = bench();
    const [first, second] = [new FakeTrack(), new FakeTrack()];
    for (const track of [first, first, first]) call.connection.comes(track);
    await come(call, 1000);
    const shown = call.pictures.of("L1").remote;
    call.connection.comes(second);
    first.muted = true;
    await come(call, 1000);
    assert.deepEqual(call.told(), ["pictures true", "pictures true"]);
    assert.notEqual(call.pictures.of("L1").remote, shown);
  });

  test("is nobody's business when the call is over", async () => {
    const call = bench();
    call.connection.comes(new FakeTrack());
    call.pictures.forget("L1");
    await come(call, 1000);
    assert.deepEqual(call.told(), []);
  });
});

describe("a camera", () => {
  test("on, off and on again before it is there: one goes out, the other's light is off", async () => {
    const { pictures, session, connection, asked, pass, told } = bench();
    void pictures.on("L1");
    pictures.off("L1");
    void pictures.on("L1");
    const [first, second] = asked;
    first.there();
    await pass(0);
    assert.deepEqual([first.track.readyState, session.offers, told()], ["ended", [], ["camera false"]]);
    second.there();
    await pass(0);
    assert.deepEqual([connection.lines[0].sender.track, second.track.readyState], [second.track, "live"]);
    assert.deepEqual([session.offers, told()], [["sendrecv"], ["camera true"]]);
  });

  test("that was not allowed when nobody wants it any more says nothing", async () => {
    const { pictures, asked, pass, told } = bench();
    void pictures.on("L1");
    pictures.off("L1");
    asked[0].refused();
    await pass(0);
    assert.deepEqual(told(), ["camera false"]);
  });

  test("clicked while an offer is out: the next one says what holds by then, and it is one", async () => {
    const { pictures, session, asked, pass } = bench();
    void pictures.on("L1");
    asked[0].there();
    await pass(0);
    session.ready = false;
    pictures.off("L1");
    await pass(30);
    void pictures.on("L1");
    asked[1].there();
    await pass(30);
    pictures.off("L1");
    await pass(60_000); // the connection was away for long
    session.ready = true;
    await pass(200);
    assert.deepEqual(session.offers, ["sendrecv", "recvonly"]);
  });

  test("turned off while the call is held is agreed on after it", async () => {
    const { pictures, session, asked, pass } = bench();
    void pictures.on("L1");
    asked[0].there();
    await pass(0);
    session.held = true;
    pictures.off("L1");
    await pass(600_000);
    session.held = false;
    await pass(200);
    assert.deepEqual(session.offers, ["sendrecv", "recvonly"]);
  });

  test("that the gateway refuses again and again is told of", async () => {
    const { pictures, session, asked, pass, told } = bench();
    void pictures.on("L1");
    asked[0].there();
    for (let times = 0; times < 8; times += 1) {
      await pass(500);
      pictures.refused("L1");
    }
    assert.deepEqual([session.offers.length, told()], [5, ["camera true", "unseen"]]);
  });

  test("is seen by nobody for four seconds: it is told of; not where the agreement changed meanwhile", async () => {
    const { pictures, connection, asked, pass, told } = bench();
    void pictures.on("L1");
    asked[0].there();
    await pass(0);
    const [line] = connection.lines;
    line.currentDirection = "inactive";
    connection.agreed();
    await pass(3000);
    line.currentDirection = "sendrecv";
    connection.agreed();
    line.currentDirection = "inactive";
    connection.agreed();
    await pass(3000);
    assert.deepEqual(told(), ["camera true"]);
    await pass(1500);
    assert.deepEqual(told(), ["unseen"]);
  });

  test("of a call that ends while it is asked for is off", async () => {
    const { pictures, sessions, asked, pass, told } = bench();
    void pictures.on("L1");
    sessions.delete("L1");
    pictures.forget("L1");
    asked[0].there();
    await pass(1000);
    assert.deepEqual([asked[0].track.readyState, told()], ["ended", []]);
  });
});

// The microphone's volume in a call: the sender's track is replaced by one behind a gain, and mute stays what it was.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { MicrophoneVolume } from "../../src/platform/microphone_volume.js";

/** @type {string} */
let state;
/** @type {{ value: number, disconnected: boolean }[]} */
let gains;

beforeEach(() => {
  state = "running";
  gains = [];
  globalThis.MediaStream = /** @type {any} */ (class {});
});

/** An AudioContext of the parts that are used. */
const context = () => /** @type {any} */ ({
  get state() {
    return state;
  },
  resume: async () => {},
  createMediaStreamSource: () => ({ connect: (/** @type {any} */ node) => node, disconnect() {} }),
  createGain: () => {
    const note = { value: 1, disconnected: false };
    gains.push(note);
    return { gain: note, connect: (/** @type {any} */ node) => node, disconnect: () => (note.disconnected = true) };
  },
  createMediaStreamDestination: () => ({ stream: { getAudioTracks: () => [{ kind: "audio", enabled: true, behind: "gain" }] } }),
});

/** A session of JsSIP with one sender. */
function session(enabled = true) {
  const sender = {
    track: /** @type {any} */ ({ kind: "audio", enabled }),
    replaceTrack: async (/** @type {any} */ track) => void (sender.track = track),
  };
  return { sender, connection: { getSenders: () => [{ track: null }, sender] } };
}

test("at full volume the sound is sent as it is", async () => {
  const volume = new MicrophoneVolume(context);
  const one = session();
  await volume.apply("L1", one);
  assert.equal(one.sender.track.behind, undefined);
  assert.deepEqual(gains, []);
});

test("a volume takes a gain, once for a call, and a call that comes later has it too", async () => {
  const volume = new MicrophoneVolume(context);
  const [one, two] = [session(), session()];
  await volume.set(40, [["L1", one]]);
  assert.equal(one.sender.track.behind, "gain");
  await volume.set(100, [["L1", one]]);
  await volume.set(20, [["L1", one]]);
  await volume.apply("L2", two);
  assert.deepEqual(gains.map(({ value }) => value), [0.2, 0.2]);
  volume.forget("L1");
  assert.deepEqual(gains.map(({ disconnected }) => disconnected), [true, false]);
});

test("a muted microphone stays muted", async () => {
  const volume = new MicrophoneVolume(context);
  const one = session(false);
  const raw = one.sender.track;
  await volume.set(40, [["L1", one]]);
  assert.deepEqual([one.sender.track.enabled, raw.enabled], [false, true]);
});

test("a browser that lets nothing sound keeps the microphone as it is", async () => {
  state = "suspended";
  const volume = new MicrophoneVolume(context);
  const one = session();
  await volume.set(40, [["L1", one]]);
  assert.equal(one.sender.track.behind, undefined);
  volume.forget("L1");
  await volume.set(40, [["L2", { connection: null }]]);
});

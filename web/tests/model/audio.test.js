// Microphone and speaker as Workspace moves them through the connector, and what the gateway is told of them.
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { Bench, OTHER } from "./kit.js";

/** A bench with one call that is up. */
function talking() {
  const bench = Bench.ready();
  bench.invite();
  bench.press("answer");
  bench.tell({ type: "leg/accepted", leg: "L1", uuid: "" });
  bench.took();
  return bench;
}

describe("what the gateway is told", () => {
  test("all of it once after each registration, then every change and nothing twice", () => {
    const bench = new Bench();
    bench.tell({ type: "audio/name", microphone: "Headset" });
    assert.deepEqual(bench.told(), []);
    bench.tell({ type: "sip/connecting" });
    bench.tell({ type: "sip/registered" });
    const device = { muted: false, volume: 100 };
    const all = { microphone: { ...device, name: "Headset" }, speaker: { ...device, name: "" } };
    assert.deepEqual(bench.told(), [all]);
    bench.tell({ type: "audio/volume", speaker: 100 });
    assert.deepEqual(bench.told(), []);
    bench.tell({ type: "audio/volume", speaker: 40 });
    assert.deepEqual(bench.told(), [{ ...all, speaker: { ...device, volume: 40, name: "" } }]);
    bench.tell({ type: "sip/lost" });
    bench.tell({ type: "audio/volume", speaker: 50 });
    assert.deepEqual(bench.told(), []);
    bench.tell({ type: "sip/registered" });
    assert.equal(bench.told()[0].speaker.volume, 50);
    bench.tell({ type: "sip/registered" });
    assert.equal(bench.told().length, 1);
  });

  test("the agent's own Mute button, and that the next call is not muted", () => {
    const bench = talking();
    bench.press("mute");
    assert.deepEqual(bench.took(), ["sip/mute L1 true"]);
    bench.tell({ type: "leg/muted", leg: "L1" });
    assert.equal(bench.told()[0].microphone.muted, true);
    bench.bye();
    assert.equal(bench.told()[0].microphone.muted, false);
  });
});

describe("mute", () => {
  test("in a call it presses the phone's Mute button, once", () => {
    const bench = talking();
    bench.tell({ type: "audio/mute", microphone: true });
    assert.deepEqual(bench.took(), ["sip/mute L1 true"]);
    bench.tell({ type: "leg/muted", leg: "L1" });
    assert.equal(bench.button("mute").pressed, true);
    bench.took();
    bench.tell({ type: "audio/mute", microphone: true });
    assert.deepEqual(bench.took(), []);
    bench.tell({ type: "audio/mute", microphone: false });
    assert.deepEqual(bench.took(), ["sip/mute L1 false"]);
  });

  test("of two calls both", () => {
    const bench = talking();
    bench.tell({ type: "leg/held", leg: "L1" });
    bench.invite({ leg: "L2", uuid: OTHER });
    bench.tell({ type: "leg/accepted", leg: "L2", uuid: "" });
    bench.took();
    bench.tell({ type: "audio/mute", microphone: true });
    assert.deepEqual(bench.took(), ["sip/mute L1 true", "sip/mute L2 true"]);
    bench.tell({ type: "leg/muted", leg: "L1" });
    assert.deepEqual(bench.told(), []);
    bench.tell({ type: "leg/muted", leg: "L2" });
    assert.equal(bench.told()[0].microphone.muted, true);
  });

  test("without a call the next one begins muted, and the one after it does not", () => {
    const bench = Bench.ready();
    bench.tell({ type: "audio/mute", microphone: true });
    assert.equal(bench.told()[0].microphone.muted, true);
    bench.invite();
    bench.press("answer");
    bench.took();
    bench.tell({ type: "leg/accepted", leg: "L1", uuid: "" });
    assert.deepEqual(bench.took().filter((word) => word.startsWith("sip/mute")), ["sip/mute L1 true"]);
    bench.bye();
    bench.invite({ leg: "L2", uuid: OTHER });
    bench.tell({ type: "leg/accepted", leg: "L2", uuid: "" });
    assert.deepEqual(bench.took().filter((word) => word.startsWith("sip/mute")), []);
  });

  test("the speaker, with its volume", () => {
    const bench = talking();
    bench.tell({ type: "audio/volume", speaker: 30 });
    bench.tell({ type: "audio/mute", speaker: true });
    assert.equal(bench.told().length, 2);
    assert.deepEqual(bench.took(), ["speaker false 30", "speaker true 30"]);
  });
});

test("the microphone's volume", () => {
  const bench = talking();
  bench.tell({ type: "audio/volume", microphone: 20 });
  assert.equal(bench.told()[0].microphone.volume, 20);
  assert.deepEqual(bench.took(), ["microphone/volume 20"]);
});

describe("options", () => {
  test("constraints for the calls to come", () => {
    const bench = Bench.ready();
    bench.tell({ type: "audio/options", noiseSuppression: false, autoGainControl: true });
    assert.deepEqual(bench.effects, [{ do: "microphone/constraints", constraints: { noiseSuppression: false, autoGainControl: true } }]);
    bench.took();
    bench.tell({ type: "audio/options" });
    assert.deepEqual(bench.took(), []);
  });

  test("automatic answer takes a call when no other is up", () => {
    const bench = Bench.ready();
    bench.tell({ type: "audio/options", autoAnswer: true });
    bench.invite();
    assert.deepEqual(bench.took().slice(0, 2), ["microphone/open L1", "sip/answer L1"]);
    bench.tell({ type: "leg/accepted", leg: "L1", uuid: "" });
    bench.took();
    bench.invite({ leg: "L2", uuid: OTHER });
    assert.ok(!bench.took().includes("sip/answer L2"));
    bench.tell({ type: "audio/options", autoAnswer: false });
    bench.bye();
    bench.tell({ type: "leg/ended", leg: "L2", by: "remote", status: 0, cause: "" });
    bench.invite({ leg: "L3", uuid: "third" });
    assert.ok(!bench.took().includes("sip/answer L3"));
  });
});

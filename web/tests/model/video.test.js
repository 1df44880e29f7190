// Pictures as data: what rings, what the camera does, what is told.
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { Bench } from "./kit.js";

/** A phone whose gateway passes pictures. @param {{ video?: boolean }} [call] */
function ringing({ video = true } = {}) {
  const bench = Bench.ready();
  bench.tell({ type: "video", allowed: true });
  bench.invite({ video });
  bench.took();
  return bench;
}

/** @param {Bench} bench */
const names = (bench) => bench.card.buttons.map((button) => button.name);

describe("a video call comes", () => {
  test("it says so and can be answered with the camera", () => {
    const bench = ringing();
    assert.equal(bench.card.label, "Incoming video call");
    assert.deepEqual(names(bench), ["answer", "answer-with-camera", "reject"]);
    bench.press("answer-with-camera");
    assert.deepEqual(bench.took(), ["sip/answer L1 true", "tone none"]);
  });

  test("answered without, no camera is asked for", () => {
    const bench = ringing();
    bench.press("answer");
    assert.deepEqual(bench.took(), ["sip/answer L1", "tone none"]);
    assert.equal(bench.card.video.camera, "off");
  });

  test("a call without pictures has no such button, nor has a gateway without", () => {
    assert.deepEqual(names(ringing({ video: false })), ["answer", "reject"]);
    const bench = Bench.ready();
    bench.invite({ video: true });
    assert.deepEqual(names(bench), ["answer", "reject"]);
    bench.tell({ type: "leg/accepted", leg: "L1", uuid: "" });
    assert.ok(!names(bench).includes("camera"));
  });
});

describe("in a call", () => {
  function talking() {
    const bench = ringing();
    bench.press("answer");
    bench.tell({ type: "leg/accepted", leg: "L1", uuid: "" });
    bench.took();
    return bench;
  }

  test("the camera goes on when it is there, and off at once", () => {
    const bench = talking();
    bench.press("camera");
    assert.deepEqual(bench.took(), ["camera/on L1"]);
    assert.equal(bench.card.video.camera, "starting");
    assert.deepEqual([bench.button("camera").label, bench.button("camera").pressed], ["Camera off", true]);
    bench.tell({ type: "leg/camera", leg: "L1", on: true });
    assert.equal(bench.card.video.camera, "on");
    bench.press("camera");
    assert.deepEqual(bench.took(), ["camera/off L1"]);
    assert.deepEqual([bench.card.video.camera, bench.button("camera").label], ["off", "Camera on"]);
  });

  test("the other side's pictures are shown and ask for nothing", () => {
    const bench = talking();
    bench.tell({ type: "leg/pictures", leg: "L1", shown: true });
    assert.equal(bench.card.video.remote, true);
    bench.tell({ type: "leg/pictures", leg: "L1", shown: false });
    assert.equal(bench.card.video.remote, false);
    assert.deepEqual(bench.took(), []);
  });

  test("without a camera the call goes on, and the message says what to do", () => {
    const bench = talking();
    bench.press("camera");
    bench.tell({ type: "leg/no-camera", leg: "L1", reason: "none was found", help: "Plug in a camera, then turn it on again." });
    assert.deepEqual(bench.texts(), ["No camera: none was found."]);
    assert.deepEqual([bench.card.state, bench.card.video.camera], ["talking", "off"]);
  });

  test("nobody takes the pictures: off again, unless the call is on hold", () => {
    const bench = talking();
    bench.tell({ type: "leg/camera", leg: "L1", on: true });
    bench.tell({ type: "leg/held", leg: "L1" });
    bench.tell({ type: "leg/unseen", leg: "L1" });
    assert.equal(bench.card.video.camera, "on");
    bench.tell({ type: "leg/retrieved", leg: "L1" });
    bench.took();
    bench.tell({ type: "leg/unseen", leg: "L1" });
    assert.deepEqual(bench.took(), ["camera/off L1"]);
    assert.deepEqual(bench.texts(), ["The other side takes no video."]);
  });

  test("what comes after the end is no harm", () => {
    const bench = talking();
    bench.bye();
    for (const type of /** @type {const} */ (["leg/unseen", "leg/no-camera"])) bench.tell({ type, leg: "L1", reason: "", help: "" });
    bench.tell({ type: "leg/camera", leg: "L9", on: true });
    bench.tell({ type: "leg/pictures", leg: "L9", shown: true });
  });
});

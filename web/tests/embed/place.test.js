// Where the panel is, what is remembered of it, and what the script tag says.
import assert from "node:assert/strict";
import { test } from "node:test";

import { phoneUrl, readOptions } from "../../src/embed/options.js";
import { box, FIRST, nextSide, placed, pulled, remembered, sideOf } from "../../src/embed/place.js";

const WINDOW = { width: 1000, height: 700 };

test("a side is as high as the window, a corner as it is told, nothing is larger than the window", () => {
  assert.deepEqual(box(FIRST, WINDOW), { left: "auto", right: "0", top: "0", bottom: "0", width: "400px", height: "700px" });
  const corner = placed(FIRST, { side: "bottom-left", width: 5000, height: 5000 });
  assert.deepEqual(box(corner, WINDOW), { left: "0", right: "auto", top: "auto", bottom: "0", width: "1000px", height: "700px" });
  assert.equal(box({ ...FIRST, collapsed: true }, WINDOW).height, "34px");
});

test("what makes no sense changes nothing", () => {
  for (const said of [{}, { width: "wide", height: null, side: "top", collapsed: "yes" }, { width: NaN }, { side: "__proto__" }]) assert.deepEqual(placed(FIRST, said), FIRST);
  assert.deepEqual(placed(FIRST, { width: 1, height: -5 }), { ...FIRST, width: 300, height: 360 });
  for (const text of [null, "", "x", "7", "null", "[]"]) assert.deepEqual(placed(FIRST, remembered(text)), FIRST);
  const moved = placed(FIRST, { side: "left", width: 512, collapsed: true });
  assert.deepEqual(placed(FIRST, remembered(JSON.stringify(moved))), moved);
});

test("the grip pulls outward", () => {
  assert.equal(pulled(FIRST, -50, 0).width, 450);
  assert.equal(pulled({ ...FIRST, side: "left" }, 50, 0).width, 450);
  assert.equal(pulled({ ...FIRST, side: "bottom-right" }, 0, -100).height, 700);
});

test("sides have the guide's names, too", () => {
  assert.equal(sideOf("right-panel"), "right");
  assert.equal(sideOf("left"), "left");
  assert.equal(sideOf("toString"), null);
  assert.equal(nextSide(nextSide(nextSide(nextSide("right")))), "right");
});

test("the script tag tells where the phone is and how to show it", () => {
  assert.equal(phoneUrl("https://phone.example/embed/loader.js?v=2#x"), "https://phone.example/");
  assert.equal(phoneUrl("http://127.0.0.1:8080/embed/loader.js"), "http://127.0.0.1:8080/");
  const { auto, widgets, into, panel } = readOptions({ side: "left", width: "350", collapsed: "", sandbox: "false" });
  assert.deepEqual([auto, widgets, into], [true, false, ""]);
  assert.deepEqual(panel, { side: "left", width: 350, height: undefined, collapsed: true, title: undefined, sandbox: false, push: false, shortcuts: false });
  assert.equal(readOptions({ auto: "false", widgets: "" }).auto, false);
  assert.equal(readOptions({ auto: "false", widgets: "" }).widgets, true);
});

// Keys: how they are written, and which call they mean.
import assert from "node:assert/strict";
import { test } from "node:test";

import { actionOf, pressOf, readShortcuts } from "../../src/model/shortcuts.js";

const KEYS = readShortcuts(["answer=F2", "hang-up=Ctrl+Alt+H", "hold=Alt+9", "fly=F3"]);

/** @param {string} key @param {Partial<import("../../src/model/shortcuts.js").Stroke>} [more] */
const stroke = (key, more = {}) => ({ key, code: "", ctrlKey: false, altKey: false, shiftKey: false, metaKey: false, ...more });

/** @param {string} id @param {string} state @param {string[]} able @returns {any} */
const card = (id, state, able) => ({ id, state, buttons: able.map((name) => ({ name, enabled: true })) });

test("a key is its name with its modifiers, in any order; letters and digits by their place, whatever Alt makes of them", () => {
  assert.equal(actionOf(KEYS, stroke("F2")), "answer");
  assert.equal(actionOf(KEYS, stroke("F2", { ctrlKey: true })), undefined);
  assert.equal(actionOf(KEYS, stroke("ħ", { code: "KeyH", altKey: true, ctrlKey: true })), "hang-up");
  assert.equal(actionOf(KEYS, stroke("ª", { code: "Digit9", altKey: true })), "hold");
  assert.equal(actionOf(KEYS, stroke("F3")), undefined);
  assert.equal(actionOf({}, stroke("F2")), undefined);
});

test("Answer takes the call that rang first, and nothing where none rings", () => {
  const ringing = [card("new", "ringing", ["answer", "reject"]), card("old", "ringing", ["answer", "reject"])];
  assert.deepEqual(pressOf("answer", ringing), { card: "old", button: "answer" });
  assert.equal(pressOf("answer", [card("a", "talking", ["hangup"])]), null);
  assert.equal(pressOf("answer", [{ ...card("a", "ringing", []), buttons: [{ name: "answer", enabled: false }] }]), null);
});

test("Hang up means the call in which the agent is heard, then the one that rings, then the one on hold; never one of two", () => {
  const [talking, ringing, held] = [card("t", "talking", ["hangup"]), card("r", "ringing", ["answer", "reject"]), card("h", "held", ["retrieve", "hangup"])];
  assert.deepEqual(pressOf("hang-up", [ringing, talking, held]), { card: "t", button: "hangup" });
  assert.deepEqual(pressOf("hang-up", [ringing, held]), { card: "r", button: "reject" });
  assert.deepEqual(pressOf("hang-up", [held]), { card: "h", button: "hangup" });
  assert.equal(pressOf("hang-up", [held, card("i", "held", ["hangup"])]), null);
});

test("Hold holds the call that is up, and retrieves where all are held; Mute needs a call that is up", () => {
  assert.deepEqual(pressOf("hold", [card("h", "held", ["retrieve"]), card("t", "talking", ["hold", "mute"])]), { card: "t", button: "hold" });
  assert.deepEqual(pressOf("hold", [card("h", "held", ["retrieve"])]), { card: "h", button: "retrieve" });
  assert.deepEqual(pressOf("mute", [card("h", "held", ["mute"]), card("t", "talking", ["mute"])]), { card: "t", button: "mute" });
  assert.equal(pressOf("mute", [card("h", "held", ["mute"])]), null);
});

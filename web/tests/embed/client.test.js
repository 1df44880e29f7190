// A page's side: promises, events, and deafness to everybody but the phone.
import assert from "node:assert/strict";
import { test } from "node:test";

import { PhoneClient } from "../../src/embed/client.js";
import { FakeTimers, FakeWindow } from "./kit.js";

const PHONE = "https://phone.example";

function stage() {
  const timers = new FakeTimers();
  const frame = new FakeWindow(PHONE);
  const client = new PhoneClient({ origin: PHONE, target: () => frame, after: timers.after });
  /** @param {any} data @param {Record<string, unknown>} [more] */
  const hear = (data, more = {}) => client.receive({ data: { cordboard: 1, ...data }, origin: PHONE, source: frame, ...more });
  return { client, frame, timers, hear };
}

test("a request is answered", async () => {
  const { client, frame, timers, hear } = stage();
  const dialled = client.ask("dial", { number: "5002", call: undefined });
  const [asked] = frame.took();
  assert.deepEqual(asked, { cordboard: 1, id: 1, call: "dial", with: { number: "5002" } });
  hear({ id: 7, result: "somebody else's" });
  hear({ id: 1, result: { call: "card-1" } });
  assert.deepEqual(await dialled, { call: "card-1" });
  assert.equal(timers.pending.size, 0);
});

test("a refusal has a code and a sentence", async () => {
  const { client, hear } = stage();
  const answered = client.ask("answer");
  hear({ id: 1, error: { code: "no-call", text: "There is no such call." } });
  await assert.rejects(answered, { code: "no-call", message: "There is no such call." });
});

test("silence is an answer after a while", async () => {
  const { client, timers } = stage();
  const asked = client.ask("state");
  timers.run();
  await assert.rejects(asked, { code: "no-answer" });
  assert.equal(client.waiting.size, 0);
});

test("nobody else is heard", () => {
  const { client, frame, hear } = stage();
  /** @type {unknown[]} */
  const heard = [];
  client.on("call", (call) => heard.push(call));
  hear({ event: "call", data: 1 }, { origin: "https://evil.example" });
  hear({ event: "call", data: 2 }, { source: new FakeWindow(PHONE) });
  client.receive({ data: "call", origin: PHONE, source: frame });
  hear({ event: "call", data: 3 });
  hear({ event: "nothing known", data: 4 });
  assert.deepEqual(heard, [3]);
});

test("a phone that is loaded anew is greeted anew", async () => {
  const { client, frame, hear } = stage();
  hear({ event: "ready", data: { version: 1 } });
  hear({ id: frame.took()[0].id, result: { version: 1, calls: [] } });
  assert.deepEqual(await client.ready, { version: 1, calls: [] });
  hear({ event: "ready", data: { version: 1 } });
  assert.equal(frame.took()[0].call, "state");
});

test("a listener ends, a wrong event is said", () => {
  const { client, hear } = stage();
  let count = 0;
  const end = client.on("lights", () => (count += 1));
  hear({ event: "lights", data: {} });
  end();
  hear({ event: "lights", data: {} });
  assert.equal(count, 1);
  assert.throws(() => client.on(/** @type {any} */ ("calls"), () => {}), TypeError);
});

test("without a frame nothing is asked", async () => {
  const client = new PhoneClient({ origin: PHONE, target: () => null, after: () => () => {} });
  await assert.rejects(client.ask("state"), { code: "not-connected" });
});

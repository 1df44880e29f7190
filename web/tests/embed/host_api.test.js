// What other pages can ask of the phone and what they are told, against the real model.
import assert from "node:assert/strict";
import { test } from "node:test";

import { HostApi, MOST_REQUESTS } from "../../src/embed/host_api.js";
import { viewOf } from "../../src/model/view.js";
import { Bench, resource, UUID } from "../model/kit.js";
import { FakeWindow } from "./kit.js";

const CRM = "https://crm.example";

class Stage {
  constructor() {
    this.bench = Bench.ready();
    /** @type {string[]} */
    this.warnings = [];
    this.api = new HostApi({
      emit: (event) => this.bench.tell(event),
      seen: () => ({ phone: this.bench.phone, view: viewOf(this.bench.phone) }),
      now: () => this.bench.now,
      warn: (text) => this.warnings.push(text),
    });
    this.crm = new FakeWindow(CRM);
    this.id = 0;
  }

  static begun() {
    const stage = new Stage();
    stage.api.begin([CRM], stage.crm);
    stage.crm.took();
    return stage;
  }

  /** @param {string} call @param {Record<string, unknown>} [fields] @param {string} [origin] */
  ask(call, fields = {}, origin = CRM) {
    this.id += 1;
    this.api.receive({ data: { cordboard: 1, id: this.id, call, with: fields }, origin, source: this.crm });
    return this.crm.took().find((one) => one.id === this.id);
  }

  /** What was done since the last look. @returns {any[]} */
  effects() {
    return this.bench.effects.splice(0);
  }

  /** @param {import("../../src/model/events.js").PhoneEvent} event */
  tell(event) {
    this.bench.tell(event);
    this.api.update();
  }

  ring() {
    const remote = { number: "+15550100", name: "Ada" };
    this.tell({ type: "leg/incoming", leg: "leg-1", uuid: UUID, remote, agentFirst: false, lasted: null, video: false });
  }
}

test("the first word says only that the phone is there", () => {
  const stage = new Stage();
  stage.api.begin([CRM], stage.crm);
  assert.deepEqual(stage.crm.took(), [{ cordboard: 1, event: "ready", data: { version: 1 } }]);
});

test("state tells what the phone shows", () => {
  const stage = Stage.begun();
  stage.ring();
  stage.tell({ type: "gws/message", data: { messageType: "CallStateChangeMessage", call: resource("Ringing") } });
  const { result } = stage.ask("state");
  assert.deepEqual(result.lights, { sip: "on", gws: "on" });
  assert.equal(result.agent.dn, "5001");
  const [call] = result.calls;
  assert.deepEqual({ ...call, id: "" }, { id: "", uuid: UUID, state: "ringing", direction: "in", number: "+15550100", name: "Ada", muted: false, data: { Segment: "Gold" }, can: ["answer", "hangUp"] });
});

test("dial goes the way of the phone's own button", () => {
  const stage = Stage.begun();
  assert.equal(stage.ask("dial", { number: "+1 555 0100" }).result.call, stage.bench.phone.cards[0].id);
  assert.ok(stage.effects().some((effect) => effect.do === "gws/dial" && effect.number === "+15550100"));
  assert.equal(stage.ask("dial", { number: "5002" }).error.code, "not-now");
  assert.equal(stage.ask("dial", { number: "javascript:1" }).error.code, "not-a-number");
  stage.tell({ type: "sip/lost" });
  assert.equal(stage.ask("dial", { number: "5002" }).error.code, "not-connected");
});

test("answer, mute, digits and hang up a call", () => {
  const stage = Stage.begun();
  stage.ring();
  assert.equal(stage.ask("answer", { call: UUID }).result.call, stage.bench.phone.cards[0].id);
  assert.ok(stage.effects().some((effect) => effect.do === "sip/answer"));
  stage.tell({ type: "leg/accepted", leg: "leg-1", uuid: UUID });
  assert.ok(stage.ask("mute").result);
  assert.ok(stage.effects().some((effect) => effect.do === "sip/mute" && effect.muted));
  stage.tell({ type: "leg/muted", leg: "leg-1" });
  stage.ask("mute", { muted: true });
  assert.deepEqual(stage.effects().filter((effect) => effect.do === "sip/mute"), []);
  stage.ask("digits", { digits: "12#" });
  assert.ok(stage.effects().some((effect) => effect.do === "sip/digits" && effect.digits === "12#"));
  stage.ask("hold");
  assert.ok(stage.effects().some((effect) => effect.do === "sip/hold"));
  stage.ask("hangUp");
  assert.ok(stage.effects().some((effect) => effect.do === "sip/hangup"));
});

test("what cannot be done is refused by a word", () => {
  const stage = Stage.begun();
  assert.equal(stage.ask("answer").error.code, "no-call");
  stage.ring();
  assert.equal(stage.ask("hold").error.code, "not-now");
  assert.equal(stage.ask("answer", { call: "somebody else's" }).error.code, "no-call");
  assert.equal(stage.ask("hangUp").result.call, stage.bench.phone.cards[0].id);
  assert.ok(stage.effects().some((effect) => effect.do === "sip/reject"));
});

test("with two calls one must be named", () => {
  const stage = Stage.begun();
  stage.ring();
  const remote = { number: "5002", name: "" };
  stage.tell({ type: "leg/incoming", leg: "leg-2", uuid: "", remote, agentFirst: false, lasted: null, video: false });
  assert.equal(stage.ask("answer").error.code, "which-call");
  assert.ok(stage.ask("answer", { call: UUID }).result);
});

test("other origins are not heard, are counted, and named on the console once", () => {
  const stage = Stage.begun();
  for (const origin of ["https://evil.example", "null", "", "https://crm.example.evil.example", "http://crm.example", "https://evil.example"]) {
    assert.equal(stage.ask("dial", { number: "5002" }, origin), undefined);
  }
  assert.equal(stage.bench.phone.cards.length, 0);
  assert.equal(stage.api.refused, 6);
  assert.equal(stage.warnings.length, 1);
  stage.ring();
  assert.deepEqual(stage.crm.took(), []);
});

test("events go to who has asked, at the origin it asked from", () => {
  const stage = Stage.begun();
  const other = new FakeWindow("https://other.example");
  stage.ring();
  assert.deepEqual(stage.crm.took(), []);
  stage.ask("state");
  stage.tell({ type: "leg/accepted", leg: "leg-1", uuid: UUID });
  stage.tell({ type: "sip/lost" });
  stage.tell({ type: "microphone", state: "lost", reason: "" });
  stage.tell({ type: "leg/ended", leg: "leg-1", by: "remote", status: 0, cause: "" });
  stage.bench.after(10_000);
  stage.api.update();
  const events = stage.crm.took();
  assert.deepEqual(new Set(events.map(({ event }) => event)), new Set(["call", "lights", "state"]));
  assert.equal(events.filter(({ event }) => event === "call").at(-1).data.state, "ended");
  assert.deepEqual(other.took(), []);
  stage.crm.origin = "https://other.example"; // the window went to another page: that page is told nothing
  stage.tell({ type: "sip/registered" });
  assert.deepEqual(stage.crm.took(), []);
});

test("closed windows are forgotten", () => {
  const stage = Stage.begun();
  stage.ask("state");
  stage.crm.closed = true;
  stage.ring();
  assert.equal(stage.api.listeners.size, 0);
});

test("what comes before the desk has said whom to hear waits", () => {
  const stage = new Stage();
  assert.equal(stage.ask("state"), undefined);
  stage.api.begin([CRM], null);
  assert.equal(stage.crm.took()[0].result.version, 1);
});

test("a flood is refused, and ends", () => {
  const stage = Stage.begun();
  for (let n = 0; n < MOST_REQUESTS; n += 1) assert.ok(stage.ask("state").result);
  assert.equal(stage.ask("dial", { number: "5002" }).error.code, "too-many");
  assert.equal(stage.bench.phone.cards.length, 0);
  stage.bench.after(6000);
  assert.ok(stage.ask("state").result);
});

const NONSENSE = [null, undefined, 1, "dial", [], {}, { cordboard: "session" }, { cordboard: 2, id: 1, call: "dial" }, { cordboard: 1 }, { cordboard: 1, call: "state" },
  { cordboard: 1, id: {}, call: "state" }, { cordboard: 1, id: "x".repeat(1000), call: "state" }, { cordboard: 1, event: "ready" }, { cordboard: 1, id: 1, call: 7 }];
const BAD = [{ call: "constructor" }, { call: "__proto__" }, { call: "toString" }, { call: "dial" }, { call: "dial", with: [] }, { call: "dial", with: "5002" }, { call: "dial", with: { number: {} } },
  { call: "dial", with: { number: "5".repeat(65) } }, { call: "digits", with: { digits: "1;2" } }, { call: "mute", with: { muted: "yes" } }, { call: "answer", with: { call: 7 } }];

test("nonsense does nothing", () => {
  const stage = Stage.begun();
  for (const data of NONSENSE) stage.api.receive({ data, origin: CRM, source: stage.crm });
  stage.api.receive({ data: { cordboard: 1, id: 1, call: "state" }, origin: CRM, source: null });
  assert.deepEqual(stage.crm.took(), []);
  for (const more of BAD) {
    stage.api.receive({ data: { cordboard: 1, id: 1, ...more }, origin: CRM, source: stage.crm });
    assert.match(stage.crm.took()[0].error.code, /^(unknown|bad)-request$/, JSON.stringify(more));
  }
  assert.equal(stage.bench.phone.cards.length, 0);
});

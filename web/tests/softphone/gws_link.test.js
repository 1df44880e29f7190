// GWS goes away and comes back, in virtual time: the state is right within two seconds, and no session is started for it.
import assert from "node:assert/strict";
import { test } from "node:test";

import { GwsError } from "../../src/platform/gws.js";
import { GwsLink } from "../../src/softphone/gws_link.js";
import { Bench, resource, UUID } from "../model/kit.js";

/** A GWS with one call, which can be away; every request is noted. */
class FakeGws {
  away = false;
  slow = false;
  signedOut = false;
  calls = [resource("Established", { capabilities: ["Hangup", "Hold"] })];
  /** @type {string[]} */
  asked = [];
  /** @type {(() => void)[]} */
  held = [];

  /** @param {string} what @param {any} answer */
  async answer(what, answer) {
    this.asked.push(what);
    if (this.slow) await new Promise((done) => this.held.push(() => done(undefined)));
    if (this.signedOut) throw new GwsError(403, 20, "signed out");
    if (this.away) throw new GwsError(503, 4, "away");
    return answer();
  }

  me = () => this.answer("me", () => ({ calls: structuredClone(this.calls), devices: [] }));
  agentStates = () => this.answer("states", () => []);
  businessAttributes = () => this.answer("attributes", () => []);
  startSession = () => this.answer("StartContactCenterSession", () => ({}));
}

/** A phone that talks, connected to GWS by a link whose CometD and clock are ours. */
async function connected() {
  const bench = Bench.ready();
  const gws = new FakeGws();
  let signedOut = 0;
  /** @type {{ at: number, act: () => void }[]} */
  const timers = [];
  /** @type {import("../../src/platform/notifications.js").Listener[]} */
  const listeners = [];
  const link = new GwsLink({
    emit: (event) => bench.tell(event),
    gws: /** @type {any} */ (gws),
    desk: { headers: {} },
    clock: {
      now: () => bench.now,
      after: (milliseconds, act) => {
        const timer = { at: bench.now + milliseconds, act };
        timers.push(timer);
        return () => void timers.splice(timers.indexOf(timer), 1);
      },
    },
    onsignedout: () => (signedOut += 1),
    listen: /** @type {any} */ ((/** @type {any} */ _path, /** @type {any} */ _headers, /** @type {any} */ _channels, /** @type {any} */ listener) => {
      listeners.push(listener);
      return { start() {}, stop: async () => {} };
    }),
  });
  bench.invite();
  bench.tell({ type: "leg/accepted", leg: "L1", uuid: "" });
  const settled = () => new Promise((done) => setImmediate(done));
  /** @param {number} milliseconds */
  const after = async (milliseconds) => {
    for (const end = bench.now + milliseconds; bench.now < end; bench.after(50)) {
      for (const timer of timers.filter(({ at }) => at <= bench.now)) {
        timers.splice(timers.indexOf(timer), 1);
        timer.act();
      }
      for (const effect of bench.effects.splice(0)) if (effect.do === "gws/read") void link.read();
      await settled();
    }
  };
  link.start("");
  listeners[0].onready();
  await settled();
  await settled();
  assert.equal(bench.view.lights.gws, "on");
  gws.asked.length = 0;
  return { bench, gws, link, listeners, after, settled, signedOut: () => signedOut };
}

test("GWS is away for a minute: the agent holds by SIP; back, it is read within two seconds, without a second session", async () => {
  const { bench, gws, listeners, after } = await connected();
  gws.away = true;
  listeners[0].onlost();
  assert.equal(bench.view.lights.gws, "connecting");
  bench.press("hold");
  assert.ok(bench.effects.some((effect) => effect.do === "sip/hold"));
  bench.tell({ type: "leg/held", leg: "L1" });
  assert.equal(bench.card.label, "On hold");
  await after(60_000);
  gws.away = false;
  gws.calls = [resource("Held", { capabilities: ["Hangup", "Retrieve"] })];
  listeners[0].onready(); // CometD looks for it every 1.5 s at the latest
  await after(100);
  assert.deepEqual([bench.view.lights.gws, bench.card.state, bench.card.planes.gws], ["on", "held", "Held"]);
  assert.deepEqual(gws.asked, ["me"]);
  await after(10_000);
  assert.equal(bench.view.disagreements, 1); // the hold had not been heard of
});

test("REST comes back a second after CometD: asked every second until it answers", async () => {
  const { bench, gws, listeners, after } = await connected();
  gws.away = true;
  listeners[0].onlost();
  listeners[0].onready();
  await after(3000);
  assert.equal(bench.view.lights.gws, "connecting");
  gws.away = false;
  gws.calls = [];
  await after(1100);
  assert.equal(bench.view.lights.gws, "on");
  assert.ok(gws.asked.every((what) => what === "me"));
});

test("hung up while GWS is away: no card is left when it is back", async () => {
  const { bench, gws, listeners, after } = await connected();
  gws.away = true;
  listeners[0].onlost();
  bench.press("hangup");
  assert.ok(bench.effects.some((effect) => effect.do === "sip/hangup"));
  bench.bye({ by: "local" });
  assert.deepEqual(bench.view.cards, []);
  await after(2000);
  gws.away = false;
  gws.calls = [];
  listeners[0].onready();
  await after(100);
  assert.deepEqual(bench.view.cards, []);
});

test("reads that are asked for while one is under way become one more", async () => {
  const { gws, link, settled } = await connected();
  gws.slow = true;
  void link.read();
  void link.read();
  void link.read();
  await settled();
  gws.slow = false;
  gws.held.splice(0).forEach((go) => go());
  await settled();
  await settled();
  assert.deepEqual(gws.asked, ["me", "me"]);
});

test("the session is over: said once, and nothing is asked any more", async () => {
  const { gws, link, bench, after, signedOut } = await connected();
  gws.signedOut = true;
  void link.read();
  await after(5000);
  assert.deepEqual([signedOut(), gws.asked, bench.view.lights.gws], [1, ["me"], "off"]);
  assert.equal(bench.card.uuid, UUID);
});

// A GWS that begins no session before the DN has a phone: the agent is signed in all the same, and the session begins by itself.
import assert from "node:assert/strict";
import { test } from "node:test";

import { GwsError } from "../../src/platform/gws.js";
import { StandAlone } from "../../src/softphone/stand_alone.js";
import { AGENT } from "../model/kit.js";

const UNREGISTERED = new GwsError(500, 4, "Device '5001' is not registered.");
const FIELDS = /** @type {any} */ ({ gwsUser: "agent5001", gwsPassword: "secret", cometdChannel: "" });

/** A page whose GWS answers each start with what `answers` holds next. @param {(Error | null)[]} answers */
function page(answers) {
  /** @type {string[]} */
  const said = [];
  /** @type {(() => void)[]} */
  const timers = [];
  const gws = {
    startSession: async () => {
      said.push("start");
      const answer = answers.shift();
      if (answer) throw answer;
    },
    endSession: async () => void said.push("end"),
  };
  const parts = {
    emit: (/** @type {any} */ event) => void said.push([event.type, event.text ?? event.reason].filter(Boolean).join(": ")),
    gws,
    link: { start: () => void said.push("listen"), stop: async () => {} },
    desk: { page: "p", signIn: async () => ({ ...AGENT, session: false }), signOut: async () => {} },
    clock: { after: (/** @type {number} */ _milliseconds, /** @type {() => void} */ act) => void timers.push(act) },
    askMicrophone: () => {},
    signIn: { by: "password" },
  };
  globalThis.localStorage ??= /** @type {any} */ ({ getItem: () => null, setItem: () => {} });
  return { phone: new StandAlone(/** @type {any} */ (parts)), said, next: async () => (await timers.shift()?.(), timers.length) };
}

test("the session begins as soon as the phone is registered, and is ended by who began it", async () => {
  const { phone, said, next } = page([UNREGISTERED, UNREGISTERED, null]);
  await phone.connectGws(FIELDS);
  const waiting = "tell: The session begins when the phone is registered.";
  assert.deepEqual(said, ["gws/connecting", "agent", "start", waiting, "listen"]);
  assert.equal(await next(), 1);
  assert.equal(await next(), 0);
  assert.deepEqual(said.slice(5), ["start", waiting, "start"]);
  await phone.disconnectGws();
  assert.deepEqual(said.slice(8), ["end", "agent"]);
});

test("nobody waits for a session any more once the agent has signed out", async () => {
  const { phone, said, next } = page([UNREGISTERED]);
  await phone.connectGws(FIELDS);
  await phone.disconnectGws();
  await next();
  assert.deepEqual(said.slice(5), ["agent"], "no second start, and nothing to end");
});

test("another refusal is told", async () => {
  const { phone, said, next } = page([UNREGISTERED, new GwsError(503, 4, "Voice service is not available at this time")]);
  await phone.connectGws(FIELDS);
  assert.equal(await next(), 0);
  assert.equal(said.at(-1), "tell: The session did not begin: Voice service is not available at this time");
});

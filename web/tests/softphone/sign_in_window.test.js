import assert from "node:assert/strict";
import { test } from "node:test";
import { signInElsewhere } from "../../src/softphone/sign_in_window.js";

const AGENT = { userName: "agent5001", dn: "5001" };
const clock = { after: (/** @type {number} */ _wait, /** @type {() => void} */ act) => void queueMicrotask(act) };

/** @param {{ agent: any, why: string }[]} answers what the desk says, the last one again and again */
function scene(answers, closed = false) {
  const beside = { location: { href: "about:blank" }, closed, left: false, close: () => void (beside.left = true) };
  const desk = { page: "", open: async () => (answers.length > 1 ? answers.shift() : answers[0]), beginSignIn: async () => "https://gws.example/auth" };
  return { beside, parts: /** @type {any} */ ({ desk, clock, open: () => beside }) };
}

const nobody = { agent: null, why: "" };
const somebody = { agent: AGENT, why: "" };

test("waits for the session that the window brings, and closes it", async () => {
  const { beside, parts } = scene([nobody, nobody, somebody]);
  assert.equal(await signInElsewhere({ by: "saml", url: "https://gws.example/?authType=saml" }, parts), AGENT);
  assert.equal(beside.location.href, "https://gws.example/?authType=saml");
  assert.ok(beside.left);
});

test("an address of its own at the authentication service", async () => {
  const { beside, parts } = scene([nobody, somebody]);
  await signInElsewhere({ by: "oauth" }, parts);
  assert.equal(beside.location.href, "https://gws.example/auth");
});

test("whoever has a session already signs in nowhere", async () => {
  const { beside, parts } = scene([somebody]);
  await signInElsewhere({ by: "oauth" }, parts);
  assert.equal(beside.location.href, "about:blank");
});

test("says why it failed", async () => {
  const told = scene([nobody, { agent: null, why: "GWS did not sign you in" }]);
  await assert.rejects(signInElsewhere({ by: "oauth" }, told.parts), /did not sign you in/);
  assert.ok(told.beside.left);
  await assert.rejects(signInElsewhere({ by: "oauth" }, { .../** @type {any} */ (told.parts), open: () => null }), /Allow pop-ups/);
});

test("a window that seems closed is told once; whoever signs in there after all is signed in", async () => {
  let told = 0;
  const { parts } = scene([nobody, nobody, nobody, nobody, nobody, somebody], true);
  assert.equal(await signInElsewhere({ by: "saml", url: "https://gws.example/" }, { ...parts, onclosed: () => (told += 1) }), AGENT);
  assert.equal(told, 1);
  assert.equal(await signInElsewhere({ by: "oauth" }, scene([nobody], true).parts), null);
});

test("what is not wanted any more leaves with its window", async () => {
  const { beside, parts } = scene([nobody, nobody, somebody]);
  assert.equal(await signInElsewhere({ by: "oauth" }, { ...parts, wanted: () => false }), null);
  assert.ok(beside.left);
});

// Requests of the admin page: the token with each change, nothing sent twice, every failure with a name.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { Api, NoAnswer, Refused, SignedOut } from "../../src/admin/api.js";

const real = globalThis.fetch;
/** @type {{ path: string, request: RequestInit & { headers: Record<string, string> } }[]} */
let asked = [];
afterEach(() => {
  globalThis.fetch = real;
  asked = [];
});

/** @param {...(() => Response)} answers */
function answering(...answers) {
  globalThis.fetch = /** @type {typeof fetch} */ (
    async (path, request) => {
      asked.push(/** @type {any} */ ({ path, request }));
      const answer = answers.shift();
      if (!answer) throw new TypeError("Failed to fetch");
      return answer();
    }
  );
}

/** @param {unknown} content @param {ResponseInit} [more] */
const json = (content, more) => () => new Response(JSON.stringify(content), more);

test("the token goes with changes alone, and a look by itself says so", async () => {
  answering(json({ user: "ada", csrf: "token-1" }), json({}), json({}));
  const api = new Api();
  await api.signIn("ada", "secret");
  await api.post("drain", { on: true });
  await api.get("overview", { byItself: true });
  assert.deepEqual(asked.map(({ request }) => request.headers["X-Cordboard-CSRF"]), ["", "token-1", undefined]);
  assert.equal(asked[2].request.headers["X-Cordboard-Poll"], "1");
  assert.equal(asked[1].path, "/admin/api/drain");
});

test("what has not changed is taken from before", async () => {
  answering(json({ agents: [1] }, { headers: { ETag: '"a"' } }), () => new Response(null, { status: 304 }));
  const api = new Api();
  const first = await api.get("agents");
  assert.deepEqual(await api.get("agents"), first);
  assert.equal(asked[1].request.headers["If-None-Match"], '"a"');
});

test("failures have names", async () => {
  answering(json({ error: "sign in" }, { status: 401 }), json({ error: "this was refused", code: "no-trace" }, { status: 404 }), () => new Response("<html>", { status: 502 }));
  const api = new Api();
  await assert.rejects(api.get("overview"), SignedOut);
  await assert.rejects(api.get("traces/x"), (error) => error instanceof Refused && error.code === "no-trace");
  await assert.rejects(api.get("overview"), (error) => error instanceof Refused && error.message === "Cordboard answered 502.");
  await assert.rejects(api.get("overview"), NoAnswer);
});

test("a stranger is nobody", async () => {
  answering(json({}));
  assert.equal(await new Api().session(), null);
});

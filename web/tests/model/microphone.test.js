// The agent is told of a microphone that is lost.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Bench } from "./kit.js";

test("a microphone that is lost is told with what to do, and told no more when it is back", () => {
  const bench = Bench.ready();
  bench.tell({ type: "microphone", state: "lost", reason: "none was found" });
  bench.tell({ type: "microphone", state: "lost", reason: "another program uses it" });
  const { messages, microphone } = bench.view;
  assert.deepEqual(messages.map(({ kind, text }) => [kind, text]), [["error", "No microphone: another program uses it."]]);
  assert.match(messages[0].help, /no calls come/);
  assert.equal(microphone, "lost");
  bench.tell({ type: "microphone", state: "ready", reason: "" });
  assert.deepEqual([bench.view.messages, bench.view.microphone], [[], "ready"]);
});

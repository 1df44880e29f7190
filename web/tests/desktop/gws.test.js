// What Workspace asks GWS besides what every page asks.
import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { DesktopGws } from "../../src/desktop/gws.js";
import { Options } from "../../src/desktop/model/options.js";
import { GwsError } from "../../src/platform/gws.js";

/** A GWS whose answers are these, in their order. @param {any[]} answers */
function gwsOf(answers) {
  /** @type {string[]} */
  const asked = [];
  class Answered extends DesktopGws {
    /** @param {string} method @param {string} path */
    async ask(method, path) {
      asked.push(`${method} ${path}`);
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return answer;
    }
  }
  return { gws: new Answered("/api/v2", () => ({})), asked };
}

const UNREGISTERED = () => new GwsError(500, 4, "Device '5001' is not registered.");

test("a session that needs a phone is asked for each second until it begins, and no longer than it is wanted", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    for (const [answers, times] of /** @type {[any[], number][]} */ ([[[UNREGISTERED(), UNREGISTERED(), {}], 3], [[UNREGISTERED(), UNREGISTERED()], 2]])) {
      const { gws, asked } = gwsOf(answers);
      let done = false;
      const started = gws.startAt("", "", () => asked.length < 2 || answers.length > 0).then(() => (done = true));
      for (let second = 0; second < 3; second += 1) {
        await new Promise((next) => setImmediate(next));
        mock.timers.tick(1000);
      }
      await started;
      assert.deepEqual([done, asked.length], [true, times]);
    }
  } finally {
    mock.timers.reset();
  }
  await assert.rejects(gwsOf([new GwsError(409, 19, "in use")]).gws.startAt("", "", () => true), /in use/);
});

test("options come as sections that list names and values", async () => {
  const section = { name: "interaction-workspace", key: "name", settings: [{ name: "sipendpoint.uri", value: "/connector" }, 5] };
  const { gws, asked } = gwsOf([{ resources: { agentStates: [], user: { settings: [section, null] } } }, {}]);
  assert.equal(new Options(await gws.options()).get("sipendpoint.uri"), "/connector");
  assert.deepEqual(asked, ["GET /internal-api/me/settings?fields=*"]);
  assert.deepEqual(new Options(await gws.options()).section("interaction-workspace"), {});
});

test("the states to choose from are where Workspace reads them, if the public list is not there", async () => {
  const states = [{ operationName: "Ready" }];
  assert.equal(await gwsOf([{ settings: states }]).gws.agentStates(), states);
  const { gws, asked } = gwsOf([new GwsError(404, 6, "not found"), { resources: { agentStates: states } }]);
  assert.equal(await gws.agentStates(), states);
  assert.deepEqual(asked, ["GET /settings/agent-states", "GET /internal-api/me/settings?fields=*"]);
});

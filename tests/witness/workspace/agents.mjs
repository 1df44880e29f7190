// Agents who work with Genesys' own client library, each with one of its clients. Standard input says what to do, one JSON
// object a line: {"id", "agent", "do", "with": [...]}; standard output says, one JSON object a line, what came of it and
// what the library tells:
//
//     {"id", "agent", "result"|"error"}      {"agent", "event", "data"}
//
//     node agents.mjs URL

import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const WorkspaceApi = createRequire(import.meta.url)("genesys-workspace-client-js");
const url = process.argv[2];
const agents = new Map();

/** @param {object} said */
const say = (said) => process.stdout.write(`${JSON.stringify(said)}\n`);
// The library's own log goes beside what is said.
console.log = console.info = console.warn = console.debug = console.error;

/** @param {string} agent */
function client(agent) {
  const found = agents.get(agent);
  if (found) return found;
  const made = new WorkspaceApi("some-api-key", url, false);
  for (const event of ["CallStateChanged", "DnStateChanged", "EventUserEvent"]) {
    made.on(event, (data) => say({ agent, event, data }));
  }
  agents.set(agent, made);
  return made;
}

const own = {
  initialize: async (api, token) => {
    await api.initialize({ token });
    return { user: api.user, configuration: api.configuration };
  },
  activate: (api) => api.activateChannels(api.user.employeeId, api.user.agentLogin),
  complete: (api, call) => api.voice._api.completeCall(call, {}), // in the generated part of the library alone
  calls: async (api) => [...api.voice.calls.keys()],
  destroy: (api) => api.destroy(),
};

async function carryOut({ id, agent, do: name, with: given = [] }) {
  const api = client(agent);
  try {
    const result = own[name] ? await own[name](api, ...given) : await api.voice[name](...given);
    say({ id, agent, result: result ?? null });
  } catch (error) {
    say({ id, agent, error: error?.response?.text ?? String(error?.message ?? error) });
  }
}

createInterface({ input: process.stdin })
  .on("line", (line) => void carryOut(JSON.parse(line)))
  .on("close", () => process.exit(0));

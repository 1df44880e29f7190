// Which rows of a list are shown, and in which order.

/** @typedef {import("./types.js").Agent} Agent */
/** @typedef {import("./types.js").Call} Call */
/** @typedef {import("./types.js").Setting} Setting */

/** Filter -> who it shows. @type {Record<string, (agent: Agent) => boolean>} */
export const AGENT_FILTERS = {
  All: () => true,
  Reachable: (agent) => agent.reachable,
  "Not reachable": (agent) => agent.pages > 0 && !agent.reachable,
  "On a call": (agent) => agent.calls > 0,
  "No softphone": (agent) => agent.pages === 0,
};

/** What an agent's pill says. @param {Agent} agent @returns {[string, string]} text and colour */
export function agentState(agent) {
  if (agent.calls > 0) return ["On a call", "work"];
  if (agent.reachable) return ["Reachable", "ready"];
  return agent.pages > 0 ? ["Not reachable", "away"] : ["No softphone", ""];
}

/** The agents that a filter and a search show, those with trouble first. @param {Agent[]} agents @param {string} filter @param {string} words */
export function shownAgents(agents, filter, words) {
  const wanted = AGENT_FILTERS[filter] ?? AGENT_FILTERS.All;
  const found = agents.filter((agent) => wanted(agent) && matches(words, agent.dn, agent.why, agent.microphone));
  return found.sort((one, other) => trouble(other) - trouble(one) || compare(one.dn, other.dn));
}

/** @param {Agent} agent */
const trouble = (agent) => (agent.pages > 0 && !agent.reachable ? 1 : 0);

/** Numbers by value, other names by letters. @param {string} one @param {string} other */
export function compare(one, other) {
  const [a, b] = [Number(one), Number(other)];
  return Number.isNaN(a - b) || a === b ? (one < other ? -1 : Number(one > other)) : a - b;
}

/** The calls that a search shows, the worst sound first. @param {Call[]} calls @param {string} words */
export function shownCalls(calls, words) {
  const found = calls.filter((call) => matches(words, call.dn, call.state, call.far, call.call_uuid));
  return found.sort((one, other) => worst(one) - worst(other) || one.begun - other.begun);
}

/** The lower of a call's opinion scores, 5 while none is known. @param {Call} call */
export function worst(call) {
  return Math.min(call.from_page.mos || 5, call.from_trunk.mos || 5);
}

/** Whether each word is in one of the texts. @param {string} words @param {...string} texts */
export function matches(words, ...texts) {
  const all = texts.join(" ").toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}

/** The part of a long list that is in sight, with some more above and below. @param {number} count @param {number} height of a row @param {number} top @param {number} room */
export function inSight(count, height, top, room) {
  const first = Math.max(0, Math.min(Math.floor(top / height) - 5, count));
  return { first, last: Math.min(count, Math.ceil((top + room) / height) + 5) };
}

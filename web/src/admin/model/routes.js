// Which view an address shows: #/agents, #/traces/call-1f.

export const VIEWS = /** @type {const} */ (["overview", "agents", "calls", "traces", "doctor", "records", "settings"]);
/** @typedef {typeof VIEWS[number]} View */
/** @typedef {{ view: View, call: string }} Route */

/** @param {string} hash @returns {Route} */
export function route(hash) {
  const [, name = "", call = ""] = /^#\/([a-z]+)(?:\/(.+))?$/.exec(hash) ?? [];
  const view = VIEWS.find((each) => each === name) ?? "overview";
  return { view, call: view === "traces" ? decoded(call) : "" };
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

/** @param {string} call */
export const toTrace = (call) => `#/traces/${encodeURIComponent(call)}`;

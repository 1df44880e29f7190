/**
 * Who may use the Service Client API, and what of it: the option `service-client-api.accepted-web-content-origins`.
 *
 *     https://crm.example(agent.*, voice.dial), https://help.example, http://*.lab.example
 *
 * Empty: nobody. `*`: everybody. Without brackets an origin may use everything. Commas or spaces between origins.
 *
 * @typedef {{ origin: string, methods: string[] | null }} Rule null: all methods
 */

/** @param {string} option @returns {{ rules: Rule[], problems: string[] }} */
export function readOrigins(option) {
  /** @type {Rule[]} */
  const rules = [];
  /** @type {string[]} */
  const problems = [];
  for (const found of option.matchAll(/([^\s,()]+)\s*(\(([^)]*)(\)?))?/g)) {
    const [all, origin, brackets, inside, closed] = found;
    const wrong = whyWrong(origin, brackets, closed);
    if (wrong) problems.push(`${all.trim()}: ${wrong}`);
    else rules.push({ origin: origin.replace(/\/$/, "").toLowerCase(), methods: brackets ? methodsOf(inside) : null });
  }
  return { rules, problems };
}

/** @param {string} origin @param {string | undefined} brackets @param {string | undefined} closed */
function whyWrong(origin, brackets, closed) {
  if (brackets && !closed) return "a bracket is not closed";
  if (origin !== "*" && !/^https?:\/\/[^/]+\/?$/i.test(origin)) return "not an origin, as https://crm.example";
  return "";
}

/** @param {string} inside */
const methodsOf = (inside) => inside.split(/[\s,]+/).filter(Boolean);

/** Whether the origin may use anything at all. @param {Rule[]} rules @param {string} origin */
export function isAccepted(rules, origin) {
  return rules.some((rule) => matches(rule.origin, origin));
}

/** @param {Rule[]} rules @param {string} origin @param {string} method `voice.dial`, or the name of an event */
export function isAllowed(rules, origin, method) {
  return rules.some((rule) => matches(rule.origin, origin) && (rule.methods === null || rule.methods.some((each) => covers(each, method))));
}

/** @param {string} pattern `agent.*`, `agent`, `voice.dial`, `*` @param {string} method */
function covers(pattern, method) {
  const [wanted, given] = [pattern.toLowerCase(), method.toLowerCase()];
  if (wanted === "*" || wanted === given) return true;
  return given.startsWith(`${wanted.replace(/\.\*$/, "")}.`) || wanted === `${given}.*`;
}

/** `*` stands for any part of a host, never for a scheme, and "null" is nobody. @param {string} pattern @param {string} origin */
function matches(pattern, origin) {
  if (origin === "null" || origin === "") return false;
  if (pattern === "*") return true;
  const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join("[^/]*")}$`).test(origin.toLowerCase());
}

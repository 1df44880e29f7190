/**
 * What an agent can choose from, as the contact centre's own lists in GWS say: states with their reasons, dispositions.
 *
 * @typedef {import("./agent.js").StateChoice} StateChoice
 * @typedef {{ value: string, label: string }} Disposition
 */

import { STATE_CHOICES } from "./agent.js";

/** @param {unknown} value @returns {Record<string, unknown>} */
const record = (value) => (typeof value === "object" && value !== null ? /** @type {Record<string, unknown>} */ (value) : {});

/** @param {unknown} value */
const text = (value) => (typeof value === "string" ? value : "");

/**
 * The list of `GET /settings/agent-states`; Offline is not for a phone to choose.
 * @param {unknown} settings
 * @returns {StateChoice[] | null} null when there is nothing to choose from in it
 */
export function readStates(settings) {
  const states = (Array.isArray(settings) ? settings : []).map(record).flatMap((one) => {
    const operation = text(one.operationName);
    const state = text(one.state);
    if (!operation || (state !== "Ready" && state !== "NotReady")) return [];
    return [{ operation, label: text(one.displayName) || operation, state, workMode: text(one.workMode) }];
  });
  return states.length ? states : null;
}

/** What is not among Genesys's own states: the reasons for not being ready. @param {StateChoice[]} states */
export const reasonsOf = (states) => states.filter((one) => !STATE_CHOICES.some(({ operation }) => operation === one.operation));

/**
 * The values of the business attribute of this name, in any case.
 * @param {unknown} attributes `GET /internal-api/contact-center`
 * @param {string} key
 * @returns {Disposition[]}
 */
export function readDispositions(attributes, key) {
  const all = (Array.isArray(attributes) ? attributes : []).map(record);
  const found = all.find((one) => key !== "" && text(one.name).toLowerCase() === key.toLowerCase());
  return (Array.isArray(found?.values) ? found.values : []).map(record).flatMap((one) => {
    const value = text(one.name);
    return value ? [{ value, label: text(one.displayName) || value }] : [];
  });
}

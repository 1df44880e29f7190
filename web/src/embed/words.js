/**
 * The messages between a page and the phone in it, version 1: `{cordboard: 1, id, call, with}` asks, `{cordboard: 1, id, result | error}`
 * answers, `{cordboard: 1, event, data}` tells. The types are in `cordboard.d.ts`.
 *
 * @typedef {import("./cordboard").RequestName} RequestName
 * @typedef {import("./cordboard").Refusal} Refusal
 * @typedef {{ id: string | number, call: RequestName, with: Record<string, unknown> }} Request
 */

import { ACTIONS } from "../model/shortcuts.js";

export const VERSION = 1;

/** What can be asked for of one call, and the button of the phone that does it. @type {Partial<Record<RequestName, string[]>>} */
export const BUTTON_OF = {
  answer: ["answer"],
  hold: ["hold"],
  retrieve: ["retrieve"],
  hangUp: ["hangup", "reject"],
  mute: ["mute"],
  digits: ["keypad"],
};

/** @type {Record<RequestName, Record<string, (value: unknown) => boolean>>} */
const FIELDS = {
  dial: { number: isText },
  answer: { call: isTextOrNone },
  hold: { call: isTextOrNone },
  retrieve: { call: isTextOrNone },
  hangUp: { call: isTextOrNone },
  mute: { call: isTextOrNone, muted: (value) => value === undefined || typeof value === "boolean" },
  digits: { call: isTextOrNone, digits: (value) => typeof value === "string" && /^[0-9A-Da-d*#]{1,32}$/.test(value) },
  state: {},
  shortcut: { action: (value) => ACTIONS.includes(/** @type {any} */ (value)) },
};

export const EVENTS = ["ready", "call", "state", "lights"];

/** A message of this protocol, whatever is in it. @param {unknown} data @returns {data is Record<string, unknown>} */
export function isOurs(data) {
  return typeof data === "object" && data !== null && /** @type {any} */ (data).cordboard === VERSION;
}

/**
 * A request, or why it is none; null where nobody can be answered.
 * @param {Record<string, unknown>} data @returns {Request | { id: string | number, refusal: Refusal } | null}
 */
export function readRequest(data) {
  const { id, call } = data;
  if ((typeof id !== "string" && typeof id !== "number") || String(id).length > 64) return null;
  if (typeof call !== "string" || !Object.hasOwn(FIELDS, call)) return { id, refusal: refusal("unknown-request", "The phone does not know this request.") };
  const given = data.with ?? {};
  if (typeof given !== "object" || Array.isArray(given)) return { id, refusal: refusal("bad-request", "`with` must be an object.") };
  const fields = /** @type {Record<string, unknown>} */ (given);
  const wrong = Object.entries(FIELDS[/** @type {RequestName} */ (call)]).find(([name, good]) => !good(fields[name]));
  if (wrong) return { id, refusal: refusal("bad-request", `\`with.${wrong[0]}\` is not what ${call} needs.`) };
  return { id, call: /** @type {RequestName} */ (call), with: fields };
}

/** @param {Refusal["code"]} code @param {string} text @returns {Refusal} */
export function refusal(code, text) {
  return { code, text };
}

/** @param {unknown} value */
function isText(value) {
  return typeof value === "string" && value.length > 0 && value.length <= 64;
}

/** @param {unknown} value */
function isTextOrNone(value) {
  return value === undefined || isText(value);
}

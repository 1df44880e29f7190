/**
 * `webrtc-widget.json` as the integration guide has it: where the softphone is, how large, at which side, whether it comes by itself, and
 * settings for its page. Everything but `url` may be left out. Wrong fields are told in words.
 *
 * @typedef {"right-panel" | "left" | "bottom" | "floating"} Position
 * @typedef {{ id: string, name: string, url: string, width: number, height: number, resizable: boolean, position: Position,
 *   autoLoad: boolean, settings: Record<string, string | number | boolean> }} Widget
 */

import { record, text } from "./options.js";
import { isWebAddress } from "./web_content.js";

/** @type {Record<string, Position>} */
const POSITIONS = { "right-panel": "right-panel", right: "right-panel", left: "left", "left-panel": "left", bottom: "bottom", floating: "floating" };
const SMALLEST = 200;
const LARGEST = 2000;
/** What no file that everybody can read may hold. */
const SECRET = /password|secret|token|credential/i;

/** @param {string} url @param {Partial<Widget>} [more] @returns {Widget} */
export function widgetAt(url, more = {}) {
  return { id: "softphone", name: "Softphone", url, width: 400, height: 600, resizable: false, position: "right-panel", autoLoad: true, settings: {}, ...more };
}

/**
 * @param {unknown} value the file, parsed
 * @returns {{ widget: Widget | null, problems: string[] }} no widget without an address; problems leave a field at its default
 */
export function readWidget(value) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return { widget: null, problems: ["it is not an object"] };
  const said = record(value);
  if (!isWebAddress(text(said.url))) return { widget: null, problems: ["'url' is not an address of a page"] };
  /** @type {string[]} */
  const problems = [];
  const fallback = widgetAt(text(said.url));
  const widget = {
    ...fallback,
    id: text(said.id) || fallback.id,
    name: text(said.name) || fallback.name,
    width: size(said, "width", fallback.width, problems),
    height: size(said, "height", fallback.height, problems),
    resizable: truth(said, "resizable", fallback.resizable, problems),
    autoLoad: truth(said, "autoLoad", fallback.autoLoad, problems),
    position: position(said, problems),
    settings: settings(said.settings, problems),
  };
  return { widget, problems };
}

/** @param {Record<string, unknown>} said @param {string} name @param {number} otherwise @param {string[]} problems */
function size(said, name, otherwise, problems) {
  const value = said[name];
  if (value === undefined) return otherwise;
  if (typeof value === "number" && value >= SMALLEST && value <= LARGEST) return Math.round(value);
  problems.push(`'${name}' is not a number of pixels from ${SMALLEST} to ${LARGEST}`);
  return otherwise;
}

/** @param {Record<string, unknown>} said @param {string} name @param {boolean} otherwise @param {string[]} problems */
function truth(said, name, otherwise, problems) {
  const value = said[name];
  if (value === undefined || typeof value === "boolean") return value ?? otherwise;
  problems.push(`'${name}' is neither true nor false`);
  return otherwise;
}

/** @param {Record<string, unknown>} said @param {string[]} problems @returns {Position} */
function position(said, problems) {
  const found = said.position === undefined ? "right-panel" : POSITIONS[text(said.position)];
  if (!found) problems.push(`'position' is none of ${Object.keys(POSITIONS).join(", ")}`);
  return found ?? "right-panel";
}

/** @param {unknown} value @param {string[]} problems @returns {Widget["settings"]} */
function settings(value, problems) {
  if (value !== undefined && (typeof value !== "object" || value === null || Array.isArray(value))) problems.push("'settings' is not an object");
  const kept = Object.entries(record(value)).filter(([name, one]) => {
    if (SECRET.test(name)) problems.push(`'settings.${name}' is left out: no secrets in this file`);
    else if (!["string", "number", "boolean"].includes(typeof one)) problems.push(`'settings.${name}' is not a text, a number or a truth`);
    else return true;
    return false;
  });
  return /** @type {Widget["settings"]} */ (Object.fromEntries(kept));
}

/** Whither the panel grows when its edge is pulled to the right, and down. @type {Record<Position, [number, number]>} */
const GROWS = { "right-panel": [-1, 0], left: [1, 0], bottom: [0, -1], floating: [1, 1] };

/**
 * The size of the panel after its edge was pulled.
 * @param {Position} position @param {{ width: number, height: number }} before @param {number} x @param {number} y pixels
 */
export function grown(position, { width, height }, x, y) {
  const [right, down] = GROWS[position];
  const within = (/** @type {number} */ size) => Math.min(LARGEST, Math.max(SMALLEST, Math.round(size)));
  return { width: within(width + right * x), height: within(height + down * y) };
}

/**
 * The address of the frame: the settings travel in the fragment, which is sent to no server.
 * @param {Widget} widget @param {string} base the desktop's own address
 */
export function frameAddress(widget, base) {
  const address = new URL(widget.url, base);
  const pairs = Object.entries(widget.settings).map(([name, value]) => [name, String(value)]);
  if (pairs.length) address.hash = new URLSearchParams(pairs).toString();
  return address.href;
}

/**
 * Where the panel is: at a side, as high as the window, or in a corner; how large; collapsed or not. Pure; what a browser remembers of it is
 * this and nothing else.
 *
 * @typedef {import("./cordboard").Side} Side
 * @typedef {{ side: Side, width: number, height: number, collapsed: boolean }} Place
 */

/** @type {Side[]} */
const SIDES = ["right", "left", "bottom-right", "bottom-left"];
const SMALLEST = { width: 300, height: 360 };
const LARGEST = 1600;
export const BAR = 34;
/** @type {Place} */
export const FIRST = { side: "right", width: 400, height: 600, collapsed: false };

/** Names that others give to a side: the guide's widget file, its call. @type {Record<string, Side>} */
const OTHER_NAMES = { "right-panel": "right", "left-panel": "left", bottom: "bottom-right" };

/** @param {unknown} name @returns {Side | null} */
export function sideOf(name) {
  const known = SIDES.find((side) => side === name);
  return known ?? (Object.hasOwn(OTHER_NAMES, String(name)) ? OTHER_NAMES[String(name)] : null);
}

/** What is said, as far as it makes sense; the rest is as before. @param {Place} before @param {Record<string, unknown>} said @returns {Place} */
export function placed(before, said) {
  return {
    side: sideOf(said.side) ?? before.side,
    width: length(said.width, SMALLEST.width, before.width),
    height: length(said.height, SMALLEST.height, before.height),
    collapsed: typeof said.collapsed === "boolean" ? said.collapsed : before.collapsed,
  };
}

/** @param {string | null} text what was remembered @returns {Record<string, unknown>} */
export function remembered(text) {
  try {
    const said = JSON.parse(text ?? "{}");
    return said && typeof said === "object" ? said : {};
  } catch {
    return {};
  }
}

/** The panel's box as CSS. @param {Place} place @param {{ width: number, height: number }} window @returns {Record<"left" | "right" | "top" | "bottom" | "width" | "height", string>} */
export function box({ side, width, height, collapsed }, window) {
  const left = side === "left" || side === "bottom-left";
  const corner = side.startsWith("bottom");
  const high = corner ? Math.min(height, window.height) : window.height;
  return {
    left: left ? "0" : "auto",
    right: left ? "auto" : "0",
    top: corner || collapsed ? "auto" : "0",
    bottom: "0",
    width: `${collapsed ? 150 : Math.min(width, window.width)}px`,
    height: `${collapsed ? BAR : high}px`,
  };
}

/** The size after the grip was moved. @param {Place} place @param {number} x to the right @param {number} y down @returns {Place} */
export function pulled(place, x, y) {
  const outward = place.side === "left" || place.side === "bottom-left" ? x : -x;
  return placed(place, { width: place.width + outward, height: place.height - y });
}

/** The next side, in a circle. @param {Side} side */
export function nextSide(side) {
  return SIDES[(SIDES.indexOf(side) + 1) % SIDES.length];
}

/** @param {unknown} value @param {number} smallest @param {number} otherwise */
function length(value, smallest, otherwise) {
  if (value === undefined || value === null || value === "" || !Number.isFinite(Number(value))) return otherwise;
  return Math.min(LARGEST, Math.max(smallest, Math.round(Number(value))));
}

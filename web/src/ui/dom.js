/**
 * Making elements. Text only ever goes in as text, so nothing a caller or a peer sends can become markup.
 *
 * @typedef {{ [name: string]: string | boolean | EventListener | undefined }} Properties
 */

/**
 * `make("button", { class: "key", "data-testid": "key-1", onclick: press }, "1")`. A property whose value is a function is a
 * listener, `true` an empty attribute, `false` and `undefined` none.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Properties} [properties]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function make(tag, properties = {}, ...children) {
  return dress(document.createElement(tag), properties, ...children);
}

/**
 * The same for an element that is there already.
 * @template {HTMLElement} E
 * @param {E} element
 * @param {Properties} properties
 * @param {...(Node | string)} children
 * @returns {E}
 */
export function dress(element, properties, ...children) {
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (typeof value === "string") element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** Change the text only when it differs, so that a selection survives. @param {Element} element @param {string} text */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Put others in the place of its children. Who was on a button by the keyboard is on its successor afterwards: the one of the same name in the same
 * row, else on the first of what was put there, if that can be.
 * @param {Element} parent @param {...Node} children
 */
export function refill(parent, ...children) {
  const focused = /** @type {HTMLElement | null} */ (parent.contains(document.activeElement) ? document.activeElement : null);
  const name = focused && nameOf(focused);
  parent.replaceChildren(...children);
  if (!focused || focused.isConnected) return;
  const able = /** @type {HTMLElement[]} */ ([...parent.querySelectorAll("button:not(:disabled), input")]);
  (able.find((one) => nameOf(one) === name) ?? able[0])?.focus();
}

/** @param {HTMLElement} element */
const nameOf = (element) => `${element.dataset.testid} ${element.getAttribute("aria-label") ?? ""}`;

/**
 * Tell the page what the agent wants; `main` listens at the root.
 * @param {HTMLElement} element
 * @param {import("../model/events.js").PhoneEvent | { type: string, [field: string]: unknown }} wish
 */
export function wish(element, wish) {
  element.dispatchEvent(new CustomEvent("wish", { bubbles: true, detail: wish }));
}

const SVG = "http://www.w3.org/2000/svg";

/** Icons of our own, on a 24 by 24 grid: [path, filled]. @type {Record<string, [string, boolean][]>} */
const ICONS = {
  handset: [["M3 13.2C3 9.9 7 7.6 12 7.6s9 2.3 9 5.6v1.9c0 .6-.5 1-1.1.9l-3.3-.5c-.5-.1-.9-.5-.9-1v-1.8c-2.4-.8-5-.8-7.4 0v1.8c0 .5-.4.9-.9 1l-3.3.5c-.6.1-1.1-.3-1.1-.9z", true]],
  microphone: [["M12 3.5a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0v-5a3 3 0 0 1 3-3z", true], ["M6 11.5a6 6 0 0 0 12 0M12 17.5v3M9 20.5h6", false]],
  muted: [["M12 3.5a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0v-5a3 3 0 0 1 3-3z", true], ["M6 11.5a6 6 0 0 0 12 0M12 17.5v3M9 20.5h6M4 4l16 16", false]],
  camera: [["M4.5 6.5h9.2c.8 0 1.5.7 1.5 1.5v8c0 .8-.7 1.5-1.5 1.5H4.5c-.8 0-1.5-.7-1.5-1.5V8c0-.8.7-1.5 1.5-1.5zM16.7 10.6 21 7.8v8.4l-4.3-2.8z", true]],
  "camera-off": [["M4.5 6.5h9.2c.8 0 1.5.7 1.5 1.5v8c0 .8-.7 1.5-1.5 1.5H4.5c-.8 0-1.5-.7-1.5-1.5V8c0-.8.7-1.5 1.5-1.5zM16.7 10.6 21 7.8v8.4l-4.3-2.8z", true], ["M4 4l16 16", false]],
  transfer: [["M4 9h13M13.5 5.5 17 9l-3.5 3.5M20 15H7M10.5 11.5 7 15l3.5 3.5", false]],
  people: [["M9 5a3.2 3.2 0 1 1 0 6.4A3.2 3.2 0 0 1 9 5zM2.8 18.5c.5-3.3 3-5 6.2-5s5.7 1.7 6.2 5z", true], ["M18.5 8v6M15.5 11h6", false]],
  back: [["M9.5 6 4 11.5 9.5 17M4.5 11.5H15a5 5 0 0 1 5 5V19", false]],
  pause: [["M7 5h3.2v14H7zM13.8 5H17v14h-3.2z", true]],
  play: [["M8 5.5v13l10.5-6.5z", true]],
  keys: [["M6 5h.01M12 5h.01M18 5h.01M6 11h.01M12 11h.01M18 11h.01M6 17h.01M12 17h.01M18 17h.01", false]],
  sound: [["M4 9.5h3.5L12 5.5v13l-4.5-4H4z", true], ["M15.5 9a4 4 0 0 1 0 6M18 6.5a7.5 7.5 0 0 1 0 11", false]],
  silent: [["M4 9.5h3.5L12 5.5v13l-4.5-4H4z", true], ["M16 9.5l5 5M21 9.5l-5 5", false]],
  plug: [["M9 3.5v5M15 3.5v5M6.5 8.5h11v3a5.5 5.5 0 0 1-11 0zM12 17v3.5", false]],
  close: [["M6 6l12 12M18 6L6 18", false]],
  person: [["M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM4.5 20c.6-4 3.6-6 7.5-6s6.9 2 7.5 6z", true]],
};

/** @param {string} name @param {string} [classes] */
export function icon(name, classes = "") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", `icon icon-${name} ${classes}`.trim());
  for (const [path, filled] of ICONS[name] ?? []) {
    const shape = document.createElementNS(SVG, "path");
    shape.setAttribute("d", path);
    shape.setAttribute("class", filled ? "filled" : "line");
    svg.append(shape);
  }
  return svg;
}

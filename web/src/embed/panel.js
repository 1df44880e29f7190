/**
 * The phone's frame in a page of somebody else's: a panel at a side or in a corner with a bar to move and collapse it, or an element of
 * that page. Everything is made by properties, so the page's own Content-Security-Policy has nothing to object to; a shadow root keeps
 * the page's styles out.
 *
 * @typedef {import("./place.js").Place} Place
 * @typedef {import("./cordboard").PanelOptions} PanelOptions
 */

import { BAR, box, FIRST, nextSide, placed, pulled, remembered } from "./place.js";

const REMEMBERED = "cordboard.phone.place";
const ALLOW = "microphone; camera; autoplay; speaker-selection";
/** Pixels that a key moves the grip. @type {Record<string, [number, number]>} */
const NUDGE = { ArrowLeft: [-20, 0], ArrowRight: [20, 0], ArrowUp: [0, -20], ArrowDown: [0, 20] };
const BUTTON = { font: "600 13px system-ui, sans-serif", border: "0", background: "transparent", color: "inherit", cursor: "pointer", padding: "0 8px", minWidth: "32px", height: `${BAR}px` };

export class Panel {
  /** @param {string} url @param {PanelOptions} options */
  constructor(url, options) {
    this.into = options.into ?? null;
    this.push = options.push ?? false;
    /** @type {Place} */
    this.place = placed(placed(FIRST, { ...options }), this.into ? {} : recall());
    this.frame = document.createElement("iframe");
    this.frame.title = options.title ?? "Phone";
    this.frame.allow = ALLOW;
    if (options.sandbox) this.frame.sandbox.value = "allow-scripts allow-same-origin";
    style(this.frame, { border: "0", width: "100%", height: "100%", display: "block", flex: "1" });
    this.frame.src = url;
    this.element = document.createElement("div");
    this.element.dataset.cordboard = "phone";
    this.moved = () => this.show();
    if (this.into) this.fill(this.into);
    else this.float();
  }

  /** @param {boolean} collapsed */
  collapse(collapsed) {
    this.change({ ...this.place, collapsed });
  }

  /** Shown in the bar, or in place of a phone that does not answer. @param {string} text */
  say(text) {
    if (this.title) this.title.textContent = text;
    this.element.title = text;
  }

  remove() {
    window.removeEventListener("resize", this.moved);
    if (this.push) makeRoom("", "");
    this.element.remove();
  }

  /** @private @param {Element} into */
  fill(into) {
    style(this.element, { width: "100%", height: "100%" });
    this.element.append(this.frame);
    into.append(this.element);
  }

  /** @private */
  float() {
    style(this.element, { position: "fixed", zIndex: "2147483000", display: "flex", flexDirection: "column", background: "#fff", boxShadow: "0 0 12px rgb(23 34 46 / 25%)", overflow: "hidden" });
    this.title = document.createElement("span");
    this.title.textContent = this.frame.title;
    style(this.title, { flex: "1", overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap", font: "600 13px system-ui, sans-serif" });
    this.grip = button("⤡", "Resize: drag, or use the arrow keys", () => {});
    this.grip.addEventListener("pointerdown", (event) => this.pull(event));
    this.grip.addEventListener("keydown", (event) => this.nudge(event));
    style(this.grip, { cursor: "nwse-resize", touchAction: "none" });
    this.toggle = button("–", "Collapse", () => this.collapse(!this.place.collapsed));
    const side = button("⇄", "Move to the next side", () => this.change({ ...this.place, side: nextSide(this.place.side) }));
    const bar = document.createElement("div");
    style(bar, { display: "flex", alignItems: "center", height: `${BAR}px`, flex: "none", background: "#17222e", color: "#fff", padding: "0 0 0 6px" });
    bar.append(this.grip, this.title, side, this.toggle);
    this.element.attachShadow({ mode: "open" }).append(bar, this.frame);
    document.body.append(this.element);
    window.addEventListener("resize", this.moved);
    this.show();
  }

  /** @private @param {Place} place */
  change(place) {
    this.place = place;
    if (this.into) return;
    keep(place);
    this.show();
  }

  /** The frame is never taken away: a phone without its page cannot be called. @private */
  show() {
    const { collapsed } = this.place;
    const sides = box(this.place, { width: window.innerWidth, height: window.innerHeight });
    style(this.element, sides);
    const room = collapsed || this.place.side.startsWith("bottom") ? "" : sides.width;
    if (this.push) makeRoom(sides.left === "0" ? room : "", sides.right === "0" ? room : "");
    style(this.frame, { visibility: collapsed ? "hidden" : "visible" });
    if (!this.toggle) return;
    this.toggle.textContent = collapsed ? "+" : "–";
    this.toggle.title = collapsed ? "Open" : "Collapse";
    this.toggle.setAttribute("aria-label", this.toggle.title);
    this.toggle.setAttribute("aria-expanded", String(!collapsed));
  }

  /** Resize by the keyboard. @private @param {KeyboardEvent} event */
  nudge({ key }) {
    const [x, y] = NUDGE[key] ?? [0, 0];
    if (x || y) this.change(pulled(this.place, x, y));
  }

  /** Resize while the grip is held. @private @param {PointerEvent} event */
  pull(event) {
    const grip = /** @type {HTMLElement} */ (event.currentTarget);
    const begin = this.place;
    const { clientX, clientY } = event;
    grip.setPointerCapture(event.pointerId);
    style(this.frame, { pointerEvents: "none" }); // what the pointer does over a frame is the frame's
    grip.onpointermove = (at) => {
      this.place = pulled(begin, at.clientX - clientX, at.clientY - clientY);
      this.show();
    };
    grip.onpointerup = () => {
      grip.onpointermove = grip.onpointerup = null;
      style(this.frame, { pointerEvents: "" });
      keep(this.place);
    };
  }
}

/** @param {string} text @param {string} label @param {() => void} act */
function button(text, label, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.setAttribute("aria-label", label);
  made.title = label;
  made.addEventListener("click", act);
  style(made, BUTTON);
  return made;
}

/** @param {HTMLElement} element @param {Record<string, string>} properties */
function style(element, properties) {
  Object.assign(element.style, properties);
}

/** What the page gives up at its sides. @param {string} paddingLeft @param {string} paddingRight */
function makeRoom(paddingLeft, paddingRight) {
  style(document.documentElement, { paddingLeft, paddingRight });
}

/** Where the agent put the panel last in pages of this origin. */
function recall() {
  try {
    return remembered(localStorage.getItem(REMEMBERED));
  } catch {
    return {}; // storage is switched off
  }
}

/** @param {Place} place */
function keep(place) {
  try {
    localStorage.setItem(REMEMBERED, JSON.stringify(place));
  } catch {
    // Storage is switched off: the place lasts as long as the page.
  }
}

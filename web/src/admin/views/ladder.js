// One call as a ladder: parties side by side, time downwards, an arrow for each thing that was said.

import { dress, make, say, wish } from "../../ui/dom.js";
import { PLANES, after, label, parties, steps } from "../model/ladder.js";
import { counted, span } from "../model/figures.js";
import { action, pill } from "./parts.js";
import { clock, exactly } from "./time.js";

/** @typedef {import("../model/types.js").Trace} Trace */
/** @typedef {import("../model/ladder.js").Step} Step */

export class Ladder extends HTMLElement {
  constructor() {
    super();
    /** @type {Trace | null} */
    this.trace = null;
    this.seen = "";
    this.chosen = -1;
    /** @type {Set<string>} */
    this.leftOut = new Set();
    this.heading = make("h1", { tabindex: "-1", "data-testid": "ladder-title" });
    this.about = make("p", { class: "about", "data-testid": "ladder-about" });
    this.planes = make("div", { class: "planes", role: "group", "aria-label": "What is shown" });
    this.names = make("div", { class: "parties", "aria-hidden": "true" });
    this.list = make("ol", { class: "steps", "aria-label": "What was said, in its order", onkeydown: (event) => this.pressed(/** @type {KeyboardEvent} */ (event)) });
    this.detail = make("aside", { class: "detail", "aria-live": "polite", "data-testid": "ladder-detail" });
    this.bad = action("Mark bad", "ladder-bad", () => this.trace && wish(this, { type: "ask-bad", call: this.trace.call }));
    this.bundle = make("a", { class: "action", download: true, "data-testid": "ladder-bundle" }, "Download bundle");
    const back = make("a", { class: "action", href: "#/traces", "data-testid": "ladder-back" }, "All traces");
    this.append(
      make("header", { class: "view-head" }, this.heading, make("span", { class: "gap" }), back, this.bad, this.bundle),
      this.about,
      this.planes,
      make("div", { class: "ladder" }, make("div", { class: "drawing" }, this.names, this.list), this.detail),
    );
  }

  /** @param {Trace} trace */
  update(trace) {
    const key = `${trace.call} ${trace.entries.length} ${trace.ended} ${trace.bad}`;
    if (key === this.seen) return;
    const another = this.trace?.call !== trace.call;
    this.trace = trace;
    this.seen = key;
    if (another) this.chosen = -1;
    say(this.heading, `Call of ${trace.dn || "an unknown DN"}`);
    const lasted = trace.ended ? `lasted ${span(trace.ended - trace.begun)}` : "in progress";
    this.about.replaceChildren(`${clock(trace.begun)}, ${lasted}, ${counted(trace.entries.length, "message")}${trace.left_out ? `, ${trace.left_out} left out of the middle` : ""}. ${trace.call_uuid || trace.call} `, ...trace.bad.map((why) => pill(why, "busy")));
    this.bundle.href = `/admin/api/traces/${encodeURIComponent(trace.call)}/bundle`;
    this.showPlanes(trace);
    this.draw();
  }

  /** @param {Trace} trace */
  showPlanes(trace) {
    const there = Object.keys(PLANES).filter((plane) => trace.entries.some((entry) => entry.plane === plane));
    this.planes.replaceChildren(
      ...there.map((plane) => {
        const count = trace.entries.filter((entry) => entry.plane === plane).length;
        const box = make("input", { type: "checkbox", checked: !this.leftOut.has(plane), onchange: () => this.toggle(plane) });
        return make("label", { "data-plane": plane }, box, make("i", { class: "swatch", "data-plane": plane }), `${PLANES[plane]} ${count}`);
      }),
    );
  }

  /** @param {string} plane */
  toggle(plane) {
    if (!this.leftOut.delete(plane)) this.leftOut.add(plane);
    this.draw();
  }

  draw() {
    if (!this.trace) return;
    const names = parties(this.trace.entries);
    this.style.setProperty("--parties", String(Math.max(1, names.length)));
    this.names.replaceChildren(make("span", { class: "at" }), ...names.map((name) => make("b", {}, name)));
    this.drawn = steps(this.trace.entries, this.leftOut);
    this.list.replaceChildren(...this.drawn.flatMap((step) => this.step(step, names)));
    if (this.drawn.length === 0) this.list.append(make("li", { class: "empty" }, "Nothing of this kind was said."));
    this.choose(this.chosen, false);
  }

  /** @param {Step} step @param {string[]} names */
  step(step, names) {
    const { from, to, entry } = step;
    const text = label(step.title, step.plane);
    const spoken = make("span", { class: "unseen" }, `seconds, ${names[from]}${to === from ? "" : ` to ${names[to]}`}:`);
    const arrow = make("span", { class: "arrow", "data-way": to === from ? "self" : to > from ? "right" : "left" }, make("span", { class: "label", title: entry.title }, text));
    const [first, last] = [Math.min(from, to), Math.max(from, to)];
    arrow.style.gridColumn = to === from ? `${2 * first + 2} / span 2` : `${2 * first + 3} / ${2 * last + 3}`;
    const lines = names.map((_, index) => dress(make("i", { class: "life" }), {}));
    lines.forEach((life, index) => (life.style.gridColumn = `${2 * index + 2} / span 2`));
    const button = make("button", { type: "button", class: "step", "data-plane": step.plane, "data-kind": step.kind, "data-index": String(step.index), "data-testid": "ladder-step", tabindex: "-1", onclick: () => this.choose(step.index, true) }, make("span", { class: "at" }, after(step.after)), spoken, ...lines, arrow);
    const pause = step.pause ? [make("li", { class: "pause" }, `${span(step.pause)} of silence`)] : [];
    return [...pause, make("li", {}, button)];
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    const ways = /** @type {Record<string, number>} */ ({ ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity });
    if (!(event.key in ways) || !this.drawn?.length) return;
    event.preventDefault();
    const at = this.drawn.findIndex(({ index }) => index === this.chosen);
    const next = Math.max(0, Math.min(this.drawn.length - 1, at + ways[event.key]));
    this.choose(this.drawn[next].index, true);
  }

  /** @param {number} index @param {boolean} focus */
  choose(index, focus) {
    this.chosen = index;
    const buttons = /** @type {NodeListOf<HTMLButtonElement>} */ (this.list.querySelectorAll("button.step"));
    const chosen = [...buttons].find((button) => button.dataset.index === String(index));
    for (const button of buttons) {
      button.setAttribute("aria-current", String(button === chosen));
      button.tabIndex = button === (chosen ?? buttons[0]) ? 0 : -1;
    }
    if (focus) chosen?.focus({ preventScroll: false });
    this.showDetail(this.trace?.entries[index]);
  }

  /** @param {import("../model/types.js").Entry} [entry] */
  showDetail(entry) {
    if (!entry) {
      this.detail.replaceChildren(make("p", { class: "empty" }, "Choose a message to read it. Numbers and secrets are masked."));
      return;
    }
    const way = entry.source === entry.target || !entry.target ? entry.source : `${entry.source} → ${entry.target}`;
    this.detail.replaceChildren(
      make("h2", {}, entry.title || PLANES[entry.plane]),
      make("p", { class: "about" }, `${PLANES[entry.plane] ?? entry.plane}, ${way}, ${exactly(entry.at)}`),
      make("pre", { tabindex: "0", "data-testid": "ladder-text" }, entry.text || entry.title),
    );
  }
}

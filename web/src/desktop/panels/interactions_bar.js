import { clock } from "../../model/messages.js";
import { icon, make, say, wish } from "../../ui/dom.js";
import { nameOf } from "../model/work.js";

/** @typedef {import("../model/work.js").Case | import("../model/work.js").EndedCase} AnyCase */

/** One button for each case, live or to be marked done; the selected one is what the desktop shows. */
export class InteractionsBar extends HTMLElement {
  /** @type {Map<string, { button: HTMLButtonElement, who: HTMLElement, timer: HTMLElement, one: AnyCase }>} */
  buttons = new Map();

  connectedCallback() {
    this.setAttribute("role", "tablist");
    this.setAttribute("aria-label", "Interactions");
  }

  /** @param {import("../model/work.js").Work} work @param {number} now */
  update(work, now) {
    const mains = [...work.cases.values()].filter((one) => work.caseOf(one.call.id) === one.call.id);
    const all = [...mains, ...work.ended.values()];
    for (const [id, { button }] of this.buttons) {
      if (all.some((one) => one.call.id === id)) continue;
      button.remove();
      this.buttons.delete(id);
    }
    for (const one of all) this.show(one, work.selected);
    this.hidden = all.length === 0;
    this.tick(now);
  }

  /** @private @param {AnyCase} one @param {string} selected */
  show(one, selected) {
    const { id } = one.call;
    const shown = this.buttons.get(id) ?? this.add(id, one);
    shown.one = one;
    shown.button.dataset.state = "ended" in one ? "Ended" : one.call.state;
    shown.button.setAttribute("aria-selected", String(id === selected));
    say(shown.who, nameOf(one));
  }

  /** @private @param {string} id @param {AnyCase} one */
  add(id, one) {
    const who = make("span", { class: "who" });
    const timer = make("span", { class: "timer" });
    const choose = () => wish(this, { type: "select", id });
    const button = make("button", { type: "button", role: "tab", "data-testid": "desk-interaction", onclick: choose }, icon("handset"), who, timer);
    const shown = { button, who, timer, one };
    this.append(button);
    this.buttons.set(id, shown);
    return shown;
  }

  /** @param {number} now */
  tick(now) {
    for (const { one, timer } of this.buttons.values()) {
      const end = "ended" in one ? one.ended : now;
      say(timer, "ended" in one ? "ended" : clock(end - (one.since ?? one.started)));
    }
  }
}
customElements.define("desktop-interactions", InteractionsBar);

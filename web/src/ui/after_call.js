import { clock } from "../model/messages.js";
import { dispositionChoice } from "./disposition.js";
import { make, say, wish } from "./dom.js";

/**
 * The work after a call: how long it goes on, the call's disposition, and how it is ended or extended. With the attribute `choose`
 * (stand-alone) there are buttons.
 */
export class AfterCall extends HTMLElement {
  connectedCallback() {
    if (this.firstChild) return;
    this.dataset.testid = "after-call";
    this.setAttribute("role", "group");
    this.setAttribute("aria-label", "After call work");
    this.text = make("span", { class: "what", role: "status" });
    this.left = make("span", { class: "left", "data-testid": "after-call-left" });
    this.extend = make("button", { type: "button", "data-testid": "after-call-extend", onclick: () => wish(this, { type: "state", operation: "AfterCallWork" }) }, "Extend");
    this.ready = make("button", { type: "button", class: "now", "data-testid": "after-call-ready", onclick: () => wish(this, { type: "state", operation: "Ready" }) }, "Ready now");
    this.disposition = dispositionChoice("after-call-disposition", (value) => wish(this, { type: "after-call/disposition", value }));
    const buttons = this.hasAttribute("choose") ? [this.extend, this.ready] : [];
    this.append(make("div", { class: "words" }, this.text, this.left), ...buttons, this.disposition.element);
  }

  /** @param {import("../model/view.js").View} view @param {number} now */
  update({ agent, lights }, now) {
    this.work = agent?.afterCall ?? null;
    this.hidden = !this.work;
    if (!this.work || !this.text || !this.extend || !this.ready) return;
    say(this.text, this.work.who ? `After the call with ${this.work.who}` : "After call work");
    this.disposition?.update(this.work.disposition);
    this.extend.hidden = this.work.until === null;
    this.extend.disabled = this.ready.disabled = lights.gws !== "on";
    this.tick(now);
  }

  /** @param {number} now */
  tick(now) {
    if (!this.work || !this.left) return;
    say(this.left, this.work.until === null ? "until you choose a state" : `${clock(this.work.until - now + 999)} left`);
  }
}

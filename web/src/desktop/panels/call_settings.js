import { dialable } from "../../model/wishes.js";
import { make, say, wish } from "../../ui/dom.js";

/** What becomes of calls to the agent: do not disturb, forwarding; in a menu whose name says what is on. */
export class CallSettings extends HTMLElement {
  connectedCallback() {
    if (this.firstChild) return;
    this.summary = make("summary", { "data-testid": "desk-calls-menu" }, "Calls");
    this.disturb = make("button", { type: "button", "aria-pressed": "false", "data-testid": "desk-do-not-disturb", onclick: () => this.toggle() }, "Do not disturb");
    this.number = make("input", { inputmode: "tel", autocomplete: "off", placeholder: "Number", "aria-label": "Forward calls to", "data-testid": "desk-forward-number" });
    this.keep = make("button", { type: "submit", class: "small", "data-testid": "desk-forward" }, "Forward");
    this.end = make("button", { type: "button", class: "small", hidden: true, "data-testid": "desk-forward-end", onclick: () => wish(this, { type: "forward", number: "" }) }, "End");
    const form = make("form", { class: "forwarding", onsubmit: (event) => this.forward(event) }, this.number, this.keep, this.end);
    this.menu = make("details", { class: "reasons" }, this.summary, make("div", { class: "menu" }, this.disturb, form));
    this.append(this.menu);
  }

  /** @param {import("../../model/gws.js").Device | null} device the agent's own */
  update(device) {
    this.hidden = device === null;
    if (!device || !this.summary || !this.disturb || !this.number || !this.keep || !this.end) return;
    const { doNotDisturb, forwardTo, capabilities } = device;
    this.on = doNotDisturb;
    say(this.summary, doNotDisturb ? "Do not disturb" : forwardTo ? `Forwarded to ${forwardTo}` : "Calls");
    this.summary.dataset.on = String(doNotDisturb || forwardTo !== "");
    this.disturb.setAttribute("aria-pressed", String(doNotDisturb));
    this.disturb.hidden = !capabilities.some((one) => one.startsWith("DoNotDisturb"));
    this.number.hidden = this.keep.hidden = !capabilities.includes("ForwardCallsOn");
    this.end.hidden = !capabilities.includes("ForwardCallsOff");
    say(this.end, `End forwarding to ${forwardTo}`);
  }

  /** @private */
  toggle() {
    this.close();
    wish(this, { type: "do-not-disturb", on: !this.on });
  }

  /** @private @param {Event} event */
  forward(event) {
    event.preventDefault();
    const number = dialable(this.number?.value ?? "");
    if (!number || !this.number) return this.number?.focus();
    this.number.value = "";
    this.close();
    return wish(this, { type: "forward", number });
  }

  /** @private */
  close() {
    if (this.menu) this.menu.open = false;
  }
}
customElements.define("desktop-call-settings", CallSettings);

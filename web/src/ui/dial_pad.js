import { dress, icon, make, wish } from "./dom.js";
import { Keypad } from "./keypad.js";

/** The number field with the Call button, always in the same place, and the keys, there while no call is shown. */
export class DialPad extends HTMLElement {
  connectedCallback() {
    if (this.firstChild) return;
    this.number = make("input", {
      type: "tel",
      placeholder: "Number to call",
      "aria-label": "Number to call",
      autocomplete: "off",
      maxlength: "64",
      "data-testid": "dial-number",
    });
    // Not by the form's submit, which is never fired in a frame without allow-forms; Enter clicks the button, too.
    this.call = make("button", { type: "submit", class: "call", disabled: true, onclick: (event) => this.dial(event), "data-testid": "dial-call" }, icon("handset", "up"), "Call");
    const form = make("form", { class: "dial-row" }, this.number, this.call);
    const keys = dress(new Keypad(), { "aria-label": "Dial pad", ondigit: (event) => this.type(event) });
    this.append(form, make("div", { class: "keys" }, keys));
  }

  /** @param {import("../model/view.js").View} view */
  update(view) {
    if (this.call) this.call.disabled = !view.canDial;
    this.toggleAttribute("in-call", view.cards.length > 0);
  }

  /** @private @param {Event} event */
  dial(event) {
    event.preventDefault();
    if (!this.number?.value.trim()) {
      this.number?.focus();
      return;
    }
    wish(this, { type: "dial", number: this.number.value });
    this.number.value = "";
  }

  /** @private @param {Event} event */
  type(event) {
    if (!this.number) return;
    this.number.value += /** @type {CustomEvent<string>} */ (event).detail;
    this.number.focus();
  }
}

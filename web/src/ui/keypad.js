import { make } from "./dom.js";

/** @type {[string, string][]} */
const KEYS = [
  ["1", ""], ["2", "ABC"], ["3", "DEF"], ["4", "GHI"], ["5", "JKL"], ["6", "MNO"],
  ["7", "PQRS"], ["8", "TUV"], ["9", "WXYZ"], ["*", ""], ["0", "+"], ["#", ""],
];

/** Twelve keys; each press is an event `digit`. The attribute `prefix` starts the keys' test ids. */
export class Keypad extends HTMLElement {
  connectedCallback() {
    if (this.firstChild) return;
    const prefix = this.getAttribute("prefix") ?? "key";
    this.setAttribute("role", "group");
    this.append(
      ...KEYS.map(([digit, letters]) =>
        make(
          "button",
          {
            type: "button",
            class: "key",
            "data-testid": `${prefix}-${digit}`,
            onclick: () => this.dispatchEvent(new CustomEvent("digit", { detail: digit })),
          },
          make("span", { class: "digit" }, digit),
          make("span", { class: "letters" }, letters),
        ),
      ),
    );
  }
}

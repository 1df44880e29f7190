import { make, wish } from "./dom.js";

/** @typedef {"transfer" | "conference"} Kind */
/** @typedef {"consult" | "directly"} Way */

/** @type {Record<Kind, { label: string } & Record<Way, string>>} */
const WORDS = {
  transfer: { label: "Transfer to", consult: "Talk first", directly: "Transfer now" },
  conference: { label: "Add to this call", consult: "Talk first", directly: "Add now" },
};

/** Whom to transfer a call to, or to bring into it, and how: after a word with them, or at once. */
export class JoinForm extends HTMLElement {
  /** @type {Kind} */
  kind = "transfer";
  card = "";

  connectedCallback() {
    if (this.firstChild) return;
    this.number = make("input", { type: "tel", autocomplete: "off", maxlength: "64", placeholder: "Number", "data-testid": "call-join-number" });
    this.label = make("span", {});
    const onclick = (/** @type {Event} */ event) => {
      event.preventDefault();
      this.choose(this.consult?.hidden ? "directly" : "consult");
    };
    this.consult = make("button", { type: "submit", class: "way", onclick, "data-testid": "call-join-consult" });
    this.directly = make("button", { type: "button", class: "way", "data-testid": "call-join-directly", onclick: () => this.choose("directly") });
    const field = make("label", { class: "field" }, this.label, this.number);
    this.append(make("form", { class: "join" }, field, make("div", { class: "ways" }, this.consult, this.directly)));
    this.addEventListener("keydown", (event) => event.key === "Escape" && this.dispatchEvent(new CustomEvent("close")));
  }

  /** @param {string} card @param {Kind} kind @param {Way[]} ways */
  update(card, kind, ways) {
    if (!this.label || !this.consult || !this.directly) return;
    this.card = card;
    this.kind = kind;
    this.dataset.kind = kind;
    this.label.textContent = WORDS[kind].label;
    this.consult.textContent = WORDS[kind].consult;
    this.directly.textContent = WORDS[kind].directly;
    this.consult.hidden = !ways.includes("consult");
    this.directly.hidden = !ways.includes("directly");
  }

  /** Empty, with the cursor in it. */
  begin() {
    if (!this.number) return;
    this.number.value = "";
    this.number.focus();
  }

  /** @private @param {Way} way */
  choose(way) {
    const number = this.number?.value.trim() ?? "";
    if (!number) return this.number?.focus();
    wish(this, { type: "press", card: this.card, button: `${this.kind}-${way}`, number });
    this.dispatchEvent(new CustomEvent("close"));
  }
}

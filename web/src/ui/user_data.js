import { dispositionChoice } from "./disposition.js";
import { icon, make, say, wish } from "./dom.js";

/** @typedef {import("../model/view.js").CardView} CardView */

/**
 * Attached data of a call: read as a list, changed behind "Edit". A value is kept when the field is left or Enter is pressed; what is shown
 * afterwards is what GWS says.
 */
export class UserData extends HTMLElement {
  /** What is on the screen, as JSON. */
  shown = "";
  editing = false;

  connectedCallback() {
    if (this.firstChild) return;
    this.disposition = dispositionChoice("call-disposition", (value) => this.card && wish(this, { type: "disposition", card: this.card.id, value }));
    this.edit = make("button", { type: "button", class: "edit", hidden: true, "aria-expanded": "false", "data-testid": "call-data-edit", onclick: () => this.toggle() }, "Edit");
    this.rows = make("dl", { class: "data", "data-testid": "call-data" });
    this.empty = make("p", { class: "empty" }, "No attached data");
    this.key = make("input", { placeholder: "Key", "aria-label": "New key", maxlength: "100", autocomplete: "off", "data-testid": "call-data-key" });
    this.value = make("input", { placeholder: "Value", "aria-label": "Its value", maxlength: "1000", autocomplete: "off", "data-testid": "call-data-value" });
    const onclick = (/** @type {Event} */ event) => {
      event.preventDefault(); // in a frame without allow-forms there is no submit
      this.add();
    };
    this.form = make("form", { class: "add", hidden: true }, this.key, this.value, make("button", { type: "submit", onclick, "data-testid": "call-data-add" }, "Add"));
    this.append(make("div", { class: "head" }, this.disposition.element, this.edit), this.rows, this.empty, this.form);
    this.addEventListener("keydown", (event) => event.key === "Escape" && this.editing && this.toggle());
  }

  /** @param {CardView} card */
  update(card) {
    this.card = card;
    if (!this.rows || !this.empty || !this.edit || !this.form) return;
    const { changes } = card;
    this.edit.hidden = !(changes.attach || changes.update || changes.remove);
    if (this.edit.hidden) this.editing = false;
    this.toggleAttribute("editing", this.editing);
    say(this.edit, this.editing ? "Done" : "Edit");
    this.edit.setAttribute("aria-expanded", String(this.editing));
    this.form.hidden = !this.editing || !changes.attach;
    this.empty.hidden = card.data.length > 0 || this.editing;
    this.disposition?.update(card.disposition);
    const key = JSON.stringify([card.data, this.editing && changes]);
    if (key === this.shown || (this.editing && this.rows.contains(document.activeElement) && this.touched())) return;
    this.shown = key;
    this.rows.replaceChildren(...card.data.flatMap(([name, value]) => this.row(name, value)));
  }

  /** @private @param {string} name @param {string} value */
  row(name, value) {
    const { changes } = /** @type {CardView} */ (this.card);
    const term = make("dt", { title: name }, name);
    if (!this.editing || !changes.keys.includes(name)) return [term, make("dd", { title: value }, value)];
    const field = make("input", { "aria-label": name, maxlength: "1000", autocomplete: "off", disabled: !changes.update, "data-key": name });
    field.value = field.defaultValue = value;
    field.addEventListener("change", () => this.keep(name, field.value));
    const remove = make(
      "button",
      { type: "button", class: "remove", hidden: !changes.remove, "aria-label": `Remove ${name}`, onclick: () => this.discard(name) },
      icon("close"),
    );
    return [term, make("dd", { class: "editable" }, field, remove)];
  }

  /** Somebody is typing. @private */
  touched() {
    return [...this.querySelectorAll("input")].some((field) => field === document.activeElement && field.value !== field.defaultValue);
  }

  /** @private */
  toggle() {
    this.editing = !this.editing;
    this.shown = "";
    if (this.card) this.update(this.card);
    this.edit?.focus();
  }

  /** @private @param {string} key @param {string} value */
  keep(key, value) {
    if (this.card) wish(this, { type: "data/set", card: this.card.id, key, value });
  }

  /** @private @param {string} key */
  discard(key) {
    this.edit?.focus(); // the button that was pressed goes
    if (this.card) wish(this, { type: "data/delete", card: this.card.id, key });
  }

  /** @private */
  add() {
    if (!this.key || !this.value) return;
    if (!this.key.value.trim()) return this.key.focus();
    this.keep(this.key.value, this.value.value);
    this.key.value = this.value.value = "";
    return this.key.focus();
  }
}

import { isOwn, rows } from "../../model/gws.js";
import { make, wish } from "../../ui/dom.js";

/** Attached data of a call, as a table; where GWS allows it, values are changed, added and deleted in place. */
export class CaseData extends HTMLElement {
  shown = "";
  /** The key that is being changed, null while none is; "" for a new one. @type {string | null} */
  editing = null;
  /** @type {import("../../model/gws.js").GwsCall | null} */
  call = null;
  testId = "desk-data";

  connectedCallback() {
    if (this.firstChild) return;
    this.table = make("dl", { class: "data", "data-testid": this.testId });
    this.append(this.table);
  }

  /** @param {import("../../model/gws.js").GwsCall} call @param {boolean} over */
  update(call, over) {
    this.call = call;
    const can = (/** @type {string} */ operation) => !over && call.capabilities.includes(operation);
    this.can = { change: can("UpdateUserData"), remove: can("DeleteUserDataPair") };
    const key = JSON.stringify([call.userData, this.can, this.editing]);
    if (key === this.shown || (this.editing !== null && this.shown !== "" && this.can.change && this.querySelector("input") === document.activeElement)) return;
    this.shown = key;
    this.draw();
  }

  /** @private */
  draw() {
    const { call } = this;
    if (!call || !this.table) return;
    const pairs = rows(call.userData).flatMap(([name, value]) => [make("dt", {}, name), this.editing === name ? this.form(name, value) : this.value(name, value)]);
    const none = pairs.length ? [] : [make("dt", {}, "No attached data"), make("dd", {})];
    const add = this.can?.change ? [this.editing === "" ? make("dt", {}, this.newKey()) : make("dt", {}), this.editing === "" ? this.form("", "") : this.adding()] : [];
    this.table.replaceChildren(...pairs, ...none, ...add);
  }

  /** @private */
  newKey() {
    this.key = make("input", { placeholder: "Key", "aria-label": "Key", maxlength: "255", "data-testid": "desk-data-key" });
    return this.key;
  }

  /** @private */
  adding() {
    return make("dd", {}, make("button", { type: "button", class: "link", "data-testid": "desk-data-add", onclick: () => this.edit("") }, "Add"));
  }

  /** @private @param {string} name @param {string} value */
  value(name, value) {
    const plain = !isOwn(name) && Object.hasOwn(this.call?.userData ?? {}, name);
    const buttons = make("span", { class: "change" });
    if (plain && this.can?.change) {
      buttons.append(make("button", { type: "button", class: "link", "data-testid": `desk-data-edit-${name}`, onclick: () => this.edit(name) }, "Edit"));
    }
    if (plain && this.can?.remove) {
      const remove = () => wish(this, { type: "operate", id: this.call?.id, operation: "DeleteUserDataPair", fields: { key: name } });
      buttons.append(make("button", { type: "button", class: "link", "data-testid": `desk-data-delete-${name}`, onclick: remove }, "Delete"));
    }
    return make("dd", {}, make("span", {}, value), buttons);
  }

  /** @private @param {string} name @param {string} value */
  form(name, value) {
    const input = make("input", { value, "aria-label": `Value of ${name || "the new key"}`, maxlength: "1000", "data-testid": "desk-data-value" });
    const save = (/** @type {Event} */ event) => {
      event.preventDefault();
      this.save(name || (this.key?.value.trim() ?? ""), input.value);
    };
    const buttons = [make("button", { type: "submit", class: "small", "data-testid": "desk-data-save" }, "Save"), this.cancel()];
    queueMicrotask(() => (name ? input : (this.key ?? input)).focus());
    return make("dd", {}, make("form", { class: "edit", onsubmit: save }, input, ...buttons));
  }

  /** @private */
  cancel() {
    return make("button", { type: "button", class: "link", onclick: () => this.edit(null) }, "Cancel");
  }

  /** @private @param {string} key @param {string} value */
  save(key, value) {
    if (key) wish(this, { type: "operate", id: this.call?.id, operation: "UpdateUserData", fields: { userData: { [key]: value } } });
    this.edit(null);
  }

  /** @private @param {string | null} key */
  edit(key) {
    this.editing = key;
    this.draw();
  }
}
customElements.define("desktop-case-data", CaseData);

import { rows } from "../../model/gws.js";
import { icon, make, refill, wish } from "../../ui/dom.js";
import { nameOf } from "../model/work.js";
import { kindOf } from "./case_card.js";

const ROWS = 4;

/** Over the rest: calls that ring, with Accept and Reject, and what pages beside ask the agent to read. */
export class ToastStack extends HTMLElement {
  shown = "";

  connectedCallback() {
    this.setAttribute("role", "alert");
  }

  /** @param {import("../model/work.js").Work} work @param {import("../service_client/toasts.js").Toast[]} toasts */
  update(work, toasts) {
    const ringing = [...work.cases.values()].filter((one) => one.call.state === "Ringing");
    const key = JSON.stringify([ringing.map((one) => [one.call.id, one.call.userData, nameOf(one)]), toasts]);
    if (key === this.shown) return;
    this.shown = key;
    refill(this, ...ringing.map((one) => this.call(one)), ...toasts.map((one) => this.message(one)));
  }

  /** @private @param {import("../model/work.js").Case} one */
  call(one) {
    const { id } = one.call;
    const ask = (/** @type {string} */ operation) => () => wish(this, { type: "operate", id, operation, fields: {} });
    const head = make("div", { class: "head" }, icon("handset"), make("div", { class: "whom" }, make("strong", {}, nameOf(one)), make("span", { class: "kind" }, kindOf(one.call, one.direction))));
    const accept = make("button", { type: "button", class: "go", "data-testid": "desk-toast-accept", onclick: ask("Answer") }, icon("handset", "up"), "Accept");
    const reject = make("button", { type: "button", class: "stop", "data-testid": "desk-toast-reject", onclick: ask("Hangup") }, icon("handset"), "Reject");
    return make("section", { class: "toast ringing", "data-testid": "desk-toast" }, head, table(rows(one.call.userData).slice(0, ROWS)), make("div", { class: "operations" }, accept, reject));
  }

  /** @private @param {import("../service_client/toasts.js").Toast} toast */
  message({ id, title, text, rows: pairs, buttons }) {
    const press = (/** @type {string} */ button) => () => wish(this, { type: "toast", id, button });
    const close = make("button", { type: "button", class: "close", "aria-label": "Close", onclick: press("") }, icon("close"));
    const head = make("div", { class: "head" }, make("div", { class: "whom" }, make("strong", {}, title)), close);
    const words = text ? [make("p", {}, text)] : [];
    const asked = buttons.map((label) => make("button", { type: "button", onclick: press(label) }, label));
    return make("section", { class: "toast", "data-testid": "desk-page-toast" }, head, ...words, table(pairs), make("div", { class: "operations" }, ...asked));
  }
}

/** @param {[string, string][]} pairs */
const table = (pairs) => make("dl", {}, ...pairs.flatMap(([key, value]) => [make("dt", {}, key), make("dd", {}, value)]));

customElements.define("desktop-toasts", ToastStack);

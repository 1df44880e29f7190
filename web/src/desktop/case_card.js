import { rows } from "../model/gws.js";
import { clock } from "../model/messages.js";
import { icon, make, say, wish } from "../ui/dom.js";
import { nameOf } from "./work.js";

/**
 * What GWS may offer for a call, in the order of the buttons: [operation, label, field the operation needs, look].
 * @type {[string, string, "" | "digits" | "phoneNumber", string][]}
 */
const OPERATIONS = [
  ["Answer", "Answer", "", "go"],
  ["Hold", "Hold", "", ""],
  ["Retrieve", "Retrieve", "", "warm"],
  ["SwapCalls", "Swap", "", ""],
  ["CompleteTransfer", "Complete transfer", "", ""],
  ["CompleteConference", "Complete conference", "", ""],
  ["InitiateTransfer", "Consult", "phoneNumber", ""],
  ["SingleStepTransfer", "Transfer", "phoneNumber", ""],
  ["SendDtmf", "Send digits", "digits", ""],
  ["Hangup", "Hang up", "", "stop"],
];

/** @type {Record<string, string>} */
const LABEL = { Ringing: "Ringing", Dialing: "Dialing", Established: "Connected", Held: "On hold" };

/** One call as a case: who, state, time, attached data, and a button for each capability that GWS offers. */
export class CaseCard extends HTMLElement {
  connectedCallback() {
    if (this.firstChild) return;
    this.dataset.testid = "desk-call";
    this.who = make("h2", { "data-testid": "desk-call-who" });
    this.kind = make("p", { class: "kind" });
    this.state = make("span", { class: "pill", "data-testid": "desk-call-state" });
    this.timer = make("span", { class: "timer", "data-testid": "desk-call-timer" });
    this.data = make("dl", { class: "data", "data-testid": "desk-data" });
    this.value = make("input", { placeholder: "Number or digits", "aria-label": "Number or digits", autocomplete: "off", "data-testid": "desk-value" });
    this.buttons = make("div", { class: "operations" });
    this.valued = make("div", { class: "operations" });
    this.withValue = make("div", { class: "with-value" }, this.value, this.valued);
    const head = make("div", { class: "head" }, make("span", { class: "avatar" }, icon("person")), make("div", { class: "whom" }, this.who, this.kind), this.state, this.timer);
    this.append(head, make("h3", {}, "Attached data"), this.data, make("div", { class: "foot" }, this.buttons, this.withValue));
  }

  /** @param {import("./work.js").Case} one @param {number} now */
  update(one, now) {
    const { call, direction } = one;
    this.one = one;
    this.dataset.state = call.state;
    this.dataset.uuid = call.id;
    if (!this.who || !this.kind || !this.state || !this.data || !this.value) return;
    say(this.who, nameOf(one));
    say(this.kind, [call.callType || "Call", direction === "in" && call.dnis ? `to ${call.dnis}` : ""].filter(Boolean).join(" "));
    say(this.state, LABEL[call.state] ?? call.state);
    this.offer(call.capabilities);
    const key = JSON.stringify(call.userData);
    if (key !== this.shown) {
      this.shown = key;
      const pairs = rows(call.userData).flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]);
      this.data.replaceChildren(...(pairs.length ? pairs : [make("dd", { class: "none" }, "None")]));
    }
    this.tick(now);
  }

  shown = "";
  offered = "";

  /** @param {number} now */
  tick(now) {
    if (this.timer && this.one) say(this.timer, this.one.since === null ? "" : clock(now - this.one.since));
  }

  /** @private @param {string[]} capabilities */
  offer(capabilities) {
    const offered = OPERATIONS.filter(([operation]) => capabilities.includes(operation));
    const key = offered.map(([operation]) => operation).join();
    if (key === this.offered || !this.buttons || !this.valued || !this.withValue) return;
    this.offered = key;
    const [plain, valued] = [offered.filter(([, , field]) => !field), offered.filter(([, , field]) => field)];
    this.withValue.hidden = valued.length === 0;
    this.buttons.replaceChildren(...plain.map((one) => this.button(...one)));
    this.valued.replaceChildren(...valued.map((one) => this.button(...one)));
  }

  /** @private @param {string} operation @param {string} label @param {string} field @param {string} look */
  button(operation, label, field, look) {
    const properties = { type: "button", class: look, "data-testid": `desk-op-${operation}`, onclick: () => this.press(operation, field) };
    return make("button", properties, ...iconOf(operation), label);
  }

  /** @private @param {string} operation @param {string} field */
  press(operation, field) {
    const value = this.value?.value.trim() ?? "";
    if (field && !value) {
      this.value?.focus();
      return;
    }
    const fields = field === "phoneNumber" ? { destination: { phoneNumber: value } } : field ? { [field]: value } : {};
    if (field && this.value) this.value.value = "";
    wish(this, { type: "operate", id: this.one?.call.id ?? "", operation, fields });
  }
}
/** @param {string} operation @returns {Node[]} */
function iconOf(operation) {
  if (operation === "Answer") return [icon("handset", "up")];
  const name = { Hold: "pause", Retrieve: "play", SendDtmf: "keys", Hangup: "handset" }[operation];
  return name ? [icon(name)] : [];
}

customElements.define("desktop-case", CaseCard);

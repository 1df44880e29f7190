import { clock } from "../../model/messages.js";
import { icon, make, refill, say, wish } from "../../ui/dom.js";
import { nameOf } from "../model/work.js";
import { CaseData } from "./case_data.js";

/** Operations of GWS in the order of the buttons: [operation, label, look, icon]. @type {[string, string, string, string][]} */
const OPERATIONS = [
  ["Answer", "Answer", "go", "handset"],
  ["Hold", "Hold", "", "pause"],
  ["Retrieve", "Retrieve", "warm", "play"],
  ["SwapCalls", "Swap", "", "transfer"],
  ["CompleteTransfer", "Complete transfer", "strong", ""],
  ["CompleteConference", "Complete conference", "strong", ""],
  ["StartCallRecording", "Record", "", ""],
  ["PauseCallRecording", "Pause recording", "", ""],
  ["ResumeCallRecording", "Resume recording", "", ""],
  ["StopCallRecording", "Stop recording", "", ""],
  ["SwitchToListenIn", "Only listen", "", ""],
  ["SwitchToCoach", "Coach", "", ""],
  ["SwitchToBargeIn", "Barge in", "", ""],
  ["Hangup", "Hang up", "stop", "handset"],
];
/** What opens the team communicator: [what, label, icon, operations of which one is enough]. @type {[string, string, string, string[]][]} */
const JOINING = [
  ["transfer", "Transfer", "transfer", ["SingleStepTransfer", "InitiateTransfer"]],
  ["conference", "Conference", "people", ["SingleStepConference", "InitiateConference"]],
];
/** While there is a consultation these are on its card alone. */
const AT_CONSULTATION = ["CompleteTransfer", "CompleteConference"];
/** @type {Record<string, string>} */
const LABEL = { Ringing: "Ringing", Dialing: "Dialing", Established: "Connected", Held: "On hold" };

/** One call: who, state, time, attached data, disposition, and a button for each capability that GWS offers. */
export class CaseCard extends HTMLElement {
  offered = "";

  connectedCallback() {
    if (this.firstChild) return;
    this.dataset.testid = "desk-call";
    this.who = make("h2", { "data-testid": "desk-call-who" });
    this.kind = make("p", { class: "kind", "data-testid": "desk-call-kind" });
    this.state = make("span", { class: "pill", "data-testid": "desk-call-state" });
    this.timer = make("span", { class: "timer", "data-testid": "desk-call-timer" });
    this.recording = make("span", { class: "recording", "data-testid": "desk-call-recording" });
    this.data = new CaseData();
    this.disposition = make("select", { "aria-label": "Disposition", "data-testid": "desk-disposition" });
    this.disposition.addEventListener("change", () => this.dispose());
    this.disposing = make("label", { class: "disposition" }, make("span", {}, "Disposition"), this.disposition);
    this.value = make("input", { placeholder: "Digits", "aria-label": "Digits", autocomplete: "off", inputmode: "tel", "data-testid": "desk-value" });
    this.digits = make("form", { class: "digits", onsubmit: (event) => this.sendDigits(event) }, this.value, make("button", { type: "submit", "data-testid": "desk-op-SendDtmf" }, icon("keys"), "Send"));
    this.buttons = make("div", { class: "operations" });
    const head = make("div", { class: "head" }, make("span", { class: "avatar" }, icon("person")), make("div", { class: "whom" }, this.who, this.kind), this.recording, this.state, this.timer);
    this.append(head, make("div", { class: "foot" }, this.buttons, this.digits), make("div", { class: "about" }, make("h3", {}, "Attached data"), this.disposing), this.data);
  }

  /** @param {import("../model/work.js").Case} one @param {import("../model/view.js").SessionView} session @param {number} now */
  update(one, session, now) {
    const { call, direction } = one;
    this.one = one;
    this.dataset.state = call.state;
    this.dataset.uuid = call.id;
    this.classList.toggle("consult", session.work.caseOf(call.id) !== call.id);
    if (!this.who || !this.kind || !this.state || !this.recording || !this.digits) return;
    say(this.who, nameOf(one));
    say(this.kind, kindOf(call, direction));
    say(this.state, LABEL[call.state] ?? call.state);
    say(this.recording, call.recording === "Recording" ? "Recording" : call.recording === "Paused" ? "Recording paused" : "");
    this.digits.hidden = !call.capabilities.includes("SendDtmf") || !session.options.isOn("voice.can-send-dtmf", true);
    this.offer(call.capabilities);
    this.data?.update(call, false);
    this.dispositions(session, call);
    this.tick(now);
  }

  /** @param {number} now */
  tick(now) {
    if (this.timer && this.one) say(this.timer, this.one.since === null ? "" : clock(now - this.one.since));
  }

  /** @private @param {import("../model/view.js").SessionView} session @param {import("../../model/gws.js").GwsCall} call */
  dispositions({ dispositions, dispositionKey }, call) {
    if (!this.disposition || !this.disposing) return;
    this.disposing.hidden = dispositions.length === 0 || call.consult || !call.capabilities.includes("UpdateUserData");
    if (this.disposition.childElementCount !== dispositions.length + 1) {
      const choices = [{ value: "", label: "None" }, ...dispositions];
      this.disposition.replaceChildren(...choices.map(({ value, label }) => make("option", { value }, label)));
    }
    if (document.activeElement !== this.disposition) this.disposition.value = String(call.userData[dispositionKey] ?? "");
  }

  /** @private */
  dispose() {
    const value = this.disposition?.value ?? "";
    this.disposition?.blur();
    if (value) wish(this, { type: "disposition", id: this.one?.call.id, value });
  }

  /** @private @param {string[]} capabilities */
  offer(capabilities) {
    const key = [...capabilities, this.className].join();
    if (key === this.offered || !this.buttons) return;
    this.offered = key;
    const consulting = capabilities.includes("SwapCalls");
    const elsewhere = consulting && !this.classList.contains("consult") ? AT_CONSULTATION : [];
    const plain = OPERATIONS.filter(([operation]) => capabilities.includes(operation) && !elsewhere.includes(operation));
    const rings = capabilities.includes("Answer");
    const joining = rings || consulting ? [] : JOINING.filter(([, , , needs]) => needs.some((one) => capabilities.includes(one)));
    const ordered = [...plain.filter(([one]) => one !== "Hangup"), ...plain.filter(([one]) => one === "Hangup")].map((one) => this.button(...one));
    const reject = rings && !capabilities.includes("Hangup") ? [this.button("Hangup", "Reject", "stop", "handset")] : [];
    const last = plain.some(([one]) => one === "Hangup") ? [/** @type {Node} */ (ordered.pop())] : reject;
    refill(this.buttons, ...ordered, ...joining.map(([what, label, sign]) => this.opener(what, label, sign)), ...last);
  }

  /** @private @param {string} operation @param {string} label @param {string} look @param {string} sign */
  button(operation, label, look, sign) {
    const press = () => wish(this, { type: "operate", id: this.one?.call.id ?? "", operation, fields: {} });
    const icons = sign ? [icon(sign, operation === "Answer" ? "up" : "")] : [];
    return make("button", { type: "button", class: look, "data-testid": `desk-op-${operation}`, onclick: press }, ...icons, label);
  }

  /** @private @param {string} what @param {string} label @param {string} sign */
  opener(what, label, sign) {
    const open = () => wish(this, { type: "join", id: this.one?.call.id ?? "", what });
    return make("button", { type: "button", "data-testid": `desk-join-${what}`, onclick: open }, icon(sign), label);
  }

  /** @private @param {Event} event */
  sendDigits(event) {
    event.preventDefault();
    const digits = this.value?.value.trim() ?? "";
    if (!digits) return this.value?.focus();
    if (this.value) this.value.value = "";
    return wish(this, { type: "operate", id: this.one?.call.id ?? "", operation: "SendDtmf", fields: { digits } });
  }
}

/** @param {import("../../model/gws.js").GwsCall} call @param {"in" | "out"} direction */
export function kindOf(call, direction) {
  if (call.consult) return "Consultation";
  const to = direction === "in" && call.dnis ? `to ${call.dnis}` : "";
  return [call.callType || "Call", to, call.numbers.length > 1 ? `${call.numbers.length + 1} parties` : ""].filter(Boolean).join(" ");
}

customElements.define("desktop-case", CaseCard);

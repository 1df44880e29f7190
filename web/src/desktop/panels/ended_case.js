import { clock } from "../../model/messages.js";
import { dispositionChoice } from "../../ui/disposition.js";
import { icon, make, say, wish } from "../../ui/dom.js";
import { nameOf } from "../model/work.js";
import { kindOf } from "./case_card.js";
import { CaseData } from "./case_data.js";

/** A call that is over and still worked on: what is known of it, and Mark Done. */
export class EndedCase extends HTMLElement {
  connectedCallback() {
    if (this.firstChild) return;
    this.dataset.testid = "desk-ended";
    this.who = make("h2", {});
    this.kind = make("p", { class: "kind" });
    this.length = make("span", { class: "timer" });
    this.data = Object.assign(new CaseData(), { testId: "desk-ended-data" });
    this.disposition = dispositionChoice("desk-ended-disposition", (value) => wish(this, { type: "disposition", id: this.one?.call.id, value }));
    const done = make("button", { type: "button", class: "strong", "data-testid": "desk-mark-done", onclick: () => wish(this, { type: "mark-done", id: this.one?.call.id }) }, "Mark done");
    const head = make("div", { class: "head" }, make("span", { class: "avatar" }, icon("person")), make("div", { class: "whom" }, this.who, this.kind), make("span", { class: "pill" }, "Ended"), this.length, done);
    this.append(head, make("div", { class: "about" }, make("h3", {}, "Attached data"), this.disposition.element), this.data);
  }

  /** @param {import("../model/work.js").EndedCase} one @param {import("../model/view.js").SessionView} session */
  update(one, { dispositions, dispositionKey }) {
    this.one = one;
    if (!this.who || !this.kind || !this.length) return;
    say(this.who, nameOf(one));
    say(this.kind, kindOf(one.call, one.direction));
    say(this.length, one.since === null ? "" : clock(one.ended - one.since));
    this.data?.update(one.call, true);
    const said = one.call.userData[dispositionKey];
    this.disposition?.update(dispositions.length ? { value: typeof said === "string" ? said : "", choices: dispositions, enabled: true } : null);
  }
}
customElements.define("desktop-ended-case", EndedCase);

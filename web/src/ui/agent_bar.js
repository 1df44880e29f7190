import { STATE_CHOICES } from "../model/agent.js";
import { reasonsOf } from "../model/choices.js";
import { clock } from "../model/messages.js";
import { AfterCall } from "./after_call.js";
import { dress, icon, make, say, wish } from "./dom.js";

/** @type {Record<string, string>} */
const SHORT = { Ready: "Ready", NotReady: "Not ready", AfterCallWork: "After call", AuxWork: "Aux work" };

/**
 * Who is signed in, on which DN, in which state and how long. With the attribute `choose` (stand-alone) the state can be chosen: Genesys's
 * own by a button each, the contact centre's reasons from a list.
 */
export class AgentBar extends HTMLElement {
  connectedCallback() {
    if (this.firstChild) return;
    const choose = this.hasAttribute("choose");
    this.name = make("span", { class: "name", "data-testid": "agent-name" }, "No agent");
    this.dn = make("span", { class: "dn", "data-testid": "agent-dn" });
    this.state = make("span", { class: "pill", "data-testid": "agent-state", "data-colour": "off" }, "Offline");
    this.timer = make("span", { class: "state-timer", title: "Time in this state", "data-testid": "agent-state-timer" });
    const who = make("div", { class: "who" }, this.name, this.dn);
    this.afterCall = dress(new AfterCall(), { hidden: true, ...(choose && { choose: true }) });
    this.append(make("div", { class: "agent" }, make("span", { class: "avatar" }, icon("person")), who, make("div", { class: "now" }, this.state, this.timer)));
    this.choices = STATE_CHOICES.map(({ operation, label }) => this.button(operation, label));
    const onchange = () => this.reasons?.value && wish(this, { type: "state", operation: this.reasons.value });
    this.reasons = make("select", { "aria-label": "Reason for not being ready", "data-testid": "state-reason", hidden: true, onchange });
    if (choose) this.append(make("div", { class: "choices", role: "group", "aria-label": "Agent state" }, ...this.choices, this.reasons));
    this.append(this.afterCall);
  }

  /** @private @param {string} operation @param {string} label */
  button(operation, label) {
    const properties = { type: "button", title: label, "data-testid": `state-${operation}`, "data-operation": operation, "aria-pressed": "false", disabled: true };
    return make("button", { ...properties, onclick: () => wish(this, { type: "state", operation }) }, SHORT[operation] ?? label);
  }

  /** @param {import("../model/view.js").View} view @param {number} now @param {string} [dn] the DN of a phone without an agent */
  update(view, now, dn = "") {
    const { agent, lights } = view;
    if (!this.name || !this.dn || !this.state) return;
    this.view = view;
    say(this.name, agent?.name ?? (dn ? "Phone" : "No agent"));
    say(this.dn, agent?.dn || dn ? `DN ${agent?.dn || dn}` : "Not signed in");
    say(this.state, agent?.state ?? "Offline");
    this.state.dataset.colour = agent?.colour ?? "off";
    const possible = lights.gws === "on" && agent !== null;
    for (const choice of this.choices ?? []) {
      choice.disabled = !possible;
      choice.setAttribute("aria-pressed", String(agent?.operation === choice.dataset.operation));
    }
    this.offer(view, possible);
    this.afterCall?.update(view, now);
    this.tick(now);
  }

  /** @param {number} now */
  tick(now) {
    const agent = this.view?.agent;
    if (this.timer) say(this.timer, agent && agent.colour !== "off" ? clock(now - agent.since) : "");
    this.afterCall?.tick(now);
  }

  /** The contact centre's own reasons. @private @param {import("../model/view.js").View} view @param {boolean} possible */
  offer({ states, agent }, possible) {
    if (!this.reasons) return;
    const reasons = reasonsOf(states);
    this.reasons.hidden = reasons.length === 0;
    const key = JSON.stringify(reasons);
    if (this.reasons.dataset.choices !== key) {
      this.reasons.dataset.choices = key;
      const none = make("option", { value: "" }, "Other");
      this.reasons.replaceChildren(none, ...reasons.map(({ operation, label }) => make("option", { value: operation }, label)));
    }
    this.reasons.disabled = !possible;
    const chosen = reasons.some(({ operation }) => operation === agent?.operation) ? (agent?.operation ?? "") : "";
    this.reasons.classList.toggle("chosen", chosen !== "");
    if (document.activeElement !== this.reasons || chosen === "") this.reasons.value = chosen;
  }
}

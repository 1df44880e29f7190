import { STATE_CHOICES } from "../model/agent.js";
import { icon, make, say, wish } from "./dom.js";

/** @type {Record<string, string>} */
const SHORT = { Ready: "Ready", NotReady: "Not ready", AfterCallWork: "After call", AuxWork: "Aux work" };

/** Who is signed in, on which DN, in which state. With the attribute `choose` (stand-alone) the state can be chosen. */
export class AgentBar extends HTMLElement {
  connectedCallback() {
    if (this.firstChild) return;
    this.name = make("span", { class: "name", "data-testid": "agent-name" }, "No agent");
    this.dn = make("span", { class: "dn", "data-testid": "agent-dn" });
    this.state = make("span", { class: "pill", "data-testid": "agent-state", "data-colour": "off" }, "Offline");
    const who = make("div", { class: "who" }, this.name, this.dn);
    this.append(make("div", { class: "agent" }, make("span", { class: "avatar" }, icon("person")), who, this.state));
    this.choices = STATE_CHOICES.map(({ operation, label }) =>
      make(
        "button",
        {
          type: "button",
          title: label,
          "data-testid": `state-${operation}`,
          "data-operation": operation,
          "aria-pressed": "false",
          disabled: true,
          onclick: () => wish(this, { type: "state", operation }),
        },
        SHORT[operation] ?? label,
      ),
    );
    if (this.hasAttribute("choose")) {
      this.append(make("div", { class: "choices", role: "group", "aria-label": "Agent state" }, ...this.choices));
    }
  }

  /** @param {import("../model/view.js").View} view @param {string} [dn] the DN of a phone without an agent */
  update(view, dn = "") {
    const { agent, lights } = view;
    if (!this.name || !this.dn || !this.state) return;
    say(this.name, agent?.name ?? (dn ? "Phone" : "No agent"));
    say(this.dn, agent?.dn || dn ? `DN ${agent?.dn || dn}` : "Not signed in");
    say(this.state, agent?.state ?? "Offline");
    this.state.dataset.colour = agent?.colour ?? "off";
    for (const choice of this.choices ?? []) {
      choice.disabled = lights.gws !== "on" || !agent;
      choice.setAttribute("aria-pressed", String(agent?.operation === choice.dataset.operation));
    }
  }
}

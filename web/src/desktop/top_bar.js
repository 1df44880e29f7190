import { fullName, STATE_CHOICES, stateColour, stateLabel } from "../model/agent.js";
import { icon, make, say, wish } from "../ui/dom.js";

/** Who works here, in which state, and the buttons that change it. */
export class TopBar extends HTMLElement {
  connectedCallback() {
    if (this.firstChild) return;
    this.name = make("span", { class: "name", "data-testid": "desk-agent" });
    this.dn = make("span", { class: "dn" });
    this.state = make("span", { class: "pill", "data-testid": "desk-state" });
    this.choices = STATE_CHOICES.map(({ operation, label }) =>
      make(
        "button",
        { type: "button", "data-operation": operation, "data-testid": `desk-state-${operation}`, onclick: () => wish(this, { type: "state", operation }) },
        label,
      ),
    );
    const leave = make("button", { type: "button", class: "leave", "data-testid": "desk-logout", onclick: () => wish(this, { type: "log-out" }) }, "Log out");
    this.append(
      make("span", { class: "brand" }, make("span", { class: "mark" }, icon("handset")), "Agent Desktop", make("span", { class: "tag" }, "lab")),
      make("div", { class: "choices", role: "group", "aria-label": "Agent state" }, ...this.choices),
      this.state,
      make("div", { class: "who" }, this.name, this.dn),
      leave,
    );
  }

  /** @param {import("../model/agent.js").Agent} agent @param {string} wanted @param {boolean} inService */
  update(agent, wanted, inService) {
    if (!this.name || !this.dn || !this.state) return;
    say(this.name, fullName(agent));
    say(this.dn, inService ? `DN ${agent.dn}` : `DN ${agent.dn}, no phone yet`);
    this.dn.dataset.inService = String(inService);
    say(this.state, stateLabel(agent.state));
    this.state.dataset.colour = stateColour(agent.state);
    for (const choice of this.choices ?? []) {
      const mine = STATE_CHOICES.find((one) => one.operation === choice.dataset.operation);
      const now = mine?.state === agent.state.state && mine.workMode === agent.state.workMode;
      choice.setAttribute("aria-pressed", String(now));
      choice.dataset.wanted = String(wanted === choice.dataset.operation && !now);
    }
  }
}
customElements.define("desktop-top-bar", TopBar);

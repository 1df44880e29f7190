// The agents' DNs: who can be called, and why somebody cannot.

import { make, say } from "../../ui/dom.js";
import { grouped } from "../model/figures.js";
import { AGENT_FILTERS, agentState, shownAgents } from "../model/lists.js";
import { choice, head, pill, search } from "./parts.js";
import { Rows } from "./rows.js";

/** @typedef {import("../model/types.js").Agent} Agent */

export class Agents extends HTMLElement {
  constructor() {
    super();
    this.words = "";
    this.filter = "All";
    /** @type {Agent[]} */
    this.all = [];
    this.count = make("span", { class: "count", role: "status", "data-testid": "agents-count" });
    /** @type {Rows<Agent>} */
    this.rows = new Rows({
      label: "Agents",
      testid: "agents",
      key: (agent) => agent.dn,
      columns: [
        { name: "DN", cell: (agent) => agent.dn },
        { name: "State", cell: (agent) => pill(...agentState(agent)) },
        { name: "Why not", cell: (agent) => agent.why },
        { name: "At SIP Server", cell: (agent) => (agent.registered ? "registered" : "–") },
        { name: "Pages", cell: (agent) => String(agent.pages || "–"), figure: true },
        { name: "Microphone", cell: (agent) => agent.microphone || "–" },
        { name: "Calls", cell: (agent) => String(agent.calls || "–"), figure: true },
      ],
    });
    const find = search("Find a DN or a reason", "agents-search", (words) => this.changed({ words }));
    const filters = choice("Which agents", Object.keys(AGENT_FILTERS), (filter) => this.changed({ filter }));
    this.append(head("Agents", this.count), make("div", { class: "tools" }, find, filters), this.rows);
  }

  /** @param {{ words?: string, filter?: string }} wanted */
  changed(wanted) {
    Object.assign(this, wanted);
    this.show();
  }

  /** @param {{ agents: Agent[] }} said */
  update({ agents }) {
    this.all = agents;
    this.show();
  }

  show() {
    const shown = shownAgents(this.all, this.filter, this.words);
    say(this.count, shown.length === this.all.length ? grouped(this.all.length) : `${grouped(shown.length)} of ${grouped(this.all.length)}`);
    const empty = this.all.length ? "No agent is like that. Search for less, or choose All." : "No agents are set up. Add them with `cordboard agents add 5001-5020`.";
    this.rows.update(shown, empty);
  }
}

import { icon, make, say, wish } from "../../ui/dom.js";
import { lasting, offered, ordered } from "../model/supervision.js";

/** @typedef {import("../model/supervision.js").SupervisedAgent} SupervisedAgent */

/** A supervisor's agents: state, whom they speak to, and a way into their calls. Others do not see it. */
export class Supervision extends HTMLElement {
  shown = "";

  connectedCallback() {
    if (this.firstChild) return;
    this.now = make("span", { class: "watching", "data-testid": "desk-monitoring" });
    this.stop = make("button", { type: "button", class: "link", hidden: true, "data-testid": "desk-monitoring-stop", onclick: () => wish(this, { type: "stop-monitoring" }) }, "Stop");
    this.list = make("ul", { class: "contacts", "data-testid": "desk-agents" });
    this.append(make("div", { class: "title" }, make("h3", {}, "My agents"), this.now, this.stop), this.list);
  }

  /** @param {SupervisedAgent[]} agents @param {import("../../model/gws.js").Device | null} own */
  update(agents, own) {
    const choices = offered(own);
    this.hidden = choices.length === 0;
    if (this.hidden || !this.now || !this.stop) return;
    const target = own?.monitoring?.target ?? "";
    const watched = agents.find((one) => one.device === target);
    say(this.now, target ? `${lasting(own)}: ${watched?.name ?? "somebody"}` : "");
    this.stop.hidden = target === "";
    const key = JSON.stringify([agents, own?.monitoring, choices]);
    if (key === this.shown) return;
    this.shown = key;
    this.list?.replaceChildren(...ordered(agents, target).map((one) => this.item(one, choices, own)));
  }

  /** @private @param {SupervisedAgent} agent @param {import("../model/supervision.js").MonitoringChoice[]} choices @param {import("../../model/gws.js").Device | null} own */
  item(agent, choices, own) {
    const { device, name, number, state, colour, call } = agent;
    const presence = call ? "busy" : { ready: "ready", busy: "busy", away: "busy", off: "off" }[colour];
    const under = [number, call ? `with ${call}` : state].join(" · ");
    const words = make("div", { class: "whom" }, make("span", { class: "who" }, name), make("span", { class: "under" }, under));
    const buttons = colour === "off" ? [] : choices.map((choice) => this.button(agent, choice, own));
    const sign = make("span", { class: "presence", "data-presence": presence }, icon("person"));
    const watched = device === own?.monitoring?.target ? "watched" : "";
    return make("li", { class: watched, "data-testid": "desk-agent-row", "data-number": number }, sign, words, make("div", { class: "actions" }, ...buttons));
  }

  /** @private @param {SupervisedAgent} agent @param {import("../model/supervision.js").MonitoringChoice} choice @param {import("../../model/gws.js").Device | null} own */
  button({ device, name }, { operation, label }, own) {
    const pressed = device === own?.monitoring?.target && operation === own?.monitoring?.state;
    const ask = () => wish(this, pressed ? { type: "stop-monitoring" } : { type: "monitor", device, operation });
    const properties = { title: `${label}: ${name}`, "aria-label": `${label}: ${name}`, "aria-pressed": String(pressed), "data-testid": `desk-monitor-${operation}` };
    return make("button", { type: "button", class: "small", ...properties, onclick: ask }, label);
  }
}
customElements.define("desktop-supervision", Supervision);

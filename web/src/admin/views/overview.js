// Whether agents can work, at one look.

import { make, say, wish } from "../../ui/dom.js";
import { counted, grouped, line, span } from "../model/figures.js";
import { action, head } from "./parts.js";
import { clock } from "./time.js";

/** @typedef {import("../model/types.js").Overview} Facts */

const SVG = "http://www.w3.org/2000/svg";
const CURVE = { width: 240, height: 44 };

export class Overview extends HTMLElement {
  constructor() {
    super();
    this.state = make("section", { class: "card state", role: "status", "data-testid": "overview-state" });
    this.calls = figure("Calls now", "overview-calls");
    this.agents = figure("Agents that can be called", "overview-agents");
    this.engine = figure("Media", "overview-media");
    this.ended = figure("Calls since the start", "overview-ended");
    this.drain = make("section", { class: "card drain", "data-testid": "overview-drain" });
    this.about = make("p", { class: "about", "data-testid": "overview-about" });
    this.append(head("Overview"), this.state, make("div", { class: "cards" }, this.calls.card, this.agents.card, this.engine.card, this.ended.card), this.drain, this.about);
  }

  /** @param {Facts} facts @param {import("../model/history.js").History} history */
  update(facts, history) {
    this.showState(facts);
    this.calls.show(grouped(facts.calls), facts.calls ? "in progress, ringing ones included" : "nobody is on the phone", history.of("calls"));
    this.agents.show(`${grouped(facts.reachable)} of ${grouped(facts.agents)}`, `${counted(facts.pages, "softphone")}, ${counted(facts.registered, "DN")} registered`, history.of("reachable"));
    this.engine.show(`${Math.round(facts.load * 100)} %`, `${facts.engine}, ${counted(facts.workers, "worker")}${facts.shedding ? ", takes no new calls: it is full" : ""}`, history.of("load"));
    const all = Object.values(facts.ended).reduce((sum, each) => sum + each, 0);
    this.ended.show(grouped(all), Object.entries(facts.ended).map(([name, each]) => `${grouped(each)} ${name}`).join(", ") || "none yet", []);
    this.showDrain(facts);
    say(this.about, `Cordboard ${facts.version}, running for ${span(facts.now - facts.started)} (since ${clock(facts.started)}). SIP Server in use: ${facts.sip_server || "none"}.`);
  }

  /** @param {Facts} facts */
  showState(facts) {
    const key = JSON.stringify([facts.ready, facts.checks]);
    if (this.state.dataset.key === key) return;
    this.state.dataset.key = key;
    this.state.dataset.ready = String(facts.ready);
    const list = facts.checks.map(({ name, ok, why }) => make("li", { "data-ok": String(ok) }, make("b", {}, name), make("span", {}, ok ? "in order" : why)));
    this.state.replaceChildren(make("h2", {}, facts.ready ? "Agents can work" : "Something keeps agents from working"), make("ul", {}, ...list));
  }

  /** @param {Facts} facts */
  showDrain(facts) {
    const key = `${facts.draining} ${facts.calls}`;
    if (this.drain.dataset.key === key) return;
    this.drain.dataset.key = key;
    const told = facts.draining
      ? `Draining: new calls are refused. ${facts.calls ? `${counted(facts.calls, "call")} to go.` : "No call is left: the gateway can be stopped."}`
      : "Before an update: take no new calls, let those in progress end, then stop the process.";
    const press = facts.draining ? action("Take calls again", "drain-off", () => wish(this, { type: "drain", on: false }), "", "primary") : action("Drain …", "drain-on", () => wish(this, { type: "ask-drain" }));
    this.drain.replaceChildren(make("div", {}, make("h2", {}, "Drain"), make("p", {}, told)), press);
  }
}

/** A card with one figure, what belongs to it, and its curve. @param {string} title @param {string} testid */
function figure(title, testid) {
  const [value, more] = [make("p", { class: "value" }), make("p", { class: "more" })];
  const curve = document.createElementNS(SVG, "polyline");
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${CURVE.width} ${CURVE.height}`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  svg.append(curve);
  const card = make("section", { class: "card", "data-testid": testid }, make("h2", {}, title), value, more, svg);
  return {
    card,
    /** @param {string} number @param {string} text @param {number[]} values */
    show(number, text, values) {
      say(value, number);
      say(more, text);
      curve.setAttribute("points", line(values, CURVE.width, CURVE.height));
      svg.toggleAttribute("hidden", values.length < 2);
    },
  };
}

// What the doctor found: what is wrong, why it matters, how to mend it.

import { make, say, wish } from "../../ui/dom.js";
import { counted, span } from "../model/figures.js";
import { action, head, pill } from "./parts.js";
import { clock } from "./time.js";

/** @typedef {import("../model/types.js").Finding} Finding */
/** @typedef {import("../model/types.js").Examination} Examination */

const STATES = /** @type {Record<string, [string, string]>} */ ({ failed: ["Failed", "busy"], warning: ["Warning", "away"], ok: ["In order", "ready"], skipped: ["Left out", ""] });
const ORDER = Object.keys(STATES);

export class Doctor extends HTMLElement {
  constructor() {
    super();
    this.summary = make("p", { class: "about", role: "status", "data-testid": "doctor-summary" });
    this.run = action("Examine now", "doctor-run", () => wish(this, { type: "examine" }), "", "primary");
    this.list = make("div", { class: "findings", "data-testid": "doctor-findings" });
    this.append(head("Doctor", make("span", { class: "gap" }), this.run), this.summary, this.list);
  }

  /** @param {Examination} seen */
  update(seen) {
    this.run.disabled = seen.running;
    say(this.run, seen.running ? "Examining …" : "Examine now");
    say(this.summary, summary(seen));
    const key = JSON.stringify(seen.findings.map(({ id, state, what }) => [id, state, what]));
    if (this.list.dataset.key === key) return;
    this.list.dataset.key = key;
    const open = new Set([...this.list.querySelectorAll("details[open]")].map((each) => /** @type {HTMLElement} */ (each).dataset.id));
    const sorted = [...seen.findings].sort((one, other) => ORDER.indexOf(one.state) - ORDER.indexOf(other.state));
    this.list.replaceChildren(...sorted.map((finding) => this.finding(finding, open.has(finding.id))));
  }

  /** @param {Finding} finding @param {boolean} open */
  finding(finding, open) {
    const [word, colour] = STATES[finding.state] ?? [finding.state, ""];
    const parts = [
      ["Why it matters", finding.why],
      ["How to mend it", finding.mend],
    ].filter(([, text]) => text);
    const data = Object.keys(finding.data).length ? [make("pre", { tabindex: "0" }, JSON.stringify(finding.data, null, 2))] : [];
    const explained = make("p", { class: "explained" });
    const explain = action("What is checked here?", "finding-explain", () => wish(this, { type: "explain", id: finding.id, into: explained }));
    return make(
      "details",
      { class: "finding", "data-testid": "finding", "data-id": finding.id, "data-state": finding.state, open },
      make("summary", {}, pill(word, colour), make("b", {}, finding.title), make("span", { class: "what" }, finding.what)),
      make("div", { class: "body" }, ...parts.flatMap(([title, text]) => [make("h3", {}, title), make("p", { class: "told" }, text)]), ...data, explained, make("footer", {}, explain, make("code", {}, finding.id), make("span", {}, `${finding.seconds.toFixed(2)} s`))),
    );
  }
}

/** @param {Examination} seen */
function summary({ findings, running, began, ended, trouble }) {
  if (trouble) return trouble;
  if (!began) return "The doctor has not examined this site since Cordboard started.";
  const counts = ORDER.map((state) => [state, findings.filter((finding) => finding.state === state).length]).filter(([, count]) => count);
  const found = counts.map(([state, count]) => `${count} ${STATES[String(state)][0].toLowerCase()}`).join(", ");
  const when = running ? `since ${clock(began)}` : `${clock(ended)}, in ${span(ended - began)}`;
  return `${counted(findings.length, "finding")}${found ? `: ${found}` : ""} (${when}).`;
}

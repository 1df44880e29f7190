// Calls that have ended, with how they sounded.

import { make, say, wish } from "../../ui/dom.js";
import { grouped, milliseconds, percent, span } from "../model/figures.js";
import { matches } from "../model/lists.js";
import { toTrace } from "../model/routes.js";
import { choice, head, pill, score, search } from "./parts.js";
import { Rows } from "./rows.js";
import { clock } from "./time.js";

/** @typedef {import("../model/types.js").CallRecord} CallRecord */

const OUTCOMES = /** @type {Record<string, string>} */ ({ answered: "ready", "not answered": "away", broken: "busy" });

export class Records extends HTMLElement {
  constructor() {
    super();
    this.words = "";
    /** @type {CallRecord[]} */
    this.all = [];
    this.unavailable = "";
    this.count = make("span", { class: "count", role: "status", "data-testid": "records-count" });
    /** @type {Rows<CallRecord>} */
    this.rows = new Rows({
      label: "Records; Enter opens the trace, where it is still there",
      testid: "records",
      key: ({ call }) => call,
      open: ({ call }) => void (location.hash = toTrace(call)),
      columns: [
        { name: "Began", cell: ({ begun }) => clock(begun) },
        { name: "DN", cell: ({ dn }) => dn },
        { name: "Outcome", cell: ({ outcome, bad }) => pill(bad.length ? bad.join(", ") : outcome, bad.length ? "busy" : (OUTCOMES[outcome] ?? "")) },
        { name: "Talked", cell: ({ answered, ended }) => (answered ? span(ended - answered) : "–"), figure: true },
        { name: "Set-up", cell: ({ setup_seconds }) => milliseconds(setup_seconds), figure: true },
        { name: "To audio", cell: ({ answer_to_audio_seconds }) => (answer_to_audio_seconds === 0 ? "at once" : milliseconds(answer_to_audio_seconds)), figure: true },
        { name: "MOS agent", cell: ({ mos_from_page }) => score(mos_from_page), figure: true },
        { name: "MOS cust.", cell: ({ mos_from_trunk }) => score(mos_from_trunk), figure: true },
        { name: "Loss", cell: ({ loss }) => percent(loss), figure: true },
        { name: "Cause", cell: ({ cause }) => cause || "–" },
      ],
    });
    const find = search("Find a DN, a UUID or a cause", "records-search", (words) => {
      this.words = words;
      this.show();
    });
    const filters = choice("Which records", ["All", "Bad"], (filter) => wish(this, { type: "records", bad: filter === "Bad" }));
    this.append(head("Records", this.count), make("div", { class: "tools" }, find, filters), this.rows);
  }

  /** @param {{ records: CallRecord[], unavailable?: string }} said */
  update({ records, unavailable = "" }) {
    this.all = records;
    this.unavailable = unavailable;
    this.show();
  }

  show() {
    const shown = this.all.filter((record) => matches(this.words, record.dn, record.call_uuid, record.cause, record.outcome));
    say(this.count, grouped(shown.length));
    this.rows.update(shown, this.all.length ? "No record is like that." : this.unavailable || "No call has ended yet.");
  }
}

// The calls of which there is a trace; one of them as a ladder.

import { make, say } from "../../ui/dom.js";
import { grouped, span } from "../model/figures.js";
import { matches } from "../model/lists.js";
import { toTrace } from "../model/routes.js";
import { choice, head, pill, search } from "./parts.js";
import { Rows } from "./rows.js";
import { clock } from "./time.js";

/** @typedef {import("../model/types.js").TraceSummary} TraceSummary */

const FILTERS = /** @type {Record<string, (trace: TraceSummary) => boolean>} */ ({
  All: () => true,
  Bad: ({ bad }) => bad.length > 0,
  "In progress": ({ ended }) => !ended,
});

export class Traces extends HTMLElement {
  constructor() {
    super();
    this.words = "";
    this.filter = "All";
    /** @type {TraceSummary[]} */
    this.all = [];
    this.unavailable = "";
    this.count = make("span", { class: "count", role: "status", "data-testid": "traces-count" });
    /** @type {Rows<TraceSummary>} */
    this.rows = new Rows({
      label: "Traces; Enter opens one",
      testid: "traces",
      key: ({ call }) => call,
      open: ({ call }) => void (location.hash = toTrace(call)),
      columns: [
        { name: "Began", cell: ({ begun }) => clock(begun) },
        { name: "DN", cell: ({ dn }) => dn || "–" },
        { name: "Lasted", cell: ({ begun, ended }) => (ended ? span(ended - begun) : pill("in progress", "ready")) },
        { name: "Messages", cell: ({ entries }) => grouped(entries), figure: true },
        { name: "Bad", cell: ({ bad }) => (bad.length ? pill(bad.join(", "), "busy") : "") },
        { name: "Call", cell: ({ call_uuid, call }) => call_uuid || call },
      ],
    });
    const find = search("Find a DN or a UUID", "traces-search", (words) => this.changed({ words }));
    const filters = choice("Which traces", Object.keys(FILTERS), (filter) => this.changed({ filter }));
    this.append(head("Traces", this.count), make("div", { class: "tools" }, find, filters), this.rows);
  }

  /** @param {{ words?: string, filter?: string }} wanted */
  changed(wanted) {
    Object.assign(this, wanted);
    this.show();
  }

  /** @param {{ traces: TraceSummary[], unavailable?: string }} said */
  update({ traces, unavailable = "" }) {
    this.all = traces;
    this.unavailable = unavailable;
    this.show();
  }

  show() {
    const shown = this.all.filter((trace) => FILTERS[this.filter](trace) && matches(this.words, trace.dn, trace.call, trace.call_uuid, ...trace.bad));
    say(this.count, grouped(shown.length));
    const none = this.unavailable || "No call was traced yet. Each call appears here when it begins.";
    this.rows.update(shown, this.all.length ? "No trace is like that." : none);
  }
}

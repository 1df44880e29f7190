// Calls in progress, the worst sound first.

import { make, say } from "../../ui/dom.js";
import { counted, grouped, milliseconds, percent, span } from "../model/figures.js";
import { shownCalls } from "../model/lists.js";
import { toTrace } from "../model/routes.js";
import { head, pill, score, search } from "./parts.js";
import { Rows } from "./rows.js";

/** @typedef {import("../model/types.js").Call} Call */

const COLOURS = /** @type {Record<string, string>} */ ({ talking: "ready", held: "away", ringing: "work", dialing: "work" });

export class Calls extends HTMLElement {
  constructor() {
    super();
    this.words = "";
    this.now = 0;
    /** @type {Call[]} */
    this.all = [];
    this.count = make("span", { class: "count", role: "status", "data-testid": "calls-count" });
    /** @type {Rows<Call & { lasts: string }>} */
    this.rows = new Rows({
      label: "Calls in progress; Enter opens the trace",
      testid: "calls",
      key: ({ call }) => call,
      open: ({ call }) => void (location.hash = toTrace(call)),
      columns: [
        { name: "DN", cell: ({ dn }) => dn },
        { name: "State", cell: ({ state, page_away }) => pill(page_away ? `${state}, softphone away` : state, page_away ? "away" : (COLOURS[state] ?? "")) },
        { name: "For", cell: ({ lasts }) => lasts, figure: true },
        { name: "With", cell: ({ far, made_by }) => `${made_by === "page" ? "to" : "from"} ${far || "–"}` },
        { name: "MOS agent", cell: ({ from_page }) => score(from_page.mos), figure: true },
        { name: "MOS customer", cell: ({ from_trunk }) => score(from_trunk.mos), figure: true },
        { name: "Loss", cell: (call) => losses(call), figure: true },
        { name: "Jitter", cell: ({ from_page, from_trunk }) => milliseconds(Math.max(from_page.jitter, from_trunk.jitter)), figure: true },
        { name: "Round trip", cell: ({ from_page, from_trunk }) => milliseconds(from_page.round_trip || from_trunk.round_trip), figure: true },
      ],
    });
    const find = search("Find a DN, a state or a UUID", "calls-search", (words) => {
      this.words = words;
      this.show();
    });
    this.append(head("Calls", this.count), make("div", { class: "tools" }, find), this.rows);
  }

  /** @param {{ calls: Call[], now: number }} said */
  update({ calls, now }) {
    this.all = calls;
    this.now = now;
    this.show();
  }

  show() {
    const shown = shownCalls(this.all, this.words).map((call) => ({ ...call, lasts: span(this.now - (call.answered || call.begun)) }));
    say(this.count, shown.length === this.all.length ? grouped(this.all.length) : `${grouped(shown.length)} of ${counted(this.all.length, "call")}`);
    this.rows.update(shown, this.all.length ? "No call is like that." : "Nobody is on the phone. A call appears here when it begins to ring.");
  }
}

/** @param {Call} call */
function losses({ from_page, from_trunk }) {
  const heard = from_page.packets || from_trunk.packets;
  return percent(heard ? Math.max(from_page.loss, from_trunk.loss) : null);
}

// A list of any length: only the rows in sight exist. Arrow keys choose a row, Enter opens it.

import { make, say } from "../../ui/dom.js";
import { inSight } from "../model/lists.js";

const HEIGHT = 40;

/**
 * @template T
 * @typedef {{ name: string, cell: (row: T) => string | Node, figure?: boolean }} Column
 */

/**
 * @template T
 * @typedef {{ label: string, columns: Column<T>[], key: (row: T) => string, open?: (row: T) => void, testid: string }} Options
 */

/** @template T */
export class Rows extends HTMLElement {
  /** @param {Options<T>} options */
  constructor(options) {
    super();
    this.options = options;
    /** @type {T[]} */
    this.rows = [];
    this.chosen = "";
    /** Key -> what its row shows, so that a row that says the same stays as it is. @type {Map<string, { row: HTMLElement, says: string }>} */
    this.made = new Map();
    const heads = options.columns.map(({ name, figure }) => make("div", { role: "columnheader", class: figure ? "figure" : "" }, name));
    this.room = make("div", { class: "room", role: "rowgroup" });
    this.pane = make(
      "div",
      { class: "scroll", role: "table", "aria-label": options.label, tabindex: "0", onscroll: () => this.show(), onkeydown: (event) => this.pressed(/** @type {KeyboardEvent} */ (event)) },
      make("div", { class: "head", role: "rowgroup" }, make("div", { class: "row", role: "row" }, ...heads)),
      this.room,
    );
    this.empty = make("p", { class: "empty", hidden: true });
    this.dataset.testid = options.testid;
    this.append(this.pane, this.empty);
    new ResizeObserver(() => this.show()).observe(this.pane);
  }

  /** @param {T[]} rows @param {string} empty what to say where there are none */
  update(rows, empty) {
    this.rows = rows;
    this.pane.hidden = rows.length === 0;
    this.empty.hidden = rows.length > 0;
    say(this.empty, empty);
    this.pane.setAttribute("aria-rowcount", String(rows.length + 1));
    this.room.style.height = `${rows.length * HEIGHT}px`;
    this.show();
  }

  show() {
    const { first, last } = inSight(this.rows.length, HEIGHT, this.pane.scrollTop, this.pane.clientHeight || 600);
    /** @type {HTMLElement[]} */
    const wanted = [];
    const before = this.made;
    this.made = new Map();
    for (let index = first; index < last; index++) wanted.push(this.row(index, before));
    if (wanted.length !== this.room.childElementCount || wanted.some((row, index) => this.room.children[index] !== row)) this.room.replaceChildren(...wanted);
    const active = this.chosen && this.made.has(this.chosen) ? this.made.get(this.chosen)?.row.id : null;
    if (active) this.pane.setAttribute("aria-activedescendant", active);
    else this.pane.removeAttribute("aria-activedescendant");
  }

  /** @param {number} index @param {Map<string, { row: HTMLElement, says: string }>} before */
  row(index, before) {
    const { columns, key, open, testid } = this.options;
    const each = this.rows[index];
    const name = key(each);
    const says = JSON.stringify(each);
    const known = before.get(name);
    const row = known?.says === says ? known.row : make("div", { class: open ? "row opens" : "row", role: "row", id: `${testid}-${name}`, "data-testid": `${testid}-row`, "data-key": name, ...(open && { onclick: () => this.choose(name, true) }) }, ...columns.map((column) => cell(column, each)));
    row.style.top = `${index * HEIGHT}px`;
    row.setAttribute("aria-rowindex", String(index + 2));
    row.classList.toggle("chosen", name === this.chosen);
    this.made.set(name, { row, says });
    return row;
  }

  /** @param {string} name @param {boolean} open */
  choose(name, open) {
    this.chosen = name;
    this.show();
    const row = this.rows.find((each) => this.options.key(each) === name);
    if (open && row) this.options.open?.(row);
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    if (!this.options.open) return;
    const steps = /** @type {Record<string, number>} */ ({ ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity });
    if (event.key === "Enter" && this.chosen) this.choose(this.chosen, true);
    if (!(event.key in steps) || this.rows.length === 0) return;
    event.preventDefault();
    const at = this.rows.findIndex((row) => this.options.key(row) === this.chosen);
    const next = Math.max(0, Math.min(this.rows.length - 1, (at < 0 ? -1 : at) + steps[event.key]));
    const top = next * HEIGHT;
    const room = this.pane.clientHeight - HEIGHT;
    if (top < this.pane.scrollTop) this.pane.scrollTop = top;
    else if (top > this.pane.scrollTop + room - HEIGHT) this.pane.scrollTop = top - room + HEIGHT;
    this.choose(this.options.key(this.rows[next]), false);
  }
}

/**
 * @template T
 * @param {Column<T>} column @param {T} row
 */
function cell(column, row) {
  const content = column.cell(row);
  const says = typeof content === "string" ? { title: content } : {};
  return make("div", { role: "cell", class: column.figure ? "figure" : "", ...says }, content);
}

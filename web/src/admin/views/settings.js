// Every setting with where its value came from; of secrets only whether they are set.

import { make } from "../../ui/dom.js";
import { matches } from "../model/lists.js";
import { head, search } from "./parts.js";
import { Rows } from "./rows.js";

/** @typedef {import("../model/types.js").Setting} Setting */

export class Settings extends HTMLElement {
  constructor() {
    super();
    this.words = "";
    /** @type {Setting[]} */
    this.all = [];
    /** @type {Rows<Setting>} */
    this.rows = new Rows({
      label: "Settings",
      testid: "settings",
      key: ({ name }) => name,
      columns: [
        { name: "Setting", cell: ({ name }) => name },
        { name: "Value", cell: ({ value }) => value || "–" },
        { name: "From", cell: ({ source }) => source },
      ],
    });
    const find = search("Find a setting", "settings-search", (words) => {
      this.words = words;
      this.show();
    });
    this.append(head("Settings"), make("div", { class: "tools" }, find), this.rows);
  }

  /** @param {{ settings: Setting[] }} said */
  update({ settings }) {
    this.all = settings;
    this.show();
  }

  show() {
    this.rows.update(this.all.filter(({ name, value, source }) => matches(this.words, name, value, source)), "No setting is like that.");
  }
}

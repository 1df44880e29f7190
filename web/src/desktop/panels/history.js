import { clock } from "../../model/messages.js";
import { icon, make, wish } from "../../ui/dom.js";

/** The calls of this session, newest first; each can be called again. */
export class History extends HTMLElement {
  shown = "";

  connectedCallback() {
    if (this.firstChild) return;
    this.list = make("ol", { class: "recent", "data-testid": "desk-recent" });
    this.append(make("h3", {}, "Calls of this session"), this.list);
  }

  /** @param {import("../model/work.js").Recent[]} recent */
  update(recent) {
    const key = recent.map(({ id, at }) => id + at).join();
    if (key === this.shown) return;
    this.shown = key;
    this.list?.replaceChildren(...recent.map((one) => this.item(one)));
  }

  /** @private @param {import("../model/work.js").Recent} one */
  item({ who, number, direction, seconds, at }) {
    const time = new Date(at).toTimeString().slice(0, 5);
    const length = seconds === null ? (direction === "in" ? "missed" : "not answered") : clock(seconds * 1000);
    const again = () => wish(this, { type: "dial", number });
    const call = make("button", { type: "button", class: "small", title: `Call ${number}`, "aria-label": `Call ${number}`, "data-testid": "desk-recent-call", onclick: again }, icon("handset", "up"));
    const missed = seconds === null ? " missed" : "";
    return make("li", { class: direction + missed }, icon("handset", direction === "out" ? "up" : ""), make("span", { class: "who" }, who), make("span", {}, length), make("time", {}, time), call);
  }
}
customElements.define("desktop-history", History);

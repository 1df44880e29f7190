import { clock } from "../model/messages.js";
import { dress, icon, make, say, wish } from "./dom.js";
import { Keypad } from "./keypad.js";

/** @typedef {import("../model/view.js").CardView} CardView */
/** @typedef {import("../model/events.js").ButtonName} ButtonName */

/** @type {Record<ButtonName, string>} */
const ICON = {
  answer: "handset",
  reject: "handset",
  mute: "microphone",
  hold: "pause",
  retrieve: "play",
  keypad: "keys",
  hangup: "handset",
};

/** Buttons by set; a call rings with the first, lives with the second. @type {ButtonName[][]} */
const SETS = [["answer", "reject"], ["mute", "hold", "retrieve", "keypad", "hangup"]];

/** One call: who, state, time, attached data, buttons. `data-state` and `data-uuid` say the same to tests. */
export class CallCard extends HTMLElement {
  /** The attached data on the screen, as JSON. */
  shown = "";

  connectedCallback() {
    if (this.firstChild) return;
    this.dataset.testid = "call-card";
    this.setAttribute("role", "group");
    this.state = make("span", { class: "state", "data-testid": "call-state", role: "status" });
    this.timer = make("span", { class: "timer", "data-testid": "call-timer" });
    this.who = make("h2", { class: "who", "data-testid": "call-who" });
    this.number = make("span", { class: "number", "data-testid": "call-number" });
    this.detail = make("span", { class: "detail", "data-testid": "call-detail" });
    this.note = make("span", { class: "note", "data-testid": "call-note" });
    this.rows = make("dl", { class: "data", "data-testid": "call-data" });
    this.empty = make("p", { class: "empty" }, "No attached data");
    this.keys = dress(new Keypad(), { prefix: "call-key", "aria-label": "Digits", hidden: true, ondigit: (event) => this.digit(event) });
    this.buttons = new Map(SETS.flat().map((name) => [name, this.button(name)]));
    this.sets = SETS.map((names, at) =>
      make("div", { class: at ? "actions" : "actions ringing" }, ...names.map((name) => /** @type {Node} */ (this.buttons?.get(name)))),
    );
    this.append(
      make("div", { class: "line" }, this.state, this.timer),
      this.who,
      make("p", { class: "under" }, this.number, this.detail, this.note),
      make("div", { class: "middle" }, this.rows, this.empty, this.keys),
      ...this.sets,
    );
  }

  /** @param {CardView} card @param {number} now */
  update(card, now) {
    this.card = card;
    this.dataset.state = card.state;
    this.dataset.uuid = card.uuid;
    this.dataset.direction = card.direction;
    this.setAttribute("aria-label", `${card.label} ${card.who}`);
    this.text(card);
    this.data(card.data);
    this.sets?.forEach((set, at) => (set.hidden = at === (card.state === "ringing" ? 1 : 0)));
    for (const name of ["hold", "retrieve"]) this.show(name, card.buttons.some((one) => one.name === name));
    for (const view of card.buttons) this.enable(view);
    if (!card.buttons.some((one) => one.name === "keypad" && one.enabled)) this.openKeys(false);
    this.tick(now);
  }

  /** @param {number} now */
  tick(now) {
    if (this.timer && this.card) say(this.timer, this.card.since === null ? "" : clock(now - this.card.since));
  }

  /** @private @param {CardView} card */
  text(card) {
    if (!this.state || !this.who || !this.number || !this.detail || !this.note) return;
    say(this.state, card.muted && card.state === "talking" ? "Connected, muted" : card.label);
    say(this.who, card.who);
    this.who.title = card.who;
    say(this.number, card.number);
    say(this.detail, card.detail);
    say(this.note, card.note);
  }

  /** @private @param {[string, string][]} data */
  data(data) {
    const key = JSON.stringify(data);
    if (key === this.shown || !this.rows || !this.empty) return;
    this.shown = key;
    this.rows.replaceChildren(...data.flatMap(([name, value]) => [make("dt", { title: name }, name), make("dd", { title: value }, value)]));
    this.empty.hidden = data.length > 0;
  }

  /** @private @param {string} name @param {boolean} shown */
  show(name, shown) {
    const button = this.buttons?.get(/** @type {ButtonName} */ (name));
    if (button) button.hidden = !shown;
  }

  /** @private @param {import("../model/view.js").ButtonView} view */
  enable(view) {
    const button = this.buttons?.get(view.name);
    if (!button) return;
    button.disabled = !view.enabled;
    if (view.name === "mute") {
      button.setAttribute("aria-pressed", String(view.pressed));
      const wanted = view.pressed ? "muted" : "microphone";
      if (!button.querySelector(`.icon-${wanted}`)) button.firstElementChild?.replaceWith(icon(wanted));
    }
    say(/** @type {Element} */ (button.lastElementChild), view.label);
  }

  /** @private @param {ButtonName} name */
  button(name) {
    const properties = { type: "button", class: `action ${name}`, "data-testid": `call-${name}`, onclick: () => this.press(name) };
    return make("button", properties, icon(ICON[name], name === "answer" ? "up" : ""), make("span", {}));
  }

  /** @private @param {ButtonName} name */
  press(name) {
    if (name === "keypad") this.openKeys(this.keys?.hidden ?? true);
    else if (this.card) wish(this, { type: "press", card: this.card.id, button: name });
  }

  /** @private @param {boolean} open */
  openKeys(open) {
    if (!this.keys) return;
    this.keys.hidden = !open;
    this.toggleAttribute("keys-open", open);
    this.buttons?.get("keypad")?.setAttribute("aria-pressed", String(open));
  }

  /** @private @param {Event} event */
  digit(event) {
    const digits = /** @type {CustomEvent<string>} */ (event).detail;
    if (this.card) wish(this, { type: "press", card: this.card.id, button: "keypad", digits });
  }
}

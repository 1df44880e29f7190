import { clock } from "../model/messages.js";
import { dress, icon, make, say, wish } from "./dom.js";
import { JoinForm } from "./join_form.js";
import { Keypad } from "./keypad.js";
import { PicturesView } from "./pictures_view.js";
import { UserData } from "./user_data.js";

/** @typedef {import("../model/view.js").CardView} CardView */
/** @typedef {import("../model/events.js").ButtonName} ButtonName */

/** @type {Record<ButtonName, string>} */
const ICON = {
  answer: "handset",
  "answer-with-camera": "camera",
  reject: "handset",
  mute: "microphone",
  camera: "camera",
  hold: "pause",
  retrieve: "play",
  keypad: "keys",
  transfer: "transfer",
  conference: "people",
  reconnect: "back",
  hangup: "handset",
};
/** Icons of buttons that are pressed. @type {Record<string, string>} */
const PRESSED = { mute: "muted", camera: "camera-off" };

/** Buttons that have a key. @type {Partial<Record<ButtonName, import("../model/shortcuts.js").Action>>} */
const KEYED = { answer: "answer", reject: "hang-up", hangup: "hang-up", mute: "mute", hold: "hold", retrieve: "hold" };

/** Buttons by set; a call rings with the first, lives with the second. @type {ButtonName[][]} */
const SETS = [
  ["answer", "answer-with-camera", "reject"],
  ["mute", "camera", "hold", "retrieve", "keypad", "transfer", "conference", "reconnect", "hangup"],
];
/** What opens below the attached data, by button. @typedef {"keypad" | "transfer" | "conference"} Drawer */

/** One call: who, state, time, attached data, buttons. `data-state` and `data-uuid` say the same to tests. */
export class CallCard extends HTMLElement {
  /** @type {Drawer | ""} */
  drawer = "";
  /** @type {import("../model/shortcuts.js").Shortcuts} */
  shortcuts = {};

  connectedCallback() {
    if (this.firstChild) return;
    this.dataset.testid = "call-card";
    this.setAttribute("role", "group");
    this.state = make("span", { class: "state", "data-testid": "call-state", role: "status" });
    this.timer = make("span", { class: "timer", "data-testid": "call-timer" });
    this.who = make("h2", { class: "who", "data-testid": "call-who" });
    this.number = make("span", { class: "number", "data-testid": "call-number" });
    this.detail = make("span", { class: "detail", "data-testid": "call-detail" });
    this.recording = make("span", { class: "recording", "data-testid": "call-recording" });
    this.note = make("span", { class: "note", "data-testid": "call-note" });
    this.userData = new UserData();
    this.planes = make("span", { class: "planes", "data-testid": "call-planes" });
    this.keys = dress(new Keypad(), { prefix: "call-key", "aria-label": "Digits", hidden: true, ondigit: (event) => this.digit(event) });
    this.form = dress(new JoinForm(), { hidden: true, onclose: () => this.close() });
    this.pictures = dress(new PicturesView(), { hidden: true });
    this.buttons = new Map(SETS.flat().map((name) => [name, this.button(name)]));
    this.sets = SETS.map((names, at) =>
      make("div", { class: at ? "actions" : "actions ringing" }, ...names.map((name) => /** @type {Node} */ (this.buttons?.get(name)))),
    );
    this.append(
      make("div", { class: "line" }, this.state, this.recording, this.timer),
      this.who,
      make("p", { class: "under" }, this.number, this.detail, this.note, this.planes),
      this.pictures,
      make("div", { class: "middle" }, this.userData, this.keys, this.form),
      ...this.sets,
    );
  }

  /** @param {CardView} card @param {number} now @param {import("./pictures_view.js").Streams} streams */
  update(card, now, streams) {
    this.card = card;
    this.dataset.state = card.state;
    this.dataset.uuid = card.uuid;
    this.dataset.direction = card.direction;
    this.setAttribute("aria-label", `${card.label} ${card.who}`);
    this.text(card);
    this.userData?.update(card);
    this.pictures?.update(card.video, streams, card.state === "held");
    this.sets?.forEach((set, at) => {
      set.hidden = at === (card.state === "ringing" ? 1 : 0);
      if (!set.hidden) set.dataset.count = String(card.buttons.length);
    });
    for (const [name, button] of this.buttons ?? []) button.hidden = !card.buttons.some((one) => one.name === name);
    for (const view of card.buttons) this.enable(view);
    this.keepOpen(card);
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
    if (this.recording) say(this.recording, card.recording);
    const { here, gws, disagree } = card.planes;
    this.state.title = `Phone: ${here || "no leg"}. GWS: ${gws || "says nothing"}.`;
    if (this.planes) say(this.planes, disagree ? `Phone ${here || "has no leg"}, GWS ${gws || "says nothing"}: ${disagree}` : "");
  }

  /** @private @param {import("../model/view.js").ButtonView} view */
  enable(view) {
    const button = this.buttons?.get(view.name);
    if (!button) return;
    button.disabled = !view.enabled;
    button.classList.toggle("completes", (view.name === "transfer" || view.name === "conference") && view.enabled && !view.ways.length);
    const pressed = PRESSED[view.name];
    if (pressed) {
      button.setAttribute("aria-pressed", String(view.pressed));
      const wanted = view.pressed ? pressed : ICON[view.name];
      if (!button.querySelector(`.icon-${wanted}`)) button.firstElementChild?.replaceWith(icon(wanted));
    }
    say(/** @type {Element} */ (button.lastElementChild), view.label);
  }

  /** @private @param {ButtonName} name */
  button(name) {
    const properties = { type: "button", class: `action ${name}`, "data-testid": `call-${name}`, onclick: () => this.press(name) };
    const action = KEYED[name];
    const key = action && this.shortcuts[action];
    const keyed = key ? { title: key, "aria-keyshortcuts": key.replace("Ctrl", "Control") } : {};
    return make("button", { ...properties, ...keyed }, icon(ICON[name], name === "answer" ? "up" : ""), make("span", {}));
  }

  /** @private @param {ButtonName} name */
  press(name) {
    if (!this.card) return;
    const opens = name === "keypad" || this.waysOf(name).length > 0;
    if (opens) this.open(this.drawer === name ? "" : /** @type {Drawer} */ (name));
    else wish(this, { type: "press", card: this.card.id, button: name });
  }

  /** @private @param {Drawer | ""} drawer */
  open(drawer) {
    if (!this.keys || !this.form || !this.card) return;
    this.drawer = drawer;
    this.keys.hidden = drawer !== "keypad";
    const kind = drawer === "transfer" || drawer === "conference" ? drawer : null;
    this.form.hidden = !kind;
    this.toggleAttribute("drawer-open", drawer !== "");
    for (const name of /** @type {const} */ (["keypad", "transfer", "conference"])) {
      this.buttons?.get(name)?.setAttribute("aria-expanded", String(drawer === name));
    }
    if (!kind) return;
    this.form.update(this.card.id, kind, this.waysOf(kind));
    this.form.begin();
  }

  /** Close it, and give the focus back. @private */
  close() {
    const opener = this.drawer && this.buttons?.get(this.drawer);
    this.open("");
    if (opener) opener.focus();
  }

  /** What is open stays so while its button can be pressed. @private @param {CardView} card */
  keepOpen(card) {
    if (!this.drawer) return;
    const button = card.buttons.find((one) => one.name === this.drawer);
    if (!button?.enabled || (this.drawer !== "keypad" && !button.ways.length)) this.open("");
    else if (this.drawer !== "keypad") this.form?.update(card.id, this.drawer, button.ways);
  }

  /** @private @param {ButtonName} name */
  waysOf(name) {
    return this.card?.buttons.find((one) => one.name === name)?.ways ?? [];
  }

  /** @private @param {Event} event */
  digit(event) {
    const digits = /** @type {CustomEvent<string>} */ (event).detail;
    if (this.card) wish(this, { type: "press", card: this.card.id, button: "keypad", digits });
  }
}

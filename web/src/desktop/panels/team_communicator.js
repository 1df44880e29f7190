import { icon, make, refill, say, wish } from "../../ui/dom.js";
import { purposesOf, typedNumber } from "../model/team.js";

const LOOK_AFTER = 200;
/** @type {Record<string, string>} */
const HEADING = { "": "Team communicator", transfer: "Transfer to", conference: "Bring into the call" };
/** @type {Record<string, string>} */
const SIGN = { User: "person", Queue: "handset", AgentGroup: "people", Number: "handset" };

/** Whom a call can go to: people, routing points and groups found at GWS, or a number typed. */
export class TeamCommunicator extends HTMLElement {
  /** What is being done to the selected call. @type {"" | "transfer" | "conference"} */
  what = "";
  /** @type {import("../model/team.js").Contact[]} */
  contacts = [];
  shown = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  timer = undefined;

  connectedCallback() {
    if (this.firstChild) return;
    this.heading = make("h3", {}, HEADING[""]);
    this.back = make("button", { type: "button", class: "link", hidden: true, "data-testid": "desk-join-cancel", onclick: () => this.join("") }, "Cancel");
    this.words = make("input", { type: "search", placeholder: "Name or number", "aria-label": "Name or number", autocomplete: "off", spellcheck: "false", "data-testid": "desk-dial-number" });
    this.words.addEventListener("input", () => this.look());
    this.words.addEventListener("focus", () => this.look());
    this.call = make("button", { type: "submit", class: "call", "data-testid": "desk-dial" }, icon("handset", "up"), "Call");
    this.list = make("ul", { class: "contacts", "data-testid": "desk-contacts" });
    this.append(make("div", { class: "title" }, this.heading, this.back), make("form", { class: "dial", onsubmit: (event) => this.dial(event) }, this.words, this.call), this.list);
  }

  /** @param {import("../model/team.js").Contact[]} contacts @param {import("../model/work.js").Case | undefined} one @param {import("../model/options.js").Options} options */
  update(contacts, one, options) {
    this.contacts = contacts;
    this.one = one;
    this.purposes = purposesOf(one, options);
    if (this.what && !this.purposes.some(({ purpose }) => purpose.startsWith(this.what))) this.join("");
    this.draw();
  }

  /** Begin, or give up, a transfer or conference of the selected call. @param {"" | "transfer" | "conference"} what */
  join(what) {
    this.what = what;
    if (this.heading) say(this.heading, HEADING[what]);
    if (this.back) this.back.hidden = what === "";
    if (this.call) this.call.hidden = what !== "";
    this.classList.toggle("joining", what !== "");
    this.draw();
    if (what) this.words?.focus();
  }

  /** @private */
  draw() {
    const typed = typedNumber(this.words?.value ?? "").filter(({ number }) => !this.contacts.some((one) => one.number === number));
    const all = [...typed, ...this.contacts];
    const offered = (this.purposes ?? []).filter(({ purpose }) => (this.what ? purpose.startsWith(this.what) : purpose === "dial"));
    const key = JSON.stringify([all, offered]);
    if (key === this.shown) return;
    this.shown = key;
    if (this.list) refill(this.list, ...all.map((one) => this.item(one, offered)));
  }

  /** @private @param {import("../model/team.js").Contact} contact @param {{ purpose: string, label: string }[]} offered */
  item(contact, offered) {
    const { name, number, kind, state, available } = contact;
    const under = [name === number ? "" : number, state || (kind === "Queue" ? "Routing point" : kind === "AgentGroup" ? "Group" : "")].filter(Boolean).join(" · ");
    const words = make("div", { class: "whom" }, make("span", { class: "who" }, name), make("span", { class: "under" }, under));
    const buttons = number ? offered.map(({ purpose, label }) => this.button(contact, purpose, label)) : [];
    const presence = available === null ? "none" : available ? "ready" : state === "Offline" ? "off" : "busy";
    const sign = make("span", { class: "presence", "data-presence": presence }, icon(SIGN[kind]));
    return make("li", { "data-testid": "desk-contact", "data-number": number }, sign, words, make("div", { class: "actions" }, ...buttons));
  }

  /** @private @param {import("../model/team.js").Contact} contact @param {string} purpose @param {string} label */
  button({ name, number }, purpose, label) {
    const choose = () => {
      const id = this.one?.call.id ?? "";
      if (this.words) this.words.value = "";
      this.join("");
      this.look();
      wish(this, purpose === "dial" ? { type: "dial", number } : { type: "joining", id, purpose, number });
    };
    const short = label.replace(/ for conference$/, "").replace(/^(Transfer|Conference) now$/, "$1");
    const content = purpose === "dial" ? icon("handset", "up") : short;
    return make("button", { type: "button", class: "small", title: `${label}: ${name}`, "aria-label": `${label}: ${name}`, "data-testid": `desk-contact-${purpose}`, onclick: choose }, content);
  }

  /** Find anew; with what was typed. */
  look() {
    clearTimeout(this.timer);
    this.draw();
    this.timer = setTimeout(() => wish(this, { type: "search", words: this.words?.value ?? "" }), LOOK_AFTER);
  }

  /** @private @param {Event} event */
  dial(event) {
    event.preventDefault();
    const words = this.words?.value.trim() ?? "";
    if (!words || this.what) return;
    const found = typedNumber(words).length || this.contacts.length !== 1 ? words : this.contacts[0].number;
    wish(this, { type: "dial", number: found });
    if (this.words) this.words.value = "";
    this.look();
  }
}
customElements.define("desktop-team", TeamCommunicator);

/** The desktop's elements in their places: bar, cases at the left, softphone at the right. */

import { clock } from "../model/messages.js";
import { icon, make, say, wish } from "../ui/dom.js";
import { CaseCard } from "./case_card.js";
import { LoginForm } from "./login_form.js";
import { TopBar } from "./top_bar.js";

export class Screen {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.login = new LoginForm();
    this.bar = new TopBar();
    this.message = make("p", { class: "message", role: "status", "data-testid": "desk-message" });
    this.cases = make("section", { class: "cases", "aria-label": "Calls" });
    this.idle = make("div", { class: "idle" }, icon("handset"), make("p", {}, "No call"), make("p", { class: "hint" }, "A call appears here with what is known about it."));
    this.recent = make("ol", { class: "recent", "data-testid": "desk-recent" });
    this.number = make("input", { type: "tel", placeholder: "Number to call", "aria-label": "Number to call", autocomplete: "off", "data-testid": "desk-dial-number" });
    const dial = make("form", { class: "dial", onsubmit: (event) => this.dial(event) }, this.number, make("button", { type: "submit", class: "call", "data-testid": "desk-dial" }, icon("handset", "up"), "Call"));
    const side = make("aside", { class: "side" }, make("h3", {}, "New call"), dial, make("h3", {}, "Recent calls"), this.recent);
    this.phone = make("div", { class: "softphone" });
    const work = make("main", { class: "work" }, this.message, make("div", { class: "columns" }, make("div", { class: "centre" }, this.cases, this.idle), side));
    root.append(this.login, make("div", { class: "desk" }, this.bar, make("div", { class: "body" }, work, this.phone)));
    /** @type {Map<string, CaseCard>} */
    this.cards = new Map();
    /** @type {HTMLIFrameElement | null} */
    this.frame = null;
  }

  /** The softphone, once; it asks for the session by itself when it has loaded. @param {string} address */
  embed(address) {
    if (this.frame) return this.tellPhone();
    this.frame = make("iframe", { src: address, title: "Softphone", allow: "microphone; camera; autoplay", "data-testid": "softphone" });
    this.phone.append(this.frame);
    return undefined;
  }

  /** The session has changed: the softphone looks anew. */
  tellPhone() {
    if (this.frame) this.frame.contentWindow?.postMessage({ cordboard: "session" }, new URL(this.frame.src).origin);
  }

  /** @param {import("./session.js").Session} session @param {{ error: string, busy: boolean }} login @param {number} now */
  update(session, login, now) {
    const { work } = session;
    this.root.classList.toggle("signed-in", work.agent !== null);
    this.login.update(login.error, login.busy);
    if (work.agent) this.bar.update(work.agent, session.wanted, session.inService);
    const message = work.messages.list[0];
    this.message.dataset.kind = message?.kind ?? "none";
    say(this.message, message ? [message.text, message.help].filter(Boolean).join(" ") : "");
    this.showCases(work, now);
    this.recent.replaceChildren(...work.recent.map(recentItem));
  }

  /** @param {number} now */
  tick(now) {
    for (const card of this.cards.values()) card.tick(now);
  }

  /** @private @param {import("./work.js").Work} work @param {number} now */
  showCases(work, now) {
    for (const [id, card] of this.cards) {
      if (work.cases.has(id)) continue;
      card.remove();
      this.cards.delete(id);
    }
    for (const [id, one] of work.cases) {
      const card = this.cards.get(id) ?? new CaseCard();
      if (!this.cards.has(id)) this.cases.append(card);
      this.cards.set(id, card);
      card.update(one, now);
    }
    this.idle.hidden = work.cases.size > 0;
  }

  /** @private @param {Event} event */
  dial(event) {
    event.preventDefault();
    if (this.number.value.trim()) wish(this.number, { type: "dial", number: this.number.value });
    this.number.value = "";
  }
}

/** @param {import("./work.js").Recent} one */
function recentItem({ who, direction, seconds, at }) {
  const time = new Date(at).toTimeString().slice(0, 5);
  const length = seconds === null ? (direction === "in" ? "missed" : "not answered") : clock(seconds * 1000);
  return make("li", { class: direction }, icon("handset", direction === "out" ? "up" : ""), make("span", { class: "who" }, who), make("span", {}, length), make("time", {}, time));
}

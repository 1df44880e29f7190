import { icon, make, say, wish } from "./dom.js";

/** What happened and what to do about it: the newest message, in a place that is always there. Also the button "Enable sound". */
export class MessageLine extends HTMLElement {
  connectedCallback() {
    if (this.firstChild) return;
    this.text = make("p", { class: "text", "data-testid": "message-text" });
    this.help = make("p", { class: "help", "data-testid": "message-help" });
    this.standing = make("p", { class: "standing" });
    this.more = make("span", { class: "more", title: "More messages" });
    this.dismiss = make(
      "button",
      { type: "button", class: "dismiss", "aria-label": "Dismiss", "data-testid": "message-dismiss", onclick: () => this.drop() },
      icon("close"),
    );
    this.line = make("div", { class: "message", role: "status", "aria-live": "polite", "data-testid": "message" });
    this.line.append(make("div", { class: "words" }, this.text, this.help, this.standing), this.more, this.dismiss);
    this.sound = make(
      "button",
      { type: "button", class: "sound", hidden: true, "data-testid": "enable-sound", onclick: () => wish(this, { type: "sound" }) },
      icon("sound"),
      "Enable sound",
    );
    this.append(this.line, this.sound);
  }

  /** @param {import("../model/view.js").View} view @param {boolean} soundBlocked */
  update(view, soundBlocked) {
    const message = view.messages[0];
    this.shown = message?.id;
    if (!this.line || !this.text || !this.help || !this.dismiss || !this.more || !this.sound) return;
    this.line.dataset.kind = message?.kind ?? "none";
    say(this.text, message?.text ?? "");
    say(this.help, message?.help ?? "");
    if (this.standing) say(this.standing, standing(view));
    say(this.more, view.messages.length > 1 ? `+${view.messages.length - 1}` : "");
    this.dismiss.hidden = !message;
    this.sound.hidden = !soundBlocked;
  }

  /** @private */
  drop() {
    if (this.shown !== undefined) wish(this, { type: "dismiss", message: this.shown });
  }
}

/** What is so while nothing happens. @param {import("../model/view.js").View} view */
function standing({ lights, cards, microphone }) {
  if (lights.sip === "connecting") return "The phone is connecting";
  if (lights.sip !== "on") return "The phone is not connected";
  if (cards.length) return "";
  return microphone === "lost" ? "No microphone: no calls come" : "Ready for calls";
}

/**
 * The page's elements in their places, and the agent's wishes on their way out. Knows the elements, not what they stand for.
 *
 * @typedef {import("../model/view.js").View} View
 * @typedef {{ emit: (event: any) => void, enableSound: () => void, notify: (on: boolean) => void,
 *   savePreferences: (preferences: import("../platform/storage.js").Preferences) => void }} Listener
 */

import { AgentBar } from "../ui/agent_bar.js";
import { Calls } from "../ui/calls.js";
import { ConnectionPanel } from "../ui/connection_panel.js";
import { DialPad } from "../ui/dial_pad.js";
import { dress, icon, make, say } from "../ui/dom.js";
import { Lights } from "../ui/lights.js";
import { MessageLine } from "../ui/messages.js";

export class Screen {
  /** @param {HTMLElement} root @param {boolean} embedded */
  constructor(root, embedded) {
    this.root = root;
    this.lights = new Lights();
    this.agentBar = dress(new AgentBar(), embedded ? {} : { choose: true });
    this.dialPad = new DialPad();
    this.calls = new Calls();
    this.messages = new MessageLine();
    this.connection = embedded ? null : new ConnectionPanel();
    this.heard = make("p", { class: "unseen", role: "alert" });
    this.sounds = make("div", { class: "sounds", hidden: true });
    root.classList.add(embedded ? "embedded" : "stand-alone");
    this.toggle = make(
      "button",
      { type: "button", class: "toggle", "aria-label": "Connection settings", "data-testid": "connection-toggle", onclick: () => this.open(!root.classList.contains("connecting")) },
      icon("plug"),
    );
    const brand = make("h1", { class: "brand" }, make("span", { class: "mark" }, icon("handset")), "Cordboard");
    const header = make("header", {}, brand, this.lights, ...(embedded ? [] : [this.toggle]));
    const phone = make("main", { class: "phone" }, header, this.agentBar, this.dialPad, this.calls, this.messages, this.heard, this.sounds);
    root.append(make("div", { class: "stage" }, ...(this.connection ? [this.connection] : []), phone));
    this.open(!embedded);
  }

  /**
   * @param {View} view
   * @param {number} now
   * @param {boolean} soundBlocked
   * @param {(leg: string) => import("../ui/pictures_view.js").Streams} pictures
   */
  update(view, now, soundBlocked, pictures) {
    this.lights.update(view);
    this.agentBar.update(view, now, view.lights.sip === "on" ? (this.connection?.fields.agentDn ?? "") : "");
    this.dialPad.update(view);
    this.calls.update(view, now, pictures);
    this.messages.update(view, soundBlocked);
    this.connection?.update(view);
    this.announce(view);
    const both = view.lights.sip === "on" && view.lights.gws === "on";
    if (both && !this.connected) this.open(false);
    this.connected = both;
  }

  /** A screen reader says at once who calls. @private @param {View} view */
  announce({ cards }) {
    const ringing = cards.find(({ state }) => state === "ringing");
    say(this.heard, ringing ? `${ringing.label} from ${ringing.who}` : "");
  }

  /** @param {number} now */
  tick(now) {
    this.calls.tick(now);
    this.agentBar.tick(now);
  }

  /** In a narrow window the connection panel lies over the phone. @param {boolean} open */
  open(open) {
    this.root.classList.toggle("connecting", open);
    this.toggle.setAttribute("aria-expanded", String(open));
  }

  /** Hear the wishes that need no connection. @param {Listener} listener */
  listen({ emit, enableSound, notify, savePreferences }) {
    this.root.addEventListener("wish", (event) => {
      const wish = /** @type {CustomEvent<any>} */ (event).detail;
      if (wish.type === "sound") enableSound();
      else if (wish.type === "notify") notify(wish.on);
      else if (!wish.fields) emit(wish);
      if (wish.type === "option") savePreferences({ useGwsForDialing: wish.useGwsForDialing });
    });
  }

  /** Hear the buttons of the connection panel. @param {import("./stand_alone.js").StandAlone} alone */
  offer(alone) {
    this.root.addEventListener("wish", (event) => {
      const { type, fields } = /** @type {CustomEvent<any>} */ (event).detail;
      if (type === "connect") alone.connect(fields);
      else if (type === "disconnect") alone.disconnect();
      else if (type === "connect-gws") void alone.connectGws(fields);
      else if (type === "disconnect-gws") void alone.disconnectGws();
    });
  }
}

import { fullName, stateColour, stateLabel } from "../../model/agent.js";
import { clock } from "../../model/messages.js";
import { dress, icon, make, say, wish } from "../../ui/dom.js";
import { CallSettings } from "./call_settings.js";

/** Shown as buttons of their own; all other states are in the list beside them. */
const FIRST = ["Ready", "NotReady"];

/** Who works here and where, in which state and since when, the phone's microphone and speaker, and the way out. */
export class TopBar extends HTMLElement {
  connectedCallback() {
    if (this.firstChild) return;
    this.name = make("span", { class: "name", "data-testid": "desk-agent" });
    this.dn = make("span", { class: "dn", "data-testid": "desk-place" });
    this.state = make("span", { class: "pill", "data-testid": "desk-state" });
    this.timer = make("span", { class: "timer", "data-testid": "desk-state-timer" });
    this.choices = make("div", { class: "choices", role: "group", "aria-label": "Agent state" });
    this.reasons = make("div", { class: "menu" });
    this.more = make("details", { class: "reasons" }, make("summary", { "data-testid": "desk-state-more" }, "Other"), this.reasons);
    this.calls = new CallSettings();
    this.microphone = this.device("MuteMicrophone", "desk-mute-microphone", "microphone", "Mute the microphone");
    this.speaker = this.device("MuteSpeaker", "desk-mute-speaker", "sound", "Mute the speaker");
    this.volume = make("input", { type: "range", min: "0", max: "100", "aria-label": "Speaker volume", "data-testid": "desk-speaker-volume" });
    this.volume.addEventListener("change", () => wish(this, { type: "device", name: "SetSpeakerVolume", value: Number(this.volume?.value) }));
    this.devices = make("div", { class: "devices", hidden: true }, this.microphone, this.speaker, this.volume);
    const leave = make("button", { type: "button", class: "leave", "data-testid": "desk-logout", onclick: () => wish(this, { type: "log-out" }) }, "Log out");
    this.append(
      make("h1", { class: "brand" }, make("span", { class: "mark" }, icon("handset")), make("span", { class: "app" }, "Agent Desktop"), make("span", { class: "tag" }, "lab")),
      make("div", { class: "states" }, this.choices, this.more, this.calls),
      make("div", { class: "now" }, this.state, this.timer),
      this.devices,
      make("div", { class: "who" }, this.name, this.dn),
      leave,
    );
  }

  /** @private @param {string} operation @param {string} id @param {string} sign @param {string} label */
  device(operation, id, sign, label) {
    const button = make("button", { type: "button", class: "device", title: label, "aria-label": label, "aria-pressed": "false", "data-testid": id }, icon(sign));
    const pressed = () => button.getAttribute("aria-pressed") === "true";
    return dress(button, { onclick: () => wish(this, { type: "device", name: pressed() ? `Un${operation[0].toLowerCase()}${operation.slice(1)}` : operation }) });
  }

  listed = "";
  since = 0;

  /** @param {import("../../model/agent.js").Agent} agent @param {import("../model/view.js").SessionView} session @param {number} now */
  update(agent, session, now) {
    if (!this.name || !this.dn || !this.state) return;
    say(this.name, fullName(agent));
    const place = session.place ? `, ${session.place}` : "";
    say(this.dn, session.inService ? `DN ${agent.dn}${place}` : `DN ${agent.dn}, no phone yet`);
    this.dn.dataset.inService = String(session.inService);
    say(this.state, stateLabel(agent.state));
    this.state.dataset.colour = stateColour(agent.state);
    this.list(session.states);
    for (const choice of this.querySelectorAll("[data-operation]")) this.mark(/** @type {HTMLElement} */ (choice), agent, session);
    this.calls?.update(session.work.own);
    this.showDevices(session.connector);
    this.since = session.work.stateSince;
    this.tick(now);
  }

  /** @private @param {import("../../model/agent.js").StateChoice[]} states */
  list(states) {
    const key = states.map((one) => one.operation + one.label).join();
    if (key === this.listed) return;
    this.listed = key;
    const buttons = states.map((one) => ({ first: FIRST.includes(one.operation), button: this.choice(one) }));
    this.choices?.replaceChildren(...buttons.filter(({ first }) => first).map(({ button }) => button));
    this.reasons?.replaceChildren(...buttons.filter(({ first }) => !first).map(({ button }) => button));
  }

  /** @private @param {import("../../model/agent.js").StateChoice} choice */
  choice({ operation, label, state, workMode }) {
    const choose = () => {
      if (this.more) this.more.open = false;
      wish(this, { type: "state", operation });
    };
    const said = { "data-operation": operation, "data-state": state, "data-work-mode": workMode, "data-label": label };
    return make("button", { type: "button", "data-testid": `desk-state-${operation}`, onclick: choose, ...said }, label);
  }

  /** @private @param {HTMLElement} button @param {import("../../model/agent.js").Agent} agent @param {import("../model/view.js").SessionView} session */
  mark(button, { state }, session) {
    const { operation, label } = button.dataset;
    const named = !state.displayName || state.displayName === label;
    const now = button.dataset.state === state.state && (button.dataset.workMode || "") === state.workMode && named;
    button.setAttribute("aria-pressed", String(now));
    button.dataset.wanted = String(session.wanted === operation && !now);
  }

  /** @private @param {{ audio: import("../model/view.js").Audio } | null} connector */
  showDevices(connector) {
    if (!this.devices || !this.microphone || !this.speaker || !this.volume) return;
    const audio = connector?.audio;
    this.devices.hidden = !audio || audio.microphoneMuted === null;
    if (!audio) return;
    press(this.microphone, audio.microphoneMuted === true, "microphone", "muted");
    press(this.speaker, audio.speakerMuted === true, "sound", "silent");
    if (document.activeElement !== this.volume) this.volume.value = String(audio.speakerVolume ?? 100);
  }

  /** @param {number} now */
  tick(now) {
    if (this.timer) say(this.timer, this.since ? clock(now - this.since) : "");
  }
}

/** @param {HTMLElement} button @param {boolean} pressed @param {string} off @param {string} on */
function press(button, pressed, off, on) {
  const wanted = String(pressed);
  if (button.getAttribute("aria-pressed") === wanted) return;
  button.setAttribute("aria-pressed", wanted);
  button.replaceChildren(icon(pressed ? on : off));
}
customElements.define("desktop-top-bar", TopBar);

/**
 * The one place where the model meets the browser: events go in, effects are carried out, the view goes to the elements.
 *
 * Events that arise while an effect is carried out wait their turn, so that the model is never entered twice.
 *
 * @typedef {import("../model/events.js").PhoneEvent} PhoneEvent
 * @typedef {import("../model/events.js").Effect} Effect
 * @typedef {{ clock: import("../platform/clock.js").Clock, sip: import("../platform/sip_phone.js").SipPhone,
 *   microphone: import("../platform/microphone.js").Microphone, tones: import("../platform/tones.js").Tones,
 *   gws: import("../platform/gws.js").Gws, link: import("./gws_link.js").GwsLink, desk: import("../platform/desk.js").Desk }} Platform
 */

import { Phone } from "../model/phone.js";
import { viewOf } from "../model/view.js";
import { GwsError } from "../platform/gws.js";

export class Conductor {
  /** @param {(view: import("../model/view.js").View, now: number) => void} show */
  constructor(show) {
    this.phone = new Phone();
    this.show = show;
    /** @type {PhoneEvent[]} */
    this.waiting = [];
    this.busy = false;
    /** @type {Platform | null} */
    this.platform = null;
    this.view = viewOf(this.phone);
  }

  /** @param {PhoneEvent} event */
  emit(event) {
    this.waiting.push(event);
    if (this.busy) return;
    this.busy = true;
    try {
      for (let next = this.waiting.shift(); next; next = this.waiting.shift()) this.handle(next);
    } finally {
      this.busy = false;
    }
    this.render();
  }

  render() {
    const clock = this.platform?.clock;
    if (!clock) return;
    this.view = viewOf(this.phone);
    this.show(this.view, clock.now());
    clock.at(this.phone.deadline, () => this.emit({ type: "time" }));
  }

  /** @private @param {PhoneEvent} event */
  handle(event) {
    const platform = /** @type {Platform} */ (this.platform);
    for (const effect of this.phone.handle(event, platform.clock.now())) this.perform(effect, platform);
  }

  /** @private @param {Effect} effect @param {Platform} platform */
  perform(effect, { sip, microphone, tones, gws, link, desk }) {
    switch (effect.do) {
      case "sip/answer":
        return void sip.legs.answer(effect.leg, effect.camera);
      case "sip/reject":
        return sip.legs.end(effect.leg, effect.status);
      case "sip/hangup":
        return sip.legs.end(effect.leg);
      case "sip/hold":
      case "sip/retrieve":
        return sip.legs.hold(effect.leg, effect.do === "sip/hold");
      case "sip/mute":
        return sip.legs.mute(effect.leg, effect.muted);
      case "sip/digits":
        return sip.legs.digits(effect.leg, effect.digits);
      case "sip/dial":
        return sip.dial(effect.number, effect.card);
      case "camera/on":
        return void sip.legs.pictures.on(effect.leg);
      case "camera/off":
        return sip.legs.pictures.off(effect.leg);
      case "microphone/open":
        return void sip.legs.prepare(effect.leg);
      case "microphone/close":
        return microphone.close(effect.leg);
      case "microphone/volume":
        return void sip.legs.volume.set(effect.volume, sip.legs.sessions);
      case "microphone/constraints":
        return void Object.assign(microphone.constraints, effect.constraints);
      case "speaker":
        return sip.legs.speaker.adjust(effect.muted, effect.volume);
      case "audio/tell":
        return sip.tellAudio(effect.audio);
      case "tone":
        return tones.play(effect.tone);
      case "gws/dial":
        return void this.ask({ operation: "Dial", card: effect.card, call: "" }, gws.dial(effect.device, effect.number));
      case "gws/call":
        return void this.ask(effect, gws.call(effect.call, effect.operation, effect.fields));
      case "gws/state":
        return void this.ask({ operation: effect.operation, card: "", call: "" }, gws.state(effect.operation));
      case "gws/disposition":
        return void this.ask({ operation: "Disposition", card: "", call: effect.call }, gws.dispose(effect.device, { id: effect.call, uri: effect.uri }, effect.value, effect.key));
      case "gws/read":
        return void link.read();
      case "sip/refresh":
        return sip.refresh();
      case "beep":
        return tones.beep();
      case "disagreement/tell":
        return desk.tellDisagreement(effect);
    }
  }

  /**
   * What GWS takes and what it refuses comes back as an event.
   * @private @param {{ operation: string, card: string, call: string }} asked @param {Promise<unknown>} request
   */
  async ask({ operation, card, call }, request) {
    try {
      await request;
      this.emit({ type: "gws/accepted", operation, card, call });
    } catch (error) {
      const unreachable = error instanceof GwsError && error.unreachable;
      this.emit({ type: "gws/refused", operation, card, reason: /** @type {Error} */ (error).message, unreachable });
    }
  }
}

/** The softphone's connector over HTTP: carries the model's steps out, pings, and asks about microphone and speaker. */

import { connectorSteps, PING_PERIOD, resultOf } from "./model/connector.js";

/** A call of the connector fails after this long. */
const PATIENCE = 5000;

/** @param {number} milliseconds @returns {Promise<void>} */
const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

export class Connector {
  /** @param {string} path where the connector is, "/connector" @param {() => void} changed */
  constructor(path, changed) {
    this.path = path.replace(/\/$/, "");
    this.changed = changed;
    /** What it said last of the devices; null while it has not. @type {import("./model/view.js").Audio} */
    this.audio = { microphoneMuted: null, speakerMuted: null, speakerVolume: null };
    this.answering = true;
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.timer = undefined;
  }

  /**
   * Bring the phone up; ends when it is active, or when there is no more hope.
   * @param {{ dn: string, options: import("./model/options.js").Options, readAnnex: () => Promise<unknown>, current: () => boolean }} asked
   * @returns {Promise<import("./model/connector.js").Outcome>}
   */
  async start({ dn, options, readAnnex, current }) {
    const steps = connectorSteps({ dn, options, uri: new URL(this.path, location.href).href });
    let step = steps.next();
    while (!step.done && current()) {
      const one = step.value;
      if ("wait" in one) step = steps.next(await pause(one.wait));
      else if ("annex" in one) step = steps.next(await readAnnex().catch(() => null));
      else step = steps.next(await this.ask(one.ask, one.body));
    }
    return step.done ? step.value : { active: false, text: "", help: "" };
  }

  /** Ping until `stop`; with each, ask how the devices are while a call is up, and until it is known. @param {() => boolean} busy */
  keepAlive(busy) {
    this.stop();
    void this.look();
    this.timer = setInterval(() => {
      void this.ping();
      if (busy() || this.audio.microphoneMuted === null) void this.look();
    }, PING_PERIOD);
  }

  stop() {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** @private */
  async ping() {
    const answering = (await this.ask("Ping")) !== null;
    if (answering === this.answering) return;
    this.answering = answering;
    this.changed();
  }

  /** @private */
  async look() {
    const [microphone, speaker, volume] = await Promise.all(["GetMicrophoneState", "GetSpeakerState", "GetSpeakerVolume"].map((name) => this.result(name)));
    const truth = (/** @type {unknown} */ value) => (typeof value === "boolean" ? value : null);
    const audio = { microphoneMuted: truth(microphone), speakerMuted: truth(speaker), speakerVolume: typeof volume === "number" ? volume : null };
    if (JSON.stringify(audio) === JSON.stringify(this.audio)) return;
    this.audio = audio;
    this.changed();
  }

  /** Something that moves the phone, and how the devices are then. @param {string} name @param {number} [value] */
  async move(name, value) {
    const said = await this.result(name, value === undefined ? {} : { value });
    await this.look();
    return said;
  }

  /** @param {string} name @param {unknown} [body] */
  async result(name, body) {
    return resultOf(name, await this.ask(name, body));
  }

  /** The answer, null where there is none. @private @param {string} name @param {unknown} [body] @returns {Promise<unknown>} */
  async ask(name, body) {
    const signal = AbortSignal.timeout(PATIENCE);
    const post = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal };
    try {
      const reply = await fetch(`${this.path}/${name}`, body === undefined ? { signal } : post);
      return reply.ok ? await reply.json() : null;
    } catch {
      return null;
    }
  }
}

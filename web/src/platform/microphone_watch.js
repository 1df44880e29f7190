/**
 * Whether the microphone can be had, watched all the time: calls must not be sent to an agent who could not be heard.
 *
 * Everything here is driven by events (permission, devices, tracks, the gateway's ping): a hidden page has its timers slowed down to one
 * a minute. A microphone that another program has taken, or that failed for another reason, is tried again when something changes, and
 * on a ping now and then.
 *
 * @typedef {"ready" | "asked" | "lost"} MicrophoneState
 */

import { REASON } from "./microphone.js";

const TRY_AGAIN = 15_000;

export class MicrophoneWatch {
  /**
   * @param {{ microphone: import("./microphone.js").Microphone, now: () => number,
   *   onchange: (state: MicrophoneState, reason: string) => void,
   *   devices?: MediaDevices, permissions?: Permissions }} parts `devices` is undefined in an insecure context
   */
  constructor({ microphone, now, onchange, devices = navigator.mediaDevices, permissions = navigator.permissions }) {
    this.microphone = microphone;
    this.now = now;
    this.onchange = onchange;
    this.devices = devices;
    this.permissions = permissions;
    /** @type {MicrophoneState} */
    this.state = "asked";
    this.reason = "";
    /** What the last getUserMedia came to: null before it, "" when it gave sound, else why not. @type {string | null} */
    this.last = null;
    this.triedAt = -Infinity;
    /** @type {PermissionStatus | null} */
    this.permission = null;
  }

  async start() {
    this.microphone.onresult = (reason) => this.took(reason);
    this.microphone.onended = () => void this.changed();
    this.devices?.addEventListener?.("devicechange", () => void this.changed());
    try {
      this.permission = await this.permissions.query({ name: /** @type {any} */ ("microphone") });
      this.permission.addEventListener("change", () => void this.changed());
    } catch {
      // This browser does not tell; getUserMedia will.
    }
    await this.look();
  }

  /** The gateway asks: what is known, at once; a failure is looked into for the next time. @returns {MicrophoneState} */
  pinged() {
    if (this.last && this.now() - this.triedAt > TRY_AGAIN) void this.changed();
    return this.state;
  }

  /** What getUserMedia came to. @param {string} reason "" for sound */
  took(reason) {
    this.last = reason;
    void this.look();
  }

  /** Something is different: what had failed may work again, or the other way round. @private */
  async changed() {
    if (this.permission?.state === "prompt") this.last = null; // to be asked for anew, but not by us
    await this.look();
    if (this.last === null || this.permission?.state === "denied") return;
    if (this.last === "" && this.microphone.streams.size === 0 && this.state === "ready") return;
    this.triedAt = this.now();
    await this.microphone.ask().catch(() => {});
  }

  /** @private */
  async look() {
    const reason = await this.whyNot();
    if (reason) this.tell("lost", reason);
    else if (this.last === "" || this.permission?.state === "granted") this.tell("ready", "");
    else this.tell("asked", "");
  }

  /** Why there is no microphone, "" if nothing speaks against it. @private @returns {Promise<string>} */
  async whyNot() {
    if (!this.devices) return REASON.InsecureContext;
    if (this.permission?.state === "denied") return REASON.NotAllowedError;
    const found = await this.devices.enumerateDevices().catch(() => []);
    if (found.length && !found.some(({ kind }) => kind === "audioinput")) return REASON.NotFoundError;
    return this.last ?? "";
  }

  /** @private @param {MicrophoneState} state @param {string} reason */
  tell(state, reason) {
    if (state === this.state && reason === this.reason) return;
    this.state = state;
    this.reason = reason;
    this.onchange(state, reason);
  }
}

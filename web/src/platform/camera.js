/**
 * The camera: asked for on a click and not before, one stream per call, its light off as soon as nobody is to see it.
 */

import { REASON } from "./microphone.js";

/** What a failed getUserMedia means the agent should do. @type {Record<string, string>} */
const HELP = {
  NotAllowedError: "Allow the camera for this page, then turn it on again.",
  NotFoundError: "Plug in a camera, then turn it on again.",
  NotReadableError: "Close the other program, then turn the camera on again.",
  InsecureContext: "Tell your administrator.",
};
const TRY_AGAIN = "Turn it on again.";

export class CameraError extends Error {
  /** @param {string} reason @param {string} help */
  constructor(reason, help) {
    super(reason);
    this.help = help;
  }
}

export class Camera {
  /** @param {Pick<MediaDevices, "getUserMedia"> | undefined} devices undefined in an insecure context */
  constructor(devices = navigator.mediaDevices) {
    this.devices = devices;
    /** @type {MediaTrackConstraints} */
    this.constraints = { width: { ideal: 640 }, height: { ideal: 360 }, frameRate: { ideal: 30, max: 30 } };
    /** By leg, from the moment it was asked for. @type {Map<string, Promise<MediaStream>>} */
    this.streams = new Map();
    /** The pictures of a call ended although nobody closed the camera: it is gone. @type {(leg: string) => void} */
    this.onended = () => {};
  }

  /** @param {string} leg @returns {Promise<MediaStream | null>} null: closed meanwhile, or opened anew; rejects with CameraError */
  async open(leg) {
    const opening = this.streams.get(leg) ?? this.begin(leg);
    const current = () => this.streams.get(leg) === opening;
    try {
      const stream = await opening;
      return current() ? stream : null;
    } catch (error) {
      if (!current()) return null;
      this.streams.delete(leg);
      throw error;
    }
  }

  /** @private @param {string} leg */
  begin(leg) {
    const opening = this.request();
    this.streams.set(leg, opening);
    const ended = () => this.streams.get(leg) === opening && this.onended(leg);
    opening.then((stream) => stream.getTracks().forEach((track) => track.addEventListener("ended", ended)), () => {});
    return opening;
  }

  /** The light goes off. @param {string} leg */
  close(leg) {
    const stream = this.streams.get(leg);
    this.streams.delete(leg);
    stream?.then((opened) => opened.getTracks().forEach((track) => track.stop()), () => {});
  }

  /** @private */
  async request() {
    try {
      if (!this.devices) throw Object.assign(new Error(), { name: "InsecureContext" });
      return await this.devices.getUserMedia({ video: this.constraints });
    } catch (error) {
      const name = error instanceof Error || error instanceof DOMException ? error.name : "";
      throw new CameraError(REASON[name] ?? (name || "it failed"), HELP[name] ?? TRY_AGAIN);
    }
  }
}

/**
 * The microphone: asked for at sign-in, opened when ringing starts, closed with the call, never open while idle.
 *
 * Each call has its own stream under its own key, so that muting one call does not mute another.
 */

/** What a failed getUserMedia means to the agent. @type {Record<string, string>} */
export const REASON = {
  NotAllowedError: "it is not allowed for this page",
  NotFoundError: "none was found",
  NotReadableError: "another program uses it",
  OverconstrainedError: "it cannot do what is configured",
  InsecureContext: "this page, or a page around it, is not loaded over https",
};

export class MicrophoneError extends Error {}

export class Microphone {
  /** @param {Pick<MediaDevices, "getUserMedia"> | undefined} devices undefined in an insecure context */
  constructor(devices = navigator.mediaDevices) {
    this.devices = devices;
    /** @type {MediaTrackConstraints} */
    this.constraints = {};
    /** @type {Map<string, Promise<MediaStream>>} */
    this.streams = new Map();
    /** What a request came to: "" or why not. @type {(reason: string) => void} */
    this.onresult = () => {};
    /** The sound of a call ended although nobody closed it: the device is gone. */
    this.onended = () => {};
    /** A call's sound comes from the device of this name. @type {(name: string) => void} */
    this.onname = () => {};
  }

  /** Ask for the permission and let go of the microphone at once; raises MicrophoneError. */
  async ask() {
    stop(await this.request());
  }

  /**
   * Open it for a call; the same call gets the same stream.
   * @param {string} key
   * @returns {Promise<MediaStream>} rejects with MicrophoneError
   */
  open(key) {
    const known = this.streams.get(key);
    if (known) return known;
    const stream = this.request();
    stream.catch(() => this.streams.delete(key));
    stream.then((opened) => this.watch(opened), () => {});
    this.streams.set(key, stream);
    return stream;
  }

  /** The stream of a call has another name from now on. @param {string} key @param {string} renamed */
  rename(key, renamed) {
    const stream = this.streams.get(key);
    if (!stream) return;
    this.streams.delete(key);
    this.streams.set(renamed, stream);
  }

  /** @param {string} key */
  close(key) {
    const stream = this.streams.get(key);
    this.streams.delete(key);
    stream?.then(stop, () => {});
  }

  /** @private @param {MediaStream} stream */
  watch(stream) {
    for (const track of stream.getTracks()) {
      track.addEventListener?.("ended", () => this.onended());
      this.onname(track.label ?? "");
    }
  }

  /** @private @returns {Promise<MediaStream>} */
  async request() {
    try {
      if (!this.devices) throw Object.assign(new Error(), { name: "InsecureContext" });
      const stream = await this.devices.getUserMedia({ audio: this.constraints });
      this.onresult("");
      return stream;
    } catch (error) {
      const name = error instanceof Error || error instanceof DOMException ? error.name : "";
      const reason = REASON[name] ?? (name || "it failed");
      this.onresult(reason);
      throw new MicrophoneError(reason);
    }
  }
}

/** @param {MediaStream} stream */
function stop(stream) {
  for (const track of stream.getTracks()) track.stop();
}

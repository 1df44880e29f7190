/**
 * How loud the microphone is in a call: at 100 its sound is sent as it is; else it passes a gain, whose track takes the sender's place
 * without a new offer.
 *
 * @typedef {{ gain: GainNode, track: MediaStreamTrack, close: () => void }} Path
 */

export class MicrophoneVolume {
  /** @param {() => AudioContext} newContext */
  constructor(newContext = () => new AudioContext()) {
    this.newContext = newContext;
    this.volume = 100;
    /** @type {AudioContext | null} */
    this.context = null;
    /** By leg. @type {Map<string, Path>} */
    this.paths = new Map();
  }

  /** This volume from now on. @param {number} volume @param {Iterable<[string, any]>} sessions JsSIP's by leg */
  async set(volume, sessions) {
    this.volume = volume;
    await Promise.all([...sessions].map(([leg, session]) => this.apply(leg, session)));
  }

  /** A call is up, or the volume is another. @param {string} leg @param {any} session */
  async apply(leg, session) {
    const path = this.paths.get(leg) ?? (this.volume === 100 ? null : await this.lay(leg, session));
    if (path) path.gain.gain.value = this.volume / 100;
  }

  /** @param {string} leg */
  forget(leg) {
    this.paths.get(leg)?.close();
    this.paths.delete(leg);
  }

  /** @private @param {string} leg @param {any} session @returns {Promise<Path | null>} */
  async lay(leg, session) {
    const sender = /** @type {RTCRtpSender | undefined} */ (
      session.connection?.getSenders().find((/** @type {RTCRtpSender} */ one) => one.track?.kind === "audio")
    );
    const raw = sender?.track;
    if (!sender || !raw) return null;
    this.context ??= this.newContext();
    await this.context.resume();
    if (this.context.state !== "running") return null; // it would send silence
    const source = this.context.createMediaStreamSource(new MediaStream([raw]));
    const gain = this.context.createGain();
    const end = this.context.createMediaStreamDestination();
    source.connect(gain).connect(end);
    const [track] = end.stream.getAudioTracks();
    track.enabled = raw.enabled;
    raw.enabled = true;
    const path = { gain, track, close: () => [source, gain].forEach((node) => node.disconnect()) };
    this.paths.set(leg, path);
    await sender.replaceTrack(track);
    return path;
  }
}

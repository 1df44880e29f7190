/**
 * Ring tone, call-waiting and ringback, synthesised. One period of a tone is a buffer that loops: no timer is involved, which a
 * hidden tab would slow down.
 *
 * @typedef {{ frequencies: number[], bursts: [number, number][], seconds: number, level: number }} Shape
 * @typedef {Exclude<import("../model/events.js").Tone, "none">} ToneName
 */

/** Bursts are [from, to] in seconds of one period. @type {Record<ToneName | "beep", Shape>} */
export const SHAPES = {
  ring: { frequencies: [523.25, 659.25], bursts: [[0, 0.4], [0.6, 1.0]], seconds: 3, level: 0.3 },
  waiting: { frequencies: [523.25], bursts: [[0, 0.15], [0.3, 0.45]], seconds: 5, level: 0.08 },
  beep: { frequencies: [880], bursts: [[0, 0.18]], seconds: 0.2, level: 0.25 },
  ringback: { frequencies: [425], bursts: [[0, 1]], seconds: 5, level: 0.12 },
};

const EDGE = 0.015;

/**
 * One period of a tone.
 * @param {Shape} shape
 * @param {number} rate samples per second
 */
export function period(shape, rate) {
  const samples = new Float32Array(Math.round(shape.seconds * rate));
  for (const [from, to] of shape.bursts) {
    for (let n = Math.round(from * rate); n < Math.round(to * rate); n += 1) {
      const seconds = n / rate;
      const edge = Math.min(1, (seconds - from) / EDGE, (to - seconds) / EDGE);
      const wave = shape.frequencies.reduce((sum, hertz) => sum + Math.sin(2 * Math.PI * hertz * seconds), 0);
      samples[n] = (shape.level * Math.max(0, edge) * wave) / shape.frequencies.length;
    }
  }
  return samples;
}

export class Tones {
  /** @param {() => void} onchange the browser began or ceased to refuse sound */
  constructor(onchange) {
    this.onchange = onchange;
    /** @type {AudioContext | null} */
    this.context = null;
    /** @type {AudioBufferSourceNode | null} */
    this.source = null;
  }

  /** The browser refuses to make sound until the agent clicks. */
  get blocked() {
    return this.context?.state === "suspended";
  }

  /** Find out whether sound is allowed; on a click, allow it. */
  async enable() {
    const context = this.ready();
    if (context.state === "suspended") await Promise.race([context.resume(), new Promise((done) => setTimeout(done, 300))]);
    this.onchange();
  }

  /** @param {import("../model/events.js").Tone} name */
  play(name) {
    this.source?.stop();
    this.source = name === "none" ? null : this.begin(name, true);
  }

  /** Once, for a call that is answered without a press. */
  beep() {
    this.begin("beep", false);
  }

  /** @private @param {ToneName | "beep"} name @param {boolean} loop */
  begin(name, loop) {
    const context = this.ready();
    const samples = period(SHAPES[name], context.sampleRate);
    const buffer = context.createBuffer(1, samples.length, context.sampleRate);
    buffer.copyToChannel(samples, 0);
    const source = new AudioBufferSourceNode(context, { buffer, loop });
    source.connect(context.destination);
    source.start();
    void this.enable();
    return source;
  }

  /** @private */
  ready() {
    if (!this.context) {
      this.context = new AudioContext();
      this.context.addEventListener("statechange", this.onchange);
    }
    return this.context;
  }
}

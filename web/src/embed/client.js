/**
 * A page's side of the messages between it and the phone: requests become promises, events go to listeners. It speaks to one frame
 * and hears only what comes from that frame and the phone's origin.
 *
 * @typedef {import("./cordboard").State} State
 * @typedef {import("./cordboard").EventName} EventName
 * @typedef {{ resolve: (result: any) => void, reject: (error: Error) => void, cancel: () => void }} Waiting
 */

import { EVENTS, isOurs, VERSION } from "./words.js";

export const ANSWER_WITHIN = 10_000;

export class PhoneRefusal extends Error {
  /** @param {import("./cordboard").Refusal} refusal */
  constructor({ code, text }) {
    super(text);
    this.code = code;
  }
}

export class PhoneClient {
  /**
   * @param {{ origin: string, target: () => { postMessage: (message: any, origin: string) => void } | null,
   *   after: (milliseconds: number, callback: () => void) => () => void }} parts
   */
  constructor({ origin, target, after }) {
    this.origin = origin;
    this.target = target;
    this.after = after;
    this.last = 0;
    /** @type {Map<number, Waiting>} */
    this.waiting = new Map();
    /** @type {Map<string, Set<(data: any) => void>>} */
    this.listeners = new Map(EVENTS.map((name) => [name, new Set()]));
    /** The phone has answered. */
    this.heard = false;
    /** @type {Promise<State>} */
    this.ready = new Promise((resolve) => (this.resolveReady = resolve));
  }

  /** @param {{ data: unknown, origin: string, source: unknown }} message */
  receive({ data, origin, source }) {
    if (origin !== this.origin || source !== this.target() || !isOurs(data)) return;
    if (typeof data.event === "string") this.happened(data.event, data.data);
    else this.answered(data);
  }

  /** @param {import("./cordboard").RequestName} call @param {Record<string, unknown>} [fields] @returns {Promise<any>} */
  ask(call, fields = {}) {
    const target = this.target();
    if (!target) return Promise.reject(new PhoneRefusal({ code: "not-connected", text: "The phone is not open." }));
    this.last += 1;
    const id = this.last;
    return new Promise((resolve, reject) => {
      const cancel = this.after(ANSWER_WITHIN, () => {
        this.waiting.delete(id);
        reject(new PhoneRefusal({ code: "no-answer", text: "The phone does not answer." }));
      });
      this.waiting.set(id, { resolve, reject, cancel });
      target.postMessage({ cordboard: VERSION, id, call, with: defined(fields) }, this.origin);
    });
  }

  /** @param {EventName} event @param {(data: any) => void} listener */
  on(event, listener) {
    const listeners = this.listeners.get(event);
    if (!listeners) throw new TypeError(`Cordboard has no event ${event}: ${EVENTS.join(", ")}`);
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  /** @private @param {string} event @param {unknown} data */
  happened(event, data) {
    if (event === "ready") void this.greet();
    for (const listener of this.listeners.get(event) ?? []) listener(data);
  }

  /** The phone is there, perhaps anew: whoever asks is told of changes from then on. @private */
  async greet() {
    try {
      this.resolveReady?.(await this.ask("state"));
      this.heard = true;
    } catch {
      // It does not hear this page: who waits for `ready` goes on waiting.
    }
  }

  /** @private @param {Record<string, any>} data */
  answered({ id, result, error }) {
    const waiting = this.waiting.get(id);
    if (!waiting) return;
    this.waiting.delete(id);
    waiting.cancel();
    if (error) waiting.reject(new PhoneRefusal(error));
    else waiting.resolve(result);
  }
}

/** @param {Record<string, unknown>} fields */
function defined(fields) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/**
 * A client of Workspace's Service Client API, by messages between windows: requests with a reference, ten seconds for an answer,
 * subscriptions. It speaks to one origin only; Workspace itself decides whether it answers a page of ours
 * (`service-client-api.accepted-web-content-origins`).
 *
 * @typedef {{ postMessage: (message: any, origin: string) => void }} Peer a window
 */

export const ANSWER_WITHIN = 10_000;
const PROTOCOL = { userAgent: "WWE Client", protocolVersion: 2 };

export class ServiceClient {
  /** @param {{ peer: Peer, origin: string, after: (milliseconds: number, callback: () => void) => () => void }} parts */
  constructor({ peer, origin, after }) {
    this.peer = peer;
    this.origin = origin;
    this.after = after;
    this.last = 0;
    /** @type {Map<string, { resolve: (data: any) => void, reject: (error: Error) => void, cancel: () => void }>} */
    this.waiting = new Map();
    /** @type {Map<string, (data: any) => void>} */
    this.listeners = new Map();
  }

  /** `agent.get`, `voice.dial` ... Rejects when Workspace refuses or says nothing. @param {string} name @param {...unknown} parameters @returns {Promise<any>} */
  request(name, ...parameters) {
    return this.send({ request: name, parameters });
  }

  /** Hear events: agent, interaction, media ... @param {Record<string, (data: any) => void>} listeners */
  async subscribe(listeners) {
    for (const [name, listener] of Object.entries(listeners)) this.listeners.set(name, listener);
    await this.send({ event: "subscribe", data: Object.keys(listeners) });
  }

  /** @param {{ data: unknown, origin: string, source: unknown }} message */
  receive({ data, origin, source }) {
    if (origin !== this.origin || source !== this.peer || typeof data !== "object" || data === null) return;
    const said = /** @type {Record<string, any>} */ (data);
    const waiting = this.waiting.get(String(said.referenceId));
    if (waiting) {
      this.waiting.delete(String(said.referenceId));
      waiting.cancel();
      if (said.errorMessage) waiting.reject(new Error(String(said.errorMessage)));
      else waiting.resolve(said.data);
    } else if (typeof said.event === "string") this.listeners.get(said.event)?.(said.data);
  }

  /** @private @param {Record<string, unknown>} message @returns {Promise<any>} */
  send(message) {
    const referenceId = String(this.last);
    this.last += 1;
    return new Promise((resolve, reject) => {
      const cancel = this.after(ANSWER_WITHIN, () => {
        this.waiting.delete(referenceId);
        reject(new Error("Workspace does not answer."));
      });
      this.waiting.set(referenceId, { resolve, reject, cancel });
      this.peer.postMessage({ ...message, referenceId, ...PROTOCOL }, this.origin);
    });
  }
}

/**
 * GWS's events by CometD, long-polling only (GWS has no WebSocket). After every handshake the channels are subscribed anew, and
 * then `onready` asks the caller to read the state by REST: what happened in the gap is in no event.
 *
 * @typedef {{ onmessage: (data: unknown) => void, onready: () => void, onlost: () => void, onsignedout: () => void,
 *   ondismissed: () => void }} Listener `ondismissed`: the server wants no more of this client and does not say why
 */

import { CometD } from "cometd";

export class Notifications {
  /**
   * @param {string} path of the Bayeux endpoint
   * @param {Record<string, string>} headers of every request
   * @param {{ needed: string[], wanted: string[] }} channels a refusal of a `wanted` one is ignored
   * @param {Listener} listener
   */
  constructor(path, headers, channels, listener) {
    this.channels = channels;
    this.listener = listener;
    /** @type {"new" | "subscribing" | "live" | "lost"} */
    this.state = "new";
    this.cometd = new CometD();
    for (const transport of this.cometd.getTransportTypes()) {
      if (transport !== "long-polling") this.cometd.unregisterTransport(transport);
    }
    this.cometd.configure({
      url: new URL(path, location.href).href,
      requestHeaders: headers,
      useWorkerScheduler: false, // a worker from a blob: URL, which a Content-Security-Policy forbids
      backoffIncrement: 250 + Math.random() * 250,
      maxBackoff: 1000 + Math.random() * 500, // GWS that is back is found within two seconds, and not by all pages at once
      logLevel: "warn",
    });
    this.cometd.addListener("/meta/connect", (message) => this.connected(message));
  }

  start() {
    this.cometd.handshake((message) => this.shaken(message));
  }

  /** Let the server forget this client; resolves when it has, or after a second. @returns {Promise<void>} */
  stop() {
    return new Promise((done) => {
      if (this.cometd.isDisconnected()) return done();
      setTimeout(done, 1000);
      this.cometd.disconnect(() => done());
      return undefined;
    });
  }

  /** @private @param {import("cometd").Message} message */
  shaken(message) {
    if (!message.successful) return this.failed(message);
    const channels = [...new Set([...this.channels.needed, ...this.channels.wanted])];
    let open = channels.length;
    let refused = false;
    this.state = "subscribing";
    this.cometd.batch(() => {
      for (const channel of channels) {
        this.cometd.subscribe(channel, ({ data }) => this.listener.onmessage(data), (reply) => {
          open -= 1;
          refused ||= !reply.successful && this.channels.needed.includes(channel);
          if (open === 0) this.subscribed(refused);
        });
      }
    });
    return undefined;
  }

  /** @private @param {boolean} refused */
  subscribed(refused) {
    if (refused) return this.listener.onlost();
    this.state = "live";
    return this.listener.onready();
  }

  /** @private @param {import("cometd").Message} message */
  connected(message) {
    if (this.cometd.isDisconnected()) return;
    if (!message.successful || message.advice?.reconnect === "none") this.failed(message);
    else if (this.state === "lost") this.subscribed(false); // the server kept our subscriptions through the gap
  }

  /** @private @param {any} message */
  failed(message) {
    const code = message.failure?.httpCode;
    if (this.state === "live") this.listener.onlost();
    this.state = "lost";
    const signedOut = code === 401 || code === 403;
    if (!signedOut && message.advice?.reconnect !== "none") return;
    this.cometd.disconnect();
    if (signedOut) this.listener.onsignedout();
    else this.listener.ondismissed();
  }
}

/**
 * The page's connection to GWS once somebody is signed in: CometD for events, and the state read by REST after every handshake.
 */

import { partiesChanged } from "../model/gws.js";
import { Channel, Path } from "../model/vocabulary.js";
import { GwsError } from "../platform/gws.js";
import { Notifications } from "../platform/notifications.js";

export class GwsLink {
  /**
   * @param {{ emit: (event: import("../model/events.js").PhoneEvent) => void, gws: import("../platform/gws.js").Gws,
   *   desk: import("../platform/desk.js").Desk, clock: import("../platform/clock.js").Clock, onsignedout: () => void }} parts
   */
  constructor({ emit, gws, desk, clock, onsignedout }) {
    this.emit = emit;
    this.gws = gws;
    this.desk = desk;
    this.clock = clock;
    this.onsignedout = onsignedout;
    /** @type {Notifications | null} */
    this.notifications = null;
  }

  /** @param {string} channel one more to listen to, or "" */
  start(channel) {
    const channels = { needed: [Channel.EVERYTHING_OF_ME], wanted: channel ? [channel] : [] };
    /** @param {() => void} act */
    const current = (act) => () => notifications === this.notifications && act();
    const notifications = new Notifications(`/gws${Path.NOTIFICATIONS}`, this.desk.headers, channels, {
      onmessage: (data) => notifications === this.notifications && this.heard(data),
      onready: current(() => void this.read()),
      onlost: current(() => this.emit({ type: "gws/lost" })),
      onsignedout: current(() => this.signedOut()),
      ondismissed: current(() => void this.dismissed(channel)),
    });
    this.notifications = notifications;
    this.emit({ type: "gws/connecting" });
    notifications.start();
  }

  async stop() {
    const notifications = this.notifications;
    this.notifications = null;
    await notifications?.stop();
    this.emit({ type: "gws/off" });
  }

  /** @private @param {unknown} data */
  heard(data) {
    this.emit({ type: "gws/message", data });
    if (partiesChanged(data)) void this.read();
  }

  /** Read calls and devices; the light turns on when they are known. @private */
  async read() {
    const notifications = this.notifications;
    const asked = this.clock.now();
    try {
      const user = await this.gws.me();
      if (notifications !== this.notifications) return;
      this.emit({ type: "gws/on" });
      this.emit({ type: "gws/snapshot", user, asked });
    } catch (error) {
      if (notifications !== this.notifications) return;
      if (error instanceof GwsError && error.signedOut) this.signedOut();
      else this.clock.after(1000, () => void (notifications === this.notifications && this.read()));
    }
  }

  /** The server ended the client: a REST call tells whether the session has ended, too. @private @param {string} channel */
  async dismissed(channel) {
    const notifications = this.notifications;
    try {
      await this.gws.me();
      if (notifications === this.notifications) this.start(channel);
    } catch (error) {
      if (notifications !== this.notifications) return;
      if (error instanceof GwsError && error.signedOut) this.signedOut();
      else this.clock.after(1000, () => void (notifications === this.notifications && this.dismissed(channel)));
    }
  }

  /** @private */
  signedOut() {
    void this.stop();
    this.onsignedout();
  }
}

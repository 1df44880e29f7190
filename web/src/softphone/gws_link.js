/**
 * The page's connection to GWS once somebody is signed in: CometD for events, and the state read by REST after every handshake.
 */

import { partiesChanged } from "../model/gws.js";
import { Channel, Path } from "../model/vocabulary.js";
import { GwsError } from "../platform/gws.js";
import { Notifications } from "../platform/notifications.js";

/** @param {ConstructorParameters<typeof Notifications>} parts */
const newNotifications = (...parts) => new Notifications(...parts);

export class GwsLink {
  /**
   * @param {{ emit: (event: import("../model/events.js").PhoneEvent) => void, gws: import("../platform/gws.js").Gws,
   *   desk: Pick<import("../platform/desk.js").Desk, "headers">, clock: Pick<import("../platform/clock.js").Clock, "now" | "after">,
   *   onsignedout: () => void, listen?: typeof newNotifications }} parts
   */
  constructor({ emit, gws, desk, clock, onsignedout, listen = newNotifications }) {
    this.listen = listen;
    this.emit = emit;
    this.gws = gws;
    this.desk = desk;
    this.clock = clock;
    this.onsignedout = onsignedout;
    /** @type {Notifications | null} */
    this.notifications = null;
    /** A read is under way; another one follows it if that is asked for meanwhile. */
    this.reading = false;
    this.again = false;
    /** A read that failed is tried again in a moment: whether it is one after a handshake. @type {boolean | null} */
    this.later = null;
    /** The lists to choose from have been read. */
    this.listed = false;
  }

  /** @param {string} channel one more to listen to, or "" */
  start(channel) {
    const channels = { needed: [Channel.EVERYTHING_OF_ME], wanted: channel ? [channel] : [] };
    /** @param {() => void} act */
    const current = (act) => () => notifications === this.notifications && act();
    const notifications = this.listen(`/gws${Path.NOTIFICATIONS}`, this.desk.headers, channels, {
      onmessage: (data) => notifications === this.notifications && this.heard(data),
      onready: current(() => void this.read(true)),
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
    this.listed = false;
    await notifications?.stop();
    this.emit({ type: "gws/off" });
  }

  /** @private @param {unknown} data */
  heard(data) {
    this.emit({ type: "gws/message", data });
    if (partiesChanged(data)) void this.read();
  }

  /**
   * Read calls and devices, until it succeeds. After a handshake the light turns on when they are known.
   * @param {boolean} [gap] events may have been lost
   */
  async read(gap = false) {
    const notifications = this.notifications;
    if (!notifications) return;
    if (this.reading && !gap) {
      this.again = true;
      return;
    }
    this.reading = true;
    const asked = this.clock.now();
    try {
      const user = await this.gws.me();
      if (notifications !== this.notifications) return;
      if (gap) this.emit({ type: "gws/on" });
      this.emit({ type: "gws/snapshot", user, asked, gap });
      void this.list();
    } catch (error) {
      if (notifications !== this.notifications) return;
      if (error instanceof GwsError && error.signedOut) this.signedOut();
      else this.readLater(gap);
    } finally {
      this.reading = false;
    }
    if (!this.again) return;
    this.again = false;
    void this.read();
  }

  /** @private @param {boolean} gap */
  readLater(gap) {
    const waiting = this.later !== null;
    this.later = gap || this.later === true;
    if (waiting) return;
    this.clock.after(1000, () => {
      const wanted = this.later === true;
      this.later = null;
      void this.read(wanted);
    });
  }

  /** What can be chosen from, once for each agent; a GWS without such a list leaves what Genesys always has. @private */
  async list() {
    if (this.listed) return;
    this.listed = true;
    const notifications = this.notifications;
    const [states, attributes] = await Promise.allSettled([this.gws.agentStates(), this.gws.businessAttributes()]);
    if (notifications !== this.notifications) return;
    if (states.status === "fulfilled") this.emit({ type: "gws/states", settings: states.value });
    if (attributes.status === "fulfilled") this.emit({ type: "gws/dispositions", businessAttributes: attributes.value });
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

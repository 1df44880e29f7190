/**
 * Finds the sound's way again after the network has changed: ICE is restarted, between page and gateway only.
 *
 * The browser says when a path is lost, but takes five seconds to notice. So a leg that falls silent has the connection to the gateway
 * looked after: a hold is silent as well, and leaves it as it is; another network does not, and on the new connection silent legs
 * restart at once. Whenever there is other reason to doubt, a leg that hears nothing for a moment restarts, too. JsSIP would hang up when ICE has failed; how
 * long a call may be without sound is the gateway's decision. Without a connection to the gateway a restart waits for the next one.
 *
 * @typedef {Pick<import("./clock.js").Clock, "after">} MendingClock
 */

import { up } from "./sip_reading.js";

/** Sound comes in every 20 ms. */
const NOTHING_FOR = 200;
const LISTEN_EVERY = 200;
const SILENT_AFTER = 2; // times
/** Another offer is on its way. */
const TRY_AGAIN = 100;
const TRIES = 30;
const REFUSED_AGAIN = 1000;

export class Mending {
  /**
   * @param {Map<string, any>} sessions JsSIP's, by leg
   * @param {MendingClock} clock
   */
  constructor(sessions, clock) {
    this.sessions = sessions;
    this.clock = clock;
    /** Whether the gateway can be asked; set by the phone. */
    this.connected = () => true;
    /** A leg has fallen silent; set by the phone. */
    this.onsilence = () => {};
    /** Legs that nothing comes in for. @type {Set<string>} */
    this.silent = new Set();
    /** Legs that have offered, or are about to. @type {Set<string>} */
    this.restarting = new Set();
  }

  /** @param {string} leg @param {RTCPeerConnection} connection */
  watch(leg, connection) {
    const changed = (/** @type {Event} */ event) => {
      const state = connection.iceConnectionState;
      if (state === "failed") event.stopImmediatePropagation();
      if (state === "failed" || state === "disconnected") this.restart(leg);
    };
    connection.addEventListener("iceconnectionstatechange", changed, { capture: true }); // before JsSIP's own listener
    void this.attend(leg, connection, 0, 0);
  }

  /** Notice when nothing comes in any more. @private @param {string} leg @param {RTCPeerConnection} connection @param {number} before @param {number} times */
  async attend(leg, connection, before, times) {
    const session = this.sessions.get(leg);
    if (!session) return;
    const bytes = up(session) ? await bytesReceived(connection) : 0;
    const unchanged = bytes > 0 && bytes === before ? times + 1 : 0;
    if (unchanged === 0) this.silent.delete(leg);
    if (unchanged === SILENT_AFTER) {
      this.silent.add(leg);
      this.onsilence();
    }
    this.clock.after(LISTEN_EVERY, () => void this.attend(leg, connection, bytes, unchanged));
  }

  /** Look after all legs: there is reason to doubt the network. */
  doubt() {
    for (const [leg, session] of this.sessions) {
      if (this.silent.has(leg)) this.restart(leg);
      else if (session.connection && up(session)) void this.listen(leg, session.connection);
    }
  }

  /** The gateway took no new offer. @param {string} leg */
  refused(leg) {
    if (this.restarting.delete(leg)) this.clock.after(REFUSED_AGAIN, () => this.restart(leg));
  }

  /** The leg is over. @param {string} leg */
  forget(leg) {
    this.restarting.delete(leg);
    this.silent.delete(leg);
  }

  /** @private @param {string} leg @param {RTCPeerConnection} connection */
  async listen(leg, connection) {
    const before = await bytesReceived(connection);
    this.clock.after(NOTHING_FOR, async () => {
      if ((await bytesReceived(connection)) === before) this.restart(leg);
    });
  }

  /** @private @param {string} leg */
  restart(leg) {
    if (this.restarting.has(leg) || !this.connected()) return;
    this.restarting.add(leg);
    this.offer(leg, TRIES);
  }

  /** @private @param {string} leg @param {number} tries */
  offer(leg, tries) {
    const session = this.sessions.get(leg);
    const done = () => void this.restarting.delete(leg);
    if (!session || session.isEnded() || !up(session) || tries === 0) done();
    else if (!session.renegotiate({ rtcOfferConstraints: { iceRestart: true } }, done)) {
      this.clock.after(TRY_AGAIN, () => this.offer(leg, tries - 1));
    }
  }
}

/** @param {RTCPeerConnection} connection */
async function bytesReceived(connection) {
  let bytes = 0;
  (await connection.getStats()).forEach((report) => (bytes += report.type === "transport" ? report.bytesReceived : 0));
  return bytes;
}

/**
 * The phone on a page of its own: the connection panel's two buttons. Connect registers the DN, Connect GWS signs the agent in,
 * starts the contact-centre session unless one runs already (another desktop of the same agent), and listens. What this page
 * started, it also ends.
 *
 * @typedef {import("../ui/connection_panel.js").Fields} Fields
 */

import { GwsError } from "../platform/gws.js";
import { savePreferences } from "../platform/storage.js";
import { signInElsewhere } from "./sign_in_window.js";

/** Until the session is asked for again. */
const AGAIN = 1000;
const CLOSED = "the window was closed before anybody had signed in.";
const CLOSED_HELP = "Connect GWS again. If you did sign in, this page goes on by itself.";

export class StandAlone {
  /**
   * @param {{ emit: (event: import("../model/events.js").PhoneEvent) => void, desk: import("../platform/desk.js").Desk,
   *   sip: import("../platform/sip_phone.js").SipPhone, link: import("./gws_link.js").GwsLink,
   *   gws: import("../platform/gws.js").Gws, askMicrophone: () => void,
   *   clock: import("../platform/clock.js").Clock, signIn: { by: string, url?: string } }} parts
   */
  constructor(parts) {
    this.parts = parts;
    /** @type {import("../model/agent.js").Agent | null} */
    this.agent = null;
    this.startedSession = false;
    /** Counts the agent's wishes to sign in or out: what an earlier one brings counts no more. */
    this.wish = 0;
  }

  /** @param {Fields} fields */
  connect({ sipServer, agentDn, password }) {
    const { emit, sip, desk, askMicrophone } = this.parts;
    const signedIn = this.agent?.dn === agentDn;
    const problem = complaint(sipServer, agentDn, signedIn || password !== "");
    if (problem) {
      emit({ type: "tell", kind: "error", text: problem[0], help: problem[1] });
      return;
    }
    askMicrophone();
    const credentials = signedIn ? () => desk.token() : null;
    void sip.start({ url: sipServer, dn: agentDn, password, credentials });
  }

  disconnect() {
    this.parts.sip.stop();
  }

  /** @param {Fields} fields */
  async connectGws(fields) {
    const { emit, link, askMicrophone } = this.parts;
    const wish = (this.wish += 1);
    const wanted = () => wish === this.wish;
    const { cometdChannel } = fields;
    emit({ type: "gws/connecting" });
    askMicrophone();
    savePreferences({ cometdChannel });
    try {
      const agent = await this.signIn(fields, wanted);
      if (!wanted()) return;
      if (!agent) throw new Error("GWS did not say who signed in.");
      this.agent = agent;
      emit({ type: "agent", agent: this.agent });
      const runs = agent.session || (await this.startSession());
      if (!wanted()) return;
      link.start(cometdChannel);
      if (!runs) this.startLater(() => wanted() && this.agent === agent);
    } catch (error) {
      if (wanted()) this.failed(/** @type {Error} */ (error).message);
    }
  }

  /** Whether the session has begun: GWS may want the DN to have a phone first. @private */
  async startSession() {
    const { emit, gws } = this.parts;
    this.startedSession = true; // who signs out meanwhile ends it, too
    try {
      await gws.startSession();
    } catch (error) {
      this.startedSession = false;
      if (!(error instanceof GwsError && error.notRegistered)) throw error;
      emit({ type: "tell", kind: "info", text: "The session begins when the phone is registered.", help: "Connect the phone." });
    }
    return this.startedSession;
  }

  /** @private @param {() => boolean} wanted */
  startLater(wanted) {
    this.parts.clock.after(AGAIN, async () => {
      if (!wanted()) return;
      const begun = await this.startSession().catch((error) => {
        if (wanted()) this.parts.emit({ type: "tell", kind: "error", text: `The session did not begin: ${error.message}`, help: "Connect GWS again." });
        return true;
      });
      if (!begun) this.startLater(wanted);
    });
  }

  /** @private @param {Fields} fields @param {() => boolean} wanted @returns {Promise<import("../model/agent.js").Agent | null>} */
  async signIn({ gwsUser, gwsPassword }, wanted) {
    const { desk, clock, signIn } = this.parts;
    if (signIn.by !== "password") return signInElsewhere(signIn, { desk, clock, wanted, onclosed: () => this.failed(CLOSED, CLOSED_HELP) });
    if (!desk.page) await desk.open();
    return desk.signIn(gwsUser, gwsPassword);
  }

  /** @private @param {string} reason @param {string} [help] */
  failed(reason, help) {
    const own = this.parts.signIn.by === "password" ? undefined : "Connect GWS again.";
    this.parts.emit({ type: "gws/failed", reason, help: help ?? own });
  }

  /** CometD first, the session last: its end invalidates everything before it. */
  async disconnectGws() {
    const { emit, desk, gws, link } = this.parts;
    this.wish += 1;
    await link.stop();
    if (this.startedSession) await gws.endSession().catch(() => {});
    await desk.signOut().catch(() => {});
    this.startedSession = false;
    this.agent = null;
    emit({ type: "agent", agent: null });
  }

  /** GWS ended the session by itself. */
  signedOut() {
    this.agent = null;
    this.startedSession = false;
    this.parts.emit({ type: "agent", agent: null });
    const help = "Connect GWS again.";
    this.parts.emit({ type: "tell", kind: "error", text: "GWS ended the session.", help });
  }
}

/**
 * Why one cannot connect with these fields, and what to do; null when one can.
 * @param {string} url @param {string} dn @param {boolean} credentials
 * @returns {[string, string] | null}
 */
export function complaint(url, dn, credentials) {
  if (!/^wss?:\/\/[^/]+/i.test(url) || !URL.canParse(url)) {
    return ["The SIP Server address is not a WebSocket address.", "It looks like ws://host:8088/ws or wss://host/ws."];
  }
  if (!/^[\w.+*-]+$/.test(dn)) return ["The agent DN is missing or not a number.", "Enter the DN of your place, for example 5001."];
  if (!credentials) return ["The password of the DN is missing.", "Enter it, or connect GWS first: then none is needed."];
  return null;
}

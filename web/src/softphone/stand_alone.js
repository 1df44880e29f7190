/**
 * The phone on a page of its own: the connection panel's two buttons. Connect registers the DN, Connect GWS signs the agent in,
 * starts the contact-centre session unless one runs already (another desktop of the same agent), and listens. What this page
 * started, it also ends.
 *
 * @typedef {import("../ui/connection_panel.js").Fields} Fields
 */

import { savePreferences } from "../platform/storage.js";
import { signInElsewhere } from "./sign_in_window.js";

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
    const token = signedIn ? async () => (await desk.token()).token : null;
    void sip.start({ url: sipServer, dn: agentDn, password, token });
  }

  disconnect() {
    this.parts.sip.stop();
  }

  /** @param {Fields} fields */
  async connectGws({ gwsUser, gwsPassword, cometdChannel }) {
    const { emit, desk, gws, link, askMicrophone, clock, signIn } = this.parts;
    emit({ type: "gws/connecting" });
    askMicrophone();
    savePreferences({ cometdChannel });
    try {
      if (signIn.by === "password") {
        if (!desk.page) await desk.open();
        this.agent = await desk.signIn(gwsUser, gwsPassword);
      } else {
        this.agent = await signInElsewhere(signIn, { desk, clock });
      }
      if (!this.agent) throw new Error("GWS did not say who signed in.");
      emit({ type: "agent", agent: this.agent });
      this.startedSession = !this.agent.session;
      if (this.startedSession) await gws.startSession();
      link.start(cometdChannel);
    } catch (error) {
      emit({ type: "gws/failed", reason: /** @type {Error} */ (error).message });
    }
  }

  /** CometD first, the session last: its end invalidates everything before it. */
  async disconnectGws() {
    const { emit, desk, gws, link } = this.parts;
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

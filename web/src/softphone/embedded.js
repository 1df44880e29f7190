/**
 * The phone beside an agent desktop: it takes agent and DN from the desktop's GWS session and needs no click.
 *
 * The host page may post {"cordboard": "accepted", "operation": "Answer", "call": "<id>"} when GWS took an Answer of its own: a phone that
 * is then not told to answer does so by itself.
 *
 * It looks for that session when it starts, when the host page posts {"cordboard": "session"}, and every second until there is one;
 * then it registers and listens. It never starts, ends or changes an agent session: that is the desktop's.
 */

const LOOK_AGAIN = 1000;

export class Embedded {
  /**
   * @param {{ emit: (event: import("../model/events.js").PhoneEvent) => void, desk: import("../platform/desk.js").Desk,
   *   sip: import("../platform/sip_phone.js").SipPhone, link: import("./gws_link.js").GwsLink,
   *   clock: import("../platform/clock.js").Clock, askMicrophone: () => void }} parts
   * @param {import("../model/configuration.js").Configuration} configuration
   */
  constructor(parts, configuration) {
    this.parts = parts;
    this.configuration = configuration;
    /** Whose session we follow, "" while there is none. */
    this.follows = "";
    this.doubtful = false;
    this.looking = false;
    this.again = false;
    this.cancel = () => {};
  }

  start() {
    window.addEventListener("message", ({ source, data }) => {
      if (source !== window.parent) return;
      if (data?.cordboard === "session") void this.look();
      const { operation, call } = data?.cordboard === "accepted" ? data : {};
      if (operation && typeof call === "string" && call) this.parts.emit({ type: "gws/accepted", operation: String(operation), card: "", call });
    });
    void this.look();
  }

  /** Look for the desktop's session, one look at a time; follow what has changed. */
  async look() {
    this.cancel();
    if (this.looking) {
      this.again = true;
      return;
    }
    this.looking = true;
    try {
      const { agent, why } = await this.parts.desk.open();
      const name = agent ? `${agent.userName} ${agent.dn}` : "";
      if (name !== this.follows) await this.follow(agent, name);
      else if (this.doubtful && this.follows) this.parts.link.start(this.configuration.cometdChannel);
      this.doubtful = false;
      if (why) this.parts.emit({ type: "tell", kind: "error", text: why, help: "Tell your administrator." });
    } catch {
      // The desk is away for a moment: what we follow stays.
    }
    this.looking = false;
    if (this.again) {
      this.again = false;
      void this.look();
    } else if (!this.follows || this.doubtful) this.cancel = this.parts.clock.after(LOOK_AGAIN, () => void this.look());
  }

  /** The session we followed is over, or the desk was started again and has forgotten us: the next look tells. Calls go on. */
  signedOut() {
    this.doubtful = true;
    void this.look();
  }

  /** @private @param {import("../model/agent.js").Agent | null} agent @param {string} name */
  async follow(agent, name) {
    const { emit, sip, link, askMicrophone } = this.parts;
    if (this.follows) {
      sip.stop();
      await link.stop();
    }
    emit({ type: "agent", agent });
    this.follows = agent?.dn ? name : "";
    if (!agent || !this.follows) return;
    askMicrophone();
    const credentials = () => this.parts.desk.token();
    void sip.start({ url: this.configuration.sipServer, dn: agent.dn, password: "", credentials });
    link.start(this.configuration.cometdChannel);
  }
}

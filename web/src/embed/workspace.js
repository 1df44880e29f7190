/**
 * The phone inside Workspace Web Edition, as far as Workspace lets its Service Client API be used; without it nothing is missing, for the
 * connector and GWS carry the same. What it is good for:
 *
 * - another agent signed in at Workspace: the phone looks at once, instead of with the next question to the desk;
 * - GWS is interrupted for the phone: Workspace dials (`voice.dial`);
 * - the agent mutes in the phone: Workspace's own button follows (`sipEndpoint.muteMicrophone`).
 *
 * @typedef {import("./service_client.js").ServiceClient} ServiceClient
 * @typedef {import("../model/events.js").PhoneEvent} PhoneEvent
 * @typedef {import("../model/view.js").View} View
 */

export class Workspace {
  /** @param {{ client: ServiceClient, emit: (event: PhoneEvent) => void, look: () => void, note: (text: string) => void }} parts */
  constructor({ client, emit, look, note }) {
    this.client = client;
    this.emit = emit;
    this.look = look;
    this.note = note;
    this.noted = false;
    /** Workspace answers us. */
    this.on = false;
    /** The agent as Workspace names them. */
    this.userName = "";
    /** @type {boolean | null} */
    this.muted = null;
  }

  /** Ask whether Workspace answers us, for its new agent. */
  async start() {
    this.on = false;
    this.userName = "";
    try {
      this.heard(await this.client.request("agent.get"));
      await this.client.subscribe({ agent: (data) => this.agentChanged(data) });
      this.on = true;
    } catch (error) {
      if (!this.noted) this.note(`Workspace's Service Client API is not used: ${/** @type {Error} */ (error).message}`);
      this.noted = true;
    }
  }

  /** Whether Workspace is asked to dial this; else the phone does. @param {PhoneEvent} event @param {View} view */
  dials(event, view) {
    if (!this.on || event.type !== "dial" || !view.useGwsForDialing || view.lights.gws === "on") return false;
    this.client.request("voice.dial", event.number).catch((/** @type {Error} */ error) => {
      this.emit({ type: "tell", kind: "error", text: "Workspace did not dial.", help: error.message });
    });
    return true;
  }

  /** Tell Workspace that the microphone was muted or opened; what it knows already it is not told. @param {boolean} muted of a call that is up */
  async microphone(muted) {
    const before = this.muted;
    this.muted = muted;
    if (!this.on || before === null || before === muted) return;
    try {
      const known = await this.client.request("sipEndpoint.isMicrophoneMute");
      if (known === muted || this.muted !== muted) return;
      await this.client.request(muted ? "sipEndpoint.muteMicrophone" : "sipEndpoint.unmuteMicrophone");
    } catch {
      // Its button stays as it is; the connector tells when it is asked.
    }
  }

  /** @private @param {any} agent */
  heard(agent) {
    const userName = String(agent?.userName ?? agent?.username ?? "");
    if (!userName || userName === this.userName) return;
    const first = this.userName === "";
    this.userName = userName;
    if (!first) this.look();
  }

  /** @private @param {any} data */
  agentChanged(data) {
    this.heard(data?.agent);
    if (/log(ged)?_?(in|out|on|off)/i.test(String(data?.eventType ?? ""))) this.look();
  }
}

/**
 * The origin of the window around this one, where a browser tells it. Elsewhere "" : then Workspace's own is tried.
 * @param {{ ancestorOrigins?: ArrayLike<string> }} place a `location`
 */
export function parentOrigin({ ancestorOrigins }) {
  return ancestorOrigins?.[0] ?? "";
}

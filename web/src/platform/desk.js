/**
 * The desk's own API: configuration, the page session, sign-in, the SIP token. The page's identifier is a secret; it lives in this
 * object and travels in one header.
 *
 * @typedef {import("../model/configuration.js").Configuration} Configuration
 * @typedef {import("../model/agent.js").Agent} Agent
 */

import { readAgent } from "../model/agent.js";

export class DeskError extends Error {
  /** @param {number} status 0 when the desk was not reached @param {string} text @param {string} [code] the desk's word for it */
  constructor(status, text, code = "") {
    super(text);
    this.status = status;
    this.code = code;
  }
}

export class Desk {
  constructor() {
    this.page = "";
    /** Hears of TURN servers with their credentials, which come with each token. @type {(servers: RTCIceServer[]) => void} */
    this.oniceservers = () => {};
  }

  /** The header that names this page; empty before `open`. @returns {Record<string, string>} */
  get headers() {
    return this.page ? { "X-Cordboard-Page": this.page } : {};
  }

  /** @returns {Promise<Configuration>} */
  configuration() {
    return this.ask("GET", "/configuration");
  }

  /**
   * Open the page session, or look whether its agent has signed in meanwhile. `why`: there is a session, but no agent for us.
   * @returns {Promise<{ agent: Agent | null, why: string }>}
   */
  async open() {
    const reply = await this.ask("POST", "/page", {});
    this.page = String(reply.page ?? "");
    return { agent: readAgent(reply.agent), why: String(reply.why ?? "") };
  }

  /** @param {string} userName @param {string} password @returns {Promise<Agent | null>} */
  async signIn(userName, password) {
    return readAgent((await this.ask("POST", "/page/sign-in", { userName, password })).agent);
  }

  /** Where a window has to go to sign in at GWS's authentication service. @returns {Promise<string>} */
  async beginSignIn() {
    return String((await this.ask("POST", "/page/sign-in/begin", {})).url);
  }

  signOut() {
    return this.ask("POST", "/page/sign-out", {});
  }

  /**
   * A short-lived token for the signed-in agent's DN, or its password where Asterisk stands in the gateway's place. A desk that was started again does not know this page any more: it is opened anew.
   * @returns {Promise<{ dn: string, token?: string, password?: string, expires: number }>}
   */
  async token() {
    const told = await this.askToken();
    this.oniceservers(Array.isArray(told.iceServers) ? told.iceServers : []);
    return told;
  }

  /** @private */
  async askToken() {
    try {
      return await this.ask("POST", "/page/token", {});
    } catch (error) {
      if (/** @type {DeskError} */ (error).code !== "unknown-page") throw error;
      await this.open();
      return this.ask("POST", "/page/token", {});
    }
  }

  /**
   * What the two planes disagree about, for the desk's metrics and log. Nobody waits for it.
   * @param {{ name: string, call: string, by: string, milliseconds: number | null }} disagreement
   */
  tellDisagreement({ name, call, by, milliseconds }) {
    if (this.page) void this.ask("POST", "/page/disagreement", { name, call, by, milliseconds }).catch(() => {});
  }

  /** Beside Asterisk nobody else tells the desk whether the phone is registered. Also said by a page that goes. @param {boolean} registered */
  tellPhone(registered) {
    if (!this.page) return;
    const body = JSON.stringify({ registered });
    const headers = { ...this.headers, "Content-Type": "application/json" };
    void fetch("/page/phone", { method: "POST", headers, body, keepalive: true }).catch(() => {});
  }

  /**
   * @private
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body]
   * @returns {Promise<any>}
   */
  async ask(method, path, body) {
    const headers = { ...this.headers, ...(body !== undefined && { "Content-Type": "application/json" }) };
    let reply;
    try {
      reply = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
    } catch {
      throw new DeskError(0, "The server is not reachable.");
    }
    const said = await reply.json().catch(() => ({}));
    if (!reply.ok) throw new DeskError(reply.status, String(said.error ?? `The server answered ${reply.status}.`), String(said.code ?? ""));
    return said;
  }
}

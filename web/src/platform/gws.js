/**
 * REST to GWS: the operations the phone and the agent desktop use. The softphone reaches it through the desk (`/gws/api/v2`), the
 * desktop directly (`/api/v2`). A telephony POST answers only that it was taken; what came of it arrives by CometD.
 */

import { DeviceOperation, Path, SessionOperation, StatusCode } from "../model/vocabulary.js";

/** Where WWE reads the lists of the contact centre; beside the API, not below it. */
const INTERNAL = "/internal-api";

/** GWS said no, or could not be asked. `code` is its statusCode. */
export class GwsError extends Error {
  /** @param {number} status of HTTP, 0 when GWS was not reached @param {number} code @param {string} text */
  constructor(status, code, text) {
    super(text);
    this.status = status;
    this.code = code;
  }

  /** The DN has no phone yet. */
  get notRegistered() {
    return this.code === StatusCode.INTERNAL_ERROR && /is not registered/i.test(this.message);
  }

  /** Nobody knows what became of the request: GWS was not reached, or the desk heard nothing from it. */
  get unreachable() {
    return this.status === 0 || this.status === 502 || this.status === 504;
  }

  get signedOut() {
    return this.code === StatusCode.NOT_AUTHENTICATED || this.status === 401;
  }
}

export class Gws {
  /**
   * @param {string} base ends with the path of the API
   * @param {() => Record<string, string>} headers
   */
  constructor(base, headers) {
    this.base = base;
    this.root = base.slice(0, -Path.API.length);
    this.headers = headers;
    /** The header GWS wants on every POST, when its CSRF protection is on. @type {Record<string, string>} */
    this.csrf = {};
  }

  /** The user with devices, calls and channels. @param {Record<string, string>} [credentials] @returns {Promise<any>} */
  async me(credentials) {
    return (await this.ask("GET", "/me?subresources=devices,calls,channels", undefined, credentials)).user;
  }

  /** The states that an agent can choose; a GWS without the public list has them where Workspace reads them. @returns {Promise<unknown>} */
  async agentStates() {
    const said = await this.ask("GET", "/settings/agent-states").catch(() => null);
    return said?.settings ?? (await this.settings()).agentStates;
  }

  /** What Workspace reads at its start: `agentStates`, and the sections of its options under `user`. @returns {Promise<any>} */
  async settings() {
    return (await this.ask("GET", `${INTERNAL}/me/settings?fields=*`)).resources ?? {};
  }

  /** The contact centre's lists of values, dispositions among them. @returns {Promise<unknown>} */
  async businessAttributes() {
    return (await this.ask("GET", `${INTERNAL}/contact-center?subresources=businessAttributes`)).resources?.businessAttributes;
  }

  startSession() {
    return this.ask("POST", "/me", { operationName: SessionOperation.START_CONTACT_CENTER_SESSION, channels: ["voice"] });
  }

  /** Logs the voice channel out and invalidates the HTTP session. */
  endSession() {
    return this.ask("POST", "/me", { operationName: SessionOperation.END_CONTACT_CENTER_SESSION });
  }

  /** @param {string} operationName Ready, NotReady ... */
  state(operationName) {
    return this.ask("POST", "/me/channels/voice", { operationName });
  }

  /** @param {string} device @param {string} phoneNumber */
  dial(device, phoneNumber) {
    const body = { operationName: DeviceOperation.DIAL, destination: { phoneNumber } };
    return this.ask("POST", `/me/devices/${encodeURIComponent(device)}/calls`, body);
  }

  /**
   * Also of a call that is over; GWS wants both its names.
   * @param {string} device @param {{ id: string, uri: string }} call @param {string} disposition @param {string} dispositionKey
   */
  dispose(device, { id, uri }, disposition, dispositionKey) {
    const names = { callUuid: id, callUri: uri || `${Path.API}/me/calls/${id}` };
    const body = { operationName: DeviceOperation.SET_CALL_DISPOSITION, ...names, disposition, ...(dispositionKey && { dispositionKey }) };
    return this.ask("POST", `/me/devices/${encodeURIComponent(device)}`, body);
  }

  /** @param {string} id @param {string} operationName @param {Record<string, unknown>} [fields] */
  call(id, operationName, fields = {}) {
    return this.ask("POST", `/me/calls/${encodeURIComponent(id)}`, { operationName, ...fields });
  }

  /** The DN's contact at SIP Server: "*" or empty until a phone is registered. @param {string} device */
  async contact(device) {
    const reply = await this.ask("GET", `/me/devices/${encodeURIComponent(device)}/settings/tserver`);
    const settings = Array.isArray(reply.settings) ? reply.settings : [];
    return String(settings.find((/** @type {any} */ one) => one?.name === "contact")?.value ?? "");
  }

  /**
   * @protected
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body]
   * @param {Record<string, string>} [credentials]
   * @returns {Promise<any>}
   */
  async ask(method, path, body, credentials = {}) {
    const headers = { "Content-Type": "application/json", ...this.headers(), ...credentials, ...(method !== "GET" && this.csrf) };
    let reply;
    try {
      reply = await fetch((path.startsWith(INTERNAL) ? this.root : this.base) + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
    } catch {
      throw new GwsError(0, 0, "GWS is not reachable.");
    }
    this.rememberCsrf(reply.headers);
    const said = read(await reply.text().catch(() => ""));
    const code = typeof said.statusCode === "number" ? said.statusCode : reply.ok ? StatusCode.OK : StatusCode.INTERNAL_ERROR;
    if (!reply.ok || (code !== StatusCode.OK && code !== StatusCode.PARTLY_DONE)) {
      throw new GwsError(reply.status, code, String(said.statusMessage ?? said.error ?? `GWS answered ${reply.status}.`));
    }
    return said;
  }

  /** @private @param {Headers} headers */
  rememberCsrf(headers) {
    const name = headers.get("X-CSRF-HEADER");
    const value = name && headers.get(name);
    if (name && value) this.csrf = { [name]: value };
  }
}

/** GWS's answer; a refusal in plain words, as of its CSRF protection, is its message. @param {string} text @returns {any} */
function read(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return text && text.length < 200 && !text.startsWith("<") ? { statusMessage: text } : {};
  }
}

/** @param {string} userName @param {string} password */
export function basic(userName, password) {
  const bytes = new TextEncoder().encode(`${userName}:${password}`);
  return { Authorization: `Basic ${btoa(String.fromCharCode(...bytes))}` };
}

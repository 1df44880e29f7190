/** REST to GWS as Workspace uses it: besides what every page asks, its options, the lists of the contact centre, and people. */

import { SessionOperation } from "../model/vocabulary.js";
import { Gws } from "../platform/gws.js";
import { AGENTS_PATH } from "./model/supervision.js";

export class DesktopGws extends Gws {
  /** Workspace's options, as sections of names. @returns {Promise<unknown>} */
  async options() {
    return (await this.ask("GET", "/../../internal-api/me/settings?fields=*")).settings;
  }

  /** Which dispositions a call may end with. @returns {Promise<unknown>} */
  async attributes() {
    return (await this.ask("GET", "/../../internal-api/contact-center?subresources=businessAttributes")).contactCenter?.businessAttributes;
  }

  /** The agent's own resource: the employee id is nowhere else. @param {string} userId @returns {Promise<any>} */
  async ownContact(userId) {
    return (await this.ask("GET", `/contacts/${encodeURIComponent(userId)}?type=User`)).contact;
  }

  /** @param {string} path `searchPath` @returns {Promise<unknown>} */
  contacts(path) {
    return this.ask("GET", path);
  }

  /** The agents of a supervisor with their devices and calls. @returns {Promise<unknown>} */
  agents() {
    return this.ask("GET", AGENTS_PATH);
  }

  /** @param {string} place "": the agent's own @param {string} queue */
  startAt(place, queue) {
    const more = { ...(place && { place }), ...(queue && { queue }) };
    return this.ask("POST", "/me", { operationName: SessionOperation.START_CONTACT_CENTER_SESSION, channels: ["voice"], ...more });
  }

  /** @param {string} device @param {string} phoneNumber @param {Record<string, unknown>} userData */
  dialWith(device, phoneNumber, userData) {
    const body = { operationName: "Dial", destination: { phoneNumber }, ...(Object.keys(userData).length && { userData }) };
    return this.ask("POST", `/me/devices/${encodeURIComponent(device)}/calls`, body);
  }

  /** @param {string} device @param {string} operationName DoNotDisturbOn ... @param {Record<string, unknown>} [fields] */
  device(device, operationName, fields = {}) {
    return this.ask("POST", `/me/devices/${encodeURIComponent(device)}`, { operationName, ...fields });
  }
}

/** REST to GWS as Workspace uses it: besides what every page asks, its options, the lists of the contact centre, and people. */

import { SessionOperation } from "../model/vocabulary.js";
import { Gws, GwsError } from "../platform/gws.js";
import { readSections } from "./model/options.js";
import { AGENTS_PATH } from "./model/supervision.js";

/** Until the session is asked for again. */
const AGAIN = 1000;

export class DesktopGws extends Gws {
  /** Workspace's options, by section. @returns {Promise<Record<string, Record<string, unknown>>>} */
  async options() {
    return readSections((await this.settings()).user?.settings);
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

  /**
   * GWS may refuse while the DN has no phone: then it is asked again.
   * @param {string} place "": the agent's own @param {string} queue @param {() => boolean} current
   */
  async startAt(place, queue, current) {
    const more = { ...(place && { place }), ...(queue && { queue }) };
    const body = { operationName: SessionOperation.START_CONTACT_CENTER_SESSION, channels: ["voice"], ...more };
    while (current()) {
      try {
        return void (await this.ask("POST", "/me", body));
      } catch (error) {
        if (!(error instanceof GwsError && error.notRegistered)) throw error;
      }
      await new Promise((done) => setTimeout(done, AGAIN));
    }
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

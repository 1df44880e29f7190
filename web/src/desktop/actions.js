/** What the agent does on the screen, carried out: one function per wish. */

import { Path } from "../model/vocabulary.js";
import { dialable } from "../model/wishes.js";
import { operationOf, readContacts, searchPath } from "./model/team.js";

/** @typedef {import("./session.js").Session} Session */

export class Actions {
  /** @param {Session} session @param {import("./screen.js").Screen} screen */
  constructor(session, screen) {
    this.session = session;
    this.screen = screen;
    /** Found last by the team communicator. @type {import("./model/team.js").Contact[]} */
    this.contacts = [];
  }

  /** Whether there is such a wish. @param {any} wish */
  carryOut(wish) {
    const { session } = this;
    const { work } = session;
    switch (wish.type) {
      case "log-out":
        return void session.signOut();
      case "state":
        return void session.state(wish.operation);
      case "operate":
        return this.operate(wish.id, wish.operation, wish.fields);
      case "dial":
        return void session.attempt("Dial", this.dial(dialable(wish.number) || wish.number));
      case "join":
        work.selected = work.caseOf(wish.id);
        this.screen.team.join(wish.what);
        return session.changed();
      case "joining":
        return this.operate(wish.id, operationOf(wish.purpose), { destination: { phoneNumber: wish.number } });
      case "disposition":
        return void session.attempt("Disposition", this.dispose(wish.id, wish.value));
      case "search":
        return void this.search(wish.words);
      case "device":
        return void this.move(wish.name, wish.value);
      case "do-not-disturb":
        return this.own("Do not disturb", wish.on ? "DoNotDisturbOn" : "DoNotDisturbOff");
      case "forward":
        return this.own("Forwarding", wish.number ? "ForwardCallsOn" : "ForwardCallsOff", wish.number ? { destination: wish.number } : {});
      case "monitor":
        return this.own(wish.operation, wish.operation, { targetDeviceUri: deviceUri(wish.device) });
      case "stop-monitoring":
        return this.own("Monitoring", "CancelSupervisorMonitoring");
      default:
        return undefined;
    }
  }

  /** @private @param {string} id @param {string} operation @param {Record<string, unknown>} fields */
  operate(id, operation, fields) {
    const { work } = this.session;
    if (operation === "Answer") work.selected = work.caseOf(id);
    void this.session.attempt(operation, this.ask(id, operation, fields));
  }

  /** An operation on a call; the phone is told of an Answer that GWS took, in case it is not told to answer. @param {string} id @param {string} operation @param {Record<string, unknown>} [fields] */
  async ask(id, operation, fields) {
    await this.session.gws.call(id, operation, fields);
    if (operation === "Answer") this.screen.phone.tell({ cordboard: "accepted", operation, call: id });
  }

  /** @param {string} number @param {Record<string, unknown>} [userData] */
  dial(number, userData = {}) {
    return this.session.gws.dialWith(this.session.work.agent?.deviceId ?? "", number, userData);
  }

  /** An operation on the agent's own device. @private @param {string} what @param {string} operation @param {Record<string, unknown>} [fields] */
  own(what, operation, fields) {
    const { session } = this;
    void session.attempt(what, session.gws.device(session.work.agent?.deviceId ?? "", operation, fields));
  }

  /** @private @param {string} id @param {string} value */
  dispose(id, value) {
    const { session } = this;
    const uri = session.work.find(id)?.call.uri ?? "";
    return session.gws.dispose(session.work.agent?.deviceId ?? "", { id, uri }, value, session.dispositionKey);
  }

  /** @private @param {string} words */
  async search(words) {
    const { session } = this;
    const found = await session.gws.contacts(searchPath(words)).catch(() => null);
    this.contacts = readContacts(found, session.work.agent?.dn ?? "");
    session.changed();
  }

  /** @private @param {string} name @param {number} [value] */
  async move(name, value) {
    const said = await this.session.connector?.move(name, value);
    if (said === false || said === null) this.session.tell("error", "The phone did not answer.", "Look at the softphone's lights.");
  }
}

/** GWS wants an address, and looks at its last part. @param {string} device */
const deviceUri = (device) => new URL(`${Path.API}/devices/${encodeURIComponent(device)}`, location.href).href;

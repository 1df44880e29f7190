/**
 * The desktop's session with GWS, in the order of Workspace Web Edition: sign in, wait for the phone's DN to be in service, start
 * the contact-centre session, CometD, read the state; then agent states and call operations.
 *
 * @typedef {import("./work.js").Work} Work
 */

import { partiesChanged, readUser } from "../model/gws.js";
import { AgentStateName, Channel, Path, StatusCode } from "../model/vocabulary.js";
import { basic, Gws, GwsError } from "../platform/gws.js";
import { Notifications } from "../platform/notifications.js";

const LOOK_EVERY = 400;
const LOOK_FOR = 15_000;
const RETRY_STATE = 1000;
const RETRIES = 30;
const WAITING = "Waiting for the phone to register.";
const NO_CONNECTION = "The connection to GWS is interrupted.";

/** @param {number} milliseconds @returns {Promise<void>} */
const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

export class Session {
  /** @param {Work} work @param {() => void} changed @param {() => void} onsignedout */
  constructor(work, changed, onsignedout) {
    this.work = work;
    this.changed = changed;
    this.onsignedout = onsignedout;
    this.gws = new Gws(Path.API, () => ({}));
    /** @type {Notifications | null} */
    this.notifications = null;
    this.inService = false;
    /** The contact-centre session runs. */
    this.started = false;
    /** The state the agent asked for and that is not reached yet. */
    this.wanted = "";
    this.run = 0;
    /** How many events came. */
    this.heard = 0;
  }

  /**
   * Sign in with a password, or by the cookie of an earlier sign-in; raises GwsError.
   * @param {string} [userName] @param {string} [password]
   */
  async signIn(userName, password) {
    const user = await this.gws.me(userName ? basic(userName, password ?? "") : {});
    const device = readUser(user).devices[0];
    this.run += 1;
    this.work.agent = {
      userName: String(user.userName ?? userName ?? ""),
      firstName: String(user.firstName ?? ""),
      lastName: String(user.lastName ?? ""),
      dn: device?.dn ?? "",
      deviceId: device?.id ?? "",
      session: false,
      state: device ?? { state: "", displayName: "", workMode: "" },
    };
    this.changed();
  }

  /** From signed in to working; tells its steps as messages. */
  async begin() {
    const run = this.run;
    await this.phoneInService(run, LOOK_FOR);
    if (run !== this.run) return;
    if (!this.inService) {
      this.tell("error", `The phone of DN ${this.work.agent?.dn} is not registered.`, "Calls cannot reach you until the softphone's SIP light is green.");
      void this.phoneInService(run, Infinity);
    }
    try {
      const state = this.work.agent?.state.state ?? "";
      if (!state || state === AgentStateName.LOGGED_OUT) await this.gws.startSession();
      if (run !== this.run) return;
      this.started = true;
      this.work.messages.withdraw(WAITING);
      this.listen();
      if (this.wanted) void this.state(this.wanted);
    } catch (error) {
      this.tell("error", `The session could not be started: ${/** @type {Error} */ (error).message}`, "Log out and try again.");
    }
  }

  /** Look until SIP Server has a contact for the DN. @private @param {number} run @param {number} patience */
  async phoneInService(run, patience) {
    for (let waited = 0; waited < patience && run === this.run; waited += LOOK_EVERY) {
      const contact = await this.gws.contact(this.work.agent?.deviceId ?? "").catch(() => "");
      if (run !== this.run) return;
      this.inService = contact !== "" && contact !== "*";
      if (this.inService) {
        this.changed();
        return;
      }
      await pause(LOOK_EVERY);
    }
  }

  /** @private */
  listen() {
    const notifications = new Notifications(Path.NOTIFICATIONS, {}, { needed: [Channel.EVERYTHING_OF_ME], wanted: [] }, {
      onmessage: (data) => {
        this.heard += 1;
        this.work.hear(data, Date.now());
        if (partiesChanged(data)) void this.reread();
        this.arrived();
      },
      onready: () => void this.reread(),
      onlost: () => this.tell("error", NO_CONNECTION, "It comes back by itself."),
      onsignedout: () => this.ended(),
      ondismissed: () => this.ended(),
    });
    this.notifications = notifications;
    notifications.start();
  }

  /** Read the state. An event that came meanwhile may be newer than what was read: then it is read again. @private */
  async reread() {
    const { run, heard } = this;
    try {
      const user = await this.gws.me();
      if (run !== this.run) return;
      if (heard !== this.heard) return void this.reread();
      this.work.reread(user, Date.now());
      this.work.messages.withdraw(NO_CONNECTION);
      this.arrived();
    } catch (error) {
      if (run !== this.run) return;
      if (error instanceof GwsError && error.signedOut) return this.ended();
      await pause(RETRY_STATE);
      if (run === this.run) void this.reread();
    }
  }

  /** A wish that came true is none any more. @private */
  arrived() {
    if (this.work.agent?.state.state === this.wanted || this.work.agent?.state.workMode === this.wanted) this.wanted = "";
    this.changed();
  }

  /**
   * Change the agent's state, when the session has started. While the DN is not in service GWS refuses with 500 and code 4; it
   * is asked again for half a minute.
   * @param {string} operation
   */
  async state(operation) {
    const run = this.run;
    this.wanted = operation;
    this.changed();
    if (!this.started) return this.tell("info", WAITING, "The state follows by itself.");
    for (let tries = 0; tries < RETRIES && run === this.run && this.wanted === operation; tries += 1) {
      if (await this.attemptState(operation)) return;
      await pause(RETRY_STATE);
    }
    if (run === this.run && this.wanted === operation) this.wanted = "";
    this.changed();
  }

  /** Whether nothing is left to be tried. @private @param {string} operation */
  async attemptState(operation) {
    try {
      await this.gws.state(operation);
      this.work.messages.withdraw(this.refusal);
      this.changed();
      return true;
    } catch (error) {
      const { status, code, message } = /** @type {GwsError} */ (error);
      const notRegistered = status === 500 && code === StatusCode.INTERNAL_ERROR;
      this.refusal = message;
      if (!notRegistered) this.wanted = "";
      this.tell("error", message, notRegistered ? "Trying again while the phone registers." : "Try again.");
      return !notRegistered;
    }
  }

  refusal = "";

  /** @param {string} id @param {string} operation @param {Record<string, unknown>} fields */
  async operate(id, operation, fields) {
    await this.attempt(operation, this.gws.call(id, operation, fields));
  }

  /** @param {string} number */
  async dial(number) {
    await this.attempt("Dial", this.gws.dial(this.work.agent?.deviceId ?? "", number));
  }

  /** CometD first, the session last: its end invalidates everything before it. */
  async signOut() {
    this.run += 1;
    await this.notifications?.stop();
    this.notifications = null;
    await this.gws.endSession().catch(() => {});
    this.ended();
  }

  /** @private */
  ended() {
    this.run += 1;
    void this.notifications?.stop();
    this.notifications = null;
    this.inService = false;
    this.started = false;
    this.wanted = "";
    this.work.clear();
    this.onsignedout();
  }

  /** @private @param {string} what @param {Promise<unknown>} request */
  async attempt(what, request) {
    try {
      await request;
    } catch (error) {
      this.tell("error", `${what}: ${/** @type {Error} */ (error).message}`, "");
    }
  }

  /** @private @param {"error" | "info"} kind @param {string} text @param {string} help */
  tell(kind, text, help) {
    this.work.messages.tell(kind, text, help, Date.now());
    this.changed();
  }
}

/**
 * The desktop's session with GWS, in the order of Workspace Web Edition: sign in, read the options, bring the softphone up through its
 * connector, start the contact-centre session, CometD, read the state; then agent states and call operations.
 *
 * @typedef {import("./model/work.js").Work} Work
 */

import { STATE_CHOICES } from "../model/agent.js";
import { readDispositions, readStates } from "../model/choices.js";
import { partiesChanged, readUser, UNSAID } from "../model/gws.js";
import { AgentStateName, CallType, Channel, Path, StatusCode } from "../model/vocabulary.js";
import { basic, GwsError } from "../platform/gws.js";
import { Notifications } from "../platform/notifications.js";
import { Connector } from "./connector.js";
import { DesktopGws } from "./gws.js";
import { Options, record, text } from "./model/options.js";
import { isOfUser, offered, readAgents } from "./model/supervision.js";

const LOOK_EVERY = 400;
const LOOK_FOR = 15_000;
const RETRY_STATE = 1000;
const RETRIES = 30;
const AGENTS_AFTER = 150;
const WAITING = "Waiting for the phone to register.";
const NO_CONNECTION = "The connection to GWS is interrupted.";
/** Which option of Workspace names the connector's address; no document says it, so the site may. */
const CONNECTOR_OPTION = "sipendpoint.uri";

/** @param {number} milliseconds @returns {Promise<void>} */
const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

export class Session {
  /** @param {Work} work @param {() => void} changed @param {() => void} onsignedout */
  constructor(work, changed, onsignedout) {
    this.work = work;
    this.changed = changed;
    this.onsignedout = onsignedout;
    this.gws = new DesktopGws(Path.API, () => ({}));
    /** @type {Notifications | null} */
    this.notifications = null;
    /** @type {Connector | null} */
    this.connector = null;
    this.connectorOption = CONNECTOR_OPTION;
    this.options = new Options();
    this.states = STATE_CHOICES;
    /** @type {import("../model/choices.js").Disposition[]} */
    this.dispositions = [];
    this.dispositionKey = "";
    this.employeeId = "";
    this.place = "";
    this.queue = "";
    this.inService = false;
    /** The contact-centre session runs. */
    this.started = false;
    /** The state the agent asked for and that is not reached yet. */
    this.wanted = "";
    this.run = 0;
    this.looksAtAgents = false;
    /** How many events came. */
    this.heard = 0;
    this.refusal = "";
  }

  /**
   * Sign in with a password, or by the cookie of an earlier sign-in; raises GwsError.
   * @param {string} [userName] @param {string} [password] @param {string} [place] "": the agent's own
   */
  async signIn(userName, password, place = "") {
    const user = await this.gws.me(userName ? basic(userName, password ?? "") : {});
    const device = readUser(user).devices[0];
    this.run += 1;
    this.place = place;
    await this.readLists(String(user.id ?? ""));
    this.work.agent = {
      userName: String(user.userName ?? userName ?? ""),
      firstName: String(user.firstName ?? ""),
      lastName: String(user.lastName ?? ""),
      dn: device?.dn ?? "",
      deviceId: device?.id ?? "",
      session: false,
      state: device ?? { state: "", displayName: "", workMode: "" },
    };
    if (device) this.work.device(device, Date.now());
    this.work.stateSince = Date.now();
    this.changed();
  }

  /** Options and lists; what GWS does not give leaves the defaults. @private @param {string} userId */
  async readLists(userId) {
    const [options, states, attributes, contact] = await Promise.allSettled([this.gws.options(), this.gws.agentStates(), this.gws.businessAttributes(), this.gws.ownContact(userId)]);
    this.options = new Options(valueOf(options));
    this.states = readStates(valueOf(states)) ?? STATE_CHOICES;
    this.dispositionKey = this.options.get("interaction.disposition.key-name");
    this.dispositions = readDispositions(valueOf(attributes), this.dispositionKey);
    this.employeeId = text(/** @type {any} */ (valueOf(contact))?.employeeId);
    this.work.markDoneOnRelease = this.options.isOn("voice.mark-done-on-release");
    const path = this.options.get(this.connectorOption);
    const mayUse = this.options.isOn("privilege.sipendpoint.can-use", true);
    this.connector = path && mayUse ? new Connector(path, this.changed) : null;
  }

  /** From signed in to working; tells its steps as messages. */
  async begin() {
    const { run } = this;
    const problem = this.connector ? await this.throughConnector(run, this.connector) : await this.withoutConnector(run);
    if (run !== this.run) return;
    if (problem) {
      this.tell("error", problem.text, problem.help);
      void this.phoneInService(run, Infinity).then(() => this.work.messages.withdraw(problem.text));
    }
    try {
      const state = this.work.agent?.state.state ?? "";
      if (!state || state === AgentStateName.LOGGED_OUT) await this.gws.startAt(this.place, this.queue, () => run === this.run);
      if (run !== this.run) return;
      this.started = true;
      this.work.messages.withdraw(WAITING);
      this.listen();
      if (this.wanted) void this.state(this.wanted);
    } catch (error) {
      this.tell("error", `The session could not be started: ${/** @type {Error} */ (error).message}`, "Log out and try again.");
    }
    if (run === this.run) this.connector?.keepAlive(() => this.work.cases.size > 0);
  }

  /** @private @param {number} run @param {Connector} connector */
  async throughConnector(run, connector) {
    const dn = this.work.agent?.dn ?? "";
    const readAnnex = () => this.gws.contact(this.work.agent?.deviceId ?? "");
    const outcome = await connector.start({ dn, options: this.options, readAnnex, current: () => run === this.run });
    if (run !== this.run) return null;
    this.inService = outcome.active;
    this.changed();
    return outcome.active ? null : outcome;
  }

  /** @private @param {number} run */
  async withoutConnector(run) {
    await this.phoneInService(run, LOOK_FOR);
    if (this.inService || run !== this.run) return null;
    return { text: `The phone of DN ${this.work.agent?.dn} is not registered.`, help: "Calls cannot reach you until the softphone's SIP light is green." };
  }

  /** Look until SIP Server has a contact for the DN. @private @param {number} run @param {number} patience */
  async phoneInService(run, patience) {
    for (let waited = 0; waited < patience && run === this.run; waited += LOOK_EVERY) {
      const contact = await this.gws.contact(this.work.agent?.deviceId ?? "").catch(() => "");
      if (run !== this.run) return;
      this.inService = contact !== "" && contact !== "*";
      if (this.inService) return this.changed();
      await pause(LOOK_EVERY);
    }
  }

  /** @private */
  listen() {
    const notifications = new Notifications(Path.NOTIFICATIONS, {}, { needed: [Channel.EVERYTHING_OF_ME], wanted: [Channel.USERS] }, {
      onmessage: (data) => {
        if (isOfUser(data)) return this.lookAtAgents();
        this.heard += 1;
        this.work.hear(data, Date.now());
        if (partiesChanged(data) || isConsultation(data)) void this.reread();
        return this.arrived();
      },
      onready: () => {
        void this.reread();
        this.lookAtAgents();
      },
      onlost: () => this.tell("error", NO_CONNECTION, "It comes back by itself."),
      onsignedout: () => this.ended(),
      ondismissed: () => this.ended(),
    });
    this.notifications = notifications;
    notifications.start();
  }

  /** A supervisor's agents are read anew, once for all that happens in a moment. @private */
  lookAtAgents() {
    if (!offered(this.work.own).length || this.looksAtAgents) return;
    this.looksAtAgents = true;
    setTimeout(() => void this.readAgents(), AGENTS_AFTER);
  }

  /** @private */
  async readAgents() {
    const { run } = this;
    this.looksAtAgents = false;
    const said = await this.gws.agents().catch(() => null);
    if (run !== this.run || !said) return;
    this.work.agents = readAgents(said, this.work.agent?.dn ?? "");
    this.changed();
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
    const is = this.work.agent?.state;
    const wanted = this.states.find((one) => one.operation === this.wanted);
    const reached = wanted && wanted.state === is?.state && wanted.workMode === is.workMode && (!is.displayName || wanted.label === is.displayName);
    if (reached || is?.state === this.wanted || is?.workMode === this.wanted) this.wanted = "";
    this.changed();
  }

  /**
   * Change the agent's state, when the session has started. While the DN is not in service GWS refuses with 500 and code 4; it
   * is asked again for half a minute.
   * @param {string} operation
   */
  async state(operation) {
    const { run } = this;
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
    this.connector?.stop();
    this.connector = null;
    this.inService = false;
    this.started = false;
    this.wanted = "";
    this.work.clear();
    this.onsignedout();
  }

  /** What the agent asked for, and a message when GWS refuses. @param {string} what @param {Promise<unknown>} request */
  async attempt(what, request) {
    try {
      await request;
    } catch (error) {
      this.tell("error", `${what}: ${/** @type {Error} */ (error).message}`, "");
    }
  }

  /** @param {"error" | "info"} kind @param {string} text @param {string} help */
  tell(kind, text, help) {
    if (kind === "error") this.work.messages.withdraw(UNSAID);
    this.work.messages.tell(kind, text, help, Date.now());
    this.changed();
  }
}

/** @template T @param {PromiseSettledResult<T>} result */
const valueOf = (result) => (result.status === "fulfilled" ? result.value : undefined);

/** What can be done with the call beside a consultation changes with it, and is told of no other call. @param {unknown} data */
const isConsultation = (data) => record(record(data).call).callType === CallType.CONSULT;

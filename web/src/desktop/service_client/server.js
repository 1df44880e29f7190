/**
 * The server of the Service Client API (`genesys.wwe.service`): what pages in the desktop's frames and windows ask by `postMessage`, who
 * of them may, and the events they have subscribed to. Pure: messages in, messages and wishes out. `client` is the caller's name for a
 * window. A page of an origin that is not accepted is told so once per request; it learns nothing else.
 *
 * @typedef {import("./methods.js").Act} Act
 * @typedef {{ client: string, origin: string }} From
 * @typedef {{ to: string, origin: string, message: Record<string, unknown> } | { act: Act, ticket: number, client: string } | { act: Act }} Output
 * @typedef {{ client: string, origin: string, id: number, events: string[] }} Subscription
 */

import { fullName, STATE_CHOICES } from "../../model/agent.js";
import { AllowedKeys, interactionOf } from "./interactions.js";
import { METHODS, NOT_HERE } from "./methods.js";
import { record, text } from "../model/options.js";
import { isAccepted, isAllowed, readOrigins } from "./origins.js";
import { RateLimits } from "./rate.js";
import { Toasts } from "./toasts.js";

const OURS = { userAgent: "WWE Server", protocolVersion: 2 };
const EVENTS = ["agent", "interaction", "media", "outbound", "system", "markdone"];
const MOST_SUBSCRIPTIONS = 32;
const MOST_PENDING = 100;

export class ServiceClient {
  /** @param {import("../model/work.js").Work} work @param {import("../model/options.js").Options} options */
  constructor(work, options) {
    this.work = work;
    this.options = options;
    const { rules, problems } = readOrigins(options.get("service-client-api.accepted-web-content-origins"));
    this.rules = rules;
    this.problems = problems;
    this.optionReaders = readOrigins(options.get("service-client-api.option.read-allowed-web-content-origin")).rules;
    this.limits = new RateLimits(options);
    this.readable = new AllowedKeys(options.get("service-client-api.user-data.read-allowed", "*"));
    this.writable = new AllowedKeys(options.get("service-client-api.user-data.write-allowed", "*"));
    this.toasts = new Toasts();
    /** Call id -> what the agent is told who marks it done. @type {Map<string, string>} */
    this.blocked = new Map();
    /** @type {Subscription[]} */
    this.subscriptions = [];
    this.nextSubscription = 0;
    /** Requests whose answer depends on somebody else. @type {Map<number, { from: From, request: Record<string, unknown> }>} */
    this.pending = new Map();
    this.nextTicket = 1;
    /** @type {Act[]} */
    this.acts = [];
    /** @type {Output[]} */
    this.told = [];
    this.states = STATE_CHOICES;
    this.employeeId = "";
    this.hasConnector = () => false;
  }

  /** Whether a message is one for this API at all. @param {unknown} data */
  static concerns(data) {
    const message = record(data);
    return text(message.userAgent) !== OURS.userAgent && (text(message.request) !== "" || message.event === "subscribe" || message.event === "unsubscribe");
  }

  /** @param {unknown} data @param {From} from @param {number} now @returns {Output[]} */
  handle(data, from, now) {
    const message = record(data);
    const outputs = message.event ? this.subscription(message, from, now) : this.request(message, from, now);
    const acts = this.acts.splice(0).map((act) => ({ act }));
    return [...outputs, ...acts, ...this.told.splice(0)];
  }

  /** @private @param {Record<string, unknown>} message @param {From} from @param {number} now @returns {Output[]} */
  request(message, from, now) {
    const name = text(message.request);
    const refusal = this.refusal(from.origin, name, now);
    if (refusal) return [answer(from, message, { errorMessage: refusal })];
    const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
    if (!method) return [answer(from, message, { errorMessage: NOT_HERE.test(name) ? `${name} is not available here.` : `There is no method ${name.slice(0, 64)}.` })];
    if (!this.work.agent) return [answer(from, message, { errorMessage: "No agent is logged in." })];
    const parameters = Array.isArray(message.parameters) ? message.parameters : [];
    const outcome = method({ service: this, parameters, origin: from.origin, client: from.client });
    if ("error" in outcome) return [answer(from, message, { errorMessage: outcome.error })];
    if ("data" in outcome) return [answer(from, message, { data: outcome.data })];
    if (this.pending.size >= MOST_PENDING) return [answer(from, message, { errorMessage: "Too many requests wait for their answer." })];
    const ticket = this.nextTicket++;
    this.pending.set(ticket, { from, request: message });
    return [{ act: outcome.act, ticket, client: from.client }];
  }

  /** What came of an act. @param {number} ticket @param {{ data?: unknown, error?: string }} result @returns {Output[]} */
  settle(ticket, { data = null, error }) {
    const waiting = this.pending.get(ticket);
    this.pending.delete(ticket);
    return waiting ? [answer(waiting.from, waiting.request, error === undefined ? { data } : { errorMessage: error })] : [];
  }

  /** @private @param {string} origin @param {string} name @param {number} now */
  refusal(origin, name, now) {
    if (!isAccepted(this.rules, origin)) return `The origin ${origin} is not among service-client-api.accepted-web-content-origins.`;
    if (!this.allows(origin, name)) return `${name.slice(0, 64)} is not allowed for ${origin}.`;
    const wait = this.limits.take(origin, name, now);
    return wait ? `Too many requests: ${name.slice(0, 64)} is in quarantine for ${Math.ceil(wait / 1000)} s.` : "";
  }

  /** @param {string} origin @param {string} method */
  allows(origin, method) {
    return isAllowed(this.rules, origin, method);
  }

  /** @param {string} origin */
  mayReadOptions(origin) {
    return isAccepted(this.optionReaders, origin);
  }

  /** @private @param {Record<string, unknown>} message @param {From} from @param {number} now @returns {Output[]} */
  subscription(message, from, now) {
    const refused = isAccepted(this.rules, from.origin) ? "" : this.refusal(from.origin, "subscribe", now);
    if (refused) return [answer(from, message, { errorMessage: refused })];
    if (message.event === "unsubscribe") {
      this.subscriptions = this.subscriptions.filter((one) => one.client !== from.client || one.id !== message.data);
      return [answer(from, message, { data: null })];
    }
    const events = (Array.isArray(message.data) ? message.data : [message.data]).map(String);
    const wrong = events.find((event) => !this.mayHear(from.origin, event));
    if (wrong !== undefined) return [answer(from, message, { errorMessage: `The event ${wrong.slice(0, 64)} is not offered to ${from.origin}.` })];
    if (this.subscriptions.filter((one) => one.client === from.client).length >= MOST_SUBSCRIPTIONS) {
      return [answer(from, message, { errorMessage: "There are too many subscriptions." })];
    }
    const id = this.nextSubscription++;
    this.subscriptions.push({ ...from, id, events });
    return [answer(from, message, { subscriptionId: id })];
  }

  /** @private @param {string} origin @param {string} event */
  mayHear(origin, event) {
    const name = event.startsWith("messenger:") ? "messenger" : event;
    return (name === "messenger" || EVENTS.includes(name)) && this.allows(origin, name);
  }

  /** A window is gone. @param {string} client */
  forget(client) {
    this.subscriptions = this.subscriptions.filter((one) => one.client !== client);
  }

  /** To whoever has subscribed. @param {string} event @param {Record<string, unknown>} data @param {string} [except] @returns {Output[]} */
  tell(event, data, except = "") {
    const clients = new Map(this.subscriptions.filter((one) => one.client !== except && one.events.includes(event)).map((one) => [one.client, one.origin]));
    return [...clients].map(([to, origin]) => ({ to, origin, message: { event, data, ...OURS } }));
  }

  /** @param {string} channel @param {unknown} message @param {string} client */
  broadcast(channel, message, client) {
    this.told.push(...this.tell(`messenger:${channel}`, { eventType: "MESSAGE", channel, message }, client));
  }

  // --- what the methods show

  agent() {
    const { agent } = this.work;
    if (!agent) return null;
    const { userName: username, firstName: firstname, lastName: lastname, dn } = agent;
    return { username, firstname, lastname, fullName: fullName(agent), employeeId: this.employeeId, phoneNumber: dn, state: this.state() };
  }

  stateList() {
    return this.states.map(({ operation, label, state, workMode }, index) => ({ index, operationName: operation, displayName: label, state, workMode }));
  }

  state() {
    const is = this.work.agent?.state;
    const index = this.states.findIndex((one) => one.state === is?.state && one.workMode === is.workMode && (!is.displayName || one.label === is.displayName));
    return { index, displayName: is?.displayName || is?.state || "", state: is?.state ?? "", workMode: is?.workMode ?? "" };
  }

  voiceMedia() {
    return { name: "voice", state: this.state(), stateList: this.stateList() };
  }

  interactions() {
    return [...this.work.cases.values(), ...this.work.ended.values()].map((one) => interactionOf(this.work, one, this.readable));
  }
}

/** @param {From} from @param {Record<string, unknown>} message @param {Record<string, unknown>} content @returns {Output} */
function answer(from, message, content) {
  const { request, referenceId, frameId } = message;
  const said = { ...(request !== undefined && { request }), referenceId, ...(frameId !== undefined && { frameId }), ...content, ...OURS };
  return { to: from.client, origin: from.origin, message: said };
}

/**
 * The phone's side of the messages between it and other pages: the page that embeds it, one that opened it, another frame there.
 *
 * Only the origins that the desk names are heard; what others say changes nothing and is answered by nothing, it is counted, and said once
 * on the console. Who has asked something is told what changes from then on, at the origin it asked from.
 *
 * @typedef {import("../model/events.js").PhoneEvent} PhoneEvent
 * @typedef {import("../model/phone.js").Phone} Phone
 * @typedef {import("../model/view.js").View} View
 * @typedef {import("./words.js").Request} Request
 * @typedef {import("./cordboard").State} State
 * @typedef {import("./cordboard").Refusal} Refusal
 * @typedef {{ postMessage: (message: any, origin: string) => void, closed?: boolean }} Peer a window
 * @typedef {{ origin: string, since: number, asked: number }} Listener
 * @typedef {{ data: unknown, origin: string, source: unknown }} Message
 */

import { pressOf } from "../model/shortcuts.js";
import { dialable } from "../model/wishes.js";
import { buttonFor, stateOf } from "./told.js";
import { isOurs, readRequest, refusal, VERSION } from "./words.js";

const MOST_LISTENERS = 16;
const MOST_EARLY = 20;
/** Requests of one page in `WINDOW` milliseconds. */
export const MOST_REQUESTS = 50;
const WINDOW = 5000;

export class HostApi {
  /**
   * @param {{ emit: (event: PhoneEvent) => void, seen: () => { phone: Phone, view: View }, now: () => number,
   *   warn: (text: string) => void }} parts
   */
  constructor({ emit, seen, now, warn }) {
    this.emit = emit;
    this.seen = seen;
    this.now = now;
    this.warn = warn;
    /** @type {Set<string> | null} */
    this.origins = null;
    /** What came before the desk had said whom to hear. @type {Message[]} */
    this.early = [];
    /** @type {Map<Peer, Listener>} */
    this.listeners = new Map();
    /** What the listeners know. @type {State | null} */
    this.told = null;
    /** The phone's keys. @type {State["shortcuts"]} */
    this.shortcuts = {};
    /** Messages of origins that are not heard. */
    this.refused = 0;
  }

  /** From now on these are heard; `host` is told that we are here, and nothing else. @param {string[]} origins @param {Peer | null} host */
  begin(origins, host) {
    this.origins = new Set(origins);
    host?.postMessage({ cordboard: VERSION, event: "ready", data: { version: VERSION } }, "*");
    for (const message of this.early.splice(0)) this.receive(message);
  }

  /** @param {Message} message */
  receive({ data, origin, source }) {
    if (!source || !isOurs(data) || typeof data.call !== "string") return;
    if (!this.origins) {
      if (this.early.length < MOST_EARLY) this.early.push({ data, origin, source });
      return;
    }
    if (!this.origins.has(origin)) return this.refuse(origin);
    const peer = /** @type {Peer} */ (source);
    const request = readRequest(data);
    if (!request) return;
    const listener = this.listener(peer, origin);
    const { id } = request;
    const answer = "refusal" in request ? request.refusal : this.tooMany(listener) ? refusal("too-many", "Too many requests at once.") : this.carryOut(request);
    peer.postMessage({ cordboard: VERSION, id, ...("code" in answer ? { error: answer } : { result: answer }) }, origin);
  }

  /** Tell the listeners what has changed. */
  update() {
    if (this.listeners.size === 0 || !this.told) return;
    const before = this.told;
    const state = this.state();
    this.told = state;
    if (differ(before.lights, state.lights)) this.tell("lights", state.lights);
    if (differ(agentState(before), agentState(state))) this.tell("state", agentState(state));
    for (const call of state.calls) if (differ(before.calls.find(({ id }) => id === call.id), call)) this.tell("call", call);
    for (const call of before.calls) if (!state.calls.some(({ id }) => id === call.id)) this.tell("call", { ...call, state: "ended", can: [] });
  }

  /** @private */
  state() {
    const { phone, view } = this.seen();
    return stateOf(phone, view, this.shortcuts);
  }

  /** @private @param {string} event @param {unknown} data */
  tell(event, data) {
    for (const [peer, { origin }] of this.listeners) {
      if (peer.closed) this.listeners.delete(peer);
      else peer.postMessage({ cordboard: VERSION, event, data }, origin);
    }
  }

  /** @private @param {string} origin */
  refuse(origin) {
    this.refused += 1;
    if (this.refused === 1) this.warn(`Cordboard hears no pages of ${origin}: neither [desk] frame_ancestors nor embed_origins names it.`);
  }

  /** @private @param {Peer} peer @param {string} origin @returns {Listener} */
  listener(peer, origin) {
    const known = this.listeners.get(peer);
    if (known?.origin === origin) return known;
    const listener = { origin, since: this.now(), asked: 0 };
    if (!known && this.listeners.size >= MOST_LISTENERS) this.listeners.delete(/** @type {Peer} */ (this.listeners.keys().next().value));
    if (this.listeners.size === 0) this.told = this.state();
    this.listeners.set(peer, listener);
    return listener;
  }

  /** @private @param {Listener} listener */
  tooMany(listener) {
    const now = this.now();
    if (now - listener.since > WINDOW) Object.assign(listener, { since: now, asked: 0 });
    listener.asked += 1;
    return listener.asked > MOST_REQUESTS;
  }

  /** @private @param {Request} request @returns {State | { call: string } | Refusal} */
  carryOut(request) {
    if (request.call === "state") return this.state();
    if (request.call === "shortcut") return this.strike(/** @type {any} */ (request.with.action));
    return request.call === "dial" ? this.dial(String(request.with.number)) : this.press(request);
  }

  /** @private @param {string} number */
  dial(number) {
    const { phone, view } = this.seen();
    if (!dialable(number)) return refusal("not-a-number", "This is not a number.");
    if (!view.canDial) return refusal("not-connected", "The phone is not connected.");
    const before = new Set(phone.cards.map(({ id }) => id));
    this.emit({ type: "dial", number });
    const card = this.seen().phone.cards.find(({ id }) => !before.has(id));
    return card ? { call: card.id } : refusal("not-now", "The phone is dialling already.");
  }

  /** @private @param {import("../model/shortcuts.js").Action} action */
  strike(action) {
    const press = pressOf(action, this.seen().view.cards);
    if (!press) return refusal("not-now", "No call can be meant.");
    this.emit({ type: "press", ...press });
    return { call: press.card };
  }

  /** @private @param {Request} request */
  press({ call: request, with: { call, muted, digits } }) {
    const cards = this.seen().view.cards;
    const meant = call === undefined ? cards : cards.filter(({ id, uuid }) => id === call || uuid === call);
    if (meant.length === 0) return refusal("no-call", "There is no such call.");
    const able = meant.filter((card) => buttonFor(card, request) !== null);
    if (able.length === 0) return refusal("not-now", "This cannot be done with the call now.");
    if (able.length > 1) return refusal("which-call", "There are several calls: name one.");
    const [card] = able;
    const button = /** @type {import("../model/events.js").ButtonName} */ (buttonFor(card, request));
    if (request !== "mute" || card.muted !== (muted ?? true)) this.emit({ type: "press", card: card.id, button, ...(digits !== undefined && { digits: String(digits) }) });
    return { call: card.id };
  }
}

/** @param {State} state */
function agentState({ agent, microphone }) {
  return { agent, microphone };
}

/** @param {unknown} one @param {unknown} other */
function differ(one, other) {
  return JSON.stringify(one) !== JSON.stringify(other);
}

/**
 * What the agent desktop knows: the agent and the state, the calls as GWS tells them, those that are over and not marked done, the calls
 * of the session. Pure: facts in, state changed.
 *
 * @typedef {import("../../model/gws.js").GwsCall} GwsCall
 * @typedef {{ number: string, call: GwsCall, before: string, started: number, since: number | null, direction: "in" | "out" }} Case
 * `number` is Workspace's own counter, `before` the state before this one, `started` and `since` (talking) are milliseconds
 * @typedef {Case & { ended: number }} EndedCase
 * @typedef {{ id: string, who: string, number: string, direction: "in" | "out", seconds: number | null, at: number }} Recent
 */

import { withDevice } from "../../model/agent.js";
import { gwsDirection, gwsNumber } from "../../model/call.js";
import { partyName, readMessage, readUser } from "../../model/gws.js";
import { Messages } from "../../model/messages.js";

const KEEP_RECENT = 50;

export class Work {
  constructor() {
    /** @type {import("../../model/agent.js").Agent | null} */
    this.agent = null;
    /** The agent's own, as GWS told of it last. @type {import("../../model/gws.js").Device | null} */
    this.own = null;
    /** Since when the agent is in the state. */
    this.stateSince = 0;
    /** By call id, in order of arrival. @type {Map<string, Case>} */
    this.cases = new Map();
    /** Over, and the agent still works on them. @type {Map<string, EndedCase>} */
    this.ended = new Map();
    /** Newest first. @type {Recent[]} */
    this.recent = [];
    /** Those of a supervisor. @type {import("./supervision.js").SupervisedAgent[]} */
    this.agents = [];
    this.messages = new Messages();
    this.markDoneOnRelease = false;
    this.selected = "";
    this.last = 0;
  }

  /** The data of one CometD message. @param {unknown} data @param {number} now */
  hear(data, now) {
    for (const fact of readMessage(data)) {
      if (fact.kind === "call") this.update(fact.call, now);
      else if (fact.kind === "device") this.device(fact.device, now);
      else this.messages.tell("error", fact.text, "", now);
    }
  }

  /** The user resource, read anew; calls that are not in it are over. @param {unknown} value @param {number} now */
  reread(value, now) {
    const { calls, devices } = readUser(value);
    for (const device of devices) this.device(device, now);
    for (const call of calls) this.update(call, now);
    for (const { call } of [...this.cases.values()]) {
      if (!calls.some((one) => one.id === call.id)) this.update({ ...call, state: "Released" }, now);
    }
  }

  /** @param {import("../../model/gws.js").Device} device @param {number} now */
  device(device, now) {
    const before = stateKey(this.agent);
    this.agent = withDevice(this.agent, device);
    if (this.agent?.deviceId === device.id) this.own = device;
    if (stateKey(this.agent) !== before || !this.stateSince) this.stateSince = now;
  }

  /** @param {GwsCall} call @param {number} now */
  update(call, now) {
    const known = this.cases.get(call.id);
    if (call.state === "Released") {
      const over = this.ended.get(call.id);
      if (over && !known) this.ended.set(call.id, { ...over, call: { ...over.call, userData: call.userData } });
      if (known) this.close({ ...known, call: { ...known.call, userData: { ...known.call.userData, ...call.userData } } }, now);
      return;
    }
    const talking = call.state === "Established" || call.state === "Held";
    const since = known?.since ?? (talking ? now - (known ? 0 : call.seconds * 1000) : null);
    const started = known?.started ?? now - call.seconds * 1000;
    const before = known && known.call.state !== call.state ? known.call.state : (known?.before ?? "");
    const number = known?.number ?? String((this.last += 1));
    this.cases.set(call.id, { number, call, before, started, since, direction: known?.direction ?? gwsDirection(call) });
    if (!known) this.choose(call);
  }

  /** A new call is shown, unless the agent is at work on another live one. @private @param {GwsCall} call */
  choose(call) {
    if (!this.cases.has(this.selected) || call.state === "Dialing") this.selected = this.caseOf(call.id);
  }

  /** @private @param {Case} one @param {number} now */
  close(one, now) {
    const { id } = one.call;
    this.cases.delete(id);
    const seconds = one.since === null ? null : Math.round((now - one.since) / 1000);
    this.recent.unshift({ id, who: nameOf(one), number: gwsNumber(one.call, one.direction), direction: one.direction, seconds, at: now });
    this.recent.length = Math.min(this.recent.length, KEEP_RECENT);
    const stays = one.since !== null && !one.call.consult && !this.markDoneOnRelease;
    if (stays) this.ended.set(id, { ...one, ended: now });
    this.chooseAnother();
  }

  /** @private */
  chooseAnother() {
    if (this.cases.has(this.selected)) return;
    const ringing = [...this.cases.keys()][0];
    if (ringing !== undefined) this.selected = this.caseOf(ringing);
    else if (!this.ended.has(this.selected)) this.selected = [...this.ended.keys()].at(-1) ?? "";
  }

  /** The agent has done all that is to be done for a call that is over. @param {string} id @returns {boolean} whether there was such a call */
  markDone(id) {
    const done = this.ended.delete(id);
    this.chooseAnother();
    return done;
  }

  /** The call that a consultation belongs to, or the call itself: what the agent sees as one case. @param {string} id */
  caseOf(id) {
    const parent = this.cases.get(id)?.call.parent ?? "";
    return this.cases.has(parent) ? parent : id;
  }

  /** The calls of one case, its own first. @param {string} id @returns {Case[]} */
  callsOf(id) {
    return [...this.cases.values()].filter((one) => this.caseOf(one.call.id) === id);
  }

  /** By call id or by Workspace's counter, also when it is over. @param {string} id @returns {Case | EndedCase | undefined} */
  find(id) {
    const all = [...this.cases.values(), ...this.ended.values()];
    return this.cases.get(id) ?? this.ended.get(id) ?? all.find((one) => one.number === id);
  }

  /** The agent left: nothing of theirs stays. */
  clear() {
    this.agent = null;
    this.own = null;
    this.stateSince = 0;
    this.cases.clear();
    this.ended.clear();
    this.recent = [];
    this.agents = [];
    this.selected = "";
  }
}

/** @param {import("../../model/agent.js").Agent | null} agent */
const stateKey = (agent) => (agent ? [agent.state.state, agent.state.workMode, agent.state.displayName].join("/") : "");

/** @param {Case} one */
export function nameOf({ call, direction }) {
  const number = gwsNumber(call, direction);
  return partyName(call.userData, number) || number || "Unknown number";
}

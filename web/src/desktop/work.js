/**
 * What the agent desktop knows: the agent, the calls as GWS tells them, the calls that are over. Pure: facts in, state changed.
 *
 * @typedef {import("../model/gws.js").GwsCall} GwsCall
 * @typedef {{ call: GwsCall, since: number | null, direction: "in" | "out" }} Case
 * @typedef {{ id: string, who: string, direction: "in" | "out", seconds: number | null, at: number }} Recent
 */

import { withDevice } from "../model/agent.js";
import { gwsDirection, gwsNumber } from "../model/call.js";
import { partyName, readMessage, readUser } from "../model/gws.js";
import { Messages } from "../model/messages.js";

const KEEP_RECENT = 8;

export class Work {
  constructor() {
    /** @type {import("../model/agent.js").Agent | null} */
    this.agent = null;
    /** By call id, in order of arrival. @type {Map<string, Case>} */
    this.cases = new Map();
    /** Newest first. @type {Recent[]} */
    this.recent = [];
    this.messages = new Messages();
  }

  /** The data of one CometD message. @param {unknown} data @param {number} now */
  hear(data, now) {
    for (const fact of readMessage(data)) {
      if (fact.kind === "call") this.update(fact.call, now);
      else if (fact.kind === "device") this.agent = withDevice(this.agent, fact.device);
      else this.messages.tell("error", fact.text, "", now);
    }
  }

  /** The user resource, read anew; calls that are not in it are over. @param {unknown} value @param {number} now */
  reread(value, now) {
    const { calls, devices } = readUser(value);
    for (const device of devices) this.agent = withDevice(this.agent, device);
    for (const call of calls) this.update(call, now);
    for (const { call } of [...this.cases.values()]) {
      if (!calls.some((one) => one.id === call.id)) this.update({ ...call, state: "Released" }, now);
    }
  }

  /** @param {GwsCall} call @param {number} now */
  update(call, now) {
    const known = this.cases.get(call.id);
    if (call.state === "Released") {
      if (known) this.close(known, now);
      return;
    }
    const talking = call.state === "Established" || call.state === "Held";
    const since = known?.since ?? (talking ? now - (known ? 0 : call.seconds * 1000) : null);
    this.cases.set(call.id, { call, since, direction: known?.direction ?? gwsDirection(call) });
  }

  /** @private @param {Case} one @param {number} now */
  close(one, now) {
    this.cases.delete(one.call.id);
    const seconds = one.since === null ? null : Math.round((now - one.since) / 1000);
    this.recent.unshift({ id: one.call.id, who: nameOf(one), direction: one.direction, seconds, at: now });
    this.recent.length = Math.min(this.recent.length, KEEP_RECENT);
  }

  /** The agent left: nothing of theirs stays. */
  clear() {
    this.agent = null;
    this.cases.clear();
    this.recent = [];
  }
}

/** @param {Case} one */
export function nameOf({ call, direction }) {
  const number = gwsNumber(call, direction);
  return partyName(call.userData, number) || number || "Unknown number";
}

/**
 * One card: the join of a SIP leg and a GWS call that are the same call, because X-Genesys-CallUUID equals the call's id in GWS.
 *
 * Either plane may speak first and either may be missing: a leg without GWS is a plain phone call, a GWS call without a leg is a
 * call without sound here (the page was reloaded, or another phone took it). What the agent sees is looked up in `SHOWN` by both
 * planes' states: held is what both say is held, and `holding` or `retrieving` while one of them says so alone. A card waits 3 s for its other half, and 3 s for the second plane to end after the first did; a call dialled
 * through GWS exists as a card before either plane has spoken, and waits 15 s.
 *
 * @typedef {import("./leg.js").Leg} Leg
 * @typedef {import("./gws.js").GwsCall} GwsCall
 * @typedef {import("./events.js").Party} Party
 * @typedef {{ wish: "answer" | "answer-with-camera" | "retrieve", until: number }} Waiting
 * @typedef {"ringing" | "dialing" | "connecting" | "talking" | "holding" | "retrieving" | "held" | "ending" | "ended"} CardState
 */

import { partyName } from "./gws.js";

export const PAIR_WITHIN = 3000;
export const END_WITHIN = 3000;
export const DIAL_WITHIN = 15000;
/** A MakeCall leg that may be the agent's own keeps quiet this long: it is usually picked up before. */
export const AGENT_FIRST_QUIET = 200;
/** So does the leg of a call that was dialled here; a DN without CTI answer must then be picked up by hand. */
export const DIALLED_QUIET = 2000;

/** @type {Record<import("./leg.js").LegState | "none", Record<import("./gws.js").GwsState | "none", CardState>>} */
export const SHOWN = {
  none: { none: "dialing", Dialing: "dialing", Ringing: "ringing", Established: "talking", Held: "held", Released: "ended" },
  ringing: {
    none: "ringing",
    Dialing: "dialing",
    Ringing: "ringing",
    Established: "connecting",
    Held: "held",
    Released: "ending",
  },
  answering: {
    none: "connecting",
    Dialing: "dialing",
    Ringing: "connecting",
    Established: "connecting",
    Held: "held",
    Released: "ending",
  },
  calling: {
    none: "dialing",
    Dialing: "dialing",
    Ringing: "dialing",
    Established: "connecting",
    Held: "held",
    Released: "ending",
  },
  talking: {
    none: "talking",
    Dialing: "dialing",
    Ringing: "talking",
    Established: "talking",
    Held: "holding",
    Released: "ending",
  },
  held: { none: "held", Dialing: "holding", Ringing: "holding", Established: "holding", Held: "held", Released: "ending" },
  ending: {
    none: "ending",
    Dialing: "ending",
    Ringing: "ending",
    Established: "ending",
    Held: "ending",
    Released: "ending",
  },
  ended: { none: "ended", Dialing: "ending", Ringing: "ending", Established: "ending", Held: "ending", Released: "ended" },
};

export class Card {
  /**
   * @param {string} id
   * @param {import("./events.js").Direction} direction
   * @param {Party} party
   * @param {number} now
   */
  constructor(id, direction, party, now) {
    this.id = id;
    this.direction = direction;
    /** Who the voice plane or the agent's own dialling says it is. @type {Party} */
    this.said = party;
    this.uuid = "";
    /** @type {Leg | null} */
    this.leg = null;
    /** @type {GwsCall | null} */
    this.gws = null;
    /** GWS is not connected: what it said last may be old, the voice plane decides. */
    this.stale = false;
    this.gwsAt = 0;
    this.created = now;
    /** No ring tone before. @type {number | null} */
    this.quietUntil = null;
    /** A wish that waits for the leg; to be retrieved, for the end of a consultation. @type {"" | "answer" | "hangup" | "retrieve"} */
    this.wanted = "";
    /** Why one plane alone shows this call. @type {"" | "no-leg" | "no-gws"} */
    this.orphan = "";
    /** The agent was given another party by a transfer. */
    this.transferred = false;
    /** What was pressed and waits until another call is on hold. @type {Waiting | null} */
    this.waits = null;
    /** When talking began, null before. @type {number | null} */
    this.since = null;
    /** @type {number | null} */
    this.pairBy = null;
    /** @type {number | null} */
    this.endBy = null;
    /** How the leg ended, for the message. @type {import("./events.js").LegEnded | null} */
    this.ending = null;
    /** It was held on both planes last, or talking. */
    this.wasHeld = false;
    /** What the plane, or the agent, that moved last wants of hold; null before anybody did. @type {boolean | null} */
    this.toBeHeld = null;
    /** GWS took an Answer for this call. */
    this.answerTaken = false;
    /** The leg is the agent's own part of a call that was dialled here. */
    this.ownLeg = false;
    /** When GWS said that the call is over while its leg lives, null while it does not. @type {number | null} */
    this.goneAt = null;
    /** When a re-read that found GWS without the call was asked for. @type {number | null} */
    this.goneSeen = null;
    /** Seconds of After Call Work that GWS announced. @type {number | null} */
    this.wrapUp = null;
    /** SIP Server hears of no hold (Asterisk): the leg alone says whether the call is held. */
    this.holdsAlone = false;
  }

  /** @returns {CardState} */
  get state() {
    if (this.wanted === "hangup") return "ending";
    if (this.holdsAlone && this.leg?.up && this.gwsState !== "Released") return this.leg.state === "held" ? "held" : "talking";
    const shown = SHOWN[this.leg?.state ?? "none"][this.gwsState];
    if (shown === "holding" && this.wasHeld) return "retrieving";
    return this.ownLegOnly && (shown === "ringing" || shown === "talking") ? "dialing" : shown;
  }

  /** The agent dialled, and what is there so far is the agent's own MakeCall leg: nobody is called yet, as far as we know. */
  get ownLegOnly() {
    if (this.direction !== "out" || this.leg?.direction !== "in") return false;
    return this.leg.state === "ringing" ? this.quietUntil !== null : !this.gws && this.pairBy !== null;
  }

  /** What GWS says and may be believed. @returns {import("./gws.js").GwsState | "none"} */
  get gwsState() {
    if (!this.gws) return "none";
    return this.stale && this.leg ? "none" : this.gws.state;
  }

  /** Dialled, and no plane has spoken yet. */
  get provisional() {
    return !this.leg && !this.gws;
  }

  /** @returns {Party} */
  get party() {
    const gws = this.gws;
    const number = gws ? gwsNumber(gws, this.direction) || this.said.number : this.said.number;
    const name = (gws && partyName(gws.userData, number)) || (number === this.said.number ? this.said.name : "");
    return { number, name };
  }

  /** GWS offers this operation now. @param {string} operation */
  offers(operation) {
    return this.gws !== null && !this.stale && this.gws.capabilities.includes(operation);
  }

  /**
   * @param {Leg} leg
   * @param {string} uuid
   */
  takeLeg(leg, uuid) {
    this.leg = leg;
    this.uuid = uuid || this.uuid;
    this.orphan = "";
    this.toBeHeld = null;
    this.goneAt = this.goneSeen = null;
  }

  /** The leg that just came may be the agent's own call: no ring tone for a while. @param {boolean} agentFirst @param {number} now */
  keepQuiet(agentFirst, now) {
    this.ownLeg = agentFirst && this.direction === "out";
    if (this.direction === "out") this.quietUntil = now + DIALLED_QUIET;
    else if (agentFirst) this.quietUntil = now + AGENT_FIRST_QUIET;
  }

  /**
   * @param {GwsCall} call
   * @param {number} now
   */
  takeGws(call, now) {
    const before = this.gws?.state;
    if (before !== call.state && (call.state === "Held" || before === "Held")) this.toBeHeld = call.state === "Held";
    if (call.state !== "Released") this.goneAt = this.goneSeen = null;
    this.gws = call;
    this.gwsAt = now;
    this.stale = false;
    this.uuid ||= call.id;
    if (this.leg) this.orphan = "";
  }

  /** Keep the marks of time in step with the state; to be called after every change. @param {number} now */
  settle(now) {
    if (this.quietUntil !== null && this.quietUntil <= now) this.quietUntil = null;
    if (this.provisional || (this.leg && this.gws)) this.pairBy = null;
    else if (!this.orphan) this.pairBy ??= now + PAIR_WITHIN;
    const state = this.state;
    if (state === "held" || state === "talking") this.wasHeld = state === "held";
    if ((state === "talking" || state === "held") && this.since === null) {
      this.since = this.leg ? now : now - (this.gws?.seconds ?? 0) * 1000;
    }
    if (state === "dialing") this.since = null;
    if (state !== "ending") this.endBy = null;
    else if (!this.provisional) this.endBy ??= now + END_WITHIN;
  }

  /** When a dialled call must have come to life. */
  get startBy() {
    return this.provisional ? this.created + DIAL_WITHIN : null;
  }

  /** @returns {number | null} */
  get deadline() {
    const times = [this.pairBy, this.endBy, this.quietUntil, this.startBy, this.waits?.until ?? null].filter((time) => time !== null);
    return times.length ? Math.min(...times) : null;
  }
}

/**
 * The other party as GWS shows it.
 * @param {GwsCall} call
 * @param {import("./events.js").Direction} direction
 */
export function gwsNumber(call, direction) {
  if (call.numbers.length > 1) return call.numbers.join(", ");
  return call.numbers[0] || (direction === "in" ? call.ani : call.dnis);
}

/** @param {GwsCall} call @returns {import("./events.js").Direction} */
export function gwsDirection(call) {
  if (call.state === "Ringing") return "in";
  return call.state === "Dialing" || call.callType === "Outbound" ? "out" : "in";
}

/**
 * The phone: both planes, the cards, the lights, what every button does.
 *
 * `handle(event, now)` takes one event of `events.js` and returns the effects to carry out; `deadline` says when to come back with
 * `{ type: "time" }`. Nothing here knows a browser. The handlers live in three modules, one per source of events:
 * `voice_plane.js` (SIP), `desk_plane.js` (GWS) and `wishes.js` (the agent); each is a table from event type to function.
 *
 * Who does what: Answer, Reject, Mute and digits go by SIP even where GWS offers them; Hold, Retrieve and Hang up by GWS when the call
 * is there with that capability, else by SIP; Dial by GWS or SIP as the agent chose. Where the planes disagree, `reconciliation.js` mends.
 *
 * @typedef {import("./events.js").PhoneEvent} PhoneEvent
 * @typedef {import("./events.js").Effect} Effect
 * @typedef {import("./events.js").Light} Light
 * @typedef {import("./call.js").Card} Card
 */

import { deadlineOfState, lookForState } from "./after_call.js";
import { STATE_CHOICES } from "./agent.js";
import { allOver, AUDIO, PhoneAudio, tellAudio } from "./audio.js";
import { goOn } from "./buttons.js";
import { DESK_PLANE } from "./desk_plane.js";
import { nextLight } from "./light.js";
import { clock, explain, Messages } from "./messages.js";
import { nextRepair, reconcile } from "./reconciliation.js";
import { DisagreementRecord } from "./record.js";
import { toneFor } from "./tone.js";
import { USER_DATA } from "./user_data.js";
import { VIDEO } from "./video.js";
import { VOICE_PLANE } from "./voice_plane.js";
import { WISHES } from "./wishes.js";

/** @type {Record<string, (phone: Phone, event: any, now: number) => Effect[]>} */
const HANDLERS = { ...VOICE_PLANE, ...VIDEO, ...DESK_PLANE, ...AUDIO, ...USER_DATA, ...WISHES, time: () => [] };

const REMEMBER_RELEASED = 30000;

export class Phone {
  constructor() {
    /** @type {{ sip: Light, gws: Light }} */
    this.lights = { sip: "off", gws: "off" };
    /** @type {import("./agent.js").Agent | null} */
    this.agent = null;
    /** When CometD last told of the agent's device: a snapshot asked for before is older. */
    this.agentAt = -Infinity;
    /** When the agent's state began, as far as this page knows. */
    this.agentSince = 0;
    /** The agent's state is chosen here; beside a desktop it is only shown. */
    this.choosesState = false;
    /** What can be chosen. @type {import("./agent.js").StateChoice[]} */
    this.states = STATE_CHOICES;
    /** GWS has told of a state that was asked for here by then. @type {number | null} */
    this.stateBy = null;
    /** @type {import("./after_call.js").AfterCall | null} */
    this.afterCall = null;
    /** Under which key of the attached data a disposition is kept, "" for none. */
    this.dispositionKey = "";
    /** @type {import("./choices.js").Disposition[]} */
    this.dispositions = [];
    this.record = new DisagreementRecord();
    /** A first snapshot of GWS's calls has been taken. */
    this.heard = false;
    /** A call that GWS knows no more is ended by BYE in the end. */
    this.endsGoneCalls = true;
    /** In order of arrival. @type {Card[]} */
    this.cards = [];
    this.messages = new Messages();
    this.useGwsForDialing = true;
    /** SIP Server's NOTIFYs reach this phone: what GWS is asked for, holding for instance, it carries out. */
    this.notified = true;
    /** Pictures pass the gateway. */
    this.video = false;
    /** @type {"ready" | "asked" | "lost"} */
    this.microphone = "asked";
    this.audio = new PhoneAudio();
    /** @type {import("./events.js").Tone} */
    this.tone = "none";
    /** When GWS refused a request last. */
    this.refusedAt = -Infinity;
    /** GWS calls that ended, with the time: a late snapshot must not bring them back. @type {Map<string, number>} */
    this.released = new Map();
    this.lastCard = 0;
  }

  /**
   * @param {PhoneEvent} event
   * @param {number} now milliseconds
   * @returns {Effect[]}
   */
  handle(event, now) {
    const effects = HANDLERS[event.type](this, event, now);
    this.settle(now);
    effects.push(...goOn(this, now), ...this.mend(now));
    if (event.type === "leg/ended") allOver(this);
    effects.push(...tellAudio(this, event.type === "sip/registered"));
    const tone = toneFor(this.cards);
    if (tone !== this.tone) effects.push({ do: "tone", tone });
    this.tone = tone;
    return effects;
  }

  /** When time alone changes something next, or null. @returns {number | null} */
  get deadline() {
    const times = [...this.cards.map((card) => card.deadline), this.messages.deadline, nextRepair(this), deadlineOfState(this)];
    const due = times.filter((time) => time !== null);
    return due.length ? Math.min(...due) : null;
  }

  /** @param {"sip" | "gws"} plane @param {import("./light.js").LightEvent} event */
  turn(plane, event) {
    this.lights[plane] = nextLight(this.lights[plane], event);
  }

  /** What the planes disagree about, and what GWS owes. @private @param {number} now @returns {Effect[]} */
  mend(now) {
    const effects = reconcile(this, now);
    if (effects.length) {
      this.settle(now);
      effects.push(...reconcile(this, now));
    }
    return [...effects, ...lookForState(this, now)];
  }

  /** @param {string} leg @returns {Card | undefined} */
  cardOfLeg(leg) {
    return this.cards.find((card) => card.leg?.id === leg);
  }

  newCardId() {
    this.lastCard += 1;
    return `card-${this.lastCard}`;
  }

  /** @param {number} now */
  settle(now) {
    for (const card of this.cards) {
      card.settle(now);
      this.expire(card, now);
    }
    for (const card of this.cards.filter((one) => one.state === "ended")) this.remove(card, now);
    for (const [id, at] of this.released) if (now - at > REMEMBER_RELEASED) this.released.delete(id);
    this.messages.expire(now);
  }

  /** What waiting for the other plane comes to when time is up. @param {Card} card @param {number} now */
  expire(card, now) {
    if (card.pairBy !== null && card.pairBy <= now) {
      card.pairBy = null;
      card.orphan = card.leg ? "no-gws" : "no-leg";
    }
    if (card.startBy !== null && card.startBy <= now) {
      if (card.wanted !== "hangup") {
        this.messages.tell("error", `Calling ${card.said.number} did not start.`, "Dial again.", now);
      }
      this.drop(card);
    }
    if (card.endBy === null || card.endBy > now) return;
    card.endBy = null;
    if (card.wanted === "hangup" && !card.leg) card.wanted = "";
    else if (card.gws?.state === "Released") card.gws = null;
    else if (card.leg?.state === "ending") card.leg.handle("ended");
    else if (card.leg?.state === "ended") {
      card.leg = null;
      card.orphan = "no-leg";
    }
    card.settle(now);
  }

  /** @param {Card} card */
  drop(card) {
    this.cards = this.cards.filter((one) => one !== card);
  }

  /** The call is over on both planes. @param {Card} card @param {number} now */
  remove(card, now) {
    this.drop(card);
    const who = card.party.name || card.party.number || "unknown number";
    const ending = card.ending;
    if (card.since !== null) {
      this.messages.tell("info", `Call with ${who} ended, ${clock(now - card.since)}.`, "", now);
    } else if (card.direction === "in") {
      if (ending?.by !== "local") this.messages.tell("info", `Missed call from ${who}.`, "", now);
    } else if (ending && ending.by !== "local" && !ending.status && card.leg?.direction === "in") {
      this.messages.tell("info", `${who} did not answer.`, "", now);
    } else if (ending && ending.by !== "local") {
      const [text, help] = explain(ending.status, ending.cause);
      this.messages.tell("error", `${who}: ${text}`, help, now);
    }
  }
}

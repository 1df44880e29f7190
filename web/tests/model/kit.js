// The other half of every model test: a phone with a hand-moved clock, and events with the usual fields filled in.
import { Phone } from "../../src/model/phone.js";
import { viewOf } from "../../src/model/view.js";

export const UUID = "0VQ8E2M4LC93P4J5S6K7A8B9C000000A";
export const OTHER = "0VQ8E2M4LC93P4J5S6K7A8B9C000000B";

const CAPABILITIES = /** @type {Record<string, string[]>} */ ({
  Ringing: ["Answer", "UpdateUserData"],
  Dialing: ["Hangup", "SendDtmf"],
  Established: ["Hangup", "Hold", "SendDtmf"],
  Held: ["Hangup", "Retrieve"],
  Released: [],
});

/** A call resource of GWS. @param {string} state @param {Record<string, unknown>} [more] */
export function resource(state, more = {}) {
  return {
    id: UUID,
    callUuid: UUID,
    state,
    callType: "Inbound",
    participants: [{ phoneNumber: "+15550100", digits: "+15550100" }],
    ani: "+15550100",
    dnis: "8000",
    capabilities: CAPABILITIES[state],
    userData: { Segment: "Gold" },
    duration: "0",
    ...more,
  };
}

/** A phone under a clock that only `after` moves; effects pile up in `effects` until `took` takes them. */
export class Bench {
  constructor() {
    this.phone = new Phone();
    this.now = 1000;
    /** @type {import("../../src/model/events.js").Effect[]} */
    this.effects = [];
  }

  /** Both planes connected, the agent known. */
  static ready() {
    const bench = new Bench();
    bench.tell({ type: "sip/connecting" });
    bench.tell({ type: "sip/registered" });
    bench.tell({ type: "gws/connecting" });
    bench.tell({ type: "gws/on" });
    bench.tell({ type: "agent", agent: AGENT });
    bench.took();
    return bench;
  }

  /** @param {import("../../src/model/events.js").PhoneEvent} event */
  tell(event) {
    this.effects.push(...this.phone.handle(event, this.now));
  }

  /** Let time pass, stopping at every deadline on the way. @param {number} milliseconds */
  after(milliseconds) {
    const end = this.now + milliseconds;
    for (let due = this.phone.deadline; due !== null && due <= end; due = this.phone.deadline) {
      this.now = Math.max(this.now, due);
      this.tell({ type: "time" });
    }
    this.now = end;
  }

  /** The effects since the last time, as "sip/answer L1" and the like; what gateway and desk are told besides is not among them. */
  took() {
    const words = this.effects.filter((effect) => effect.do !== "audio/tell" && effect.do !== "disagreement/tell").map((effect) => {
      const { do: name, ...rest } = effect;
      return [name, ...Object.values(rest)].join(" ");
    });
    this.effects = [];
    return words;
  }

  /** What the gateway was told of the audio since the last time. */
  told() {
    const said = this.effects.flatMap((effect) => (effect.do === "audio/tell" ? [effect.audio] : []));
    this.effects = this.effects.filter((effect) => effect.do !== "audio/tell");
    return said;
  }

  get view() {
    return viewOf(this.phone);
  }

  get card() {
    const [card, ...more] = this.view.cards;
    if (!card || more.length) throw new Error(`expected one card, have ${this.view.cards.length}`);
    return card;
  }

  /** @param {string} name @returns {import("../../src/model/view.js").ButtonView} */
  button(name) {
    const found = this.card.buttons.find((button) => button.name === name);
    if (!found) throw new Error(`no button ${name} while ${this.card.state}`);
    return found;
  }

  /** @param {import("../../src/model/events.js").ButtonName} button @param {string} [digits] */
  press(button, digits) {
    this.tell({ type: "press", card: this.view.cards[0].id, button, digits });
  }

  /** @param {Partial<import("../../src/model/events.js").LegIncoming>} [more] */
  invite(more = {}) {
    this.tell({ type: "leg/incoming", leg: "L1", uuid: UUID, remote: { number: "+15550100", name: "" }, agentFirst: false, lasted: null, video: false, ...more });
  }

  /** @param {string} state @param {Record<string, unknown>} [more] */
  gws(state, more) {
    const call = resource(state, more);
    this.tell({
      type: "gws/message",
      data: { messageType: "CallStateChangeMessage", notificationType: "StatusChange", call, phoneNumber: "5001" },
    });
  }

  /** @param {Partial<import("../../src/model/events.js").LegEnded>} [more] */
  bye(more = {}) {
    this.tell({ type: "leg/ended", leg: "L1", by: "remote", status: 0, cause: "Terminated", ...more });
  }

  texts() {
    return this.view.messages.map((message) => message.text);
  }
}

/** @type {import("../../src/model/agent.js").Agent} */
export const AGENT = {
  userName: "agent5001",
  firstName: "Ada",
  lastName: "One",
  dn: "5001",
  deviceId: "device-1",
  session: true,
  state: { state: "Ready", displayName: "Ready", workMode: "" },
};

/**
 * One SIP leg as the page sees it: the table of what may be asked of it and what it reports.
 *
 *     ringing --answer--> answering --accepted--> talking <--held/retrieved--> held
 *     calling --accepted--> talking
 *
 * `answer`, `answer-with-camera`, `hold`, `retrieve`, `hangup`, `reject`, `digits` are wishes, of the agent or of the gateway's INFO words; the rest is
 * what JsSIP reports. A wish in a state without a cell for it is dropped: a double click answers once. "Event: talk" on a held
 * call means retrieve (SIP Server), so does `answer` here.
 *
 * @typedef {import("./events.js").Effect} Effect
 * @typedef {"ringing" | "answering" | "calling" | "talking" | "held" | "ending" | "ended"} LegState
 * @typedef {"answer" | "answer-with-camera" | "reject" | "hangup" | "hold" | "retrieve" | "digits" | "accepted" | "held" | "retrieved"
 *   | "no-microphone" | "ended"} LegStep
 * @typedef {(leg: Leg, digits: string) => Effect} Action
 */

/** @type {Action} */
const answer = (leg) => ({ do: "sip/answer", leg: leg.id });
/** @type {Action} */
const answerWithCamera = (leg) => ({ do: "sip/answer", leg: leg.id, camera: true });
/** @type {Action} */
const reject = (leg) => ({ do: "sip/reject", leg: leg.id, status: 486 });
/** @type {Action} */
const unavailable = (leg) => ({ do: "sip/reject", leg: leg.id, status: 480 });
/** @type {Action} */
const hangup = (leg) => ({ do: "sip/hangup", leg: leg.id });
/** @type {Action} */
const hold = (leg) => ({ do: "sip/hold", leg: leg.id });
/** @type {Action} */
const retrieve = (leg) => ({ do: "sip/retrieve", leg: leg.id });
/** @type {Action} */
const digits = (leg, pressed) => ({ do: "sip/digits", leg: leg.id, digits: pressed });
/** @type {Action} */
const closeMicrophone = (leg) => ({ do: "microphone/close", leg: leg.id });

/** @type {[LegState, Action[]]} */
const OVER = ["ended", [closeMicrophone]];

/** @type {Record<LegState, Partial<Record<LegStep, [LegState, Action[]]>>>} */
export const LEG_TABLE = {
  ringing: {
    answer: ["answering", [answer]],
    "answer-with-camera": ["answering", [answerWithCamera]],
    reject: ["ending", [reject]],
    hangup: ["ending", [reject]],
    accepted: ["talking", []],
    "no-microphone": ["ending", [unavailable]],
    ended: OVER,
  },
  answering: {
    accepted: ["talking", []],
    hangup: ["ending", [hangup]],
    "no-microphone": ["ending", [unavailable]],
    ended: OVER,
  },
  calling: { accepted: ["talking", []], hangup: ["ending", [hangup]], ended: OVER },
  talking: {
    hold: ["talking", [hold]],
    held: ["held", []],
    digits: ["talking", [digits]],
    hangup: ["ending", [hangup]],
    ended: OVER,
  },
  held: {
    retrieve: ["held", [retrieve]],
    answer: ["held", [retrieve]],
    retrieved: ["talking", []],
    hangup: ["ending", [hangup]],
    ended: OVER,
  },
  ending: { ended: OVER },
  ended: {},
};

/** A SIP session of this page. */
export class Leg {
  /**
   * @param {string} id
   * @param {import("./events.js").Direction} direction
   */
  constructor(id, direction) {
    this.id = id;
    this.direction = direction;
    /** @type {LegState} */
    this.state = direction === "in" ? "ringing" : "calling";
    this.muted = false;
    /** The far end is alerted and sends no sound of its own: the page plays ringback. */
    this.alerting = false;
    /** What is offered has pictures, too: a video call. */
    this.offersVideo = false;
    /** Our own pictures: `on` while they go out, `starting` until the camera is there. @type {"off" | "starting" | "on"} */
    this.camera = "off";
    /** The far end's pictures are coming in. */
    this.pictures = false;
  }

  /**
   * Take one step of the table; what has no cell does nothing.
   * @param {LegStep} step
   * @param {string} [pressed] the digits, for `digits`
   * @returns {Effect[]}
   */
  handle(step, pressed = "") {
    const cell = LEG_TABLE[this.state][step];
    if (!cell) return [];
    const [state, actions] = cell;
    this.state = state;
    return actions.map((action) => action(this, pressed));
  }

  /** Sound flows, or would but for the hold. */
  get up() {
    return this.state === "talking" || this.state === "held";
  }

  get alive() {
    return this.state !== "ended";
  }
}

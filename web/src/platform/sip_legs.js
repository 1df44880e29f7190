/**
 * The SIP sessions of this page: what JsSIP reports of them as the model's events, what the model asks of them. Knows no card's
 * state and no GWS.
 *
 * Nothing waits for ICE gathering: the gateway is ICE-lite and learns our address from our checks, so the first UDP candidate is
 * enough and JsSIP is told `ready()` with it (saves about 115 ms per call).
 *
 * @typedef {import("../model/events.js").PhoneEvent} PhoneEvent
 * @typedef {import("./microphone.js").Microphone} Microphone
 * @typedef {import("./speaker.js").Speaker} Speaker
 * @typedef {import("./clock.js").Clock} Clock
 * @typedef {{ held: boolean, done: () => void, tries: number }} Holding
 */

import { Mending } from "./mending.js";
import { MicrophoneVolume } from "./microphone_volume.js";
import { Pictures } from "./pictures.js";
import { keepUp, missNoAck } from "./renegotiation.js";
import { identityOf, offersVideo, reasonStatus, up, usable } from "./sip_reading.js";
import { ASK_AFTER, readWord, WORDS_TYPE } from "./words.js";

const CALL_UUID = "X-Genesys-CallUUID";
/** A call that rang when the connection was lost rings anew by another INVITE at once, or it is over. */
const RINGS_ANEW_WITHIN = 3000;
/** After an offer that was not taken. */
const TRY_AGAIN = 300;
/** Sound and pictures share a transport where the gateway bundles them; "max-bundle" would leave no picture where it does not (rtpengine). */
const PEER_CONNECTION = { bundlePolicy: /** @type {const} */ ("balanced") };

export class SipLegs {
  /**
   * @param {{ emit: (event: PhoneEvent) => void, clock: Pick<Clock, "after">, microphone: Microphone,
   *   camera: import("./camera.js").Camera, speaker: Speaker }} parts
   */
  constructor({ emit, clock, microphone, camera, speaker }) {
    this.emit = emit;
    this.clock = clock;
    this.microphone = microphone;
    this.speaker = speaker;
    /** JsSIP's sessions by leg. @type {Map<string, any>} */
    this.sessions = new Map();
    this.mending = new Mending(this.sessions, clock);
    this.volume = new MicrophoneVolume();
    /** TURN servers, for networks that let nothing else through. @type {RTCIceServer[]} */
    this.iceServers = [];
    this.pictures = new Pictures({ emit, clock, camera, sessions: this.sessions });
    /** Holds and retrieves under way. @type {Map<string, Holding>} */
    this.holding = new Map();
    /** The card whose call is being made right now. */
    this.dialling = "";
  }

  /**
   * Credentials for TURN are good for a while: calls to come use these, and calls that are, should their network change.
   * @param {RTCIceServer[]} iceServers
   */
  useIceServers(iceServers) {
    this.iceServers = iceServers;
    for (const { connection } of this.sessions.values()) {
      if (connection && connection.signalingState !== "closed") connection.setConfiguration({ ...connection.getConfiguration(), iceServers });
    }
  }

  /** @private */
  get peerConnection() {
    return { ...PEER_CONNECTION, iceServers: this.iceServers };
  }

  /** JsSIP has a new session. @param {{ originator: string, session: any, request: any }} event */
  add({ originator, session, request }) {
    const leg = session.id;
    this.sessions.set(leg, session);
    this.follow(leg, session);
    const kind = request.getHeader?.("X-Cordboard-Call");
    const agentFirst = kind === "agent-first";
    const remote = identityOf(session, request, agentFirst);
    if (originator === "local") {
      this.microphone.rename(this.dialling, leg);
      this.emit({ type: "leg/outgoing", leg, remote, card: this.dialling });
      return;
    }
    const lasted = kind === "resumed" ? Number(request.getHeader("X-Cordboard-Seconds")) || 0 : null;
    this.emit({ type: "leg/incoming", leg, uuid: request.getHeader(CALL_UUID) ?? "", remote, agentFirst, lasted, video: offersVideo(request) });
  }

  /** @private @param {string} leg @param {any} session */
  follow(leg, session) {
    const uuidOf = (/** @type {any} */ message) => message?.getHeader?.(CALL_UUID) ?? "";
    const on = (/** @type {string} */ name, /** @type {(event: any) => void} */ listener) => session.on(name, listener);
    keepUp(session, () => this.refused(leg));
    if (session.connection) this.hear(leg, session.connection); // of a call we make, JsSIP has it before it tells of the session
    else on("peerconnection", ({ peerconnection }) => this.hear(leg, peerconnection));
    on("icecandidate", ({ candidate, ready }) => usable(candidate) && ready());
    on("progress", ({ originator, response }) => {
      if (originator === "local") return;
      this.emit({ type: "leg/progress", leg, uuid: uuidOf(response), earlyMedia: Boolean(response?.body) });
    });
    on("accepted", ({ response }) => {
      void this.volume.apply(leg, session);
      this.emit({ type: "leg/accepted", leg, uuid: uuidOf(response) });
    });
    on("muted", () => this.emit({ type: "leg/muted", leg }));
    on("unmuted", () => this.emit({ type: "leg/unmuted", leg }));
    on("reinvite", ({ request }) => this.emit({ type: "leg/uuid", leg, uuid: uuidOf(request) }));
    on("update", ({ request }) => this.emit({ type: "leg/uuid", leg, uuid: uuidOf(request) }));
    on("newInfo", ({ originator, info }) => originator === "remote" && this.informed(leg, info));
    on("ended", (event) => this.over(leg, event));
    on("failed", (event) => this.over(leg, event));
  }

  /** @private @param {string} leg @param {RTCPeerConnection} connection */
  hear(leg, connection) {
    connection.addEventListener("track", ({ track }) => {
      if (track.kind === "audio") this.speaker.attach(leg, new MediaStream([track]));
    });
    this.mending.watch(leg, connection);
    this.pictures.watch(leg, connection);
  }

  /** @private @param {string} leg @param {{ contentType: string, body: string }} info */
  informed(leg, info) {
    const word = readWord(info.contentType, info.body);
    if (word.word === "call") this.emit({ type: "leg/uuid", leg, uuid: word.uuid });
    else if (word.word === "transferred") this.emit({ type: "leg/transferred", leg, number: word.number });
    else if (word.word === "answer") this.emit({ type: "leg/asked", leg, what: "answer" });
    else if (word.word === "hold") this.emit({ type: "leg/held", leg });
    else if (word.word === "retrieve") this.retrieved(leg);
  }

  /** The gateway opened the call again; a hold of our own is taken back by re-INVITE. @private @param {string} leg */
  retrieved(leg) {
    if (this.sessions.get(leg)?.isOnHold().local) this.emit({ type: "leg/asked", leg, what: "retrieve" });
    else this.emit({ type: "leg/retrieved", leg });
  }

  /** @private @param {string} leg @param {{ originator: "local" | "remote" | "system", message: any, cause: string }} event */
  over(leg, { originator, message, cause }) {
    this.sessions.delete(leg);
    this.mending.forget(leg);
    this.volume.forget(leg);
    this.pictures.forget(leg);
    this.holding.delete(leg);
    this.speaker.detach(leg);
    const status = message?.status_code ?? reasonStatus(message?.getHeader?.("Reason"));
    this.emit({ type: "leg/ended", leg, by: originator, status, cause: String(cause ?? "") });
  }

  /** @param {string} leg @param {boolean} [withCamera] without one after all, it is answered all the same */
  async answer(leg, withCamera = false) {
    try {
      const sound = await this.microphone.open(leg);
      const pictures = withCamera ? await this.pictures.open(leg) : null;
      const mediaStream = pictures ? new MediaStream([...sound.getTracks(), ...pictures.getTracks()]) : sound;
      const session = this.sessions.get(leg);
      if (session) return session.answer({ mediaStream, pcConfig: this.peerConnection });
      this.microphone.close(leg);
      this.pictures.forget(leg);
    } catch (error) {
      this.emit({ type: "leg/no-microphone", leg, reason: /** @type {Error} */ (error).message });
    }
  }

  /** The connection is another one: what ended meanwhile did not reach us. */
  verify() {
    for (const [leg, session] of this.sessions) {
      missNoAck(session);
      if (unanswered(session) || unheard(session)) this.clock.after(RINGS_ANEW_WITHIN, () => this.askAfter(leg));
      else this.askAfter(leg);
    }
  }

  /** A call the gateway no longer has gets 481, and JsSIP ends it; one that only rang cannot be asked after. @private @param {string} leg */
  askAfter(leg) {
    const session = this.sessions.get(leg);
    if (!session || session.isEnded()) return;
    if (unanswered(session)) {
      this.over(leg, { originator: "system", message: null, cause: "the connection was lost" });
      session.terminate();
    } else if (up(session)) session.sendInfo(WORDS_TYPE, ASK_AFTER);
  }

  /** Open the microphone while it rings; a call that nobody could speak in is refused. @param {string} leg */
  async prepare(leg) {
    try {
      await this.microphone.open(leg);
    } catch (error) {
      this.emit({ type: "leg/no-microphone", leg, reason: /** @type {Error} */ (error).message });
    }
  }

  /** @param {(options: any) => unknown} call JsSIP's call to the number @param {string} card */
  async dial(call, card) {
    try {
      const mediaStream = await this.microphone.open(card);
      this.dialling = card;
      call({ mediaStream, pcConfig: this.peerConnection });
    } catch (error) {
      this.microphone.close(card);
      const reason = `Calling did not start: ${/** @type {Error} */ (error).message}.`;
      this.emit({ type: "dial/failed", card, reason, help: "Check the microphone and the connection, then dial again." });
    } finally {
      this.dialling = "";
    }
  }

  /** The gateway took no new offer; the call goes on as it was. @private @param {string} leg */
  refused(leg) {
    const holding = this.holding.get(leg);
    if (holding) this.clock.after(TRY_AGAIN, () => this.holdAgain(leg, holding));
    this.mending.refused(leg);
    this.pictures.refused(leg);
  }

  /** @param {string} leg @param {number} [status] a refusal, while it rings */
  end(leg, status) {
    const session = this.sessions.get(leg);
    if (session && !session.isEnded()) session.terminate(status ? { status_code: status } : {});
  }

  /** @param {string} leg @param {boolean} muted */
  mute(leg, muted) {
    const session = this.sessions.get(leg);
    if (muted) session?.mute({ audio: true });
    else session?.unmute({ audio: true });
  }

  /** @param {string} leg @param {string} digits */
  digits(leg, digits) {
    const session = this.sessions.get(leg);
    try {
      session?.sendDTMF(digits, { transportType: "RFC2833", duration: 100, interToneGap: 70 });
    } catch {
      this.emit({ type: "leg/refused", leg, what: "Sending digits" });
    }
  }

  /**
   * Hold or retrieve by re-INVITE. It has to wait while another one is on its way.
   * @param {string} leg
   * @param {boolean} held
   * @param {number} [tries]
   */
  hold(leg, held, tries = 20) {
    const session = this.sessions.get(leg);
    if (!session || session.isEnded() || (held && session.isOnHold().local)) return;
    const done = () => {
      this.holding.delete(leg);
      this.emit({ type: held ? "leg/held" : "leg/retrieved", leg });
    };
    if (this.negotiate(session, held, done)) return void this.holding.set(leg, { held, done, tries: 3 });
    if (tries === 0) this.emit({ type: "leg/refused", leg, what: held ? "Hold" : "Retrieve" });
    else this.clock.after(100, () => this.hold(leg, held, tries - 1));
  }

  /** JsSIP has noted what was wanted; only the agreement is missing. A hold that is given up is taken back: it has silenced the microphone. @private @param {string} leg @param {Holding} holding */
  holdAgain(leg, holding) {
    const session = this.sessions.get(leg);
    if (!session || session.isEnded() || this.holding.get(leg) !== holding) return;
    holding.tries -= 1;
    if (holding.tries >= 0 && session.renegotiate({}, holding.done)) return;
    if (holding.tries > 0) return void this.clock.after(TRY_AGAIN, () => this.holdAgain(leg, holding));
    this.holding.delete(leg);
    if (holding.held) session.unhold({});
    this.emit({ type: "leg/refused", leg, what: holding.held ? "Hold" : "Retrieve" });
  }

  /** A hold that only the gateway knows of is ended by a new offer. @private @param {any} session @param {boolean} held @param {() => void} done */
  negotiate(session, held, done) {
    if (held) return session.hold({}, done);
    return session.isOnHold().local ? session.unhold({}, done) : session.renegotiate({}, done);
  }
}

/** Somebody calls, and the agent has not answered. @param {any} session */
const unanswered = (session) => session.direction === "incoming" && session.isInProgress();

/** Our answer to its INVITE may have gone with the connection: then it rings anew. @param {any} session */
const unheard = ({ direction, status, C, _is_confirmed }) => direction === "incoming" && status === C.STATUS_WAITING_FOR_ACK && !_is_confirmed;

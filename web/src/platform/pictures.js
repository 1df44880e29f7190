/**
 * The pictures of the calls: the camera on its way out, the far end's on their way in. A call has one video line; it is added when it is
 * first wanted and kept, only its direction changes.
 *
 * Turning the camera on or off is a re-INVITE of ours, the far end's camera one of the gateway's, which JsSIP answers: we watch without
 * being asked. A remote view is there while pictures are decoded: a browser says late or not at all that they have stopped coming. The
 * connection is asked for that, not the receiver: Chromium forgets what belongs to a receiver that has no SSRC in its description, as
 * soon as an offer of ours is answered, although its pictures go on (rtpengine passes on whoever's SSRC comes).
 *
 * @typedef {import("../model/events.js").PhoneEvent} PhoneEvent
 * @typedef {Pick<import("./clock.js").Clock, "after">} PicturesClock
 * @typedef {{ self: MediaStream | null, remote: MediaStream | null }} Streams
 */

import { up } from "./sip_reading.js";

/** Another offer is on its way. */
const TRY_AGAIN = 100;
const REFUSALS = 5;
const REFUSED_AGAIN = 300;
const LOOK = 250;
/** Looks without a new picture. */
const GONE_AFTER = 6;
/** The gateway may have to ask the far end first. */
const SEEN_WITHIN = 4000;

const LOST = "Plug it in again, then turn it on.";

export class Pictures {
  /**
   * @param {{ emit: (event: PhoneEvent) => void, clock: PicturesClock, camera: import("./camera.js").Camera,
   *   sessions: Map<string, any> }} parts `sessions`: JsSIP's, by leg
   */
  constructor({ emit, clock, camera, sessions }) {
    this.emit = emit;
    this.clock = clock;
    this.camera = camera;
    this.sessions = sessions;
    /** @type {Map<string, Streams>} */
    this.streams = new Map();
    /** The far end's track of each leg. @type {Map<string, MediaStreamTrack>} */
    this.tracks = new Map();
    /** Legs that are to offer anew as soon as they can. @type {Set<string>} */
    this.waiting = new Set();
    /** Legs whose new offer is under way, with how often it was refused. @type {Map<string, number>} */
    this.offering = new Map();
    /** Takes back the look whether anybody sees us. @type {Map<string, () => void>} */
    this.unseen = new Map();
    camera.onended = (leg) => this.lost(leg);
  }

  /** What there is to show of a call. @param {string} leg @returns {Streams} */
  of(leg) {
    return this.streams.get(leg) ?? { self: null, remote: null };
  }

  /** Follow a call's connection from its beginning. @param {string} leg @param {RTCPeerConnection} connection */
  watch(leg, connection) {
    connection.addEventListener("track", ({ track }) => {
      if (track.kind !== "video" || this.tracks.get(leg) === track || !this.sessions.has(leg)) return;
      this.tracks.set(leg, track);
      this.put(leg, { remote: new MediaStream([track]) });
      void this.look(leg, connection, Infinity, GONE_AFTER);
    });
    connection.addEventListener("signalingstatechange", () => {
      if (connection.signalingState === "stable") this.agreed(leg, connection);
    });
  }

  /** The call is over. @param {string} leg */
  forget(leg) {
    this.camera.close(leg);
    this.streams.delete(leg);
    this.tracks.delete(leg);
    this.offering.delete(leg);
    this.waiting.delete(leg);
    this.seen(leg);
  }

  /** The gateway took no new offer: ours is to be made again. @param {string} leg */
  refused(leg) {
    const times = this.offering.get(leg);
    if (times === undefined) return;
    this.offering.delete(leg);
    if (times + 1 < REFUSALS) this.clock.after(REFUSED_AGAIN, () => this.negotiate(leg, times + 1));
    else this.emit({ type: "leg/unseen", leg });
  }

  /** The camera's stream for a call that is being answered; null where there is none, which was told. @param {string} leg */
  async open(leg) {
    try {
      const stream = await this.camera.open(leg);
      if (!stream) return null; // turned off meanwhile
      this.put(leg, { self: stream });
      this.emit({ type: "leg/camera", leg, on: true });
      return stream;
    } catch (error) {
      const { message: reason, help } = /** @type {import("./camera.js").CameraError} */ (error);
      this.emit({ type: "leg/no-camera", leg, reason, help });
      return null;
    }
  }

  /** Turn the camera on in a call. @param {string} leg */
  async on(leg) {
    const stream = await this.open(leg);
    const connection = this.sessions.get(leg)?.connection;
    if (!stream) return;
    if (!connection || connection.signalingState === "closed") return this.camera.close(leg);
    const [track] = stream.getVideoTracks();
    const line = videoLine(connection);
    if (line) {
      line.direction = "sendrecv";
      await exchange(line, track);
    } else connection.addTrack(track, stream); // unlike a transceiver it takes the place of a line that the gateway offers meanwhile
    this.negotiate(leg);
  }

  /** Turn it off: its light at once, the agreement after. @param {string} leg */
  off(leg) {
    this.camera.close(leg);
    this.put(leg, { self: null });
    this.emit({ type: "leg/camera", leg, on: false });
    const connection = this.sessions.get(leg)?.connection;
    const line = connection && connection.signalingState !== "closed" && videoLine(connection);
    if (!line) return;
    line.direction = "recvonly";
    void exchange(line, null);
    this.negotiate(leg);
  }

  /** The device is gone. @private @param {string} leg */
  lost(leg) {
    this.off(leg);
    this.emit({ type: "leg/no-camera", leg, reason: "it was unplugged or taken away", help: LOST });
  }

  /**
   * Tell the gateway, with whatever is wanted by then: while another offer is on its way, or the call is held here, it has to wait.
   * @private @param {string} leg @param {number} [refused] how often
   */
  negotiate(leg, refused = 0) {
    if (this.waiting.has(leg)) return;
    this.waiting.add(leg);
    this.offer(leg, refused);
  }

  /** @private @param {string} leg @param {number} refused */
  offer(leg, refused) {
    const session = this.sessions.get(leg);
    if (!session || session.isEnded()) return void this.waiting.delete(leg);
    const ready = up(session) && !session.isOnHold().local;
    if (!ready || !session.renegotiate({}, () => this.offering.delete(leg))) {
      this.clock.after(TRY_AGAIN, () => this.offer(leg, refused));
      return;
    }
    this.waiting.delete(leg);
    this.offering.set(leg, refused);
  }

  /** Offer and answer are through: does anybody see us? @private @param {string} leg @param {RTCPeerConnection} connection */
  agreed(leg, connection) {
    this.seen(leg);
    if (!this.isUnseen(leg, connection)) return;
    const look = () => this.isUnseen(leg, connection) && this.emit({ type: "leg/unseen", leg });
    this.unseen.set(leg, this.clock.after(SEEN_WITHIN, look));
  }

  /** Or there is no longer anything to look for. @private @param {string} leg */
  seen(leg) {
    this.unseen.get(leg)?.();
    this.unseen.delete(leg);
  }

  /** @private @param {string} leg @param {RTCPeerConnection} connection */
  isUnseen(leg, connection) {
    if (!this.streams.get(leg)?.self || connection.signalingState !== "stable") return false;
    const line = videoLine(connection);
    return line?.sender.track != null && line.currentDirection !== null && !line.currentDirection.startsWith("send");
  }

  /**
   * Are pictures coming in? Asked again and again, for the track that came last.
   * @private @param {string} leg @param {RTCPeerConnection} connection @param {number} before decoded so far @param {number} still looks without a new one
   */
  async look(leg, connection, before, still) {
    const track = this.tracks.get(leg);
    const decoded = await framesDecoded(connection);
    if (!track || track !== this.tracks.get(leg)) return;
    const none = track.muted || decoded <= before ? still + 1 : 0;
    if (none === 0 && still !== 0) this.emit({ type: "leg/pictures", leg, shown: true });
    if ((none === GONE_AFTER || track.muted) && still < GONE_AFTER) this.emit({ type: "leg/pictures", leg, shown: false });
    const next = track.muted ? GONE_AFTER : Math.min(none, GONE_AFTER);
    if (track.readyState === "live") this.clock.after(LOOK, () => void this.look(leg, connection, decoded, next));
    else if (next < GONE_AFTER) this.emit({ type: "leg/pictures", leg, shown: false });
  }

  /** @private @param {string} leg @param {Partial<Streams>} some */
  put(leg, some) {
    if (this.sessions.has(leg)) this.streams.set(leg, { ...this.of(leg), ...some });
  }
}

/** @param {RTCPeerConnection} connection */
function videoLine(connection) {
  return connection.getTransceivers().find(({ receiver, currentDirection }) => receiver.track.kind === "video" && currentDirection !== "stopped");
}

/** What the line sends; a call that ends meanwhile sends nothing. @param {RTCRtpTransceiver} line @param {MediaStreamTrack | null} track */
async function exchange(line, track) {
  await line.sender.replaceTrack(track).catch(() => {});
}

/** @param {RTCPeerConnection} connection */
async function framesDecoded(connection) {
  let frames = 0;
  (await connection.getStats()).forEach(({ type, kind, framesDecoded }) => (frames += type === "inbound-rtp" && kind === "video" ? (framesDecoded ?? 0) : 0));
  return frames;
}

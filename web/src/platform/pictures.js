/**
 * The pictures of the calls: the camera on its way out, the far end's on their way in. A call has one video line; it is added when it is
 * first wanted and kept, only its direction changes.
 *
 * Turning the camera on or off is a re-INVITE of ours, the far end's camera one of the gateway's, which JsSIP answers: we watch without
 * being asked. A remote view is there while pictures are decoded: a browser says late or not at all that they have stopped coming.
 *
 * @typedef {import("../model/events.js").PhoneEvent} PhoneEvent
 * @typedef {Pick<import("./clock.js").Clock, "after">} PicturesClock
 * @typedef {{ self: MediaStream | null, remote: MediaStream | null }} Streams
 */

import { up } from "./sip_reading.js";

/** Another offer is on its way. */
const TRY_AGAIN = 100;
const TRIES = 50;
const REFUSED_AGAIN = 300;
const LOOK = 500;
/** Looks without a new picture. */
const GONE_AFTER = 3;
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
    /** Legs whose new offer is under way, with the tries left. @type {Map<string, number>} */
    this.offering = new Map();
    camera.onended = (leg) => this.lost(leg);
  }

  /** What there is to show of a call. @param {string} leg @returns {Streams} */
  of(leg) {
    return this.streams.get(leg) ?? { self: null, remote: null };
  }

  /** Follow a call's connection from its beginning. @param {string} leg @param {RTCPeerConnection} connection */
  watch(leg, connection) {
    connection.addEventListener("track", ({ track, receiver }) => {
      if (track.kind !== "video") return;
      this.put(leg, { remote: new MediaStream([track]) });
      void this.look(leg, receiver, 0, GONE_AFTER);
    });
    connection.addEventListener("signalingstatechange", () => {
      if (connection.signalingState === "stable") this.agreed(leg, connection);
    });
  }

  /** The call is over. @param {string} leg */
  forget(leg) {
    this.camera.close(leg);
    this.streams.delete(leg);
    this.offering.delete(leg);
  }

  /** The gateway took no new offer: ours is to be made again. @param {string} leg */
  refused(leg) {
    const tries = this.offering.get(leg);
    if (tries === undefined) return;
    this.offering.delete(leg);
    this.clock.after(REFUSED_AGAIN, () => this.negotiate(leg, tries - 10));
  }

  /** The camera's stream for a call that is being answered; null where there is none, which was told. @param {string} leg */
  async open(leg) {
    try {
      const stream = await this.camera.open(leg);
      if (!this.camera.isOpen(leg)) return null; // turned off meanwhile
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
    if (!connection) return this.camera.close(leg);
    const [track] = stream.getVideoTracks();
    const line = videoLine(connection);
    if (line) {
      line.direction = "sendrecv";
      await line.sender.replaceTrack(track);
    } else connection.addTrack(track, stream); // unlike a transceiver it takes the place of a line that the gateway offers meanwhile
    this.negotiate(leg, TRIES);
  }

  /** Turn it off: its light at once, the agreement after. @param {string} leg */
  off(leg) {
    this.camera.close(leg);
    this.put(leg, { self: null });
    this.emit({ type: "leg/camera", leg, on: false });
    const connection = this.sessions.get(leg)?.connection;
    const line = connection && videoLine(connection);
    if (!line) return;
    line.direction = "recvonly";
    void line.sender.replaceTrack(null);
    this.negotiate(leg, TRIES);
  }

  /** The device is gone. @private @param {string} leg */
  lost(leg) {
    this.off(leg);
    this.emit({ type: "leg/no-camera", leg, reason: "it was unplugged or taken away", help: LOST });
  }

  /** Tell the gateway; it has to wait while another offer is on its way. @private @param {string} leg @param {number} tries */
  negotiate(leg, tries) {
    const session = this.sessions.get(leg);
    if (!session || session.isEnded() || tries <= 0) return;
    const ready = up(session) && !session.isOnHold().local;
    if (ready && session.renegotiate({}, () => this.offering.delete(leg))) this.offering.set(leg, tries);
    else this.clock.after(TRY_AGAIN, () => this.negotiate(leg, tries - 1));
  }

  /** Offer and answer are through: does anybody see us? @private @param {string} leg @param {RTCPeerConnection} connection */
  agreed(leg, connection) {
    if (!this.isUnseen(leg, connection)) return;
    this.clock.after(SEEN_WITHIN, () => this.isUnseen(leg, connection) && this.emit({ type: "leg/unseen", leg }));
  }

  /** @private @param {string} leg @param {RTCPeerConnection} connection */
  isUnseen(leg, connection) {
    if (!this.streams.get(leg)?.self || connection.signalingState !== "stable") return false;
    const line = videoLine(connection);
    return line?.sender.track != null && line.currentDirection !== null && !line.currentDirection.startsWith("send");
  }

  /**
   * Are pictures coming in?
   * @private @param {string} leg @param {RTCRtpReceiver} receiver @param {number} before decoded so far @param {number} still looks without a new one
   */
  async look(leg, receiver, before, still) {
    if (!this.sessions.has(leg)) return;
    const decoded = await framesDecoded(receiver);
    const none = receiver.track.muted || decoded === before ? still + 1 : 0;
    if (none === 0 && still !== 0) this.emit({ type: "leg/pictures", leg, shown: true });
    if ((none === GONE_AFTER || receiver.track.muted) && still < GONE_AFTER) this.emit({ type: "leg/pictures", leg, shown: false });
    const next = receiver.track.muted ? GONE_AFTER : Math.min(none, GONE_AFTER);
    if (receiver.track.readyState === "live") this.clock.after(LOOK, () => void this.look(leg, receiver, decoded, next));
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

/** @param {RTCRtpReceiver} receiver */
async function framesDecoded(receiver) {
  let frames = 0;
  (await receiver.getStats()).forEach((report) => (frames += report.type === "inbound-rtp" ? (report.framesDecoded ?? 0) : 0));
  return frames;
}

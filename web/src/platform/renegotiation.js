/**
 * A re-INVITE of ours that came to nothing ends no call.
 *
 * JsSIP hangs up when one is refused, and when both sides have offered at the same time (491) it repeats its own after a second, word by
 * word, although the other side's offer has been answered meanwhile. Here the connection goes back to what was agreed last, and whoever
 * wanted something offers anew.
 *
 * An offer of the gateway's that meets ours is refused with 491, and nothing else: JsSIP says so too, but then takes it all the same, which
 * makes the browser drop our offer, whose answer is on its way. The gateway answers ours and offers again after it.
 *
 * One offer at a time: JsSIP is ready for the next one while ours only waits for a description that is being taken in.
 */

import * as JsSIP from "jssip";

/** 491 Request Pending. */
const PENDING = 491;

/**
 * @param {any} session JsSIP's
 * @param {() => void} onrefused
 */
export function keepUp(session, onrefused) {
  const terminate = session.terminate.bind(session);
  session.terminate = (/** @type {{ cause?: string, status_code?: number }} */ options = {}) => {
    if (options.cause !== JsSIP.C.causes.WEBRTC_ERROR || options.status_code !== 500) return terminate(options);
    void rollback(session.connection).then(onrefused);
    return undefined;
  };
  const isReady = session.isReadyToReOffer.bind(session);
  let waits = false;
  session.isReadyToReOffer = () => {
    if (waits || !isReady()) return false;
    waits = true;
    const begins = () => void (waits = false);
    session._connectionPromiseQueue.then(begins, begins);
    return true; // whoever asked offers at once
  };
  session.on("reinvite", (/** @type {{ reject: (options: object) => void }} */ { reject }) => {
    if (waits || offers(session)) reject({ status_code: PENDING });
  });
}

/**
 * The connection is another one, and the ACK of our last answer may have gone with the old one. Without it JsSIP refuses what the gateway
 * offers next and hangs up after 32 s; the gateway, for which that offer was lost, sends none any more.
 * @param {any} session JsSIP's
 */
export function missNoAck(session) {
  if (session._is_confirmed && session.status === session.C.STATUS_WAITING_FOR_ACK) session.receiveRequest({ method: "ACK" });
}

/** An offer of ours is out, or being made (JsSIP tells of that nowhere else). @param {any} session */
function offers(session) {
  return session.connection?.signalingState === "have-local-offer" || session._rtcReady === false;
}

/** @param {RTCPeerConnection} connection */
async function rollback(connection) {
  if (connection.signalingState !== "have-local-offer") return;
  await connection.setLocalDescription({ type: "rollback" }).catch(() => {}); // agreed on by another offer meanwhile
}

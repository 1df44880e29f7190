/**
 * A re-INVITE of ours that came to nothing ends no call.
 *
 * JsSIP hangs up when one is refused, and when both sides have offered at the same time (491) it repeats its own after a second, word by
 * word, although the other side's offer has been answered meanwhile. Here the connection goes back to what was agreed last, and whoever
 * wanted something offers anew.
 */

import * as JsSIP from "jssip";

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
}

/** @param {RTCPeerConnection} connection */
async function rollback(connection) {
  if (connection.signalingState !== "have-local-offer") return;
  await connection.setLocalDescription({ type: "rollback" }).catch(() => {}); // agreed on by another offer meanwhile
}

/** What the page reads out of SIP messages and candidates beyond JsSIP's own parsing. */

import * as JsSIP from "jssip";

/**
 * Who is at the other end: P-Asserted-Identity if the gateway passed it on, else From or To. The agent's own MakeCall leg comes
 * "from" the number that was dialled.
 * @param {any} session
 * @param {any} request
 * @param {boolean} agentFirst
 * @returns {import("../model/events.js").Party}
 */
export function identityOf(session, request, agentFirst) {
  const header = agentFirst ? undefined : request?.getHeader?.("P-Asserted-Identity");
  const identity = readAddress(header) ?? session.remote_identity;
  const number = decode(String(identity?.uri?.user ?? ""));
  const name = String(identity?.display_name || session.remote_identity?.display_name || "");
  return { number, name: name === number ? "" : name };
}

/** The first address of a header value. @param {string | undefined} value @returns {any} */
function readAddress(value) {
  const first = value?.split(/(?<=>)\s*,/)[0];
  return first ? safely(() => JsSIP.NameAddrHeader.parse(first)) : undefined;
}

/** The SIP status in a Reason header, 0 without one. @param {string | undefined} reason */
export function reasonStatus(reason) {
  const found = /SIP\s*;[^,]*cause=(\d{3})/i.exec(reason ?? "");
  return found ? Number(found[1]) : 0;
}

/** What is offered has pictures to show. @param {any} request */
export function offersVideo(request) {
  const media = /** @type {any[]} */ (safely(() => request.parseSDP(true).media) ?? []);
  return media.some(({ type, port, direction }) => type === "video" && port !== 0 && direction !== "recvonly" && direction !== "inactive");
}

/** JsSIP can send in its dialog. @param {any} session */
export const up = ({ status, C }) => status === C.STATUS_WAITING_FOR_ACK || status === C.STATUS_CONFIRMED;

/** Good enough to send the SDP with: any UDP candidate. @param {RTCIceCandidate} candidate */
export function usable(candidate) {
  return (candidate.protocol ?? / udp /i.exec(candidate.candidate)?.[0].trim().toLowerCase()) === "udp";
}

/** @param {string} text */
const decode = (text) => safely(() => decodeURIComponent(text)) ?? text;

/** @template T @param {() => T} read @returns {T | undefined} */
function safely(read) {
  try {
    return read();
  } catch {
    return undefined;
  }
}

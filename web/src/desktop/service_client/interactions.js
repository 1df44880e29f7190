/**
 * Calls as the Service Client API shows them to the pages beside them: Interaction and Party.
 *
 * @typedef {import("../model/work.js").Case} Case
 * @typedef {import("../model/work.js").Work} Work
 */

import { gwsNumber } from "../../model/call.js";
import { listOf, record, text } from "../model/options.js";

/** GWS's word -> Workspace's. RINGING, TALKING, IDLE are documented or traced, the others ours. @type {Record<string, string>} */
const STATES = { Ringing: "RINGING", Dialing: "DIALING", Established: "TALKING", Held: "HELD", Released: "IDLE" };
/** @type {Record<string, string>} */
const TYPES = { Internal: "INTERNAL", Inbound: "INBOUND", Outbound: "OUTBOUND", Consult: "CONSULT" };
/** @type {Record<string, string>} */
const RECORDING = { Recording: "RECORDING", Paused: "PAUSED" };

/** Which keys of attached data a list like `service-client-api.user-data.read-allowed` names; `*` stands for any text. */
export class AllowedKeys {
  /** @param {string} option */
  constructor(option) {
    this.patterns = listOf(option).map((key) => new RegExp(`^${key.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*")}$`));
  }

  /** @param {string} key */
  has(key) {
    return this.patterns.some((pattern) => pattern.test(key));
  }

  /** @param {Record<string, unknown>} userData @returns {Record<string, unknown>} */
  of(userData) {
    return Object.fromEntries(Object.entries(userData).filter(([key]) => this.has(key)));
  }
}

/** @param {Work} work @param {Case} one @param {AllowedKeys} readable @returns {Record<string, unknown>} */
export function interactionOf(work, one, readable) {
  const { call } = one;
  const over = "ended" in one;
  const caseId = work.caseOf(call.id);
  const parent = call.parent ? work.find(call.parent)?.number : undefined;
  return {
    interactionId: one.number,
    interactionUUID: call.id,
    ...(parent && { parentInteractionId: parent }),
    caseId: text(call.userData.IW_CaseUid) || caseId,
    media: "voice",
    userData: readable.of(call.userData),
    state: over ? "IDLE" : (STATES[call.state] ?? call.state.toUpperCase()),
    previousState: over ? (STATES[call.state] ?? "") : (STATES[one.before] ?? ""),
    parties: parties(one),
    isConsultation: call.consult,
    isMainCaseInteraction: !call.consult,
    isCaseSelected: work.selected === caseId,
    isCaseExpanded: work.selected === caseId,
    startDate: Math.round(one.started),
    ...voice(one),
  };
}

/** @param {Case} one */
function voice({ call, direction }) {
  return {
    callUuid: call.id,
    direction: direction === "in" ? "IN" : "OUT",
    callType: TYPES[call.callType] ?? "UNKNOWN",
    ani: call.ani,
    dnis: call.dnis,
    recordingState: RECORDING[call.recording] ?? "STOPPED",
  };
}

/** A colleague is known by what their Workspace attached to the call. @param {Case} one */
function parties({ call, direction }) {
  const numbers = call.numbers.length ? call.numbers : [gwsNumber(call, direction)].filter(Boolean);
  return numbers.map((number) => {
    const party = record(call.userData[`WWE_PARTY_${number}`]);
    const name = [text(party.firstname), text(party.lastname)].filter(Boolean).join(" ");
    const known = { username: text(party.username), firstname: text(party.firstname), lastname: text(party.lastname), path: text(party.path) };
    const isAgent = known.username !== "" || call.callType === "Internal";
    return { name: name || number, identifier: number, phoneNumber: number, type: isAgent ? "AGENT" : "CUSTOMER", ...known };
  });
}

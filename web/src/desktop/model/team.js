/**
 * The team communicator: who or what a call can go to, found at GWS (`GET /contacts`) or typed as a number, and what can be done with
 * it now.
 *
 * @typedef {"User" | "Queue" | "AgentGroup" | "Number"} Kind
 * @typedef {{ id: string, kind: Kind, name: string, number: string, detail: string, state: string, available: boolean | null }} Contact
 * `available` is null where nothing is known of it
 * @typedef {"dial" | "transfer-directly" | "transfer-consult" | "conference-consult" | "conference-directly"} Purpose
 */

import { dialable } from "../../model/wishes.js";
import { CallOperation } from "../../model/vocabulary.js";
import { record, text } from "./options.js";

/** What GWS is asked for. @param {string} words @param {number} limit */
export function searchPath(words, limit = 30) {
  const parameters = words.trim().split(/[\s,]+/).filter(Boolean).map((word) => `*${word.replaceAll("*", "")}*`);
  const filter = parameters.length ? `&filterName=NamesOrPhoneNumberMatches&filterParameters=${parameters.map(encodeURIComponent).join(",")}` : "";
  return `/contacts?fields=*&limit=${limit}${filter}`;
}

/** @param {unknown} reply @param {string} ownNumber is left out @returns {Contact[]} */
export function readContacts(reply, ownNumber) {
  const contacts = record(reply).contacts;
  return (Array.isArray(contacts) ? contacts : []).map(readContact).filter((one) => one.name && one.number !== ownNumber);
}

/** @param {unknown} value @returns {Contact} */
function readContact(value) {
  const one = record(value);
  const numbers = Array.isArray(one.phoneNumbers) ? one.phoneNumbers : [];
  const kind = one.type === "Queue" || one.type === "AgentGroup" ? one.type : "User";
  const person = [text(one.firstName), text(one.lastName)].filter(Boolean).join(" ");
  const groups = Array.isArray(one.groups) ? one.groups.map(String).join(", ") : "";
  const presence = readPresence(one.availability, kind);
  return { id: text(one.id), kind, name: person || text(one.name), number: text(record(numbers[0]).phoneNumber), detail: groups, ...presence };
}

/** @param {unknown} availability @param {Kind} kind */
function readPresence(availability, kind) {
  if (kind !== "User") return { state: "", available: null };
  const channels = record(availability).channels;
  const voice = record(Array.isArray(channels) ? channels[0] : undefined);
  const state = record(voice.userState);
  if (!Object.keys(voice).length) return { state: "Offline", available: false };
  const label = voice.userActivity === "OnCall" ? "On a call" : text(state.displayName) || text(state.state);
  return { state: label, available: voice.available === true };
}

/** What was typed, when it can be dialled. @param {string} words @returns {Contact[]} */
export function typedNumber(words) {
  const number = dialable(words);
  return number ? [{ id: `number ${number}`, kind: "Number", name: number, number, detail: "Number", state: "", available: null }] : [];
}

/** @type {[Purpose, string, string][]} [purpose, capability that it needs, label] */
const PURPOSES = [
  ["transfer-directly", CallOperation.SINGLE_STEP_TRANSFER, "Transfer now"],
  ["transfer-consult", CallOperation.INITIATE_TRANSFER, "Consult"],
  ["conference-directly", CallOperation.SINGLE_STEP_CONFERENCE, "Conference now"],
  ["conference-consult", CallOperation.INITIATE_CONFERENCE, "Consult for conference"],
];

/** The option without which a purpose is not offered. @type {Record<string, string>} */
const NEEDS = { dial: "voice.can-make-call", "transfer-directly": "voice.can-one-step-transfer", "conference-directly": "voice.can-one-step-conference" };

/**
 * What can be done with somebody found: with the call that is selected, else a new call.
 * @param {import("./work.js").Case | undefined} one @param {import("./options.js").Options} options
 * @returns {{ purpose: Purpose, label: string }[]}
 */
export function purposesOf(one, options) {
  const capabilities = one?.call.capabilities ?? [];
  const joining = PURPOSES.filter(([, capability]) => capabilities.includes(capability)).map(([purpose, , label]) => ({ purpose, label }));
  /** @type {{ purpose: Purpose, label: string }[]} */
  const all = [...joining, { purpose: "dial", label: "Call" }];
  return all.filter(({ purpose }) => !NEEDS[purpose] || options.isOn(NEEDS[purpose], true));
}

/** The operation of GWS for a purpose, "" for a new call. @param {string} purpose */
export function operationOf(purpose) {
  return PURPOSES.find(([name]) => name === purpose)?.[1] ?? "";
}

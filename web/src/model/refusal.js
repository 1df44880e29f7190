/** A request that GWS refused, in the words of the button that was pressed. */

import { AgentOperation, CallOperation } from "./vocabulary.js";

const TRANSFER = "Transfer";
const CONFERENCE = "Conference";
const DATA = "Attached data";

/** @type {Record<string, string>} */
const BUTTON = {
  [CallOperation.HANGUP]: "Hang up",
  [CallOperation.SWAP_CALLS]: "Swap",
  [CallOperation.INITIATE_TRANSFER]: TRANSFER,
  [CallOperation.SINGLE_STEP_TRANSFER]: TRANSFER,
  [CallOperation.COMPLETE_TRANSFER]: TRANSFER,
  [CallOperation.INITIATE_CONFERENCE]: CONFERENCE,
  [CallOperation.SINGLE_STEP_CONFERENCE]: CONFERENCE,
  [CallOperation.COMPLETE_CONFERENCE]: CONFERENCE,
  [CallOperation.ATTACH_USER_DATA]: DATA,
  [CallOperation.UPDATE_USER_DATA]: DATA,
  [CallOperation.DELETE_USER_DATA_PAIR]: DATA,
  [AgentOperation.NOT_READY]: "Not ready",
  [AgentOperation.AFTER_CALL_WORK]: "After call work",
};
/** What goes to a number that was typed. @type {string[]} */
const TO_A_NUMBER = [CallOperation.INITIATE_TRANSFER, CallOperation.SINGLE_STEP_TRANSFER, CallOperation.INITIATE_CONFERENCE, CallOperation.SINGLE_STEP_CONFERENCE];

/** @param {string} operation @param {string} reason @returns {[string, string]} what happened, what to do */
export function refusal(operation, reason) {
  return [`${BUTTON[operation] ?? operation}: ${reason}`, TO_A_NUMBER.includes(operation) ? "Check the number, then try again." : "Try again."];
}

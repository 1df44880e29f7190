/**
 * What the agent is told: what happened, and what to do about it. Information goes away by itself, an error stays until it is
 * dismissed or ten newer messages came.
 *
 * @typedef {{ id: number, kind: "error" | "info", text: string, help: string, until: number | null }} Message
 */

export const INFO_FOR = 8000;
const KEEP = 10;

/** SIP status -> what happened, what to do. @type {Record<number, [string, string]>} */
const STATUS = {
  401: ["The phone's password was not accepted.", "Check DN and password, then connect again."],
  403: ["The call was not allowed.", "Ask your administrator whether this DN may dial this number."],
  404: ["This number does not exist.", "Check the number and dial again."],
  408: ["The other side did not answer in time.", "Try again in a moment."],
  410: ["This number is no longer in service.", "Check the number and dial again."],
  480: ["The other side is not available.", "Try again later."],
  484: ["The number is incomplete.", "Check the number and dial again."],
  486: ["The other side is busy.", "Try again later."],
  488: ["The two phones found no common audio format.", "Tell your administrator."],
  500: ["The phone system had an error.", "Try again; if it stays, tell your administrator."],
  502: ["The phone system is not reachable.", "Try again; if it stays, tell your administrator."],
  503: ["The phone system is not available.", "Try again in a moment."],
  504: ["The phone system did not answer in time.", "Try again in a moment."],
  600: ["The other side is busy.", "Try again later."],
  603: ["The other side declined.", "Try again later."],
};

/**
 * What a SIP status means to an agent.
 * @param {number} status
 * @param {string} cause JsSIP's word, used when the status says nothing
 * @returns {[string, string]}
 */
export function explain(status, cause) {
  return STATUS[status] ?? [`The call failed: ${cause || status}.`, "Try again; if it stays, tell your administrator."];
}

/** @param {number} milliseconds @returns {string} m:ss, or h:mm:ss */
export function clock(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const two = (/** @type {number} */ value) => String(value).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${two(minutes)}:${two(seconds % 60)}`;
}

export class Messages {
  constructor() {
    /** Newest first. @type {Message[]} */
    this.list = [];
    this.last = 0;
  }

  /**
   * @param {"error" | "info"} kind
   * @param {string} text
   * @param {string} help
   * @param {number} now
   */
  tell(kind, text, help, now) {
    this.list = this.list.filter((message) => message.text !== text);
    this.last += 1;
    this.list.unshift({ id: this.last, kind, text, help, until: kind === "info" ? now + INFO_FOR : null });
    this.list.length = Math.min(this.list.length, KEEP);
  }

  /** @param {number} id */
  dismiss(id) {
    this.list = this.list.filter((message) => message.id !== id);
  }

  /** An error that is no longer true goes. @param {string} text */
  withdraw(text) {
    this.list = this.list.filter((message) => message.text !== text);
  }

  /** All that begin so. @param {string} text */
  withdrawLike(text) {
    this.list = this.list.filter((message) => !message.text.startsWith(text));
  }

  /** @param {number} now */
  expire(now) {
    this.list = this.list.filter((message) => message.until === null || message.until > now);
  }

  /** @returns {number | null} */
  get deadline() {
    const times = this.list.map((message) => message.until).filter((until) => until !== null);
    return times.length ? Math.min(...times) : null;
  }
}

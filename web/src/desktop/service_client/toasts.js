/**
 * Toasts that pages ask for by `system.popupToast`: words only, in the desktop's own looks. Each belongs to the page that asked.
 *
 * @typedef {{ id: string, client: string, title: string, text: string, rows: [string, string][], buttons: string[], until: number | null }} Toast
 */

import { record, text } from "../model/options.js";

const MOST = 5;
const MOST_ROWS = 8;
const LONGEST = 300;

export class Toasts {
  constructor() {
    /** @type {Map<string, Toast>} */
    this.all = new Map();
    this.last = 0;
    this.now = 0;
  }

  /** @param {string} client @param {unknown} parameters @returns {string} its id, "" when there are too many */
  open(client, parameters) {
    if (this.all.size >= MOST) return "";
    const id = String((this.last += 1));
    this.all.set(id, { id, client, ...this.read(parameters) });
    return id;
  }

  /** @param {string} client @param {string} id @param {unknown} parameters */
  update(client, id, parameters) {
    const known = this.all.get(id);
    if (known?.client !== client) return false;
    this.all.set(id, { id, client, ...this.read(parameters) });
    return true;
  }

  /** @param {string} client @param {string} id */
  close(client, id) {
    return this.all.get(id)?.client === client && this.all.delete(id);
  }

  /** The agent closes it. @param {string} id */
  dismiss(id) {
    this.all.delete(id);
  }

  /** @param {number} now @returns {boolean} whether one has gone */
  expire(now) {
    this.now = now;
    const old = [...this.all.values()].filter(({ until }) => until !== null && until <= now);
    for (const { id } of old) this.all.delete(id);
    return old.length > 0;
  }

  /** @private @param {unknown} parameters */
  read(parameters) {
    const said = record(parameters);
    const words = (/** @type {unknown} */ value) => String(value ?? "").slice(0, LONGEST);
    const pairs = Object.entries(record(said.keyValues ?? said.data)).slice(0, MOST_ROWS);
    const buttons = Array.isArray(said.buttons) ? said.buttons.slice(0, 3).map((one) => words(text(one) || record(one).label)) : [];
    const seconds = Number(said.timeout ?? said.autoCloseTimeout);
    return {
      title: words(said.title) || "Message",
      text: words(typeof parameters === "string" ? parameters : (said.message ?? said.text)),
      rows: /** @type {[string, string][]} */ (pairs.map(([key, value]) => [words(key), words(value)])),
      buttons: buttons.filter(Boolean),
      until: seconds > 0 ? this.now + seconds * 1000 : null,
    };
  }
}

/**
 * The record of disagreements, for an engineer: what is open now, and the last ones that counted, oldest first.
 *
 * @typedef {import("./call.js").Card} Card
 * @typedef {import("./events.js").Effect} Effect
 * @typedef {{ name: string, call: string, card: string, since: number, counts: number, counted: boolean, repairs: number, by: string,
 *   until: number | null }} Disagreement
 * `since`, `until` in milliseconds of the page's clock; `by`: the repair that was carried out last, "" for none.
 */

const KEEP = 50;

export class DisagreementRecord {
  constructor() {
    /** @type {Disagreement[]} */
    this.now = [];
    /** Those that counted. @type {Disagreement[]} */
    this.counted = [];
    /** How many counted since the page was loaded. */
    this.total = 0;
    /** What the desk is to be told. @type {Effect[]} */
    this.untold = [];
  }

  /** The one of this name about this card, begun now unless it is open; counted when its time has come. @param {Card} card @param {string} name @param {number} counts @param {number} now */
  open(card, name, counts, now) {
    let found = this.now.find((one) => one.card === card.id && one.name === name);
    if (!found) {
      found = { name, call: card.uuid, card: card.id, since: now, counts, counted: false, repairs: 0, by: "", until: null };
      this.now.push(found);
    }
    found.call = card.uuid || found.call;
    if (!found.counted && now - found.since >= counts) this.count(found);
    return found;
  }

  /** What was found and mended in one step. @param {string} name @param {string} call @param {string} by @param {number} now */
  note(name, call, by, now) {
    const found = { name, call, card: "", since: now, counts: 0, counted: false, repairs: 0, by, until: now };
    this.count(found);
  }

  /** Whatever is open and not among these is over. @param {Set<Disagreement>} still @param {number} now @returns {Effect[]} what the desk is told */
  close(still, now) {
    for (const one of this.now) {
      if (still.has(one)) continue;
      one.until = now;
      if (one.counted) this.tell(one);
    }
    this.now = this.now.filter((one) => still.has(one));
    return this.untold.splice(0);
  }

  /** The one about this card that counts. @param {Card} card */
  of(card) {
    return this.now.find((one) => one.counted && one.card === card.id);
  }

  /** @private @param {Disagreement} found */
  count(found) {
    found.counted = true;
    this.total += 1;
    this.counted.push(found);
    this.counted.splice(0, this.counted.length - KEEP);
    this.tell(found);
  }

  /** @private @param {Disagreement} found */
  tell({ name, call, by, since, until }) {
    this.untold.push({ do: "disagreement/tell", name, call, by, milliseconds: until === null ? null : Math.round(until - since) });
  }
}

// What the page has seen since it was opened, for the small curves of the overview.

/** As many figures as ten minutes have. */
const MOST = 300;

export class History {
  constructor() {
    /** @type {Record<string, number[]>} */
    this.lines = {};
  }

  /** @param {Record<string, number>} figures */
  note(figures) {
    for (const [name, value] of Object.entries(figures)) {
      const kept = (this.lines[name] ??= []);
      kept.push(value);
      if (kept.length > MOST) kept.shift();
    }
  }

  /** @param {string} name */
  of(name) {
    return this.lines[name] ?? [];
  }
}

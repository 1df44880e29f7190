/** The page's clock: one monotonic time for the model, and one timer for the model's next deadline. */
export class Clock {
  constructor() {
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /** Milliseconds; only differences mean something. */
  now() {
    return performance.now();
  }

  /**
   * Call back when `deadline` has come; replaces what was asked for before.
   * @param {number | null} deadline
   * @param {() => void} callback
   */
  at(deadline, callback) {
    clearTimeout(this.timer);
    if (deadline !== null) this.timer = setTimeout(callback, Math.max(0, deadline - this.now()));
  }

  /**
   * @param {number} milliseconds
   * @param {() => void} callback
   * @returns {() => void} takes it back
   */
  after(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  }
}

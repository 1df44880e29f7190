// Windows that only remember what is posted to them, and a clock whose time comes when the test says so.

export class FakeWindow {
  /** @param {string} [origin] where it really is; what is meant for another origin does not arrive */
  constructor(origin = "https://crm.example") {
    this.origin = origin;
    this.closed = false;
    /** @type {any[]} */
    this.received = [];
    /** What it does with a message. @type {(message: any) => void} */
    this.onmessage = () => {};
  }

  /** @param {any} message @param {string} target */
  postMessage(message, target) {
    if (target !== "*" && target !== this.origin) return;
    const copy = structuredClone(message);
    this.received.push(copy);
    this.onmessage(copy);
  }

  /** What came since the last look. */
  took() {
    return this.received.splice(0);
  }
}

export class FakeTimers {
  constructor() {
    /** @type {Set<() => void>} */
    this.pending = new Set();
  }

  /** @param {number} _milliseconds @param {() => void} callback */
  after = (_milliseconds, callback) => {
    this.pending.add(callback);
    return () => void this.pending.delete(callback);
  };

  run() {
    for (const callback of [...this.pending]) {
      this.pending.delete(callback);
      callback();
    }
  }
}

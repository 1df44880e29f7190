/**
 * How often one origin may ask: `service-client-api.rate-limit` requests a second (0: any number) for every service together, and
 * `service-client-api.rate-limit.<service>` for one, `voice` or `voice.dial`. Who asks more often is in quarantine for
 * `service-client-api.rate-limit-quarantine-delay` seconds: everything of that limit is refused.
 */

const WINDOW = 1000;
const LIMIT = "service-client-api.rate-limit";

export class RateLimits {
  /** @param {import("../model/options.js").Options} options */
  constructor(options) {
    this.quarantine = options.number(`${LIMIT}-quarantine-delay`, 30) * 1000;
    /** Name of the service, "" for all -> requests a second. @type {Map<string, number>} */
    this.limits = new Map([["", options.number(LIMIT, 0)]]);
    for (const service of Object.keys(options.below(`${LIMIT}.`))) this.limits.set(service, options.number(`${LIMIT}.${service}`, 0));
    /** When requests came, and until when none is taken. @type {Map<string, { times: number[], until: number }>} */
    this.counts = new Map();
  }

  /**
   * Take note of a request.
   * @param {string} origin @param {string} method @param {number} now milliseconds
   * @returns {number} 0 when it may go on, else the milliseconds that the quarantine still lasts
   */
  take(origin, method, now) {
    const services = ["", method.split(".")[0], method];
    return Math.max(...services.map((service) => this.count(`${origin} ${service}`, this.limits.get(service) ?? 0, now)));
  }

  /** @private @param {string} key @param {number} limit @param {number} now */
  count(key, limit, now) {
    if (limit <= 0) return 0;
    const count = this.counts.get(key) ?? { times: [], until: 0 };
    this.counts.set(key, count);
    if (now < count.until) return count.until - now;
    count.times = count.times.filter((time) => time > now - WINDOW);
    if (count.times.length >= limit) {
      count.until = now + this.quarantine;
      count.times = [];
      return Math.max(this.quarantine, 1);
    }
    count.times.push(now);
    return 0;
  }
}

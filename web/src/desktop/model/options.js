/**
 * Workspace's options, as GWS gives them: sections of names and texts. The section `interaction-workspace` is Workspace's own, a web
 * content has one of its own.
 */

export const SECTION = "interaction-workspace";

/** @param {unknown} value @returns {Record<string, unknown>} */
export const record = (value) => (typeof value === "object" && value !== null && !Array.isArray(value) ? /** @type {Record<string, unknown>} */ (value) : {});

/** @param {unknown} value */
export const text = (value) => (typeof value === "string" ? value : "");

/** @param {string} value */
export const listOf = (value) => value.split(",").map((one) => one.trim()).filter(Boolean);

/**
 * GWS lists the sections, each with a list of names and values.
 * @param {unknown} listed
 * @returns {Record<string, Record<string, unknown>>}
 */
export function readSections(listed) {
  const pairs = (/** @type {unknown} */ options) => list(options).map((one) => [text(one.name), one.value]);
  return Object.fromEntries(list(listed).map((section) => [text(section.name), Object.fromEntries(pairs(section.settings))]));
}

/** @param {unknown} value */
const list = (value) => (Array.isArray(value) ? value.map(record) : []);

export class Options {
  /** @param {unknown} [settings] sections of names and values */
  constructor(settings) {
    this.sections = record(settings);
  }

  /** @param {string} name */
  has(name) {
    return Object.hasOwn(record(this.sections[SECTION]), name);
  }

  /** @param {string} name @param {string} [otherwise] */
  get(name, otherwise = "") {
    const value = record(this.sections[SECTION])[name];
    return value === undefined || value === null ? otherwise : String(value);
  }

  /** @param {string} name @param {boolean} [otherwise] */
  isOn(name, otherwise = false) {
    return this.has(name) ? this.get(name).toLowerCase() === "true" : otherwise;
  }

  /** @param {string} name */
  list(name) {
    return listOf(this.get(name));
  }

  /** A number that is not negative. @param {string} name @param {number} otherwise */
  number(name, otherwise) {
    const value = this.has(name) && this.get(name).trim() !== "" ? Number(this.get(name)) : NaN;
    return Number.isFinite(value) && value >= 0 ? value : otherwise;
  }

  /** Another section, as texts. @param {string} name @returns {Record<string, string>} */
  section(name) {
    return Object.fromEntries(Object.entries(record(this.sections[name])).map(([option, value]) => [option, String(value ?? "")]));
  }

  /** The options of Workspace's section that begin so, without that beginning. @param {string} prefix @returns {Record<string, string>} */
  below(prefix) {
    const own = Object.entries(this.section(SECTION)).filter(([name]) => name.startsWith(prefix));
    return Object.fromEntries(own.map(([name, value]) => [name.slice(prefix.length), value]));
  }
}

// Figures as people read them.

/** How a mean opinion score sounds (ITU-T G.107 annex B: users satisfied, some dissatisfied, many dissatisfied). @param {number | null} mos */
export function grade(mos) {
  if (!mos) return "";
  if (mos >= 4) return "good";
  return mos >= 3.6 ? "fair" : "poor";
}

/** @param {number | null} mos */
export const opinion = (mos) => (mos ? mos.toFixed(1) : "–");

/** @param {number | null} fraction */
export function percent(fraction) {
  if (fraction === null) return "–";
  return fraction > 0 && fraction < 0.001 ? "< 0.1 %" : `${(fraction * 100).toFixed(fraction < 0.1 ? 1 : 0)} %`;
}

/** @param {number | null} seconds */
export const milliseconds = (seconds) => (seconds === null || seconds === 0 ? "–" : `${Math.round(seconds * 1000)} ms`);

/** A time span in its two largest units. @param {number} seconds */
export function span(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [days, hours, minutes] = [Math.floor(whole / 86400), Math.floor(whole / 3600) % 24, Math.floor(whole / 60) % 60];
  if (days) return `${days} d ${hours} h`;
  if (hours) return `${hours} h ${minutes} min`;
  return minutes ? `${minutes} min ${whole % 60} s` : `${whole} s`;
}

/** @param {number} number @param {string} one @param {string} [many] */
export const counted = (number, one, many = `${one}s`) => `${grouped(number)} ${number === 1 ? one : many}`;

/** 12345 as 12 345. @param {number} number */
export const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, "\u202f");

/** The points of a line through `values`, for an SVG of this size. @param {number[]} values @param {number} width @param {number} height */
export function line(values, width, height) {
  if (values.length < 2) return "";
  const top = Math.max(1, ...values);
  return values.map((value, index) => `${((index * width) / (values.length - 1)).toFixed(1)},${(height - 2 - (value / top) * (height - 4)).toFixed(1)}`).join(" ");
}

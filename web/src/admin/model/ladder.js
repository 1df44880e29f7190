// A trace as a ladder: who takes part, and each thing that was said as a step between two of them, on one clock.

/** @typedef {import("./types.js").Trace} Trace */
/** @typedef {import("./types.js").Entry} Entry */
/** @typedef {{ index: number, from: number, to: number, after: number, pause: number, plane: string, title: string, kind: string, entry: Entry }} Step */

/** From the agent's side to the customer's. */
const ORDER = ["Workspace", "GWS", "page", "gateway", "media", "SIP Server"];
export const PLANES = /** @type {Record<string, string>} */ ({ sip: "SIP", media: "Media", cometd: "CometD", rest: "REST", call: "Gateway" });
/** Seconds without a word that the ladder shows as a pause. */
const PAUSE = 1;

/** The parties of a trace in their places. @param {Entry[]} entries */
export function parties(entries) {
  const found = new Set(entries.flatMap(({ source, target }) => [source, target]).filter(Boolean));
  const known = ORDER.filter((name) => found.has(name));
  return [...known, ...[...found].filter((name) => !ORDER.includes(name)).sort()];
}

/** The steps of a ladder, without the planes that are hidden. @param {Entry[]} entries @param {Set<string>} hidden @returns {Step[]} */
export function steps(entries, hidden) {
  const places = parties(entries);
  const begun = entries[0]?.at ?? 0;
  /** @type {Step[]} */
  const made = [];
  entries.forEach((entry, index) => {
    if (hidden.has(entry.plane)) return;
    const from = Math.max(0, places.indexOf(entry.source));
    const to = entry.target ? Math.max(0, places.indexOf(entry.target)) : from;
    const before = made.at(-1)?.entry.at ?? entry.at;
    const gap = entry.at - before;
    made.push({ index, from, to, after: entry.at - begun, pause: gap >= PAUSE ? gap : 0, plane: entry.plane, title: entry.title, kind: kind(entry), entry });
  });
  return made;
}

/** How a step looks: a refusal stands out, what is provisional steps back. @param {Entry} entry */
export function kind({ plane, title }) {
  const status = plane === "sip" || plane === "rest" ? Number(/^(?:SIP\/2\.0|HTTP\/\d(?:\.\d)?)?\s*([1-6]\d\d)\b/.exec(title)?.[1] ?? 0) : 0;
  if (status >= 400 || /\b(broken|failed|lost|refused)\b/i.test(plane === "sip" ? "" : title)) return "wrong";
  return status >= 100 && status < 200 ? "provisional" : "";
}

/** Short enough for an arrow: without the protocol, without what only the detail needs. @param {string} title @param {string} plane */
export function label(title, plane) {
  if (plane === "cometd") return events(title);
  if (plane !== "sip") return title;
  return title.replace(/^([A-Z]+) sips?:([^\s;@,]+)(?:@[^\s;,]+)?(?:;[^\s,]*)?/, "$1 $2");
}

/** What GWS's events say, without what they all say, and each once. @param {string} title */
function events(title) {
  const all = title.split("; ").map((each) => each.replace(/Message\b|\bStatusChange\b/g, "").replace(/\s+/g, " ").trim());
  return all.filter((each, index) => each && all.indexOf(each) === index && !all.some((other) => other.endsWith(` ${each}`))).join(", ");
}

/** Time after the beginning: milliseconds matter while they are few. @param {number} seconds */
export const after = (seconds) => `+${seconds.toFixed(3)}`;

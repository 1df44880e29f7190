/**
 * The gateway's words to the page: JSON bodies of type `application/vnd.cordboard+json`, by INFO in a call, by MESSAGE outside;
 * and the page's own.
 *
 * @typedef {{ word: "answer" | "hold" | "retrieve" } | { word: "call", uuid: string }
 *   | { word: "transferred", number: string } | { word: "ping", id: string }
 *   | { word: "taken over" } | { word: "draining" } | { word: "drained" } | { word: "unknown" }
 *   | { word: "mute", microphone?: boolean, speaker?: boolean } | { word: "volume", microphone?: number, speaker?: number }
 *   | { word: "options", autoAnswer?: boolean, notReadyWithoutHeadset?: boolean, noiseSuppression?: boolean, autoGainControl?: boolean }
 *   | { word: "register" | "unregister" | "sign out" }} Word
 */

export const WORDS_TYPE = "application/vnd.cordboard+json";

/** @type {ReadonlySet<unknown>} */
const ORDERS = new Set(["answer", "hold", "retrieve", "register", "unregister", "sign out"]);

/** Words that carry values: which, and what makes one good. @type {Record<string, [string[], (value: unknown) => boolean]>} */
const VALUES = {
  mute: [["microphone", "speaker"], (value) => typeof value === "boolean"],
  volume: [["microphone", "speaker"], (value) => typeof value === "number" && value >= 0 && value <= 100],
  options: [["autoAnswer", "notReadyWithoutHeadset", "noiseSuppression", "autoGainControl"], (value) => typeof value === "boolean"],
};

/**
 * @param {string | null | undefined} contentType
 * @param {string | null | undefined} body
 * @returns {Word}
 */
export function readWord(contentType, body) {
  if (!contentType?.toLowerCase().startsWith(WORDS_TYPE)) return { word: "unknown" };
  const said = parse(body ?? "");
  if (ORDERS.has(said.do)) return /** @type {Word} */ ({ word: said.do });
  if (said.do === "ping" && typeof said.id === "string") return { word: "ping", id: said.id };
  const values = Object.hasOwn(VALUES, String(said.do)) ? VALUES[String(said.do)] : null;
  if (values) {
    const [names, good] = values;
    const known = names.filter((name) => good(said[name])).map((name) => [name, said[name]]);
    return /** @type {Word} */ ({ word: said.do, ...Object.fromEntries(known) });
  }
  if (said["taken over"] === true) return { word: "taken over" };
  if (typeof said.draining === "boolean") return { word: said.draining ? "draining" : "drained" };
  const { uuid, transferred } = said.call && typeof said.call === "object" ? /** @type {any} */ (said.call) : {};
  if (typeof transferred === "string" && transferred) return { word: "transferred", number: transferred };
  return typeof uuid === "string" && uuid ? { word: "call", uuid } : { word: "unknown" };
}

/** What the response to a ping says, for a 200 to a MESSAGE has no body (RFC 3428 section 7). @param {string} microphone */
export const pingReply = (microphone) => `X-Cordboard-Microphone: ${microphone}`;

/** What the page says by itself when the microphone goes or comes back. @param {string} state */
export const microphoneWord = (state) => JSON.stringify({ is: "microphone", state });

/** What the page says of its microphone and speaker. @param {import("../model/audio.js").AudioState} audio */
export const audioWord = (audio) => JSON.stringify({ audio });

/** What the page says in a call to learn whether it is still there. */
export const ASK_AFTER = JSON.stringify({ is: "up" });

/** @param {string} body @returns {Record<string, unknown>} */
function parse(body) {
  try {
    const said = JSON.parse(body);
    return said && typeof said === "object" ? said : {};
  } catch {
    return {};
  }
}

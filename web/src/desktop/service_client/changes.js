/**
 * What has changed since the last look, as events of the Service Client API: interactions that came, changed or went, the agent's state,
 * interactions that were marked done. The names under `eventType` are ours: no document that we could read lists Genesys's.
 *
 * @typedef {{ event: string, data: Record<string, unknown> }} Change
 */

export class Changes {
  constructor() {
    /** Interactions by id, and their JSON. @type {Map<string, { interaction: Record<string, any>, json: string }>} */
    this.known = new Map();
    this.state = "";
  }

  /** @param {import("./server.js").ServiceClient} service @returns {Change[]} */
  look(service) {
    const now = new Map(service.interactions().map((one) => [String(one.interactionId), { interaction: one, json: JSON.stringify(one) }]));
    const before = this.known;
    this.known = now;
    const came = [...now].flatMap(([id, { interaction, json }]) => changeOf(before.get(id), interaction, json));
    const gone = [...before].filter(([id]) => !now.has(id)).flatMap(([, { interaction }]) => goneEvents(interaction));
    return [...gone, ...came, ...this.agent(service)];
  }

  /** @private @param {import("./server.js").ServiceClient} service @returns {Change[]} */
  agent(service) {
    const state = service.state();
    const json = JSON.stringify(state);
    if (json === this.state) return [];
    this.state = json;
    const first = { event: "agent", data: { eventType: "STATE_CHANGED", agent: service.agent(), state } };
    return [first, { event: "media", data: { eventType: "STATE_CHANGED", media: service.voiceMedia() } }];
  }
}

/** @param {{ interaction: Record<string, any>, json: string } | undefined} before @param {Record<string, any>} interaction @param {string} json @returns {Change[]} */
function changeOf(before, interaction, json) {
  if (before?.json === json) return [];
  const said = (/** @type {string} */ eventType) => [{ event: "interaction", data: { eventType, media: "voice", interaction } }];
  if (!before) return said("ADDED");
  const was = before.interaction;
  if (was.state !== interaction.state) return said("STATE_CHANGED");
  if (JSON.stringify(was.userData) !== JSON.stringify(interaction.userData)) return said("ATTACHED_DATA_CHANGED");
  return said("PROPERTIES_CHANGED");
}

/** @param {Record<string, any>} interaction @returns {Change[]} */
function goneEvents(interaction) {
  const data = { media: "voice", interaction: { ...interaction, previousState: interaction.state, state: "IDLE" } };
  const removed = { event: "interaction", data: { eventType: "REMOVED", ...data } };
  return interaction.state === "IDLE" ? [{ event: "markdone", data: { eventType: "MARKED_DONE", ...data } }, removed] : [removed];
}

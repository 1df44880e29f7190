/**
 * The two lights of the phone: is this plane connected? One table serves both planes.
 *
 * `off`: nobody asked for it. `connecting`: on the way, also after a connection was lost. `on`: registered at the gateway, or
 * subscribed at GWS with the state read. `failed`: it was refused and needs the agent.
 *
 * @typedef {import("./events.js").Light} Light
 * @typedef {"connecting" | "on" | "lost" | "failed" | "off"} LightEvent
 */

/** @type {Record<Light, Partial<Record<LightEvent, Light>>>} */
export const LIGHT_TABLE = {
  off: { connecting: "connecting", on: "on", failed: "failed" },
  connecting: { on: "on", failed: "failed", off: "off", lost: "connecting" },
  on: { lost: "connecting", failed: "failed", off: "off", connecting: "connecting" },
  failed: { connecting: "connecting", on: "on", off: "off" },
};

/**
 * The light after an event; an event without a cell changes nothing.
 * @param {Light} light
 * @param {LightEvent} event
 * @returns {Light}
 */
export function nextLight(light, event) {
  return LIGHT_TABLE[light][event] ?? light;
}

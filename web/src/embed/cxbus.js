/**
 * The phone on the bus of Genesys Widgets: plugin `Cordboard` with the commands dial, answer, hold, retrieve, hangUp, mute, digits, state
 * and the events ready, call, state, lights. Options of a command are those of the message of that name: `{number: "5002"}`.
 *
 * @typedef {{ data?: Record<string, any>, deferred: { resolve: (result: unknown) => void, reject: (why: unknown) => void } }} Command
 * @typedef {{ registerCommand: (name: string, act: (command: Command) => void) => void, publish: (event: string, data: unknown) => void,
 *   republish: (event: string, data?: unknown) => void, ready: () => void }} Plugin
 * @typedef {{ registerPlugin: (name: string) => Plugin }} Bus
 * @typedef {import("./cordboard").CordboardPhone} CordboardPhone
 */

export const PLUGIN = "Cordboard";

/** @type {Record<string, (phone: CordboardPhone, options: Record<string, any>) => Promise<unknown>>} */
const COMMANDS = {
  dial: (phone, { number }) => phone.dial(number),
  answer: (phone, { call }) => phone.answer(call),
  hold: (phone, { call }) => phone.hold(call),
  retrieve: (phone, { call }) => phone.retrieve(call),
  hangUp: (phone, { call }) => phone.hangUp(call),
  mute: (phone, { muted, call }) => phone.mute(muted, call),
  digits: (phone, { digits, call }) => phone.digits(digits, call),
  state: (phone) => phone.state(),
};

/** The function that Genesys Widgets calls with its bus. @param {CordboardPhone} phone @returns {(jquery: unknown, bus: unknown) => void} */
export function extensionOf(phone) {
  return (_jquery, bus) => {
    const plugin = /** @type {Bus} */ (bus).registerPlugin(PLUGIN);
    for (const [name, act] of Object.entries(COMMANDS)) {
      plugin.registerCommand(name, ({ data, deferred }) => {
        act(phone, data ?? {}).then(deferred.resolve, ({ code, message }) => deferred.reject({ code, text: message }));
      });
    }
    for (const event of /** @type {const} */ (["call", "state", "lights"])) phone.on(event, (data) => plugin.publish(event, data));
    void phone.ready.then((state) => plugin.republish("ready", state));
    plugin.ready();
  };
}

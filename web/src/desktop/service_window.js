/** The Service Client API in the browser: messages of windows in, answers and events out, each to the origin that asked. */

import { Changes } from "./service_client/changes.js";
import { ServiceClient } from "./service_client/server.js";

/** How many windows are known at a time; popups that were closed are forgotten. */
const MOST_WINDOWS = 64;

/** What carries a wish of a page out. @typedef {(act: import("./service_client/methods.js").Act, source: MessageEventSource) => Promise<unknown>} Perform */

export class ServiceWindow {
  /** @param {Perform} perform @param {(act: import("./service_client/methods.js").Act) => void} changed */
  constructor(perform, changed) {
    this.perform = perform;
    this.changed = changed;
    /** @type {ServiceClient | null} */
    this.service = null;
    this.changes = new Changes();
    /** @type {Map<string, MessageEventSource>} */
    this.windows = new Map();
    this.last = 0;
    window.addEventListener("message", (event) => this.hear(event));
  }

  /** A session has begun, with options of its own, or ended. @param {ServiceClient | null} service */
  serve(service) {
    this.service = service;
    this.changes = new Changes();
    if (service) this.changes.look(service);
  }

  /** Tell the pages what has changed. */
  look() {
    if (!this.service) return;
    for (const { event, data } of this.changes.look(this.service)) this.send(this.service.tell(event, data));
  }

  /** A button of a toast was pressed, or the toast closed. @param {import("./service_client/toasts.js").Toast} toast @param {string} button */
  toastPressed({ id, client }, button) {
    const outputs = this.service?.tell("system", { eventType: "TOAST_BUTTON_CLICKED", toastId: id, button }) ?? [];
    this.send(outputs.filter((output) => "to" in output && output.to === client));
  }

  /** @private @param {MessageEvent} event */
  hear({ data, source, origin }) {
    if (!source || source === window || !ServiceClient.concerns(data) || !this.service) return;
    this.send(this.service.handle(data, { client: this.nameOf(source), origin }, performance.now()));
  }

  /** @private @param {MessageEventSource} source */
  nameOf(source) {
    this.forgetClosed();
    const known = [...this.windows].find(([, each]) => each === source)?.[0];
    if (known) return known;
    const name = `window ${(this.last += 1)}`;
    this.windows.set(name, source);
    return name;
  }

  /** @private */
  forgetClosed() {
    for (const [name, source] of this.windows) {
      if (!(/** @type {Window} */ (source).closed) && this.windows.size < MOST_WINDOWS) continue;
      this.windows.delete(name);
      this.service?.forget(name);
    }
  }

  /** @private @param {import("./service_client/server.js").Output[]} outputs */
  send(outputs) {
    for (const output of outputs) {
      if ("to" in output) this.windows.get(output.to)?.postMessage(output.message, { targetOrigin: output.origin });
      else if ("ticket" in output) void this.carryOut(output.act, output.ticket, output.client);
      else this.changed(output.act);
    }
  }

  /** @private @param {import("./service_client/methods.js").Act} act @param {number} ticket @param {string} client */
  async carryOut(act, ticket, client) {
    const source = this.windows.get(client);
    const result = await (source ? this.perform(act, source) : Promise.reject(new Error("The window is gone."))).then(
      (data) => ({ data: data ?? null }),
      (error) => ({ error: String(/** @type {Error} */ (error).message) }),
    );
    this.send(this.service?.settle(ticket, result) ?? []);
  }
}

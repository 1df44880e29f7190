/**
 * The pages around this one: who embeds the phone or opened it may use it by messages; inside Workspace its Service Client API is used
 * where it lets us.
 *
 * @typedef {import("../model/events.js").PhoneEvent} PhoneEvent
 * @typedef {import("../model/view.js").View} View
 */

import { HostApi } from "../embed/host_api.js";
import { ServiceClient } from "../embed/service_client.js";
import { parentOrigin, Workspace } from "../embed/workspace.js";
import { readShortcuts } from "../model/shortcuts.js";

export class Hosts {
  /**
   * @param {{ emit: (event: PhoneEvent) => void, conductor: import("./conductor.js").Conductor,
   *   clock: import("../platform/clock.js").Clock, look: () => void }} parts `look`: who is signed in may have changed
   */
  constructor({ emit, conductor, clock, look }) {
    this.emit = emit;
    this.conductor = conductor;
    this.clock = clock;
    this.look = look;
    const seen = () => ({ phone: conductor.phone, view: conductor.view });
    this.api = new HostApi({ emit, seen, now: () => clock.now(), warn: (text) => console.warn(text) });
    /** @type {Workspace | null} */
    this.workspace = null;
    /** Whose phone it is, "" while nobody's. */
    this.dn = "";
    window.addEventListener("message", (event) => this.api.receive(event));
  }

  /** The desk has said whom to hear. @param {import("../model/configuration.js").Configuration} configuration */
  begin({ embedding, gwsUrl, shortcuts }) {
    this.api.shortcuts = readShortcuts(shortcuts);
    const inFrame = window.parent !== window;
    this.api.begin(embedding.origins, inFrame ? window.parent : window.opener);
    const around = parentOrigin(location) || gwsUrl;
    if (inFrame && around === gwsUrl) this.join(gwsUrl);
  }

  /** @param {View} view */
  update(view) {
    this.api.update();
    const dn = view.agent?.dn ?? "";
    if (dn && dn !== this.dn) void this.workspace?.start();
    this.dn = dn;
    const talking = view.cards.filter(({ state }) => state === "talking");
    if (talking.length) void this.workspace?.microphone(talking.every(({ muted }) => muted));
  }

  /** What the agent wants; dialling may be Workspace's. @param {PhoneEvent} event */
  wish(event) {
    if (!this.workspace?.dials(event, this.conductor.view)) this.emit(event);
  }

  /** Workspace answers when somebody is signed in there: it is asked with the first agent, and with each other one. @private @param {string} origin Workspace's */
  join(origin) {
    const client = new ServiceClient({ peer: window.parent, origin, after: (milliseconds, callback) => this.clock.after(milliseconds, callback) });
    window.addEventListener("message", (event) => client.receive(event));
    this.workspace = new Workspace({ client, emit: this.emit, look: this.look, note: (text) => console.info(text) });
  }
}

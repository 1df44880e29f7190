/**
 * `window.widgets.register({...})`, the call of the integration guide (option A, step 2). No Genesys product has it: it is ours, there with
 * `data-widgets` on the loader's script tag only, and it opens the phone's panel.
 *
 * @typedef {{ id: string, name?: string, url: string, width?: number, height?: number, position?: string }} Widget
 * @typedef {import("./cordboard").CordboardPhone} CordboardPhone
 */

import { sideOf } from "./place.js";

/** @param {CordboardPhone} phone @param {Partial<import("./cordboard").PanelOptions>} defaults */
export function widgetsOf(phone, defaults = {}) {
  return Object.freeze({
    /** @param {Widget} widget @returns {CordboardPhone} */
    register(widget) {
      if (typeof widget?.id !== "string" || !URL.canParse(String(widget?.url))) throw new TypeError("widgets.register needs an id and a url");
      if (new URL(widget.url).origin !== new URL(phone.url).origin) {
        throw new TypeError(`widgets.register opens the phone of ${phone.url} only: the loader came from there`);
      }
      const { name, width, height, position } = widget;
      phone.open({ ...defaults, title: name, width, height, side: sideOf(position) ?? "right" });
      return phone;
    },
  });
}

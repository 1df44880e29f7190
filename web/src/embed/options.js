/**
 * What the loader's script tag says: `<script src="https://phone.example/embed/loader.js" data-side="right" data-width="400">`.
 *
 * @typedef {import("./cordboard").PanelOptions} PanelOptions
 */

import { sideOf } from "./place.js";

/** The phone's address: the loader lies at `embed/loader.js` below it. @param {string} source */
export function phoneUrl(source) {
  const url = new URL("../", source);
  url.search = url.hash = "";
  return url.href;
}

/**
 * @param {Record<string, string | undefined>} data the attributes `data-...`
 * @returns {{ auto: boolean, widgets: boolean, into: string, panel: PanelOptions }}
 */
export function readOptions({ side, width, height, collapsed, title, sandbox, push, into, auto, widgets, shortcuts }) {
  return {
    auto: auto !== "false",
    widgets: isOn(widgets),
    into: into ?? "",
    panel: {
      side: sideOf(side) ?? undefined,
      width: width ? Number(width) : undefined,
      height: height ? Number(height) : undefined,
      collapsed: collapsed === undefined ? undefined : isOn(collapsed),
      title: title || undefined,
      sandbox: isOn(sandbox),
      push: isOn(push),
      shortcuts: isOn(shortcuts),
    },
  };
}

/** An attribute that is there, unless it says "false". @param {string | undefined} value */
function isOn(value) {
  return value !== undefined && value !== "false";
}

// The phone's keys, heard in the phone's own page or in one around it.

import { actionOf } from "../model/shortcuts.js";

/**
 * @param {import("../model/shortcuts.js").Shortcuts} shortcuts
 * @param {(action: import("../model/shortcuts.js").Action) => void} act
 */
export function hearShortcuts(shortcuts, act) {
  window.addEventListener("keydown", (event) => {
    const action = actionOf(shortcuts, event);
    if (!action) return;
    event.preventDefault();
    if (!event.repeat) act(action);
  });
}

// The phone's keys work while the focus is in the desktop, too: the phone says which they are, and what they mean now.

import { PhoneClient } from "../embed/client.js";
import { hearShortcuts } from "../embed/shortcuts.js";

/** @param {import("./panels/phone_panel.js").PhonePanel} panel @param {string} origin the phone's */
export function hearPhoneKeys(panel, origin) {
  const client = new PhoneClient({ origin, target: () => panel.frame?.contentWindow ?? null, after });
  window.addEventListener("message", (event) => client.receive(event));
  void client.ready.then(({ shortcuts }) => {
    hearShortcuts(shortcuts ?? {}, (action) => void client.ask("shortcut", { action }).catch(() => {})); // no call is there for it
  });
}

/** @param {number} milliseconds @param {() => void} callback */
function after(milliseconds, callback) {
  const timer = setTimeout(callback, milliseconds);
  return () => clearTimeout(timer);
}

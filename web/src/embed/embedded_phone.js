/**
 * `window.cordboardPhone`: the phone in this page, its frame and what can be asked of it.
 *
 * @typedef {import("./cordboard").CordboardPhone} CordboardPhone
 * @typedef {import("./cordboard").PanelOptions} PanelOptions
 */

import { PhoneClient } from "./client.js";
import { extensionOf } from "./cxbus.js";
import { Panel } from "./panel.js";
import { hearShortcuts } from "./shortcuts.js";

const SILENT_AFTER = 10_000;

/** @param {string} url of the phone, with a slash at its end @returns {CordboardPhone} */
export function embeddedPhone(url) {
  /** @type {Panel | null} */
  let panel = null;
  const client = new PhoneClient({ origin: new URL(url).origin, target: () => panel?.frame.contentWindow ?? null, after });
  window.addEventListener("message", (event) => client.receive(event));
  client.on("call", ({ state }) => state === "ringing" && panel?.collapse(false));
  const ask = client.ask.bind(client);

  let hearsKeys = false;

  /** A key that no call is there for is no error. @param {import("./cordboard").ShortcutAction} action */
  const strike = (action) => void ask("shortcut", { action }).catch(() => {});

  /** @param {PanelOptions} options */
  function open(options = {}) {
    if (panel) return panel.collapse(options.collapsed ?? false);
    if (!window.isSecureContext) console.warn("Cordboard: browsers give no microphone to pages without https.");
    panel = new Panel(url, options);
    if (options.shortcuts && !hearsKeys) {
      hearsKeys = true;
      void client.ready.then(({ shortcuts }) => hearShortcuts(shortcuts ?? {}, strike));
    }
    after(SILENT_AFTER, () => client.heard || silent(panel));
    return undefined;
  }

  /** @type {CordboardPhone} */
  const phone = {
    url,
    ready: client.ready,
    get frame() {
      return panel?.frame ?? null;
    },
    open,
    collapse: (collapsed = true) => panel?.collapse(collapsed),
    remove() {
      panel?.remove();
      panel = null;
    },
    state: () => ask("state"),
    dial: (number) => ask("dial", { number: String(number) }),
    answer: (call) => ask("answer", { call }),
    hold: (call) => ask("hold", { call }),
    retrieve: (call) => ask("retrieve", { call }),
    hangUp: (call) => ask("hangUp", { call }),
    mute: (muted, call) => ask("mute", { muted, call }),
    digits: (digits, call) => ask("digits", { digits: String(digits), call }),
    on: (event, listener) => client.on(event, listener),
    get extension() {
      return extensionOf(phone);
    },
  };
  return Object.freeze(phone);
}

/** Either the frame was refused or we are not heard: the same setting mends both. @param {Panel | null} panel */
function silent(panel) {
  const text = `The phone does not answer pages of ${location.origin}: name it in [desk] embed_origins of Cordboard.`;
  if (panel?.element.isConnected) panel.say(text);
  console.warn(text);
}

/** @param {number} milliseconds @param {() => void} callback */
function after(milliseconds, callback) {
  const timer = setTimeout(callback, milliseconds);
  return () => clearTimeout(timer);
}

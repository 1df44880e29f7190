// The one script tag for any page: it finds the phone by its own address, opens it, and leaves `window.cordboardPhone` and nothing else.

import { embeddedPhone } from "./embedded_phone.js";
import { phoneUrl, readOptions } from "./options.js";
import { widgetsOf } from "./widgets.js";

/** @param {() => void} act */
function whenThereIsABody(act) {
  if (document.body && document.readyState !== "loading") act();
  else document.addEventListener("DOMContentLoaded", act, { once: true });
}

const script = /** @type {HTMLScriptElement | null} */ (document.currentScript);
if (script && !window.cordboardPhone) {
  const { auto, widgets, into, panel } = readOptions({ ...script.dataset });
  const phone = embeddedPhone(phoneUrl(script.src));
  Object.defineProperty(window, "cordboardPhone", { value: phone });
  if (widgets && !("widgets" in window)) Object.defineProperty(window, "widgets", { value: widgetsOf(phone, panel) });
  if (auto) whenThereIsABody(() => phone.open({ ...panel, into: into ? document.querySelector(into) : null }));
}

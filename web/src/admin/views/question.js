// Asks before something is done that others will notice.

import { make } from "../../ui/dom.js";

/**
 * @param {{ title: string, text: string, label: string, yes: string, word?: string, testid: string }} asked `word` is what must be typed
 * @returns {Promise<string | null>} what was typed, null for no
 */
export function ask({ title, text, label, yes, word, testid }) {
  const input = make("input", { autocomplete: "off", spellcheck: "false", maxlength: "200", "data-testid": `${testid}-input` });
  const agree = make("button", { type: "submit", class: "primary", disabled: Boolean(word), "data-testid": `${testid}-yes` }, yes);
  const dialog = make(
    "dialog",
    { class: "question", "aria-label": title, "data-testid": testid },
    make(
      "form",
      { method: "dialog", onsubmit: () => dialog.close("yes") },
      make("h2", {}, title),
      make("p", {}, text),
      make("label", { class: "field" }, make("span", {}, label), input),
      make("footer", {}, make("button", { type: "button", onclick: () => dialog.close("") }, "Cancel"), agree),
    ),
  );
  if (word) input.addEventListener("input", () => (agree.disabled = input.value.trim().toLowerCase() !== word));
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes" ? input.value.trim() : null);
    });
  });
}

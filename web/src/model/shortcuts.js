/**
 * Keys for what an agent does many times a day, as the desk says them: `answer=F2`, `hang-up=Ctrl+Alt+H`. A key means the one call that can be
 * meant; where two could be, or none, nothing happens.
 *
 * @typedef {import("./view.js").CardView} CardView
 * @typedef {import("./events.js").ButtonName} ButtonName
 * @typedef {"answer" | "hang-up" | "mute" | "hold"} Action
 * @typedef {{ card: string, button: ButtonName }} Press
 * @typedef {Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "altKey" | "shiftKey" | "metaKey">} Stroke
 */

/** @type {Record<Action, { states: string[], buttons: ButtonName[] }[]>} in the order of what is meant first */
const MEANT = {
  answer: [{ states: ["ringing"], buttons: ["answer"] }],
  "hang-up": [
    { states: ["talking", "dialing", "connecting"], buttons: ["hangup"] },
    { states: ["ringing"], buttons: ["reject"] },
    { states: ["held", "holding", "retrieving"], buttons: ["hangup"] },
  ],
  mute: [{ states: ["talking", "dialing", "connecting"], buttons: ["mute"] }],
  hold: [
    { states: ["talking"], buttons: ["hold"] },
    { states: ["held"], buttons: ["retrieve"] },
  ],
};

export const ACTIONS = /** @type {Action[]} */ (Object.keys(MEANT));

/** @typedef {Partial<Record<Action, string>>} Shortcuts the key of each action, as people read it */

/** @param {string[]} told @returns {Shortcuts} */
export function readShortcuts(told) {
  return Object.fromEntries(told.map((one) => one.split("=")).filter(([action]) => ACTIONS.includes(/** @type {Action} */ (action))));
}

/** @param {Shortcuts} shortcuts @param {Stroke} stroke @returns {Action | undefined} */
export function actionOf(shortcuts, stroke) {
  const struck = sorted(nameOf(stroke));
  return ACTIONS.find((action) => shortcuts[action] !== undefined && sorted(shortcuts[action]) === struck);
}

/** The button of the call that is meant. Of several that ring, the first that rang. @param {Action} action @param {CardView[]} cards @returns {Press | null} */
export function pressOf(action, cards) {
  for (const { states, buttons } of MEANT[action]) {
    const able = cards.flatMap(({ id, state, buttons: offered }) => {
      const button = states.includes(state) && offered.find(({ name, enabled }) => enabled && buttons.includes(name));
      return button ? [{ card: id, button: button.name }] : [];
    });
    if (able.length === 1 || (able.length && action === "answer")) return able[able.length - 1];
    if (able.length) return null;
  }
  return null;
}

/** @param {Stroke} stroke letters and digits by their key, for Alt changes what they write */
function nameOf({ key, code, ctrlKey, altKey, shiftKey, metaKey }) {
  const plain = /^(?:Key|Digit)(\w)$/.exec(code)?.[1] ?? key;
  return [ctrlKey && "Ctrl", altKey && "Alt", shiftKey && "Shift", metaKey && "Meta", plain].filter(Boolean).join("+");
}

/** @param {string} key */
const sorted = (key) => key.split("+").sort().join("+");

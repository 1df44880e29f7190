/**
 * What this browser remembers between visits: preferences only. Nothing secret, no number, no name.
 *
 * @typedef {{ useGwsForDialing?: boolean, cometdChannel?: string, notifies?: boolean }} Preferences
 */

const KEY = "cordboard.preferences";

/** @returns {Preferences} */
export function loadPreferences() {
  try {
    const said = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return {
      ...(typeof said.useGwsForDialing === "boolean" && { useGwsForDialing: said.useGwsForDialing }),
      ...(typeof said.notifies === "boolean" && { notifies: said.notifies }),
      ...(typeof said.cometdChannel === "string" && { cometdChannel: said.cometdChannel }),
    };
  } catch {
    return {}; // storage is switched off, or holds something else
  }
}

/** @param {Preferences} preferences */
export function savePreferences(preferences) {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...loadPreferences(), ...preferences }));
  } catch {
    // Storage is switched off: the preference lasts as long as the page.
  }
}

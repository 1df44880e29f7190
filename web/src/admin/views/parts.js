// Small pieces that several views have.

import { icon, make } from "../../ui/dom.js";
import { grade, opinion } from "../model/figures.js";

/** @param {string} text @param {string} colour ready, busy (wrong), away, work or nothing */
export const pill = (text, colour) => make("span", { class: "pill", "data-colour": colour }, text);

/** A score with how it sounds as colour. @param {number | null} mos */
export const score = (mos) => make("span", { class: "score", "data-grade": grade(mos) }, opinion(mos));

/** The head of a view: its name, how many, and what can be done. @param {string} title @param {Node[]} beside */
export function head(title, ...beside) {
  return make("header", { class: "view-head" }, make("h1", { tabindex: "-1" }, title), ...beside);
}

/** @param {string} label @param {string} testid @param {(words: string) => void} changed */
export function search(label, testid, changed) {
  const input = make("input", { type: "search", class: "search", placeholder: label, "aria-label": label, autocomplete: "off", spellcheck: "false", "data-testid": testid });
  input.addEventListener("input", () => changed(input.value.trim()));
  return input;
}

/** Buttons of which one is pressed. @param {string} label @param {string[]} names @param {(name: string) => void} chosen */
export function choice(label, names, chosen) {
  const buttons = names.map((name) => make("button", { type: "button", "aria-pressed": String(name === names[0]), "data-name": name, onclick: () => press(name) }, name));
  /** @param {string} name */
  function press(name) {
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.name === name));
    chosen(name);
  }
  return make("div", { class: "choice", role: "group", "aria-label": label }, ...buttons);
}

/** @param {string} label @param {string} testid @param {() => void} press @param {string} [shape] @param {string} [classes] */
export function action(label, testid, press, shape = "", classes = "") {
  return make("button", { type: "button", class: `action ${classes}`.trim(), "data-testid": testid, onclick: press }, ...(shape ? [icon(shape)] : []), label);
}

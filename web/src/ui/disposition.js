import { make } from "./dom.js";

/** @typedef {import("../model/view.js").DispositionView} DispositionView */

/**
 * The list from which a call's disposition is chosen. What is shown afterwards is what GWS says.
 * @param {string} id for tests @param {(value: string) => void} choose
 */
export function dispositionChoice(id, choose) {
  const select = make("select", { "data-testid": id, onchange: () => select.value && choose(select.value) });
  const element = make("label", { class: "disposition", hidden: true }, make("span", {}, "Disposition"), select);
  /** @param {DispositionView | null} view none: it is hidden */
  const update = (view) => {
    element.hidden = !view;
    if (!view) return;
    const choices = [{ value: "", label: "Choose…" }, ...view.choices];
    if (!choices.some((one) => one.value === view.value)) choices.push({ value: view.value, label: view.value });
    const key = JSON.stringify(choices);
    if (select.dataset.choices !== key) {
      select.dataset.choices = key;
      select.replaceChildren(...choices.map(({ value, label }) => make("option", { value }, label)));
    }
    select.disabled = !view.enabled;
    if (document.activeElement !== select || select.value === "") select.value = view.value;
  };
  return { element, update };
}

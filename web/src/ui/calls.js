import { CallCard } from "./call_card.js";

/** The cards, one per call, each kept as long as its call. */
export class Calls extends HTMLElement {
  constructor() {
    super();
    /** @type {Map<string, CallCard>} */
    this.cards = new Map();
    /** @type {import("../model/shortcuts.js").Shortcuts} */
    this.shortcuts = {};
  }

  /**
   * @param {import("../model/view.js").View} view
   * @param {number} now
   * @param {(leg: string) => import("./pictures_view.js").Streams} pictures
   */
  update(view, now, pictures) {
    const ids = new Set(view.cards.map((card) => card.id));
    for (const [id, card] of this.cards) {
      if (ids.has(id)) continue;
      card.remove();
      this.cards.delete(id);
    }
    view.cards.forEach((card, at) => {
      const element = this.cards.get(card.id) ?? Object.assign(new CallCard(), { shortcuts: this.shortcuts });
      this.cards.set(card.id, element);
      if (this.children[at] !== element) this.insertBefore(element, this.children[at] ?? null);
      element.update(card, now, pictures(card.leg));
    });
    this.toggleAttribute("several", view.cards.length > 1);
  }

  /** @param {number} now */
  tick(now) {
    for (const card of this.cards.values()) card.tick(now);
  }
}

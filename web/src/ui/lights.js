import { make, say } from "./dom.js";

/** @type {Record<string, string>} */
const WORDS = { off: "off", connecting: "connecting", on: "connected", failed: "failed" };

/** The two lights, SIP and GWS: `data-state` is off, connecting, on or failed. */
export class Lights extends HTMLElement {
  connectedCallback() {
    if (this.firstChild) return;
    /** @type {Record<string, HTMLElement>} */
    this.lights = {};
    for (const plane of ["sip", "gws"]) {
      const light = make("span", { class: "light", role: "status", "data-testid": `light-${plane}`, "data-state": "off" });
      light.append(make("span", { class: "dot" }), plane.toUpperCase(), make("span", { class: "unseen" }));
      this.lights[plane] = light;
      this.append(light);
    }
    this.count = make("span", { class: "disagreements", hidden: true, "data-testid": "disagreements" });
    this.append(this.count);
  }

  /** @param {import("../model/view.js").View} view */
  update(view) {
    for (const [plane, state] of Object.entries(view.lights)) {
      const light = this.lights?.[plane];
      if (!light) continue;
      light.dataset.state = state;
      light.title = `${plane.toUpperCase()}: ${WORDS[state]}`;
      say(/** @type {Element} */ (light.lastElementChild), ` ${WORDS[state]}`);
    }
    if (!this.count) return;
    this.count.hidden = view.disagreements === 0;
    this.count.title = "How often phone and GWS said different things since this page was loaded";
    say(this.count, `≠ ${view.disagreements}`);
  }
}

import { dress, make, say, wish } from "../../ui/dom.js";
import { filled } from "../model/web_content.js";

/** @typedef {import("../model/web_content.js").WebContent} WebContent */
/** @typedef {{ content: WebContent, frame: HTMLIFrameElement, caseId: string }} Open */

const OWN = "";

/** The pages of others beside the call: a tab for each, frames that stay loaded, windows for those that pop up. */
export class WebContents extends HTMLElement {
  /** By section and case. @type {Map<string, Open>} */
  open = new Map();
  tab = OWN;
  strip = "";
  /** @type {WebContent[]} */
  contents = [];

  connectedCallback() {
    if (this.firstChild) return;
    this.tabs = make("div", { class: "tabs", role: "tablist", hidden: true });
    this.frames = make("div", { class: "frames", hidden: true });
    this.hiddenFrames = make("div", { class: "unseen", "aria-hidden": "true" });
    this.append(this.tabs, this.frames, this.hiddenFrames);
  }

  /** @param {WebContent[]} contents @param {import("../model/view.js").SessionView} session */
  update(contents, session) {
    this.contents = contents;
    this.session = session;
    const { work } = session;
    const live = [...work.cases.values(), ...work.ended.values()].filter((one) => work.caseOf(one.call.id) === one.call.id);
    this.drop(live.map((one) => one.call.id));
    for (const content of contents) {
      if (content.placement === "tab" || content.placement === "popup") continue;
      if (content.level === "workspace") this.load(content, undefined);
      else for (const one of live) this.load(content, one);
    }
    this.draw();
  }

  /** What the agent sees now: the call itself, or a page. */
  get showsCall() {
    return this.tab === OWN;
  }

  /** The frame of a window that sent a message. @param {unknown} source */
  frameOf(source) {
    return [...this.open.values()].find(({ frame }) => frame.contentWindow === source)?.frame;
  }

  /** @private */
  draw() {
    const selected = this.session?.work.selected ?? "";
    const shown = this.contents.filter((one) => one.placement !== "hidden" && (one.level === "workspace" || selected));
    if (!shown.some((one) => one.name === this.tab)) this.tab = OWN;
    const key = JSON.stringify([shown.map(({ name, label }) => [name, label]), this.tab]);
    if (key !== this.strip) {
      this.strip = key;
      const own = { name: OWN, label: "Call" };
      this.tabs?.replaceChildren(...[own, ...shown].map((one) => this.button(one.name, one.label)));
    }
    if (this.tabs) this.tabs.hidden = shown.length === 0;
    this.reveal(shown.find((one) => one.name === this.tab), selected);
  }

  /** @private @param {WebContent | undefined} content @param {string} selected */
  reveal(content, selected) {
    const one = content?.level === "interaction" ? this.session?.work.find(selected) : undefined;
    const visible = content ? this.load(content, one) : undefined;
    for (const { frame } of this.open.values()) frame.hidden = frame !== visible?.frame && frame.parentElement === this.frames;
    if (this.frames) this.frames.hidden = !visible;
  }

  /** @private @param {WebContent} content @param {import("../model/work.js").Case | undefined} one */
  load(content, one) {
    const caseId = one?.call.id ?? "";
    const key = `${content.name} ${caseId}`;
    const known = this.open.get(key);
    if (known) return known;
    const src = filled(content.url, this.session?.work.agent ?? null, one, this.session?.employeeId);
    const more = { ...(content.allow && { allow: content.allow }), ...(content.sandbox && { sandbox: content.sandbox }) };
    const frame = make("iframe", { src, title: content.label, "data-testid": `desk-content-${content.name}`, ...more });
    (content.placement === "hidden" ? this.hiddenFrames : this.frames)?.append(frame);
    const opened = { content, frame, caseId };
    this.open.set(key, opened);
    return opened;
  }

  /** Frames of cases that are gone, and of sections that are none any more. @private @param {string[]} live */
  drop(live) {
    for (const [key, { content, frame, caseId }] of this.open) {
      if (this.contents.some(({ name }) => name === content.name) && (!caseId || live.includes(caseId))) continue;
      frame.remove();
      this.open.delete(key);
    }
  }

  /** @private @param {string} name @param {string} label */
  button(name, label) {
    const button = make("button", { type: "button", role: "tab", "aria-selected": String(name === this.tab), "data-testid": `desk-tab-${name || "call"}` });
    say(button, label);
    return dress(button, { onclick: () => this.choose(name) });
  }

  /** @private @param {string} name */
  choose(name) {
    const content = this.contents.find((one) => one.name === name);
    if (content?.placement === "popup") this.pop(content);
    else this.tab = name;
    this.draw();
    wish(this, { type: "look" });
  }

  /** @private @param {WebContent} content */
  pop(content) {
    const { session } = this;
    const one = content.level === "interaction" ? session?.work.find(session.work.selected) : undefined;
    window.open(filled(content.url, session?.work.agent ?? null, one, session?.employeeId), `workspace-${content.name}`, "popup,width=900,height=700");
  }
}
customElements.define("desktop-web-contents", WebContents);

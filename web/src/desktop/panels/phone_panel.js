import { icon, make, say } from "../../ui/dom.js";
import { frameAddress, grown } from "../model/widget.js";

const ALLOWED = "microphone; camera; autoplay; speaker-selection";

/** The softphone in its frame: at the side that `webrtc-widget.json` says, as large as it says. Its frame is never moved: that would load it anew. */
export class PhonePanel extends HTMLElement {
  /** @type {HTMLIFrameElement | null} */
  frame = null;

  connectedCallback() {
    if (this.firstChild) return;
    this.bar = make("div", { class: "bar", hidden: true });
    this.grip = make("div", { class: "grip", hidden: true, title: "Drag to resize", "data-testid": "softphone-grip" });
    this.append(this.bar, this.grip);
  }

  /** Once; later only the session may have changed. @param {import("../model/widget.js").Widget} widget @param {string} [allow] */
  embed(widget, allow = ALLOWED) {
    if (this.frame) return this.tell({ cordboard: "session" });
    this.dataset.position = widget.position;
    this.resize(widget);
    if (widget.resizable) this.stretches(widget);
    if (widget.position === "floating") this.floats(widget);
    if (!widget.autoLoad) return this.offer(widget, allow);
    return this.load(widget, allow);
  }

  /** @private @param {import("../model/widget.js").Widget} widget @param {string} allow */
  load(widget, allow) {
    const src = frameAddress(widget, location.href);
    this.frame = make("iframe", { src, title: widget.name, allow, "data-testid": "softphone" });
    this.append(this.frame);
  }

  /** @private @param {{ width: number, height: number }} size */
  resize({ width, height }) {
    this.style.setProperty("--phone-width", `${width}px`);
    this.style.setProperty("--phone-height", `${height}px`);
  }

  /** An edge to drag; the frame leaves it free, for what happens over a frame is the frame's. @private @param {import("../model/widget.js").Widget} widget */
  stretches({ position }) {
    const { grip } = this;
    if (!grip) return;
    grip.hidden = false;
    grip.addEventListener("pointerdown", (start) => {
      const { left, top, width, height } = this.getBoundingClientRect();
      if (position === "floating") Object.assign(this.style, { left: `${left}px`, top: `${top}px`, right: "auto", bottom: "auto" });
      follow(grip, start, (x, y) => this.resize(grown(position, { width, height }, x, y)));
    });
  }

  /** A widget that does not load by itself waits behind a button. @private @param {import("../model/widget.js").Widget} widget @param {string} allow */
  offer(widget, allow) {
    const open = make("button", { type: "button", class: "offer", "data-testid": "softphone-open" }, icon("handset"), `Open ${widget.name}`);
    open.addEventListener("click", () => {
      open.remove();
      this.load(widget, allow);
    });
    this.append(open);
  }

  /** A bar to move it by. @private @param {import("../model/widget.js").Widget} widget */
  floats(widget) {
    if (!this.bar) return;
    this.bar.hidden = false;
    say(this.bar, widget.name);
    this.bar.addEventListener("pointerdown", (event) => this.drag(event));
  }

  /** @private @param {PointerEvent} start */
  drag(start) {
    const { left, top } = this.getBoundingClientRect();
    if (!this.bar) return;
    follow(this.bar, start, (x, y) => {
      Object.assign(this.style, { left: `${Math.max(0, left + x)}px`, top: `${Math.max(0, top + y)}px`, right: "auto", bottom: "auto" });
    });
  }

  /** @param {unknown} words */
  tell(words) {
    if (this.frame) this.frame.contentWindow?.postMessage(words, new URL(this.frame.src).origin);
  }
}

/** While the button is held: how far the pointer has moved. What it does over a frame is the frame's, which therefore hears of none. @param {HTMLElement} handle @param {PointerEvent} start @param {(x: number, y: number) => void} moved */
function follow(handle, start, moved) {
  handle.setPointerCapture(start.pointerId);
  const move = (/** @type {PointerEvent} */ event) => moved(event.clientX - start.clientX, event.clientY - start.clientY);
  const panel = handle.parentElement;
  const over = () => {
    handle.removeEventListener("pointermove", move);
    panel?.classList.remove("dragged");
  };
  panel?.classList.add("dragged");
  handle.addEventListener("pointermove", move);
  handle.addEventListener("lostpointercapture", over, { once: true });
}
customElements.define("desktop-phone", PhonePanel);

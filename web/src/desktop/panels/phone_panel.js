import { icon, make, say } from "../../ui/dom.js";
import { frameAddress } from "../model/widget.js";

const ALLOWED = "microphone; camera; autoplay; speaker-selection";

/** The softphone in its frame: at the side that `webrtc-widget.json` says, as large as it says. Its frame is never moved: that would load it anew. */
export class PhonePanel extends HTMLElement {
  /** @type {HTMLIFrameElement | null} */
  frame = null;

  connectedCallback() {
    if (this.firstChild) return;
    this.bar = make("div", { class: "bar", hidden: true });
    this.append(this.bar);
  }

  /** Once; later only the session may have changed. @param {import("../model/widget.js").Widget} widget @param {string} [allow] */
  embed(widget, allow = ALLOWED) {
    if (this.frame) return this.tell({ cordboard: "session" });
    this.dataset.position = widget.position;
    this.style.setProperty("--phone-width", `${widget.width}px`);
    this.style.setProperty("--phone-height", `${widget.height}px`);
    this.classList.toggle("resizable", widget.resizable);
    if (!widget.autoLoad) return this.offer(widget, allow);
    if (widget.position === "floating") this.floats(widget);
    return this.load(widget, allow);
  }

  /** @private @param {import("../model/widget.js").Widget} widget @param {string} allow */
  load(widget, allow) {
    const src = frameAddress(widget, location.href);
    this.frame = make("iframe", { src, title: widget.name, allow, "data-testid": "softphone" });
    this.append(this.frame);
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
    const [x, y] = [start.clientX - left, start.clientY - top];
    this.bar?.setPointerCapture(start.pointerId);
    const move = (/** @type {PointerEvent} */ event) => {
      Object.assign(this.style, { left: `${Math.max(0, event.clientX - x)}px`, top: `${Math.max(0, event.clientY - y)}px`, right: "auto", bottom: "auto" });
    };
    this.bar?.addEventListener("pointermove", move);
    this.bar?.addEventListener("pointerup", () => this.bar?.removeEventListener("pointermove", move), { once: true });
  }

  /** @param {unknown} words */
  tell(words) {
    if (this.frame) this.frame.contentWindow?.postMessage(words, new URL(this.frame.src).origin);
  }
}
customElements.define("desktop-phone", PhonePanel);

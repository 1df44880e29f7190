/**
 * An incoming call where the agent does not look at this page: in the tab's title, and in a notification of the browser, where the agent wants
 * one and it is allowed. Neither names the caller: titles and notifications are kept by others.
 */

const RINGS = "☎ Incoming call";

export class Attention {
  /** @param {boolean} embedded in a frame: its page is looked at while the focus is elsewhere in the page around it */
  constructor(embedded) {
    this.embedded = embedded;
    this.title = document.title;
    /** Notifications are wanted; in a frame they are where the page around it may show them. */
    this.wanted = embedded;
    this.ringing = false;
    /** @type {Notification | null} */
    this.notice = null;
    for (const [target, name] of /** @type {[EventTarget, string][]} */ ([[window, "focus"], [window, "blur"], [document, "visibilitychange"]])) {
      target.addEventListener(name, () => this.show());
    }
  }

  get allowed() {
    return "Notification" in window && Notification.permission === "granted";
  }

  /** The agent's wish, said by a click: only then a browser asks. @param {boolean} on @returns {Promise<boolean>} whether it is so now */
  async want(on) {
    if (on && "Notification" in window) await Notification.requestPermission();
    this.wanted = on && this.allowed;
    return this.wanted;
  }

  /** @param {boolean} ringing */
  update(ringing) {
    if (ringing === this.ringing) return;
    this.ringing = ringing;
    document.title = ringing ? RINGS : this.title;
    this.show();
  }

  /** @private */
  show() {
    const seen = this.embedded ? document.visibilityState === "visible" : document.hasFocus();
    const needed = this.ringing && this.wanted && this.allowed && !seen;
    if (needed === (this.notice !== null)) return;
    if (needed) this.notice = this.open();
    else this.close();
  }

  /** @private */
  open() {
    try {
      const notice = new Notification("Incoming call", { body: "Click to go to the phone.", tag: "cordboard-call", requireInteraction: true });
      notice.onclick = () => window.focus();
      return notice;
    } catch {
      return null; // a browser that has them for service workers only
    }
  }

  /** @private */
  close() {
    this.notice?.close();
    this.notice = null;
  }
}

/**
 * The far end's sound: one audio element per leg. A browser that has seen no click may refuse to play; then `blocked` is true and
 * `enable`, called from a click, plays everything.
 */
export class Speaker {
  /**
   * @param {HTMLElement} host where the elements live
   * @param {() => void} onchange the browser began or ceased to refuse sound
   */
  constructor(host, onchange) {
    this.host = host;
    this.onchange = onchange;
    /** @type {Map<string, HTMLAudioElement>} */
    this.elements = new Map();
    /** @type {Set<string>} */
    this.refused = new Set();
    this.muted = false;
    this.volume = 1;
  }

  /** How loud every call is from now on. @param {boolean} muted @param {number} volume 0 to 100 */
  adjust(muted, volume) {
    this.muted = muted;
    this.volume = volume / 100;
    for (const element of this.elements.values()) this.tune(element);
  }

  /** @private @param {HTMLAudioElement} element */
  tune(element) {
    element.muted = this.muted;
    element.volume = this.volume;
  }

  get blocked() {
    return this.refused.size > 0;
  }

  /** @param {string} leg @param {MediaStream} stream */
  attach(leg, stream) {
    const element = this.elements.get(leg) ?? document.createElement("audio");
    element.dataset.testid = "remote-audio";
    element.dataset.leg = leg;
    element.autoplay = true;
    this.tune(element);
    element.srcObject = stream;
    this.elements.set(leg, element);
    this.host.append(element);
    void this.play(leg, element);
  }

  /** @param {string} leg */
  detach(leg) {
    const element = this.elements.get(leg);
    if (!element) return;
    element.srcObject = null;
    element.remove();
    this.elements.delete(leg);
    if (this.refused.delete(leg)) this.onchange();
  }

  async enable() {
    await Promise.all([...this.elements].map(([leg, element]) => this.play(leg, element)));
  }

  /** @private @param {string} leg @param {HTMLAudioElement} element */
  async play(leg, element) {
    const before = this.blocked;
    try {
      await element.play();
      this.refused.delete(leg);
    } catch (error) {
      // AbortError: the call ended before the first sound.
      if (error instanceof DOMException && error.name === "NotAllowedError" && this.elements.has(leg)) this.refused.add(leg);
    }
    if (before !== this.blocked) this.onchange();
  }
}

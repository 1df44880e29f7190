import { make } from "./dom.js";

/** @typedef {{ self: MediaStream | null, remote: MediaStream | null }} Streams */

/** The far end's pictures, and in their corner one's own, mirrored. Not there while there is neither. */
export class PicturesView extends HTMLElement {
  connectedCallback() {
    if (this.firstChild) return;
    this.remote = picture("remote-video", "Video of the other side");
    this.self = picture("self-video", "Your own video");
    this.append(this.remote, this.self);
  }

  /** @param {import("../model/view.js").VideoView} video @param {Streams} streams @param {boolean} held */
  update(video, streams, held) {
    const remote = video.remote && !held;
    const self = video.camera === "on";
    this.hidden = !remote && !self;
    this.toggleAttribute("remote", remote);
    show(this.remote, remote ? streams.remote : null);
    show(this.self, self ? streams.self : null);
  }
}

/** @param {string} name @param {string} label */
function picture(name, label) {
  const element = make("video", { "data-testid": name, "aria-label": label, playsinline: true, autoplay: true, hidden: true });
  element.muted = true; // the sound comes by the audio element of the leg
  return element;
}

/** @param {HTMLVideoElement | undefined} element @param {MediaStream | null} stream */
function show(element, stream) {
  if (!element || element.srcObject === stream) return;
  element.srcObject = stream;
  element.hidden = !stream;
  if (stream) element.play().catch(() => {}); // taken away again before the first picture
}

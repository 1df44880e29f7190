// A phone as the integration guide knows it: stock JsSIP with its own WebSocket, a DN and a password. No socket, no words of ours.

import * as JsSIP from "jssip";

/** @template {HTMLElement} E @param {string} id @returns {E} */
const by = (id) => /** @type {E} */ (document.getElementById(id));
/** @param {string} id */
const value = (id) => /** @type {HTMLInputElement} */ (by(id)).value.trim();

const MEDIA = { mediaConstraints: { audio: true, video: false }, pcConfig: { iceServers: [] } };

/** @type {JsSIP.UA | null} */
let phone = null;
/** @type {any} */
let session = null;

/** @param {string} id @param {string} text */
function show(id, text) {
  by(id).textContent = text;
}

/** @param {any} ringing */
function follow(ringing) {
  session = ringing;
  show("call", ringing.direction === "incoming" ? `${ringing.remote_identity.uri.user} calls` : "calling");
  buttons(ringing.direction === "incoming", true);
  ringing.on("accepted", () => {
    show("call", "connected");
    buttons(false, true);
  });
  for (const end of ["ended", "failed"]) ringing.on(end, (/** @type {any} */ event) => over(ringing, event.cause));
  if (ringing.connection) hear(ringing.connection);
  else ringing.on("peerconnection", (/** @type {any} */ event) => hear(event.peerconnection));
}

/** @param {RTCPeerConnection} connection */
function hear(connection) {
  connection.addEventListener("track", ({ streams }) => {
    /** @type {HTMLAudioElement} */ (by("sound")).srcObject = streams[0];
  });
}

/** @param {unknown} ended @param {string} cause */
function over(ended, cause) {
  if (ended !== session) return;
  session = null;
  show("call", `no call (${cause})`);
  buttons(false, false);
}

/** @param {boolean} answer @param {boolean} hangup */
function buttons(answer, hangup) {
  /** @type {HTMLButtonElement} */ (by("answer")).disabled = !answer;
  /** @type {HTMLButtonElement} */ (by("hangup")).disabled = !hangup;
}

by("account").addEventListener("submit", (event) => {
  event.preventDefault();
  phone?.stop();
  const url = value("url");
  phone = new JsSIP.UA({
    sockets: new JsSIP.WebSocketInterface(url),
    uri: `sip:${value("dn")}@${new URL(url).hostname}`,
    password: value("password"),
  });
  phone.on("registered", () => show("status", "registered"));
  phone.on("unregistered", () => show("status", "not registered"));
  phone.on("registrationFailed", ({ cause }) => show("status", `failed: ${cause}`));
  phone.on("newRTCSession", (/** @type {any} */ event) => (session ? event.session.terminate({ status_code: 486 }) : follow(event.session)));
  phone.start();
});
by("dialling").addEventListener("submit", (event) => {
  event.preventDefault();
  if (value("number")) phone?.call(value("number"), MEDIA);
});
by("answer").addEventListener("click", () => session?.answer(MEDIA));
by("hangup").addEventListener("click", () => session?.terminate());

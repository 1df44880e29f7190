// A page with stock JsSIP that knows a WebSocket URL, a DN and a password, and nothing of Cordboard. Buttons by id; what
// happens stands in #registration and #call. `window.phone` has the session and everything that it saw, for tests.
import JsSIP from "jssip";

const element = (id) => document.getElementById(id);
const phone = { agent: null, session: null, remoteStream: null, events: [], requests: [] };
window.phone = phone;

/** @param {string} where @param {string} what */
function show(where, what) {
  element(where).textContent = what;
  phone.events.push(`${where} ${what}`);
}

function listenTo(connection) {
  connection.addEventListener("track", (event) => {
    phone.remoteStream = event.streams[0] ?? new MediaStream([event.track]);
    element("sound").srcObject = phone.remoteStream;
  });
  for (const state of ["iceConnectionState", "connectionState"]) {
    connection.addEventListener(state.toLowerCase() + "change", () => phone.events.push(`${state} ${connection[state]}`));
  }
}

function take({ session, request, originator }) {
  phone.session = session;
  phone.requests.push(request);
  show("call", originator === "remote" ? "called" : "calling");
  if (session.connection) listenTo(session.connection);
  else session.on("peerconnection", ({ peerconnection }) => listenTo(peerconnection));
  session.on("progress", () => show("call", originator === "remote" ? "ringing here" : "ringing there"));
  session.on("accepted", () => show("call", "accepted"));
  session.on("confirmed", () => show("call", "connected"));
  session.on("hold", ({ originator }) => show("call", `held ${originator}`));
  session.on("unhold", ({ originator }) => show("call", `retrieved ${originator}`));
  session.on("reinvite", () => phone.events.push("reinvite"));
  session.on("ended", ({ cause }) => show("call", `ended: ${cause}`));
  session.on("failed", ({ cause }) => show("call", `failed: ${cause}`));
}

const actions = {
  register() {
    const server = element("server").value;
    phone.agent = new JsSIP.UA({
      sockets: [new JsSIP.WebSocketInterface(server)],
      uri: `sip:${element("dn").value}@${new URL(server).hostname}`,
      password: element("password").value,
    });
    phone.agent.on("registered", () => show("registration", "registered"));
    phone.agent.on("registrationFailed", ({ cause }) => show("registration", `refused: ${cause}`));
    phone.agent.on("unregistered", () => show("registration", "unregistered"));
    phone.agent.on("newRTCSession", take);
    phone.agent.start();
  },
  dial: () => phone.agent.call(element("number").value, { mediaConstraints: { audio: true, video: false } }),
  answer: () => phone.session.answer({ mediaConstraints: { audio: true, video: false } }),
  reject: () => phone.session.terminate({ status_code: 486 }),
  end: () => phone.session.terminate(),
  hold: () => phone.session.hold(),
  retrieve: () => phone.session.unhold(),
  digit: () => phone.session.sendDTMF(element("digits").value),
  "digit-in-sound": () => phone.session.sendDTMF(element("digits").value, { transportType: "RFC2833" }),
  "hold-by-update": () => phone.session.hold({ useUpdate: true }),
  "retrieve-by-update": () => phone.session.unhold({ useUpdate: true }),
};
for (const [id, action] of Object.entries(actions)) element(id).addEventListener("click", action);

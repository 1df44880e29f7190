// A page with stock JsSIP, as one writes it from JsSIP's own documentation. #early answers with the first ICE candidate
// instead of waiting for the end of gathering.
import JsSIP from "jssip";

const settings = Object.fromEntries(new URLSearchParams(location.search));
const button = document.querySelector("[data-testid=call-answer]");
let session = null;

const agent = new JsSIP.UA({
  sockets: [new JsSIP.WebSocketInterface(settings.server)],
  uri: `sip:${settings.dn}@${new URL(settings.server).hostname}`,
  password: settings.password,
  session_timers: false,
});
agent.on("registered", () => (document.title = "registered"));
agent.on("newRTCSession", (event) => {
  session = event.session;
  button.hidden = false;
  session.on("peerconnection", ({ peerconnection }) =>
    peerconnection.addEventListener("track", ({ streams }) => (document.querySelector("audio").srcObject = streams[0])),
  );
  if (settings.early) session.on("icecandidate", ({ ready }) => ready());
  for (const end of ["ended", "failed"]) session.on(end, () => (button.hidden = true));
});
button.addEventListener("click", () =>
  session.answer({ mediaConstraints: { audio: true, video: false }, pcConfig: { iceServers: [] } }),
);
agent.start();

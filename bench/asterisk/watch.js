// In every page before its own script: when a click came, and when the first sound of a peer connection.
globalThis.benchMarks = { clicked: 0, heard: 0 };
{
  const now = () => performance.timeOrigin + performance.now();
  const Native = RTCPeerConnection;
  globalThis.RTCPeerConnection = class RTCPeerConnection extends Native {
    constructor(...given) {
      super(...given);
      this.addEventListener("track", ({ track }) => {
        track.addEventListener("unmute", () => (benchMarks.heard ||= now()));
        if (!track.muted) benchMarks.heard ||= now();
      });
    }
  };
  addEventListener("click", () => Object.assign(benchMarks, { clicked: now(), heard: 0 }), true);
}

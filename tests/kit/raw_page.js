// A page with nothing but an RTCPeerConnection: a tone, a moving picture, and video lines that come and go at the test's word.
globalThis.rawPage = (() => {
  const pc = new RTCPeerConnection();
  const canvas = document.createElement("canvas");
  const drawing = canvas.getContext("2d");
  canvas.width = 320;
  canvas.height = 240;
  let turn = 0;
  setInterval(() => {
    drawing.fillStyle = `hsl(${(turn += 5) % 360} 80% 50%)`;
    drawing.fillRect(0, 0, canvas.width, canvas.height);
  }, 66);
  const sound = new AudioContext();
  const tone = new OscillatorNode(sound, { frequency: 440 });
  const microphone = new MediaStreamAudioDestinationNode(sound);
  tone.connect(microphone);
  tone.start();
  pc.addTransceiver(microphone.stream.getAudioTracks()[0]);

  const picture = () => canvas.captureStream(15).getVideoTracks()[0];
  let line = pc.addTransceiver(picture());
  return {
    pc,
    /** The present video line is left as `way` says, a new one takes its place. */
    move(way) {
      if (way === "stopped") line.stop();
      else line.direction = way;
      line = pc.addTransceiver(picture());
    },
    async offer() {
      await pc.setLocalDescription();
      if (pc.iceGatheringState !== "complete") {
        await new Promise((done) => {
          pc.onicegatheringstatechange = () => pc.iceGatheringState === "complete" && done();
        });
      }
      return pc.localDescription.sdp;
    },
    answered: (sdp) => pc.setRemoteDescription({ type: "answer", sdp }),
    async answer(sdp) {
      await pc.setRemoteDescription({ type: "offer", sdp });
      await pc.setLocalDescription();
      return pc.localDescription.sdp;
    },
    mid: () => line.mid,
    /** Frames that were decoded on the present line. */
    async seen() {
      for (const report of (await line.receiver.getStats()).values()) if (report.type === "inbound-rtp") return report.framesDecoded ?? 0;
      return 0;
    },
  };
})();

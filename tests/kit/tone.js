// Sound by frequency, for tests: a tone as a MediaStream, and what a MediaStream sounds like. Plain script, no module,
// so that it can be an init script. All of it hangs on one name: `cordboardSound`.
globalThis.cordboardSound = (() => {
  const FFT_SIZE = 8192; // 170 ms at 48 kHz, bins of 5.9 Hz
  const SKIRT = 4; // bins on each side of the peak that belong to it (Blackman window)
  let context = null;
  const listeners = new Map(); // MediaStream id -> { analyser, element }

  function audio() {
    context ??= new AudioContext({ sampleRate: 48000 });
    if (context.state === "suspended") context.resume();
    return context;
  }

  /** A MediaStream with one audio track: a sine of `frequency` Hz; its oscillator can be re-tuned by `tune`. */
  function tone(frequency, level = 0.5) {
    const oscillator = new OscillatorNode(audio(), { frequency });
    const gain = new GainNode(audio(), { gain: level });
    const out = new MediaStreamAudioDestinationNode(audio());
    oscillator.connect(gain).connect(out);
    oscillator.start();
    return out.stream;
  }

  /** From now on getUserMedia gives a fresh tone of `frequency` Hz, whatever sound is asked for; the camera is the browser's. */
  function replaceMicrophone(frequency) {
    const devices = navigator.mediaDevices;
    if (!devices) return; // not a secure context: about:blank
    const ask = devices.getUserMedia.bind(devices);
    devices.getUserMedia = async (wanted) => (wanted?.video && !wanted.audio ? ask(wanted) : tone(frequency));
  }

  function listener(stream) {
    const known = listeners.get(stream.id);
    if (known) return known;
    // Chromium gives a remote track's samples to Web Audio only while an element plays it.
    const element = new Audio();
    element.srcObject = stream;
    element.muted = true;
    element.play().catch(() => {});
    const analyser = new AnalyserNode(audio(), { fftSize: FFT_SIZE, smoothingTimeConstant: 0, minDecibels: -140 });
    new MediaStreamAudioSourceNode(audio(), { mediaStream: stream }).connect(analyser);
    const made = { analyser, element };
    listeners.set(stream.id, made);
    return made;
  }

  /** The share of the energy of the last 170 ms that each of these frequencies has. */
  function shares(stream, frequencies) {
    if (!stream || stream.getAudioTracks().length === 0) return frequencies.map(() => 0);
    const { analyser } = listener(stream);
    const decibels = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(decibels);
    const energy = Array.from(decibels, (value) => (Number.isFinite(value) ? 10 ** (value / 10) : 0));
    const total = energy.slice(3).reduce((sum, value) => sum + value, 0);
    const width = audio().sampleRate / FFT_SIZE;
    return frequencies.map((frequency) => {
      const bin = Math.round(frequency / width);
      const around = energy.slice(bin - SKIRT, bin + SKIRT + 1).reduce((sum, value) => sum + value, 0);
      return total === 0 ? 0 : around / total;
    });
  }

  /** { frequency, share, level } of the last 170 ms of `stream`; zeros while it has no audio track. */
  function measure(stream) {
    if (!stream || stream.getAudioTracks().length === 0) return { frequency: 0, share: 0, level: 0 };
    const { analyser } = listener(stream);
    const decibels = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(decibels);
    const energy = Array.from(decibels, (value) => (Number.isFinite(value) ? 10 ** (value / 10) : 0));
    const samples = new Float32Array(analyser.fftSize);
    analyser.getFloatTimeDomainData(samples);
    const level = Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);
    let peak = 3; // below is direct current
    let total = 0;
    for (let bin = 3; bin < energy.length; bin += 1) {
      total += energy[bin];
      if (energy[bin] > energy[peak]) peak = bin;
    }
    if (total === 0) return { frequency: 0, share: 0, level };
    let around = 0;
    let weighted = 0;
    for (let bin = Math.max(3, peak - SKIRT); bin <= Math.min(energy.length - 1, peak + SKIRT); bin += 1) {
      around += energy[bin];
      weighted += energy[bin] * bin;
    }
    const width = audio().sampleRate / FFT_SIZE;
    return { frequency: (weighted / around) * width, share: around / total, level };
  }

  return { tone, replaceMicrophone, measure, shares };
})();

/**
 * Microphone and speaker as a whole, as Workspace sees and moves them through the connector: muted, volume, name. The page tells the
 * gateway what they are, once it is registered and on every change.
 *
 * Each call has a Mute button of its own. The microphone is muted when every call is; while there is none, it is as it was asked for
 * last, and the next call begins so.
 *
 * @typedef {import("./phone.js").Phone} Phone
 * @typedef {import("./events.js").Effect} Effect
 * @typedef {{ muted: boolean, volume: number, name: string }} Device
 * @typedef {{ microphone: Device, speaker: Device }} AudioState
 */

const LOUDEST = 100;

export class PhoneAudio {
  constructor() {
    /** The next call begins muted. */
    this.muteNext = false;
    /** @type {AudioState} */
    this.state = { microphone: newDevice(), speaker: newDevice() };
    /** Calls are answered without a press, after a beep. */
    this.autoAnswer = false;
    /** Who is Ready and loses the microphone becomes Not Ready; beside a desktop that is the desktop's to do. */
    this.notReadyWithoutHeadset = false;
    /** What the gateway was told last. */
    this.told = "";
  }
}

/** @returns {Device} */
const newDevice = () => ({ muted: false, volume: LOUDEST, name: "" });

/** @type {Record<string, (phone: Phone, event: any, now: number) => Effect[]>} */
export const AUDIO = {
  "audio/mute": (phone, { microphone, speaker }) => [
    ...(microphone === undefined ? [] : muteAll(phone, microphone)),
    ...(speaker === undefined ? [] : speakerIs(phone, { muted: speaker })),
  ],
  "audio/volume": (phone, { microphone, speaker }) => [
    ...(microphone === undefined ? [] : loudness(phone, microphone)),
    ...(speaker === undefined ? [] : speakerIs(phone, { volume: speaker })),
  ],
  "audio/name": (phone, { microphone }) => {
    phone.audio.state.microphone.name = microphone;
    return [];
  },
  "audio/options": (phone, { autoAnswer, notReadyWithoutHeadset, noiseSuppression, autoGainControl }) => {
    if (autoAnswer !== undefined) phone.audio.autoAnswer = autoAnswer;
    if (notReadyWithoutHeadset !== undefined) phone.audio.notReadyWithoutHeadset = notReadyWithoutHeadset;
    const constraints = { ...(noiseSuppression !== undefined && { noiseSuppression }), ...(autoGainControl !== undefined && { autoGainControl }) };
    return Object.keys(constraints).length ? [{ do: "microphone/constraints", constraints }] : [];
  },
};

/** @param {Phone} phone */
const legs = (phone) => phone.cards.flatMap(({ leg }) => (leg?.up ? [leg] : []));

/** @param {Phone} phone @param {boolean} muted @returns {Effect[]} */
function muteAll(phone, muted) {
  phone.audio.muteNext = muted;
  return legs(phone).flatMap((leg) => (leg.muted === muted ? [] : [{ do: "sip/mute", leg: leg.id, muted }]));
}

/** @param {Phone} phone @param {number} volume @returns {Effect[]} */
function loudness(phone, volume) {
  phone.audio.state.microphone.volume = volume;
  return [{ do: "microphone/volume", volume }];
}

/** @param {Phone} phone @param {Partial<Device>} change @returns {Effect[]} */
function speakerIs(phone, change) {
  const { muted, volume } = Object.assign(phone.audio.state.speaker, change);
  return [{ do: "speaker", muted, volume }];
}

/** A call is up: it begins as muted as was asked for. @param {Phone} phone @param {import("./leg.js").Leg} leg @returns {Effect[]} */
export const beginMuted = ({ audio }, leg) => (audio.muteNext && leg.up && !leg.muted ? [{ do: "sip/mute", leg: leg.id, muted: true }] : []);

/** The agent's own Mute button counts for the next call only until this one is over. @param {Phone} phone @param {boolean} muted */
export function mutedByHand(phone, muted) {
  if (!muted) phone.audio.muteNext = false;
}

/** After the last call nobody wants to be unheard in the next. @param {Phone} phone */
export function allOver(phone) {
  if (!phone.cards.some(({ leg }) => leg?.alive)) phone.audio.muteNext = false;
}

/** What the gateway is to be told now: something changed, or it has forgotten. @param {Phone} phone @param {boolean} anew @returns {Effect[]} */
export function tellAudio(phone, anew) {
  const { audio } = phone;
  const up = legs(phone);
  audio.state.microphone.muted = up.length ? up.every((leg) => leg.muted) : audio.muteNext;
  const said = JSON.stringify(audio.state);
  if (phone.lights.sip !== "on" || (said === audio.told && !anew)) return [];
  audio.told = said;
  return [{ do: "audio/tell", audio: JSON.parse(said) }];
}

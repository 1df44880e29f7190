/**
 * Pictures of a call, as data: what is offered, our camera, the far end's pictures. The pictures themselves never come here.
 *
 * A camera is only ever turned on by a click of the agent; the far end's pictures are shown when they come, and ask nothing.
 *
 * @typedef {import("./phone.js").Phone} Phone
 * @typedef {import("./events.js").Effect} Effect
 */

/** @type {Record<string, (phone: Phone, event: any, now: number) => Effect[]>} */
export const VIDEO = {
  video: (phone, event) => {
    phone.video = event.allowed;
    return [];
  },
  "leg/pictures": (phone, event) => {
    const leg = phone.cardOfLeg(event.leg)?.leg;
    if (leg) leg.pictures = event.shown;
    return [];
  },
  "leg/camera": (phone, event) => {
    const leg = phone.cardOfLeg(event.leg)?.leg;
    if (leg) leg.camera = event.on ? "on" : "off";
    return [];
  },
  "leg/no-camera": noCamera,
  "leg/unseen": unseen,
};

/** @param {Phone} phone @param {import("./events.js").LegNoCamera} event @param {number} now @returns {Effect[]} */
function noCamera(phone, event, now) {
  const leg = phone.cardOfLeg(event.leg)?.leg;
  if (leg) leg.camera = "off";
  phone.messages.tell("error", `No camera: ${event.reason}.`, event.help, now);
  return [];
}

/**
 * The camera is on for nobody: the other end takes no video. A call on hold is not asked about.
 * @param {Phone} phone @param {import("./events.js").LegUnseen} event @param {number} now @returns {Effect[]}
 */
function unseen(phone, event, now) {
  const leg = phone.cardOfLeg(event.leg)?.leg;
  if (!leg || leg.state !== "talking" || leg.camera !== "on") return [];
  leg.camera = "off";
  phone.messages.tell("info", "The other side takes no video.", "The camera is off again; the call goes on.", now);
  return [{ do: "camera/off", leg: leg.id }];
}

// The softphone page: builds the elements, wires model, platform and ui, and chooses between embedded and stand-alone.

import { hearShortcuts } from "../embed/shortcuts.js";
import { pressOf, readShortcuts } from "../model/shortcuts.js";
import { Attention } from "../platform/attention.js";
import { Camera } from "../platform/camera.js";
import { Clock } from "../platform/clock.js";
import { Desk } from "../platform/desk.js";
import { Gws } from "../platform/gws.js";
import { Microphone } from "../platform/microphone.js";
import { MicrophoneWatch } from "../platform/microphone_watch.js";
import { SipPhone } from "../platform/sip_phone.js";
import { Speaker } from "../platform/speaker.js";
import { loadPreferences, savePreferences } from "../platform/storage.js";
import { Tones } from "../platform/tones.js";
import { Path } from "../model/vocabulary.js";
import "../ui/define.js";
import { Conductor } from "./conductor.js";
import { Embedded } from "./embedded.js";
import { GwsLink } from "./gws_link.js";
import { Hosts } from "./hosts.js";
import { Screen } from "./screen.js";
import { StandAlone } from "./stand_alone.js";

const embedded = window.parent !== window || new URLSearchParams(location.search).has("embedded");

const screen = new Screen(document.body, embedded);
const attention = new Attention(embedded);
const clock = new Clock();
const desk = new Desk();
const microphone = new Microphone();
const camera = new Camera();
const conductor = new Conductor((view, now) => {
  screen.update(view, now, tones.blocked || speaker.blocked, (leg) => sip.legs.pictures.of(leg));
  hosts.update(view);
  attention.update(view.cards.some(({ state }) => state === "ringing"));
});
const emit = conductor.emit.bind(conductor);
const hosts = new Hosts({ emit, conductor, clock, look: () => mode instanceof Embedded && void mode.look() });
const tones = new Tones(() => conductor.render());
const speaker = new Speaker(screen.sounds, () => conductor.render());
const sip = new SipPhone({ emit: (event) => void (emit(event), tellDesk(event.type)), clock, microphone, camera, speaker });
desk.oniceservers = (/** @type {RTCIceServer[]} */ servers) => sip.legs.useIceServers(servers);
const gws = new Gws(`/gws${Path.API}`, () => desk.headers);
const link = new GwsLink({ emit, gws, desk, clock, onsignedout: () => mode?.signedOut() });
const watch = new MicrophoneWatch({
  microphone,
  now: () => clock.now(),
  onchange(state, reason) {
    emit({ type: "microphone", state, reason });
    sip.tellMicrophone(state);
  },
});
sip.microphoneState = () => watch.pinged();
microphone.onname = (/** @type {string} */ name) => emit({ type: "audio/name", microphone: name });
conductor.platform = { clock, sip, microphone, tones, gws, link, desk };
/** @type {Embedded | StandAlone | null} */
let mode = null;

/** Ask once for the microphone, and find out whether the browser lets us ring. */
function askMicrophone() {
  void tones.enable();
  microphone.ask().catch(() => {}); // the watch tells
}

/** @type {Record<string, boolean>} */
const REGISTERED = { "sip/registered": true, "sip/lost": false, "sip/off": false, "sip/failed": false };

/** Asterisk tells the desk nothing of registrations: the page does. @param {string} event */
function tellDesk(event) {
  const registered = REGISTERED[event];
  if (!sip.listenedTo && registered !== undefined) desk.tellPhone(registered);
}

/** @param {import("../model/shortcuts.js").Action} action */
function strike(action) {
  const press = pressOf(action, conductor.view.cards);
  if (press) emit({ type: "press", ...press });
}

/** @param {boolean} on */
async function notify(on) {
  const notifies = await attention.want(on);
  savePreferences({ notifies });
  screen.connection?.notifies(notifies);
  if (on && !notifies) emit({ type: "tell", kind: "error", text: "This browser does not let the phone notify you.", help: "Allow notifications for this page in the browser's settings, then try again." });
}

/** @param {import("../model/configuration.js").Configuration} configuration */
function begin(configuration) {
  const preferences = loadPreferences();
  const chosen = { ...configuration, ...(embedded ? {} : preferences) };
  microphone.constraints = { ...configuration.audio };
  sip.listenedTo = configuration.gateway !== "asterisk";
  const shortcuts = readShortcuts(configuration.shortcuts);
  screen.calls.shortcuts = shortcuts;
  hearShortcuts(shortcuts, strike);
  emit({ type: "video", allowed: configuration.video });
  emit({
    type: "option",
    useGwsForDialing: preferences.useGwsForDialing ?? configuration.useGwsForDialing,
    choosesState: !embedded,
    dispositionKey: configuration.dispositionKey,
    endsGoneCalls: configuration.endsGoneCalls,
    notified: configuration.gateway !== "asterisk",
  });
  const parts = { emit, desk, sip, link, gws, clock, askMicrophone, signIn: configuration.signIn };
  if (embedded) {
    const following = new Embedded(parts, chosen);
    mode = following;
    following.start();
  } else {
    const alone = new StandAlone(parts);
    mode = alone;
    screen.connection?.fill(chosen);
    attention.wanted = preferences.notifies ?? false;
    screen.connection?.notifies(attention.wanted && attention.allowed);
    screen.offer(alone);
  }
  hosts.begin(configuration);
}

async function start() {
  screen.listen({ emit: (event) => hosts.wish(event), enableSound: () => void Promise.all([tones.enable(), speaker.enable()]), savePreferences, notify: (on) => void notify(on) });
  setInterval(() => screen.tick(clock.now()), 250);
  window.addEventListener("online", () => sip.networkChanged());
  window.addEventListener("pageshow", () => sip.refresh());
  window.addEventListener("pagehide", () => tellDesk("sip/off"));
  /** @type {any} */ (navigator).connection?.addEventListener("change", () => sip.refresh());
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && sip.refresh());
  void watch.start();
  conductor.render();
  for (let told = false; ; told = true) {
    try {
      return begin(await desk.configuration());
    } catch (error) {
      const text = `The phone could not be set up: ${/** @type {Error} */ (error).message}`;
      if (!told) emit({ type: "tell", kind: "error", text, help: "It tries again by itself." });
      await new Promise((done) => clock.after(2000, () => done(undefined)));
    }
  }
}

/** For tests and for support: what the page shows, read-only, nothing secret. */
Object.defineProperty(window, "cordboard", {
  value: Object.freeze({
    get embedded() {
      return embedded;
    },
    get lights() {
      return { ...conductor.view.lights };
    },
    get registered() {
      return conductor.view.lights.sip === "on";
    },
    get agent() {
      return structuredClone(conductor.view.agent);
    },
    get cards() {
      return structuredClone(conductor.view.cards);
    },
    get messages() {
      return structuredClone(conductor.view.messages);
    },
    /** What the planes disagreed about, oldest first; `repairedBy` is empty where nothing helped or was needed. */
    get disagreements() {
      const now = clock.now();
      return conductor.phone.record.counted.map(({ name, call, since, until, by }) => ({
        name,
        call,
        since: new Date(Date.now() - (now - since)).toISOString(),
        seconds: Math.round((until ?? now) - since) / 1000,
        open: until === null,
        repairedBy: by,
      }));
    },
    get tone() {
      return conductor.phone.tone;
    },
    get microphones() {
      return microphone.streams.size;
    },
    get cameras() {
      return camera.streams.size;
    },
    get microphone() {
      return watch.state;
    },
    get workspace() {
      return hosts.workspace?.on ?? false;
    },
    get refusedMessages() {
      return hosts.api.refused;
    },
  }),
});

void start();

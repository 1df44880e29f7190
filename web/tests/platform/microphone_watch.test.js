// The microphone is watched by events alone: permission, devices, tracks, pings.
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import { Microphone } from "../../src/platform/microphone.js";
import { MicrophoneWatch } from "../../src/platform/microphone_watch.js";

class Permission extends EventTarget {
  state = "granted";
  /** @param {string} state */
  become(state) {
    this.state = state;
    this.dispatchEvent(new Event("change"));
  }
}

class Devices extends EventTarget {
  kinds = ["audioinput", "audiooutput"];
  /** The name of the error, "" for sound. */
  fails = "";
  asked = 0;
  async enumerateDevices() {
    return this.kinds.map((kind) => ({ kind }));
  }
  async getUserMedia() {
    this.asked += 1;
    if (this.fails) throw Object.assign(new Error(), { name: this.fails });
    const track = Object.assign(new EventTarget(), { stop: () => {} });
    return { getTracks: () => [track] };
  }
}

const settled = () => new Promise((done) => setTimeout(done, 5));
/** @type {Devices} */
let devices;
/** @type {Permission} */
let permission;
/** @type {string[]} */
let told;
let now = 0;
/** @type {Microphone} */
let microphone;

async function watching() {
  microphone = new Microphone(/** @type {any} */ (devices));
  const watch = new MicrophoneWatch({
    microphone,
    now: () => now,
    onchange: (state, reason) => told.push(`${state} ${reason}`.trim()),
    devices: /** @type {any} */ (devices),
    permissions: /** @type {any} */ ({ query: async () => permission }),
  });
  await watch.start();
  return watch;
}

describe("the microphone is watched", () => {
  beforeEach(() => {
    [devices, permission, told, now] = [new Devices(), new Permission(), [], 0];
  });

  test("granted and there", async () => {
    const watch = await watching();
    assert.deepEqual([watch.pinged(), told], ["ready", ["ready"]]);
  });

  test("the agent has not been asked, then says yes", async () => {
    permission.state = "prompt";
    const watch = await watching();
    assert.equal(watch.pinged(), "asked");
    await microphone.ask();
    await settled();
    assert.deepEqual([watch.pinged(), told], ["ready", ["ready"]]);
  });

  test("the permission is taken away and given back", async () => {
    const watch = await watching();
    await microphone.ask();
    permission.become("denied");
    await settled();
    assert.equal(watch.pinged(), "lost");
    permission.become("granted");
    await settled();
    assert.deepEqual(told, ["ready", "lost it is not allowed for this page", "ready"]);
  });

  test("the agent is to be asked again: not by a page that nobody looks at", async () => {
    await watching();
    await microphone.ask();
    permission.become("prompt");
    await settled();
    assert.deepEqual([told.at(-1), devices.asked], ["asked", 1]);
  });

  test("the device is unplugged and comes back", async () => {
    const watch = await watching();
    await microphone.ask();
    devices.kinds = ["audiooutput"];
    devices.dispatchEvent(new Event("devicechange"));
    await settled();
    assert.equal(watch.pinged(), "lost");
    devices.kinds = ["audioinput"];
    devices.dispatchEvent(new Event("devicechange"));
    await settled();
    assert.deepEqual(told, ["ready", "lost none was found", "ready"]);
  });

  test("the sound of a call ends by itself: it is tried whether there is another", async () => {
    const watch = await watching();
    const stream = await microphone.open("call");
    devices.fails = "NotReadableError";
    stream.getTracks()[0].dispatchEvent(new Event("ended"));
    await settled();
    assert.deepEqual([watch.pinged(), told.at(-1)], ["lost", "lost another program uses it"]);
  });

  test("what another program has taken is tried again by a ping, not by each", async () => {
    const watch = await watching();
    devices.fails = "NotReadableError";
    await microphone.ask().catch(() => {});
    await settled();
    assert.equal(watch.pinged(), "lost");
    await settled();
    const asked = devices.asked;
    for (now = 1000; now <= 10_000; now += 1000) watch.pinged();
    await settled();
    assert.equal(devices.asked, asked);
    devices.fails = "";
    now = 20_000;
    watch.pinged();
    await settled();
    assert.equal(watch.pinged(), "ready");
  });

  test("devices that change while all is well open nothing", async () => {
    await watching();
    await microphone.ask();
    devices.dispatchEvent(new Event("devicechange"));
    await settled();
    assert.equal(devices.asked, 1);
  });

  test("an insecure context has none; a browser that tells no permission is believed", async () => {
    const watch = new MicrophoneWatch({
      microphone: new Microphone(/** @type {any} */ (null)),
      now: () => 0,
      onchange: (state, reason) => told.push(`${state} ${reason}`),
      devices: /** @type {any} */ (null),
      permissions: /** @type {any} */ (null),
    });
    await watch.start();
    assert.match(told[0], /^lost this page/);
    permission = /** @type {any} */ (null);
    const other = await watching();
    assert.equal(other.pinged(), "asked");
  });
});

// The gateway's words, what is read out of SIP, the tones, the microphone, the REST client.
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { basic, Gws, GwsError } from "../../src/platform/gws.js";
import { Microphone, MicrophoneError } from "../../src/platform/microphone.js";
import { identityOf, reasonStatus, usable } from "../../src/platform/sip_reading.js";
import { period, SHAPES } from "../../src/platform/tones.js";
import { audioWord, microphoneWord, pingReply, readWord, WORDS_TYPE } from "../../src/platform/words.js";
import { complaint } from "../../src/softphone/stand_alone.js";

describe("words", () => {
  test("the ones we know", () => {
    const read = (/** @type {unknown} */ body) => readWord(WORDS_TYPE, JSON.stringify(body));
    assert.deepEqual(read({ do: "answer" }), { word: "answer" });
    assert.deepEqual(read({ do: "hold" }), { word: "hold" });
    assert.deepEqual(read({ do: "retrieve" }), { word: "retrieve" });
    assert.deepEqual(read({ call: { uuid: "U" } }), { word: "call", uuid: "U" });
    assert.deepEqual(read({ call: { transferred: "5009" } }), { word: "transferred", number: "5009" });
    assert.deepEqual(read({ do: "ping", id: "7" }), { word: "ping", id: "7" });
    assert.deepEqual(read({ "taken over": true }), { word: "taken over" });
    assert.deepEqual(read({ draining: true }), { word: "draining" });
    assert.deepEqual(read({ draining: false }), { word: "drained" });
    for (const word of ["register", "unregister", "sign out"]) assert.deepEqual(read({ do: word }), { word });
    assert.deepEqual(read({ do: "mute", microphone: true, speaker: false, other: 1 }), { word: "mute", microphone: true, speaker: false });
    assert.deepEqual(read({ do: "volume", microphone: 0, speaker: 101 }), { word: "volume", microphone: 0 });
    assert.deepEqual(read({ do: "options", autoAnswer: false, noiseSuppression: "1" }), { word: "options", autoAnswer: false });
    const device = { muted: true, volume: 80, name: "Headset" };
    assert.equal(
      audioWord({ microphone: device, speaker: device }),
      '{"audio":{"microphone":{"muted":true,"volume":80,"name":"Headset"},"speaker":{"muted":true,"volume":80,"name":"Headset"}}}',
    );
    assert.equal(pingReply("ready"), "X-Cordboard-Microphone: ready");
    assert.equal(microphoneWord("lost"), '{"is":"microphone","state":"lost"}');
  });

  test("everything else is unknown", () => {
    for (const body of ["", "{", "null", "5", "[]", '{"do":"explode"}', '{"do":{}}', '{"call":5}', '{"call":{"uuid":5}}', '{"call":{"transferred":7}}', '{"do":"ping"}']) {
      assert.deepEqual(readWord(WORDS_TYPE, body), { word: "unknown" }, body);
    }
    assert.deepEqual(readWord("application/dtmf-relay", '{"do":"answer"}'), { word: "unknown" });
    assert.deepEqual(readWord(undefined, null), { word: "unknown" });
  });
});

describe("reading SIP", () => {
  const from = { uri: { user: "%2B15550100" }, display_name: "Ann" };
  /** @param {string} asserted */
  const request = (asserted) => ({ getHeader: () => asserted });

  test("P-Asserted-Identity goes before From, the first of several", () => {
    const party = identityOf({ remote_identity: from }, request('"Bea" <sip:5002@h>, <tel:+1>'), false);
    assert.deepEqual(party, { number: "5002", name: "Bea" });
  });

  test("an own MakeCall leg is from the dialled number", () => {
    assert.deepEqual(identityOf({ remote_identity: from }, request("<sip:5001@h>"), true), { number: "+15550100", name: "Ann" });
  });

  test("what cannot be parsed is left", () => {
    assert.deepEqual(identityOf({ remote_identity: from }, request("<<<"), false), { number: "+15550100", name: "Ann" });
    assert.equal(identityOf({ remote_identity: { uri: { user: "%zz" } } }, {}, false).number, "%zz");
    assert.deepEqual(identityOf({}, {}, false), { number: "", name: "" });
  });

  test("the status in a Reason header", () => {
    assert.equal(reasonStatus('SIP;cause=403;text="Forbidden"'), 403);
    assert.equal(reasonStatus("Q.850;cause=16"), 0);
    assert.equal(reasonStatus(undefined), 0);
  });

  test("the SDP goes out with the first UDP candidate", () => {
    assert.ok(usable(/** @type {any} */ ({ protocol: "udp" })));
    assert.ok(!usable(/** @type {any} */ ({ protocol: "tcp" })));
    assert.ok(usable(/** @type {any} */ ({ candidate: "candidate:1 1 UDP 1 127.0.0.1 9 typ host" })));
  });
});

test("tones: silent between the bursts, never loud, without a click at the edges", () => {
  for (const shape of Object.values(SHAPES)) {
    const samples = period(shape, 8000);
    assert.equal(samples.length, shape.seconds * 8000);
    const loudest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    assert.ok(loudest > shape.level / 3 && loudest <= shape.level + 1e-6);
    const [, [from, to]] = [[], shape.bursts[0]];
    assert.ok(Math.abs(samples[Math.round(from * 8000)]) < 0.01 && Math.abs(samples[Math.round(to * 8000) - 1]) < 0.01);
    assert.equal(samples[samples.length - 1], 0);
  }
});

describe("the microphone", () => {
  /** @param {() => Promise<any>} getUserMedia */
  const microphone = (getUserMedia) => new Microphone({ getUserMedia });
  function stream() {
    const track = { stopped: 0, stop: () => (track.stopped += 1) };
    return { track, getTracks: () => [track] };
  }

  test("asking opens and closes it", async () => {
    const given = stream();
    await microphone(async () => given).ask();
    assert.equal(given.track.stopped, 1);
  });

  test("a call has one stream, found under its new name, closed once", async () => {
    const given = [stream(), stream()];
    let asked = 0;
    const one = microphone(async () => given[asked++]);
    const first = one.open("card-1");
    assert.equal(one.open("card-1"), first);
    one.rename("card-1", "leg");
    assert.equal(one.open("leg"), first);
    assert.equal(one.streams.size, 1);
    one.close("leg");
    one.close("leg");
    await first;
    await Promise.resolve();
    assert.deepEqual([given[0].track.stopped, one.streams.size, asked], [1, 0, 1]);
  });

  test("closed before it was open, it closes when it opens", async () => {
    const given = stream();
    const one = microphone(async () => given);
    const opening = one.open("leg");
    one.close("leg");
    await opening;
    await Promise.resolve();
    assert.equal(given.track.stopped, 1);
  });

  test("a refusal is told in words, and the next call asks again", async () => {
    const one = microphone(async () => {
      throw Object.assign(new Error("x"), { name: "NotAllowedError" });
    });
    await assert.rejects(one.open("leg"), new MicrophoneError("it is not allowed for this page"));
    assert.equal(one.streams.size, 0);
    await assert.rejects(new Microphone(/** @type {any} */ (null)).ask(), MicrophoneError);
  });
});

describe("REST to GWS", () => {
  /** @type {{ url: string, init: any }[]} */
  let asked = [];
  /** @param {number} status @param {unknown} body @param {Record<string, string>} [headers] */
  function answers(status, body, headers = {}) {
    asked = [];
    globalThis.fetch = async (url, init) => {
      asked.push({ url: String(url), init });
      return new Response(JSON.stringify(body), { status, headers });
    };
  }
  const gws = () => new Gws("/gws/api/v2", () => ({ "X-Cordboard-Page": "secret" }));

  test("the operations", async () => {
    answers(200, { statusCode: 0 });
    const one = gws();
    await one.startSession();
    await one.state("Ready");
    await one.dial("dev/ice", "5002");
    await one.call("U", "Hold");
    assert.deepEqual(asked.map(({ url, init }) => [init.method, url, JSON.parse(init.body)]), [
      ["POST", "/gws/api/v2/me", { operationName: "StartContactCenterSession", channels: ["voice"] }],
      ["POST", "/gws/api/v2/me/channels/voice", { operationName: "Ready" }],
      ["POST", "/gws/api/v2/me/devices/dev%2Fice/calls", { operationName: "Dial", destination: { phoneNumber: "5002" } }],
      ["POST", "/gws/api/v2/me/calls/U", { operationName: "Hold" }],
    ]);
    assert.ok(asked.every(({ url, init }) => init.headers["X-Cordboard-Page"] === "secret" && !url.includes("secret")));
  });

  test("partly done is done; a refusal carries status, code and text", async () => {
    answers(200, { statusCode: 7, failed: [] });
    await gws().startSession();
    answers(500, { statusCode: 4, statusMessage: "Device '5001' is not registered." });
    await assert.rejects(gws().state("Ready"), (error) => {
      assert.ok(error instanceof GwsError);
      assert.deepEqual([error.status, error.code, error.message, error.signedOut], [500, 4, "Device '5001' is not registered.", false]);
      return true;
    });
    answers(403, { statusCode: 20, statusMessage: "Access denied" });
    await assert.rejects(gws().me(), (error) => error instanceof GwsError && error.signedOut);
    answers(200, { statusCode: 2 });
    await assert.rejects(gws().state("x"), GwsError);
  });

  test("the CSRF token comes back on every POST", async () => {
    answers(200, { statusCode: 0, user: {} }, { "X-CSRF-HEADER": "X-CSRF-TOKEN", "X-CSRF-TOKEN": "t" });
    const one = gws();
    await one.me();
    await one.state("Ready");
    assert.deepEqual(asked.map(({ init }) => init.headers["X-CSRF-TOKEN"]), [undefined, "t"]);
  });

  test("no GWS: told as such", async () => {
    globalThis.fetch = async () => {
      throw new TypeError("failed");
    };
    await assert.rejects(gws().me(), (error) => error instanceof GwsError && error.status === 0);
  });

  test("the contact of a DN", async () => {
    answers(200, { statusCode: 0, settings: [{ name: "contact", value: "*" }], key: "name" });
    assert.equal(await gws().contact("d"), "*");
    answers(200, { statusCode: 0 });
    assert.equal(await gws().contact("d"), "");
  });

  test("Basic is UTF-8", () => {
    assert.deepEqual(basic("j\u00f6", "p"), { Authorization: "Basic asO2OnA=" });
  });
});

test("what the connection panel refuses, with what to do", () => {
  assert.equal(complaint("ws://127.0.0.1:8088/ws", "5001", true), null);
  assert.match(complaint("http://x", "5001", true)?.[0] ?? "", /WebSocket/);
  assert.match(complaint("ws://", "5001", true)?.[0] ?? "", /WebSocket/);
  assert.match(complaint("ws://h/ws", "", true)?.[0] ?? "", /DN/);
  assert.match(complaint("ws://h/ws", "5001", false)?.[1] ?? "", /connect GWS/);
});

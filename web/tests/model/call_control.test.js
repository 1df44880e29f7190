// Hold, mute, digits, dialling, transfer: which plane does what.
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { Bench, OTHER, resource, UUID } from "./kit.js";

/** @param {{ gws: boolean }} options */
function talking({ gws }) {
  const bench = Bench.ready();
  if (!gws) bench.tell({ type: "gws/off" });
  bench.invite();
  bench.tell({ type: "leg/accepted", leg: "L1", uuid: UUID });
  if (gws) bench.gws("Established");
  bench.took();
  return bench;
}

describe("hold", () => {
  test("by GWS when it offers Hold; the INFO then makes the page hold", () => {
    const bench = talking({ gws: true });
    bench.press("hold");
    assert.deepEqual(bench.took(), [`gws/call ${UUID} Hold card-1`]);
    bench.tell({ type: "leg/asked", leg: "L1", what: "hold" });
    assert.deepEqual(bench.took(), ["sip/hold L1"]);
    bench.tell({ type: "leg/held", leg: "L1" });
    assert.deepEqual([bench.card.state, bench.card.label], ["holding", "Holding…"]);
    bench.gws("Held");
    assert.equal(bench.card.state, "held");
    bench.press("retrieve");
    assert.deepEqual(bench.took(), [`gws/call ${UUID} Retrieve card-1`]);
    bench.tell({ type: "leg/asked", leg: "L1", what: "retrieve" });
    assert.deepEqual(bench.took(), ["sip/retrieve L1"]);
    bench.gws("Established");
    assert.deepEqual([bench.card.state, bench.card.label], ["retrieving", "Retrieving…"]);
    bench.tell({ type: "leg/retrieved", leg: "L1" });
    assert.equal(bench.card.state, "talking");
  });

  test("by SIP without GWS", () => {
    const bench = talking({ gws: false });
    bench.press("hold");
    bench.tell({ type: "leg/held", leg: "L1" });
    bench.press("retrieve");
    assert.deepEqual(bench.took(), ["sip/hold L1", "sip/retrieve L1"]);
  });

  test("by SIP while GWS is lost, whatever it said before", () => {
    const bench = talking({ gws: true });
    bench.tell({ type: "gws/lost" });
    bench.press("hold");
    assert.deepEqual(bench.took(), ["sip/hold L1"]);
  });

  test("talk on a held call retrieves it", () => {
    const bench = talking({ gws: true });
    bench.tell({ type: "leg/held", leg: "L1" });
    bench.tell({ type: "leg/asked", leg: "L1", what: "answer" });
    assert.deepEqual(bench.took(), ["sip/retrieve L1"]);
  });

  test("refused by GWS: told, and the button is there again", () => {
    const bench = talking({ gws: true });
    bench.tell({ type: "gws/refused", operation: "Hold", card: "card-1", reason: "not possible now" });
    assert.deepEqual(bench.texts(), ["Hold: not possible now"]);
    assert.equal(bench.button("hold").enabled, true);
  });
});

test("mute is a switch of the page's own sound", () => {
  const bench = talking({ gws: true });
  bench.press("mute");
  bench.tell({ type: "leg/muted", leg: "L1" });
  assert.deepEqual([bench.button("mute").label, bench.button("mute").pressed, bench.card.muted], ["Unmute", true, true]);
  bench.press("mute");
  bench.tell({ type: "leg/unmuted", leg: "L1" });
  assert.deepEqual(bench.took(), ["sip/mute L1 true", "sip/mute L1 false"]);
  assert.equal(bench.button("mute").label, "Mute");
});

test("digits go by SIP, and not while held", () => {
  const bench = talking({ gws: true });
  bench.press("keypad", "5");
  assert.deepEqual(bench.took(), ["sip/digits L1 5"]);
  bench.tell({ type: "leg/held", leg: "L1" });
  bench.press("keypad", "6");
  assert.deepEqual(bench.took(), []);
});

test("buttons keep their places through a call", () => {
  const bench = talking({ gws: true });
  const places = () => bench.card.buttons.map((button) => button.name);
  assert.deepEqual(places(), ["mute", "hold", "keypad", "transfer", "conference", "hangup"]);
  bench.gws("Held");
  assert.deepEqual(places(), ["mute", "retrieve", "keypad", "transfer", "conference", "hangup"]);
});

describe("dialling through GWS", () => {
  /** @returns {Bench} */
  function dialled() {
    const bench = Bench.ready();
    bench.tell({ type: "dial", number: "5002" });
    return bench;
  }

  const outbound = { callType: "Internal", participants: [{ phoneNumber: "5002" }], dnis: "5002", ani: "" };

  test("the card is there at once; the agent's own leg joins quietly and is picked up", () => {
    const bench = dialled();
    assert.deepEqual(bench.took(), ["gws/dial device-1 5002 card-1"]);
    assert.equal(bench.card.state, "dialing");
    bench.after(40);
    bench.invite({ remote: { number: "5002", name: "" }, agentFirst: true });
    assert.equal(bench.card.state, "dialing");
    bench.tell({ type: "leg/asked", leg: "L1", what: "answer" });
    bench.tell({ type: "leg/accepted", leg: "L1", uuid: "" });
    assert.deepEqual(bench.took(), ["microphone/open L1", "sip/answer L1"]);
    bench.gws("Dialing", outbound);
    assert.equal(bench.card.state, "dialing");
    assert.equal(bench.card.uuid, UUID);
    assert.deepEqual(bench.took(), ["tone ringback"]);
    bench.gws("Established", outbound);
    assert.deepEqual(bench.took(), ["tone none"]);
    assert.equal(bench.card.state, "talking");
  });

  test("the called party refuses: no talking time, a reason", () => {
    const bench = dialled();
    bench.invite({ remote: { number: "5002", name: "" }, agentFirst: true });
    bench.tell({ type: "leg/asked", leg: "L1", what: "answer" });
    bench.tell({ type: "leg/accepted", leg: "L1", uuid: "" });
    assert.equal(bench.card.state, "dialing");
    assert.equal(bench.card.since, null);
    bench.gws("Dialing", outbound);
    bench.bye({ status: 486 });
    bench.gws("Released", outbound);
    assert.deepEqual(bench.texts(), ["5002: The other side is busy."]);
  });

  test("the called party gives no reason", () => {
    const bench = dialled();
    bench.invite({ remote: { number: "5002", name: "" }, agentFirst: true });
    bench.gws("Dialing", outbound);
    bench.gws("Released", outbound);
    bench.bye();
    assert.deepEqual(bench.texts(), ["5002 did not answer."]);
  });

  test("GWS never speaks: after three seconds the leg counts alone", () => {
    const bench = dialled();
    bench.invite({ remote: { number: "5002", name: "" }, agentFirst: true });
    bench.tell({ type: "leg/asked", leg: "L1", what: "answer" });
    bench.tell({ type: "leg/accepted", leg: "L1", uuid: "" });
    bench.after(3000);
    assert.equal(bench.card.state, "talking");
  });

  test("GWS says Dialing before the leg comes", () => {
    const bench = dialled();
    bench.gws("Dialing", outbound);
    bench.invite({ remote: { number: "5002", name: "" }, agentFirst: true });
    assert.equal(bench.card.leg, "L1");
    assert.equal(bench.card.direction, "out");
  });

  test("nobody asks for the agent's own leg to be answered: after a second the page does it by itself", () => {
    const bench = dialled();
    bench.invite({ remote: { number: "5002", name: "" }, agentFirst: true });
    bench.took();
    bench.after(2000);
    assert.deepEqual(bench.took(), ["gws/read", "sip/answer L1"]);
  });

  test("a call from the number that was dialled, which is not marked as the agent's own: after two seconds it rings", () => {
    const bench = dialled();
    bench.invite({ remote: { number: "5002", name: "" } });
    bench.took();
    bench.after(2000);
    assert.deepEqual(bench.took(), ["gws/read", "tone ring"]);
    assert.equal(bench.button("answer").enabled, true);
  });

  test("hung up before anything came: the leg is refused when it comes", () => {
    const bench = dialled();
    bench.press("hangup");
    assert.equal(bench.card.state, "ending");
    bench.took();
    bench.invite({ remote: { number: "5002", name: "" }, agentFirst: true });
    assert.deepEqual(bench.took(), ["microphone/open L1", "sip/reject L1 486"]);
  });

  test("hung up while GWS says Dialing and no leg is there: by GWS", () => {
    const bench = dialled();
    bench.press("hangup");
    bench.took();
    bench.gws("Dialing", outbound);
    assert.deepEqual(bench.took(), [`gws/call ${UUID} Hangup card-1`]);
    bench.gws("Released", outbound);
    assert.deepEqual(bench.view.cards, []);
  });

  test("hung up while the called phone rings: by GWS, a BYE would wait for SIP Server's ACK", () => {
    const bench = dialled();
    bench.gws("Dialing", outbound);
    bench.invite({ remote: { number: "5002", name: "" }, agentFirst: true });
    bench.tell({ type: "leg/asked", leg: "L1", what: "answer" });
    bench.tell({ type: "leg/accepted", leg: "L1", uuid: "" });
    bench.took();
    bench.press("hangup");
    assert.deepEqual(bench.took(), [`gws/call ${UUID} Hangup card-1`, "tone none"]);
  });

  test("refused by GWS: the card goes, the reason is told", () => {
    const bench = dialled();
    bench.tell({ type: "gws/refused", operation: "Dial", card: "card-1", reason: "Device '5001' is not registered." });
    assert.deepEqual(bench.view.cards, []);
    assert.deepEqual(bench.texts(), ["Dial: Device '5001' is not registered."]);
  });

  test("an error of GWS's that says nothing is no second message beside the request that GWS refused", () => {
    const unsaid = () => bench.tell({ type: "gws/message", data: { messageType: "ErrorMessage", deviceUri: "" } });
    const bench = Bench.ready();
    unsaid();
    assert.deepEqual(bench.texts(), ["GWS: GWS reported an error without saying which."]);
    bench.tell({ type: "gws/refused", operation: "Ready", card: "", reason: "Device '5001' is not registered." });
    unsaid();
    assert.deepEqual(bench.texts(), ["Ready: Device '5001' is not registered."]);
    bench.after(1000);
    unsaid();
    assert.equal(bench.texts().length, 2);
  });

  test("refused by SIP Server after GWS took it: the card goes, the reason is told", () => {
    const failed = { messageType: "ErrorMessage", errorMessage: "invalid called DN" };
    const bench = dialled();
    bench.tell({ type: "gws/message", data: failed });
    assert.deepEqual(bench.view.cards, []);
    assert.deepEqual(bench.texts(), ["Calling 5002 did not start: invalid called DN."]);
    bench.tell({ type: "dial", number: "5003" });
    bench.press("hangup");
    bench.tell({ type: "gws/message", data: failed });
    assert.deepEqual(bench.view.cards, []);
    assert.equal(bench.texts().length, 1);
  });

  test("nothing comes of it for fifteen seconds", () => {
    const bench = dialled();
    bench.after(15_000);
    assert.deepEqual(bench.view.cards, []);
    assert.deepEqual(bench.texts(), ["Calling 5002 did not start."]);
  });

  test("a second press while dialling does nothing", () => {
    const bench = dialled();
    bench.tell({ type: "dial", number: "5003" });
    assert.equal(bench.view.cards.length, 1);
  });
});

test("a MakeCall leg of WWE's own dialling keeps quiet for 200 ms", () => {
  const bench = Bench.ready();
  bench.invite({ agentFirst: true });
  assert.deepEqual(bench.took(), ["microphone/open L1"]);
  bench.after(199);
  assert.deepEqual(bench.took(), []);
  bench.after(1);
  assert.deepEqual(bench.took(), ["tone ring"]);
});

describe("dialling by SIP", () => {
  /** @param {string} number */
  function dialled(number) {
    const bench = Bench.ready();
    bench.tell({ type: "option", useGwsForDialing: false });
    bench.tell({ type: "dial", number });
    return bench;
  }

  test("the leg joins its card, GWS follows by number and then by identifier", () => {
    const bench = dialled("+1 (555) 0102");
    assert.deepEqual(bench.took(), ["sip/dial +15550102 card-1"]);
    bench.tell({ type: "leg/outgoing", leg: "L1", remote: { number: "+15550102", name: "" }, card: "card-1" });
    bench.gws("Dialing", { callType: "Outbound", participants: [{ phoneNumber: "+15550102" }], dnis: "+15550102", ani: "" });
    bench.tell({ type: "leg/progress", leg: "L1", uuid: UUID, earlyMedia: false });
    assert.deepEqual(bench.took(), ["tone ringback"]);
    assert.equal(bench.card.uuid, UUID);
    bench.tell({ type: "leg/accepted", leg: "L1", uuid: "" });
    bench.gws("Established", { callType: "Outbound" });
    assert.equal(bench.card.state, "talking");
  });

  test("early media: no ringback of our own", () => {
    const bench = dialled("600");
    bench.took();
    bench.tell({ type: "leg/outgoing", leg: "L1", remote: { number: "600", name: "" }, card: "card-1" });
    bench.tell({ type: "leg/progress", leg: "L1", uuid: "", earlyMedia: true });
    assert.deepEqual(bench.took(), []);
  });

  test("busy: what happened and what to do", () => {
    const bench = dialled("5003");
    bench.tell({ type: "leg/outgoing", leg: "L1", remote: { number: "5003", name: "" }, card: "card-1" });
    bench.bye({ status: 486, cause: "Busy" });
    assert.deepEqual(bench.texts(), ["5003: The other side is busy."]);
    assert.deepEqual(bench.view.cards, []);
  });

  test("no microphone: no call", () => {
    const bench = dialled("5003");
    bench.tell({ type: "dial/failed", card: "card-1", reason: "No microphone.", help: "" });
    assert.deepEqual(bench.view.cards, []);
  });

  test("what is not a number, and a phone that is off", () => {
    for (const typed of ["", "abc", "+", "12;34", "1".repeat(40)]) {
      const bench = dialled(typed);
      assert.deepEqual([bench.took(), bench.texts()], [[], ["This is not a number."]], typed);
    }
    const bench = Bench.ready();
    bench.tell({ type: "sip/off" });
    bench.tell({ type: "dial", number: "5002" });
    assert.deepEqual(bench.texts(), ["The phone is not connected."]);
  });

  test("used as well when GWS is wanted but not connected", () => {
    const bench = Bench.ready();
    bench.tell({ type: "gws/lost" });
    bench.tell({ type: "dial", number: "5002" });
    assert.deepEqual(bench.took(), ["sip/dial 5002 card-1"]);
  });
});

describe("two calls become one", () => {
  test("the leg moves to the card of the surviving call", () => {
    const bench = talking({ gws: true });
    bench.gws("Established", { id: OTHER, callUuid: OTHER, participants: [{ phoneNumber: "5009" }] });
    assert.equal(bench.view.cards.length, 2);
    bench.tell({ type: "leg/uuid", leg: "L1", uuid: OTHER });
    bench.gws("Released");
    assert.equal(bench.card.uuid, OTHER);
    assert.equal(bench.card.leg, "L1");
    assert.equal(bench.card.who, "5009");
  });

  test("the leg's new identifier comes first, GWS follows", () => {
    const bench = talking({ gws: true });
    bench.tell({ type: "leg/uuid", leg: "L1", uuid: OTHER });
    bench.gws("Released");
    assert.equal(bench.card.state, "talking");
    bench.gws("Established", { id: OTHER, callUuid: OTHER, participants: [{ phoneNumber: "5009" }] });
    assert.equal(bench.card.who, "5009");
  });
});

describe("transferred by the gateway", () => {
  test("the card shows who is there now, and says so", () => {
    const bench = talking({ gws: false });
    bench.tell({ type: "leg/transferred", leg: "L1", number: "5009" });
    assert.equal(bench.card.who, "5009");
    assert.equal(bench.card.note, "Transferred.");
    bench.tell({ type: "leg/transferred", leg: "L9", number: "1" });
    assert.equal(bench.view.cards.length, 1);
  });
});

describe("what GWS refuses", () => {
  test("Hold and Retrieve go by SIP where GWS was not reached, and it is read again; other refusals are the agent's to know", () => {
    const bench = talking({ gws: true });
    bench.took();
    bench.press("hold");
    assert.deepEqual(bench.took(), [`gws/call ${UUID} Hold ${bench.card.id}`]);
    bench.tell({ type: "gws/refused", operation: "Hold", card: bench.card.id, reason: "GWS is not reachable.", unreachable: true });
    assert.deepEqual(bench.took(), ["sip/hold L1", "gws/read"]);
    assert.deepEqual(bench.texts(), []);
    bench.tell({ type: "leg/held", leg: "L1" });
    assert.equal(bench.card.state, "held");
    bench.tell({ type: "gws/refused", operation: "InitiateTransfer", card: bench.card.id, reason: "invalid called DN" });
    assert.deepEqual(bench.texts(), ["Transfer: invalid called DN"]);
    assert.equal(bench.view.messages[0].help, "Check the number, then try again.");
  });
});

describe("several calls", () => {
  test("a second call waits with a soft tone; the ringing one is on top", () => {
    const bench = talking({ gws: true });
    bench.invite({ leg: "L2", uuid: OTHER, remote: { number: "+15550199", name: "" } });
    assert.deepEqual(bench.took(), ["microphone/open L2", "tone waiting"]);
    assert.deepEqual(bench.view.cards.map((card) => card.state), ["ringing", "talking"]);
  });

  test("no card moves when it is answered: under the mouse is the same call", () => {
    const bench = talking({ gws: false });
    bench.invite({ leg: "L2", uuid: OTHER, remote: { number: "+15550199", name: "" } });
    bench.press("answer");
    bench.tell({ type: "leg/held", leg: "L1" });
    bench.tell({ type: "leg/accepted", leg: "L2", uuid: OTHER });
    assert.deepEqual(bench.view.cards.map((card) => [card.leg, card.state]), [["L2", "talking"], ["L1", "held"]]);
  });
});

test("the snapshot after a reconnect: calls in the gap are found, calls that vanished are released", () => {
  const bench = talking({ gws: true });
  bench.tell({ type: "gws/lost" });
  bench.after(5000);
  bench.tell({ type: "gws/on" });
  const asked = bench.now;
  bench.after(20);
  const user = { calls: [resource("Ringing", { id: OTHER, callUuid: OTHER })], devices: [] };
  bench.tell({ type: "gws/snapshot", user, asked });
  assert.deepEqual(bench.view.cards.map((card) => card.state), ["ringing", "ending"]);
});

test("a late snapshot neither brings a released call back nor overrules a newer message", () => {
  const bench = Bench.ready();
  bench.invite();
  bench.gws("Ringing");
  const asked = bench.now;
  bench.after(5);
  bench.gws("Established");
  bench.tell({ type: "gws/snapshot", user: { calls: [resource("Ringing")] }, asked });
  assert.equal(bench.phone.cards[0].gws?.state, "Established");
  bench.gws("Released");
  bench.bye();
  bench.tell({ type: "gws/snapshot", user: { calls: [resource("Established")] }, asked });
  assert.deepEqual(bench.view.cards, []);
});

test("after a reload GWS alone shows the call, with its age", () => {
  const bench = Bench.ready();
  bench.tell({ type: "gws/snapshot", user: { calls: [resource("Established", { duration: "42" })] }, asked: bench.now });
  assert.equal(bench.card.since, bench.now - 42_000);
});

test("a late snapshot does not overrule the agent's newer state", () => {
  const bench = Bench.ready();
  const device = (/** @type {string} */ state) => ({ id: "device-1", phoneNumber: "5001", userState: { state } });
  const asked = bench.now;
  bench.after(100);
  bench.tell({ type: "gws/message", data: { messageType: "DeviceStateChangeMessage", devices: [device("NotReady")] } });
  bench.tell({ type: "gws/snapshot", user: { calls: [], devices: [device("Ready")] }, asked });
  assert.equal(bench.view.agent?.state, "Not Ready");
  bench.tell({ type: "gws/snapshot", user: { calls: [], devices: [device("Ready")] }, asked: bench.now });
  assert.equal(bench.view.agent?.state, "Ready");
});

test("what was said of a lost connection goes when the phone is registered again", () => {
  const bench = Bench.ready();
  const failures = ["No connection to gateway.test:8080.", "The phone system did not accept the registration (503)."];
  for (const text of failures) bench.tell({ type: "tell", kind: "error", text, help: "The phone keeps trying." });
  bench.tell({ type: "tell", kind: "error", text: "Something else.", help: "" });
  assert.equal(bench.texts().length, 3);
  bench.tell({ type: "sip/registered" });
  assert.deepEqual(bench.texts(), ["Something else."]);
});

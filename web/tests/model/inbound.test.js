// An incoming call: both orders of the planes, every way it can end.
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { Bench, OTHER, UUID } from "./kit.js";

describe("one card per call", () => {
  test("SIP speaks first, GWS joins by X-Genesys-CallUUID", () => {
    const bench = Bench.ready();
    bench.invite();
    assert.equal(bench.card.state, "ringing");
    assert.deepEqual(bench.took(), ["microphone/open L1", "tone ring"]);
    bench.after(69);
    bench.gws("Ringing");
    assert.equal(bench.card.uuid, UUID);
    assert.deepEqual(bench.card.data, [["Segment", "Gold"]]);
    assert.deepEqual(bench.took(), []);
  });

  test("GWS speaks first, the leg joins", () => {
    const bench = Bench.ready();
    bench.gws("Ringing");
    assert.equal(bench.card.state, "ringing");
    assert.equal(bench.button("reject").enabled, false);
    assert.deepEqual(bench.took(), ["tone ring"]);
    bench.after(100);
    bench.invite();
    assert.equal(bench.card.leg, "L1");
    assert.equal(bench.button("reject").enabled, true);
    assert.deepEqual(bench.took(), ["microphone/open L1"]);
  });

  test("two calls from one number stay two cards when the identifiers differ", () => {
    const bench = Bench.ready();
    bench.invite();
    bench.gws("Ringing", { id: OTHER, callUuid: OTHER });
    assert.equal(bench.view.cards.length, 2);
  });

  test("without the header the number joins within two seconds, either plane first", () => {
    for (const order of [["sip", "gws"], ["gws", "sip"]]) {
      const bench = Bench.ready();
      for (const plane of order) {
        if (plane === "sip") bench.invite({ uuid: "", remote: { number: "15550100", name: "" } });
        else bench.gws("Ringing");
        bench.after(900);
      }
      assert.equal(bench.card.uuid, UUID, order.join());
    }
  });

  test("without the header a number seen three seconds ago joins nothing", () => {
    const bench = Bench.ready();
    bench.invite({ uuid: "" });
    bench.after(2500);
    bench.gws("Ringing");
    assert.equal(bench.view.cards.length, 2);
  });
});

describe("answer", () => {
  test("in the softphone: by SIP, never by GWS", () => {
    const bench = Bench.ready();
    bench.invite();
    bench.gws("Ringing");
    bench.took();
    bench.press("answer");
    bench.press("answer");
    assert.deepEqual(bench.took(), ["sip/answer L1", "tone none"]);
    assert.equal(bench.card.state, "connecting");
    bench.tell({ type: "leg/accepted", leg: "L1", uuid: "" });
    bench.gws("Established", { duration: "2" });
    assert.equal(bench.card.state, "talking");
    assert.equal(bench.card.since, bench.now);
  });

  test("in the desktop: the gateway's INFO asks for it", () => {
    const bench = Bench.ready();
    bench.invite();
    bench.took();
    bench.tell({ type: "leg/asked", leg: "L1", what: "answer" });
    assert.deepEqual(bench.took(), ["sip/answer L1", "tone none"]);
    bench.tell({ type: "leg/asked", leg: "L1", what: "answer" });
    assert.deepEqual(bench.took(), []);
  });

  test("pressed before the leg is there: answered when it comes", () => {
    const bench = Bench.ready();
    bench.gws("Ringing");
    bench.press("answer");
    assert.equal(bench.button("answer").enabled, false);
    bench.took();
    bench.invite();
    assert.deepEqual(bench.took(), ["microphone/open L1", "sip/answer L1"]);
  });

  test("without a microphone: 480, and the agent is told", () => {
    const bench = Bench.ready();
    bench.invite();
    bench.took();
    bench.tell({ type: "leg/no-microphone", leg: "L1", reason: "not allowed" });
    assert.deepEqual(bench.took(), ["sip/reject L1 480", "tone none"]);
    assert.deepEqual(bench.texts(), ["No microphone: not allowed."]);
  });
});

describe("the end", () => {
  /** @param {Bench} bench */
  function talk(bench) {
    bench.invite();
    bench.gws("Ringing");
    bench.tell({ type: "leg/accepted", leg: "L1", uuid: UUID });
    bench.gws("Established");
    bench.after(65_000);
    bench.took();
  }

  test("hang up here: by GWS, the card goes when both planes said so", () => {
    const bench = Bench.ready();
    talk(bench);
    bench.press("hangup");
    assert.deepEqual(bench.took(), [`gws/call ${UUID} Hangup card-1`]);
    assert.equal(bench.card.state, "ending");
    bench.bye();
    assert.equal(bench.card.state, "ending");
    bench.gws("Released");
    assert.deepEqual(bench.view.cards, []);
    assert.deepEqual(bench.took(), ["microphone/close L1"]);
    assert.deepEqual(bench.texts(), ["Call with +15550100 ended, 01:05."]);
  });

  test("hang up without GWS, or where GWS refuses it: BYE", () => {
    const bench = Bench.ready();
    talk(bench);
    bench.press("hangup");
    bench.took();
    bench.tell({ type: "gws/refused", operation: "Hangup", card: "card-1", reason: "no" });
    assert.deepEqual([bench.took(), bench.texts()], [["sip/hangup L1"], []]);
    const alone = Bench.ready();
    talk(alone);
    alone.tell({ type: "gws/lost" });
    alone.press("hangup");
    assert.deepEqual(alone.took(), ["sip/hangup L1"]);
  });

  test("the customer hangs up, GWS speaks first", () => {
    const bench = Bench.ready();
    talk(bench);
    bench.gws("Released");
    assert.equal(bench.card.state, "ending");
    bench.bye();
    assert.deepEqual(bench.view.cards, []);
  });

  test("abandoned while ringing: the tone stops with the first plane, a missed call is told", () => {
    const bench = Bench.ready();
    bench.invite();
    bench.gws("Ringing");
    bench.took();
    bench.gws("Released");
    assert.deepEqual(bench.took(), ["tone none"]);
    bench.bye({ cause: "Canceled" });
    assert.deepEqual(bench.view.cards, []);
    assert.deepEqual(bench.texts(), ["Missed call from +15550100."]);
    bench.after(8000);
    assert.deepEqual(bench.texts(), []);
  });

  test("rejected: 486, nothing is told", () => {
    const bench = Bench.ready();
    bench.invite();
    bench.took();
    bench.press("reject");
    assert.deepEqual(bench.took(), ["sip/reject L1 486", "tone none"]);
    bench.bye({ by: "local", status: 486 });
    assert.deepEqual(bench.view.cards, []);
    assert.deepEqual(bench.texts(), []);
  });

  test("a leg that ended while GWS keeps the call: three seconds later GWS's buttons are left", () => {
    const bench = Bench.ready();
    talk(bench);
    bench.bye();
    bench.after(2999);
    assert.equal(bench.card.state, "ending");
    bench.after(1);
    assert.equal(bench.card.note, "This call has no sound in this page.");
    bench.press("hangup");
    assert.ok(bench.took().includes(`gws/call ${UUID} Hangup card-1`));
  });

  test("GWS released a call whose leg lives: after three seconds it is a plain SIP call", () => {
    const bench = Bench.ready();
    talk(bench);
    bench.gws("Released");
    bench.after(3000);
    assert.equal(bench.card.state, "talking");
    bench.took();
    bench.press("hold");
    assert.deepEqual(bench.took(), ["sip/hold L1"]);
  });
});

describe("orphans after three seconds", () => {
  test("GWS rings, no leg: silent, with a note, no Answer", () => {
    const bench = Bench.ready();
    bench.gws("Ringing");
    bench.took();
    bench.after(3000);
    assert.deepEqual(bench.took(), ["gws/read", "sip/refresh", "tone none"]);
    assert.equal(bench.card.note, "This phone was not rung for this call.");
    assert.equal(bench.button("answer").enabled, false);
  });

  test("a leg alone still works, with a note only while GWS is connected", () => {
    const bench = Bench.ready();
    bench.invite();
    bench.after(3000);
    assert.equal(bench.card.note, "GWS does not show this call.");
    assert.equal(bench.button("answer").enabled, true);
    bench.tell({ type: "gws/lost" });
    assert.equal(bench.card.note, "");
  });
});

describe("the connection was lost while it rang: the gateway rings anew", () => {
  test("the new leg takes the old one's place, and still rings", () => {
    const bench = Bench.ready();
    bench.invite();
    bench.gws("Ringing");
    bench.took();
    bench.invite({ leg: "L2" });
    assert.deepEqual(bench.took(), ["sip/hangup L1", "microphone/close L1", "microphone/open L2"]);
    bench.bye();
    assert.equal(bench.card.state, "ringing");
    assert.equal(bench.card.leg, "L2");
  });

  test("what was answered into the gap is answered again", () => {
    const bench = Bench.ready();
    bench.invite();
    bench.press("answer");
    bench.took();
    bench.invite({ leg: "L2" });
    assert.deepEqual(bench.took().slice(-1), ["sip/answer L2"]);
  });
});

describe("a call that another page had", () => {
  test("is answered at once, without a tone, and has lasted", () => {
    const bench = Bench.ready();
    bench.invite({ lasted: 73 });
    assert.deepEqual(bench.took(), ["microphone/open L1", "sip/answer L1"]);
    assert.equal(bench.card.state, "connecting");
    bench.tell({ type: "leg/accepted", leg: "L1", uuid: "" });
    assert.equal(bench.card.state, "talking");
    bench.gws("Established");
    assert.equal(bench.phone.cards[0].since, bench.now - 73_000);
  });

  test("is on the card that GWS has shown since the page was loaded", () => {
    const bench = Bench.ready();
    bench.gws("Established", { duration: 80 });
    bench.after(800);
    bench.invite({ lasted: 73 });
    bench.tell({ type: "leg/accepted", leg: "L1", uuid: "" });
    assert.equal(bench.view.cards.length, 1);
    assert.equal(bench.card.state, "talking");
    assert.deepEqual(bench.took(), ["microphone/open L1", "sip/answer L1"]);
  });

  test("is on the card of the leg that the gateway has just ended", () => {
    const bench = Bench.ready();
    bench.invite();
    bench.press("answer");
    bench.tell({ type: "leg/accepted", leg: "L1", uuid: "" });
    bench.gws("Established");
    bench.bye();
    bench.took();
    bench.invite({ leg: "L2", lasted: 73 });
    bench.tell({ type: "leg/accepted", leg: "L2", uuid: "" });
    bench.after(5000);
    assert.equal(bench.view.cards.length, 1);
    assert.equal(bench.card.state, "talking");
    assert.deepEqual(bench.took(), ["microphone/open L2", "sip/answer L2"]);
  });

  test("is held when the gateway says so", () => {
    const bench = Bench.ready();
    bench.gws("Held");
    bench.invite({ lasted: 73 });
    bench.tell({ type: "leg/accepted", leg: "L1", uuid: "" });
    bench.tell({ type: "leg/held", leg: "L1" });
    assert.equal(bench.card.state, "held");
  });

  test("without a microphone it is not taken", () => {
    const bench = Bench.ready();
    bench.invite({ lasted: 73 });
    bench.took();
    bench.tell({ type: "leg/no-microphone", leg: "L1", reason: "none" });
    assert.deepEqual(bench.took(), ["sip/reject L1 480"]);
  });
});

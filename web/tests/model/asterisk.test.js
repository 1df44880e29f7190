// A phone that SIP Server's NOTIFYs do not reach (Asterisk in the gateway's place): hold goes by SIP, and GWS hears nothing of it.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Bench } from "./kit.js";

/** A call is up on both planes. */
function talking() {
  const bench = Bench.ready();
  bench.tell({ type: "option", notified: false });
  bench.invite();
  bench.gws("Ringing");
  bench.press("answer");
  bench.tell({ type: "leg/accepted", leg: "L1", uuid: "" });
  bench.gws("Established");
  bench.took();
  return bench;
}

test("hold and retrieve go by SIP, though GWS offers them", () => {
  const bench = talking();
  bench.press("hold");
  assert.deepEqual(bench.took(), ["sip/hold L1"]);
  bench.tell({ type: "leg/held", leg: "L1" });
  assert.equal(bench.view.cards[0]?.state, "held");
  bench.press("retrieve");
  assert.deepEqual(bench.took(), ["sip/retrieve L1"]);
  bench.tell({ type: "leg/retrieved", leg: "L1" });
  assert.equal(bench.view.cards[0]?.state, "talking");
});

test("that GWS knows of no hold is no disagreement", () => {
  const bench = talking();
  bench.press("hold");
  bench.tell({ type: "leg/held", leg: "L1" });
  bench.took();
  bench.after(30_000);
  assert.deepEqual(bench.took(), []);
  assert.equal(bench.view.disagreements, 0);
  assert.equal(bench.view.cards[0]?.state, "held");
});

test("the end of the call is GWS's as ever", () => {
  const bench = talking();
  bench.press("hangup");
  assert.deepEqual(bench.took().map((effect) => effect.split(" ")[0]), ["gws/call"]);
});

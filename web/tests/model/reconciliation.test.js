// Every disagreement of the planes: it has a name, a time and a repair, whichever plane spoke first.
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { DISAGREEMENTS } from "../../src/model/reconciliation.js";
import { Bench, OTHER, resource, UUID } from "./kit.js";

const OPERATIONS = ["Hangup", "Hold", "InitiateTransfer", "UpdateUserData"];

/** A call is up on both planes. @param {["sip", "gws"] | ["gws", "sip"]} [order] */
function talking(order = ["sip", "gws"]) {
  const bench = Bench.ready();
  bench.tell({ type: "gws/snapshot", user: { calls: [], devices: [] }, asked: bench.now, gap: true });
  for (const plane of order) {
    if (plane === "sip") bench.invite();
    else bench.gws("Ringing");
  }
  for (const plane of order) {
    if (plane === "sip") bench.tell({ type: "leg/accepted", leg: "L1", uuid: "" });
    else bench.gws("Established", { capabilities: OPERATIONS });
  }
  bench.after(100);
  bench.took();
  return bench;
}

/** GWS is asked again, and shows these calls. @param {Bench} bench @param {Record<string, unknown>[]} calls @param {boolean} [gap] */
function reread(bench, calls, gap = false) {
  const asked = bench.now;
  bench.after(20);
  bench.tell({ type: "gws/snapshot", user: { calls, devices: [] }, asked, gap });
}

/** @param {Bench} bench */
const open = (bench) => bench.phone.record.now.filter((one) => one.counted).map((one) => one.name);
/** @param {Bench} bench */
const counted = (bench) => bench.phone.record.counted.map((one) => `${one.name}: ${one.until === null ? "open" : one.by}`);
/** @param {Bench} bench */
const agree = (bench) => assert.deepEqual([open(bench), bench.card.planes.disagree], [[], ""]);

test("names are given once, and repairs come in their order, none before the disagreement counts", () => {
  assert.equal(new Set(DISAGREEMENTS.map((row) => row.name)).size, DISAGREEMENTS.length);
  for (const row of DISAGREEMENTS) {
    const times = row.repairs.map((repair) => repair.after);
    assert.deepEqual(times, [...times].sort((a, b) => a - b), row.name);
    assert.ok(times.length > 0 && times[0] >= row.counts, row.name);
  }
});

test("planes that are a moment apart disagree about nothing, in either order", () => {
  for (const order of /** @type {["sip", "gws"][]} */ ([["sip", "gws"], ["gws", "sip"]])) {
    const bench = Bench.ready();
    for (const plane of order) {
      if (plane === "sip") bench.invite();
      else bench.gws("Ringing");
      bench.after(999);
    }
    bench.after(5000);
    assert.deepEqual([counted(bench), bench.view.disagreements], [[], 0], order.join());
  }
});

describe("ringing-without-invite", () => {
  test("GWS rings alone: read again and look after the connection; the INVITE that comes late ends it", () => {
    const bench = Bench.ready();
    bench.gws("Ringing");
    bench.took();
    bench.after(1000);
    assert.deepEqual(bench.took(), ["gws/read", "sip/refresh"]);
    assert.deepEqual(bench.card.planes, { here: "", gws: "Ringing", disagree: "ringing-without-invite", since: 1000 });
    bench.after(400);
    bench.invite();
    agree(bench);
    assert.deepEqual(counted(bench), ["ringing-without-invite: re-read"]);
  });

  test("the leg ends unanswered, GWS goes on ringing: a call that was rejected here is nobody's disagreement", () => {
    const bench = Bench.ready();
    bench.invite();
    bench.gws("Ringing");
    bench.press("reject");
    bench.bye({ by: "local", status: 486 });
    bench.after(2500);
    assert.deepEqual(counted(bench), []);
  });

  test("Answer was pressed, and there is nothing to answer: told after three seconds", () => {
    const bench = Bench.ready();
    bench.gws("Ringing");
    bench.press("answer");
    bench.after(3000);
    assert.deepEqual(bench.texts(), ["The call could not be answered: this phone was not rung."]);
  });

  test("read again, GWS has no such call: the card goes", () => {
    const bench = Bench.ready();
    bench.gws("Ringing");
    bench.after(1000);
    reread(bench, []);
    assert.deepEqual([bench.view.cards, open(bench)], [[], []]);
  });
});

describe("invite-without-event", () => {
  test("the leg rings alone: read again, and the call is there", () => {
    const bench = Bench.ready();
    bench.invite();
    bench.took();
    bench.after(1000);
    assert.deepEqual([bench.took(), open(bench)], [["gws/read"], ["invite-without-event"]]);
    reread(bench, [resource("Ringing")]);
    agree(bench);
    assert.equal(bench.card.data.length, 1);
  });

  test("the event comes late", () => {
    const bench = Bench.ready();
    bench.invite();
    bench.after(1500);
    bench.gws("Ringing");
    agree(bench);
  });

  test("without GWS there is nothing to compare", () => {
    const bench = Bench.ready();
    bench.tell({ type: "gws/lost" });
    bench.invite();
    bench.after(60_000);
    assert.deepEqual([counted(bench), bench.card.state], [[], "ringing"]);
  });
});

describe("answer-without-talk", () => {
  test("the Answer was taken, then nothing: the page answers", () => {
    const bench = Bench.ready();
    bench.invite();
    bench.gws("Ringing");
    bench.took();
    bench.tell({ type: "gws/accepted", operation: "Answer", card: "", call: UUID });
    bench.after(999);
    assert.deepEqual(bench.took(), []);
    bench.after(1);
    assert.deepEqual(bench.took(), ["sip/answer L1", "tone none"]);
    assert.deepEqual(counted(bench), ["answer-without-talk: answer"]);
  });

  test("GWS says Established while the leg rings, before or after it came", () => {
    for (const first of ["sip", "gws"]) {
      const bench = Bench.ready();
      if (first === "sip") bench.invite();
      bench.gws("Ringing");
      bench.gws("Established");
      if (first === "gws") bench.invite();
      bench.took();
      bench.after(1000);
      assert.deepEqual(bench.took().at(-1), "sip/answer L1", first);
    }
  });

  test("the Answer was taken, and this phone was not rung: told", () => {
    const bench = Bench.ready();
    bench.gws("Ringing");
    bench.tell({ type: "gws/accepted", operation: "Answer", card: "", call: UUID });
    bench.after(3000);
    assert.deepEqual(bench.texts(), ["The call could not be answered: this phone was not rung."]);
  });

  test("the word comes in time: nothing is done twice", () => {
    const bench = Bench.ready();
    bench.invite();
    bench.gws("Ringing");
    bench.tell({ type: "gws/accepted", operation: "Answer", card: "", call: UUID });
    bench.tell({ type: "leg/asked", leg: "L1", what: "answer" });
    bench.took();
    bench.after(3000);
    assert.deepEqual(bench.took(), []);
  });
});

describe("held in one plane", () => {
  test("held in words only when both planes say so", () => {
    for (const first of ["sip", "gws"]) {
      const bench = talking();
      const steps = [() => bench.tell({ type: "leg/held", leg: "L1" }), () => bench.gws("Held")];
      if (first === "gws") steps.reverse();
      steps[0]();
      assert.deepEqual([bench.card.state, bench.card.label], ["holding", "Holding…"], first);
      steps[1]();
      assert.deepEqual([bench.card.state, bench.card.label], ["held", "On hold"], first);
      agree(bench);
    }
  });

  test("GWS holds, the leg talks: the page holds by re-INVITE", () => {
    const bench = talking();
    bench.gws("Held");
    bench.after(1000);
    assert.deepEqual([bench.took(), open(bench)], [["gws/read"], ["held-at-gws-only"]]);
    reread(bench, [resource("Held")]);
    bench.after(980);
    assert.deepEqual(bench.took(), ["sip/hold L1"]);
    bench.tell({ type: "leg/held", leg: "L1" });
    assert.equal(bench.card.state, "held");
    assert.deepEqual(counted(bench), ["held-at-gws-only: hold or retrieve"]);
  });

  test("the leg is held, GWS says Established: GWS is asked to hold, too", () => {
    const bench = talking();
    bench.tell({ type: "leg/held", leg: "L1" });
    bench.after(1000);
    assert.deepEqual([bench.took(), open(bench)], [["gws/read"], ["held-here-only"]]);
    bench.after(1000);
    assert.deepEqual(bench.took(), [`gws/call ${UUID} Hold card-1`]);
    bench.gws("Held");
    agree(bench);
  });

  test("only the event of the hold was lost: the re-read mends it", () => {
    const bench = talking();
    bench.tell({ type: "leg/held", leg: "L1" });
    bench.after(1000);
    reread(bench, [resource("Held")]);
    assert.equal(bench.card.state, "held");
    agree(bench);
    assert.deepEqual(counted(bench), ["held-here-only: re-read"]);
  });

  test("retrieved at GWS, the leg stays held: the page retrieves", () => {
    const bench = talking();
    bench.tell({ type: "leg/held", leg: "L1" });
    bench.gws("Held");
    bench.gws("Established", { capabilities: OPERATIONS });
    assert.equal(bench.card.label, "Retrieving…");
    bench.after(2000);
    assert.deepEqual(bench.took(), ["gws/read", "sip/retrieve L1"]);
  });

  test("retrieved here, GWS stays Held: GWS is asked to retrieve", () => {
    const bench = talking();
    bench.gws("Held");
    bench.tell({ type: "leg/held", leg: "L1" });
    bench.tell({ type: "leg/retrieved", leg: "L1" });
    bench.after(2000);
    assert.deepEqual(bench.took(), ["gws/read", `gws/call ${UUID} Retrieve card-1`]);
  });

  test("it cannot be mended: tried three times, and then it is shown", () => {
    const bench = talking();
    bench.gws("Held");
    bench.after(60_000);
    assert.deepEqual(bench.took(), ["gws/read", "sip/hold L1", "sip/hold L1", "sip/hold L1"]);
    assert.deepEqual([bench.card.label, bench.card.planes.disagree], ["Holding…", "held-at-gws-only"]);
  });
});

describe("gone in one plane", () => {
  test("the leg ended, GWS shows the call: read again, and the card goes", () => {
    const bench = talking();
    bench.bye();
    bench.took();
    bench.after(1000);
    assert.deepEqual([bench.took(), open(bench)], [["gws/read"], ["gone-here-only"]]);
    reread(bench, []);
    assert.deepEqual([bench.view.cards, counted(bench)], [[], ["gone-here-only: re-read"]]);
  });

  test("hung up here, and GWS, asked again, still has it: Hangup", () => {
    const bench = talking();
    bench.bye({ by: "local" });
    bench.took();
    bench.after(1000);
    reread(bench, [resource("Established", { capabilities: OPERATIONS })]);
    bench.after(980);
    assert.deepEqual(bench.took(), ["gws/read", `gws/call ${UUID} Hangup card-1`]);
  });

  test("the leg broke off: GWS's call is left to the agent", () => {
    const bench = talking();
    bench.bye();
    bench.took();
    bench.after(10_000);
    assert.deepEqual(bench.took(), ["gws/read"]);
    assert.equal(bench.card.note, "This call has no sound in this page.");
  });

  test("GWS released it, the leg lives: the agent goes on talking, and BYE only after GWS has said so twice", () => {
    const bench = talking();
    bench.gws("Released");
    bench.after(3000);
    assert.deepEqual([bench.card.state, bench.took()], ["talking", ["gws/read"]]);
    assert.equal(bench.card.note, "GWS has ended this call; it goes on here.");
    bench.after(7000);
    assert.deepEqual(bench.took(), ["gws/read"]);
    reread(bench, []);
    bench.after(5000);
    assert.deepEqual(bench.took(), ["sip/hangup L1"]);
  });

  test("GWS cannot be read again, or knows it after all, or nobody is logged in: no BYE", () => {
    const silent = talking();
    silent.gws("Released");
    silent.after(60_000);
    assert.deepEqual(silent.took(), ["gws/read", "gws/read"]);
    assert.equal(silent.card.state, "talking");

    const wrong = talking();
    wrong.gws("Released");
    wrong.after(1000);
    reread(wrong, [resource("Established", { capabilities: OPERATIONS })]);
    wrong.after(60_000);
    assert.deepEqual([wrong.took(), wrong.card.state], [["gws/read"], "talking"]);
    agree(wrong);

    const nobody = talking();
    nobody.phone.endsGoneCalls = false;
    nobody.gws("Released");
    nobody.after(10_000);
    reread(nobody, []);
    nobody.after(60_000);
    assert.deepEqual([nobody.took(), nobody.card.state], [["gws/read", "gws/read"], "talking"]);
  });

  test("the call has another identifier at GWS, which the leg was not told: it goes to that card", () => {
    for (const first of ["new", "old"]) {
      const bench = talking();
      const steps = [() => bench.gws("Established", { id: OTHER, callUuid: OTHER, participants: ["5009"] }), () => bench.gws("Released")];
      if (first === "old") steps.reverse();
      for (const step of steps) step();
      bench.after(2000);
      assert.deepEqual([bench.card.uuid, bench.card.leg, bench.card.who, bench.card.state], [OTHER, "L1", "5009", "talking"], first);
      bench.after(60_000);
      assert.equal(bench.card.state, "talking");
    }
  });
});

describe("hang-up-without-end", () => {
  test("GWS took the Hangup and nothing came of it: BYE after a second", () => {
    const bench = talking();
    bench.press("hangup");
    bench.took();
    bench.after(999);
    assert.deepEqual(bench.took(), []);
    bench.after(1);
    assert.deepEqual(bench.took(), ["sip/hangup L1"]);
    bench.bye({ by: "local" });
    bench.gws("Released");
    assert.deepEqual(bench.view.cards, []);
  });

  test("the page's connection is interrupted: GWS and BYE at once, which waits for the next connection", () => {
    const bench = talking();
    bench.tell({ type: "sip/lost" });
    bench.press("hangup");
    assert.deepEqual(bench.took().sort(), [`gws/call ${UUID} Hangup card-1`, "sip/hangup L1"]);
  });

  test("GWS says Released, the leg's BYE is lost: BYE from here", () => {
    const bench = talking();
    bench.press("hangup");
    bench.gws("Released");
    bench.took();
    bench.after(1000);
    assert.deepEqual(bench.took(), ["sip/hangup L1"]);
    bench.bye({ by: "local" });
    assert.deepEqual(bench.view.cards, []);
  });
});

describe("events-lost", () => {
  test("after a handshake: what had changed in the gap is found, and counted once", () => {
    const bench = talking();
    bench.tell({ type: "gws/lost" });
    bench.after(5000);
    bench.tell({ type: "gws/on" });
    reread(bench, [resource("Held")], true);
    assert.deepEqual(counted(bench), ["events-lost: re-read"]);
    reread(bench, [resource("Held")], true);
    assert.equal(bench.view.disagreements, 1);
  });

  test("a gap in which nothing happened is no disagreement", () => {
    const bench = talking();
    bench.tell({ type: "gws/lost" });
    bench.tell({ type: "gws/on" });
    reread(bench, [resource("Established", { capabilities: OPERATIONS })], true);
    assert.deepEqual(counted(bench), []);
  });

  test("events in an order that cannot be: everything is read again", () => {
    const bench = talking();
    bench.gws("Ringing");
    assert.deepEqual([bench.took(), counted(bench)], [["gws/read"], ["events-lost: re-read"]]);
    const second = Bench.ready();
    second.gws("Held");
    assert.deepEqual(second.took(), ["gws/read"]);
  });
});

test("while GWS is away the agent talks, holds and hangs up, and nothing is repaired on its old words", () => {
  const bench = talking();
  bench.tell({ type: "gws/lost" });
  bench.press("hold");
  bench.tell({ type: "leg/held", leg: "L1" });
  bench.after(30_000);
  assert.deepEqual([bench.took(), bench.card.label], [["sip/hold L1"], "On hold"]);
  bench.press("retrieve");
  bench.tell({ type: "leg/retrieved", leg: "L1" });
  bench.press("hangup");
  assert.deepEqual(bench.took(), ["sip/retrieve L1", "sip/hangup L1"]);
  bench.bye({ by: "local" });
  bench.tell({ type: "gws/on" });
  reread(bench, [], true);
  assert.deepEqual([bench.view.cards, open(bench)], [[], []]);
});

test("the desk is told when a disagreement counts and when it is over", () => {
  const bench = Bench.ready();
  bench.invite();
  bench.after(1000);
  bench.effects = bench.effects.filter((effect) => effect.do === "disagreement/tell");
  const about = { do: "disagreement/tell", name: "invite-without-event", call: UUID };
  assert.deepEqual(bench.effects, [{ ...about, by: "", milliseconds: null }]);
  bench.gws("Ringing");
  assert.deepEqual(bench.effects.filter((effect) => effect.do === "disagreement/tell").at(-1), { ...about, by: "re-read", milliseconds: 1000 });
});

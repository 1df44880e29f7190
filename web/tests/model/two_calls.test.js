// Two calls of one agent: one talks at a time; consultations, transfers and conferences at GWS.
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { Bench, OTHER, UUID } from "./kit.js";

const ROOT = "http://gws/api/v2/me/calls";
const CONSULT = ["Hangup", "SwapCalls", "CompleteTransfer", "CompleteConference"];

/** @param {Bench} bench @param {string} leg @param {import("../../src/model/events.js").ButtonName | import("../../src/model/events.js").Joining} button @param {string} [number] */
function press(bench, leg, button, number) {
  const card = bench.view.cards.find((one) => one.leg === leg);
  if (!card) throw new Error(`no card with ${leg}`);
  bench.tell({ type: "press", card: card.id, button, number });
}

/** @param {Bench} bench */
const states = (bench) => Object.fromEntries(bench.view.cards.map((card) => [card.leg, card.state]));

/** One call is up, without GWS unless told. @param {Bench} [bench] @param {Record<string, unknown>} [gws] */
function talking(bench = Bench.ready(), gws) {
  if (!gws) bench.tell({ type: "gws/off" });
  bench.invite();
  bench.press("answer");
  bench.tell({ type: "leg/accepted", leg: "L1", uuid: "" });
  if (gws) bench.gws("Established", gws);
  bench.took();
  return bench;
}

describe("a second call", () => {
  test("beeps; answering it holds the first one before", () => {
    const bench = talking();
    bench.invite({ leg: "L2", uuid: OTHER, remote: { number: "+15550199", name: "" } });
    assert.deepEqual(bench.took(), ["microphone/open L2", "tone waiting"]);
    press(bench, "L2", "answer");
    assert.deepEqual(bench.took(), ["sip/hold L1"]);
    bench.tell({ type: "leg/held", leg: "L1" });
    assert.deepEqual(bench.took(), ["sip/answer L2", "tone none"]);
  });

  test("is answered after two seconds even if the hold does not come about, and once only", () => {
    const bench = talking();
    bench.invite({ leg: "L2", uuid: OTHER });
    press(bench, "L2", "answer");
    press(bench, "L2", "answer");
    bench.took();
    bench.after(1999);
    assert.deepEqual(bench.took(), []);
    bench.after(1);
    assert.deepEqual(bench.took(), ["sip/answer L2", "tone none"]);
  });

  test("by GWS where GWS offers it; taking the first back holds the second", () => {
    const bench = talking(Bench.ready(), {});
    bench.invite({ leg: "L2", uuid: OTHER });
    press(bench, "L2", "answer");
    assert.deepEqual(bench.took().at(-1), `gws/call ${UUID} Hold card-1`);
    bench.tell({ type: "leg/held", leg: "L1" });
    bench.tell({ type: "leg/accepted", leg: "L2", uuid: "" });
    bench.gws("Held");
    assert.deepEqual(states(bench), { L1: "held", L2: "talking" });
    bench.took();
    press(bench, "L1", "retrieve");
    assert.deepEqual(bench.took(), ["sip/hold L2"]);
    bench.tell({ type: "leg/held", leg: "L2" });
    assert.deepEqual(bench.took(), [`gws/call ${UUID} Retrieve card-1`]);
  });

  test("dialling holds what is up", () => {
    const bench = talking();
    bench.tell({ type: "option", useGwsForDialing: false });
    bench.tell({ type: "dial", number: "5002" });
    assert.deepEqual(bench.took(), ["sip/hold L1", "sip/dial 5002 card-2"]);
  });
});

describe("transfer and conference", () => {
  const capabilities = ["Hangup", "Hold", "InitiateTransfer", "SingleStepTransfer", "InitiateConference", "SingleStepConference"];

  /** The consultation with 5002 is up, on a leg of its own. */
  function consulting() {
    const bench = talking(Bench.ready(), { capabilities, uri: `${ROOT}/${UUID}` });
    press(bench, "L1", "transfer-consult", "5002");
    bench.gws("Held", { uri: `${ROOT}/${UUID}` });
    bench.tell({ type: "leg/held", leg: "L1" });
    bench.invite({ leg: "L2", uuid: OTHER, remote: { number: "5002", name: "" }, agentFirst: true });
    bench.tell({ type: "leg/asked", leg: "L2", what: "answer" });
    bench.tell({ type: "leg/accepted", leg: "L2", uuid: "" });
    const more = { id: OTHER, callUuid: OTHER, callType: "Consult", participants: ["5002"], parentCallUri: `${ROOT}/${UUID}`, uri: `${ROOT}/${OTHER}` };
    bench.gws("Established", { ...more, capabilities: CONSULT });
    return bench;
  }

  test("the forms offer what GWS offers", () => {
    const bench = talking(Bench.ready(), { capabilities: ["SingleStepTransfer"] });
    assert.deepEqual([bench.button("transfer").ways, bench.button("conference").enabled], [["directly"], false]);
  });

  test("a consultation has its card at once, and no ring", () => {
    const bench = talking(Bench.ready(), { capabilities });
    press(bench, "L1", "transfer-consult", "5002");
    const [effect] = bench.effects;
    assert.deepEqual(effect, {
      do: "gws/call",
      call: UUID,
      operation: "InitiateTransfer",
      card: "card-2",
      fields: { destination: { phoneNumber: "5002" } },
    });
    assert.equal(bench.view.cards.length, 2);
    bench.tell({ type: "gws/refused", operation: "InitiateTransfer", card: "card-2", reason: "no" });
    assert.equal(bench.view.cards.length, 1);
  });

  test("at once: nothing but the request", () => {
    const bench = talking(Bench.ready(), { capabilities });
    press(bench, "L1", "conference-directly", "5002");
    assert.deepEqual(bench.effects.map((effect) => effect.do === "gws/call" && effect.operation), ["SingleStepConference"]);
    assert.equal(bench.view.cards.length, 1);
  });

  test("what is no number is told", () => {
    const bench = talking(Bench.ready(), { capabilities });
    press(bench, "L1", "transfer-directly", "Ben");
    assert.deepEqual([bench.took(), bench.texts()], [[], ["This is not a number."]]);
  });

  test("either card completes, in either way, and swaps", () => {
    for (const leg of ["L1", "L2"]) {
      const bench = consulting();
      bench.took();
      press(bench, leg, "transfer");
      assert.deepEqual(bench.took(), [`gws/call ${OTHER} CompleteTransfer card-2`]);
      press(bench, leg, "conference");
      assert.deepEqual(bench.took(), [`gws/call ${OTHER} CompleteConference card-2`]);
    }
    const bench = consulting();
    bench.took();
    press(bench, "L1", "retrieve");
    const [effect] = bench.effects;
    assert.deepEqual(effect.do === "gws/call" && [effect.call, effect.operation, effect.fields], [OTHER, "SwapCalls", { otherCallUri: `${ROOT}/${UUID}` }]);
  });

  test("going back ends the consultation, then takes the first call back", () => {
    const bench = consulting();
    bench.took();
    press(bench, "L2", "reconnect");
    assert.deepEqual(bench.took(), [`gws/call ${OTHER} Hangup card-2`]);
    bench.gws("Released", { id: OTHER, callUuid: OTHER, capabilities: [] });
    assert.deepEqual(bench.took(), [`gws/call ${UUID} Retrieve card-1`]);
  });

  test("one leg for both calls: it goes to the consultation, and the first card says nothing of missing sound", () => {
    const bench = talking(Bench.ready(), { capabilities, uri: `${ROOT}/${UUID}` });
    press(bench, "L1", "transfer-consult", "5002");
    bench.gws("Held", { uri: `${ROOT}/${UUID}` });
    bench.tell({ type: "leg/uuid", leg: "L1", uuid: OTHER });
    bench.gws("Established", { id: OTHER, callUuid: OTHER, callType: "Consult", participants: ["5002"], parentCallUri: `${ROOT}/${UUID}`, capabilities: CONSULT });
    const [first, second] = bench.view.cards;
    assert.deepEqual([first.leg, first.state, first.note], ["", "held", ""]);
    assert.deepEqual([second.leg, second.state, second.who], ["L1", "talking", "5002"]);
    bench.took();
    press(bench, "L1", "hangup");
    assert.deepEqual(bench.took(), [`gws/call ${OTHER} Hangup card-2`]);
  });

  test("a conference and a recording are told", () => {
    const bench = talking(Bench.ready(), { participants: ["5002", "5003"], recordingState: "Recording" });
    assert.deepEqual([bench.card.detail, bench.card.who, bench.card.recording], ["Conference of 3", "5002, 5003", "Recorded"]);
    bench.gws("Established", { recordingState: "Paused" });
    assert.equal(bench.card.recording, "Recording paused");
  });
});

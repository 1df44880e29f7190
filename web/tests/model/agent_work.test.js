// What an agent does besides talking: attached data, dispositions, states with reasons, the work after a call, options of the connector.
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { readDispositions, readStates, reasonsOf } from "../../src/model/choices.js";
import { Bench, resource, UUID } from "./kit.js";

const DATA = ["AttachUserData", "UpdateUserData", "DeleteUserDataPair", "Hangup"];

/** @param {string[]} capabilities */
function talking(capabilities = DATA) {
  const bench = Bench.ready();
  bench.invite();
  bench.tell({ type: "leg/accepted", leg: "L1", uuid: "" });
  bench.gws("Established", { capabilities, userData: { Segment: "Gold", IW_CaseUid: "1", nested: { a: "b" } } });
  bench.took();
  return bench;
}

/** @param {string} state @param {string} [workMode] @param {string} [displayName] */
const device = (state, workMode = "", displayName = "") => ({
  type: /** @type {const} */ ("gws/message"),
  data: { messageType: "DeviceStateChangeMessage", devices: [{ id: "device-1", phoneNumber: "5001", userState: { state, workMode, displayName } }] },
});

describe("attached data", () => {
  test("a key that is there is updated, a new one attached, a pair deleted", () => {
    const bench = talking();
    bench.tell({ type: "data/set", card: "card-1", key: "Segment", value: "Silver" });
    bench.tell({ type: "data/set", card: "card-1", key: " Note ", value: "Monday" });
    bench.tell({ type: "data/delete", card: "card-1", key: "Segment" });
    const asked = bench.effects.flatMap((effect) => (effect.do === "gws/call" ? [[effect.operation, effect.fields]] : []));
    assert.deepEqual(asked, [
      ["UpdateUserData", { userData: { Segment: "Silver" } }],
      ["AttachUserData", { userData: { Note: "Monday" } }],
      ["DeleteUserDataPair", { key: "Segment" }],
    ]);
  });

  test("what GWS does not offer, what is the same, what has no key and what is too long is not asked for", () => {
    const none = talking(["Hangup"]);
    none.tell({ type: "data/set", card: "card-1", key: "Segment", value: "Silver" });
    none.tell({ type: "data/delete", card: "card-1", key: "Segment" });
    assert.deepEqual([none.took(), none.card.changes], [[], { attach: false, update: false, remove: false, keys: ["Segment"] }]);
    const bench = talking();
    bench.tell({ type: "data/set", card: "card-1", key: "Segment", value: "Gold" });
    bench.tell({ type: "data/set", card: "card-1", key: " ", value: "x" });
    bench.tell({ type: "data/set", card: "card-9", key: "Segment", value: "x" });
    bench.tell({ type: "data/delete", card: "card-1", key: "Other" });
    bench.tell({ type: "data/set", card: "card-1", key: "Segment", value: "x".repeat(1001) });
    assert.deepEqual([bench.took(), bench.texts()], [[], ["This is too long to be attached to a call."]]);
  });

  test("while GWS is away nothing can be changed", () => {
    const bench = talking();
    bench.tell({ type: "gws/lost" });
    assert.equal(bench.card.changes.update, false);
  });
});

describe("disposition", () => {
  const attributes = [{ name: "Language", values: [] }, { name: "dispositioncode", values: [{ name: "sold", displayName: "Sold" }, { name: "call-back" }, { name: 5 }] }];

  test("the values of the business attribute, in any case; without it there are none", () => {
    assert.deepEqual(readDispositions(attributes, "DispositionCode"), [{ value: "sold", label: "Sold" }, { value: "call-back", label: "call-back" }]);
    for (const hostile of [null, "x", [null, 5], [{ name: "DispositionCode", values: "x" }]]) assert.deepEqual(readDispositions(hostile, "DispositionCode"), []);
    assert.deepEqual(readDispositions([{ name: "", values: [{ name: "x" }] }], ""), []);
  });

  test("is chosen on the card and kept in the attached data; its row is the list", () => {
    const bench = talking();
    const before = bench.card;
    assert.ok(!before.disposition);
    bench.tell({ type: "option", dispositionKey: "DispositionCode" });
    bench.tell({ type: "gws/dispositions", businessAttributes: attributes });
    assert.deepEqual([bench.card.disposition?.value, bench.card.disposition?.enabled], ["", true]);
    bench.tell({ type: "disposition", card: "card-1", value: "sold" });
    const [effect] = bench.effects;
    assert.deepEqual(effect.do === "gws/call" && [effect.operation, effect.fields], ["AttachUserData", { userData: { DispositionCode: "sold" } }]);
    bench.gws("Established", { capabilities: DATA, userData: { DispositionCode: "sold" } });
    assert.deepEqual([bench.card.disposition?.value, bench.card.data], ["sold", []]);
  });
});

describe("states", () => {
  const listed = [
    { operationName: "Ready", displayName: "Ready", state: "Ready" },
    { operationName: "NotReady", displayName: "Not Ready", state: "NotReady" },
    { operationName: "Lunch", displayName: "Lunch break", state: "NotReady" },
    { operationName: "Offline", displayName: "Offline", state: "Logout" },
  ];

  test("the contact centre's list, with reasons, without Offline; a list without a state is none", () => {
    const states = readStates(listed) ?? [];
    assert.deepEqual(states.map((one) => one.operation), ["Ready", "NotReady", "Lunch"]);
    assert.deepEqual(reasonsOf(states).map((one) => one.label), ["Lunch break"]);
    for (const hostile of [null, [], [null, { operationName: "X", state: "Odd" }]]) assert.equal(readStates(hostile), null);
  });

  test("the reason is shown, and the time in the state begins with it", () => {
    const bench = Bench.ready();
    bench.tell({ type: "gws/states", settings: listed });
    bench.after(5000);
    bench.tell(device("NotReady", "", "Lunch break"));
    assert.deepEqual([bench.view.agent?.state, bench.view.agent?.operation, bench.view.agent?.since], ["Lunch break", "Lunch", bench.now]);
    const since = bench.now;
    bench.after(5000);
    bench.tell(device("NotReady", "", "Lunch break"));
    assert.equal(bench.view.agent?.since, since);
  });

  test("a state that GWS took and nobody told of is looked for after two seconds", () => {
    const bench = Bench.ready();
    bench.tell({ type: "state", operation: "NotReady" });
    bench.tell({ type: "gws/accepted", operation: "NotReady", card: "", call: "" });
    bench.took();
    bench.after(2000);
    assert.deepEqual(bench.took(), ["gws/read"]);
    bench.tell({ type: "gws/accepted", operation: "Ready", card: "", call: "" });
    bench.after(50);
    bench.tell(device("Ready"));
    bench.after(60_000);
    assert.deepEqual(bench.took(), []);
  });
});

describe("the work after a call", () => {
  /** The call is over and the switch has made it After Call Work, in either order. @param {"call" | "state"} first */
  function over(first = "call") {
    const bench = talking();
    const extensions = { BusinessCall: 1, WrapUpTime: 20 };
    bench.tell({ type: "gws/message", data: { messageType: "CallStateChangeMessage", call: resource("Established"), extensions } });
    bench.after(60_000);
    const steps = [() => bench.gws("Released"), () => bench.tell(device("NotReady", "AfterCallWork", "After Call Work"))];
    if (first === "state") steps.reverse();
    steps[0]();
    bench.after(200);
    steps[1]();
    bench.bye();
    bench.took();
    return bench;
  }

  test("counts down from WrapUpTime, whichever is told first", () => {
    for (const first of /** @type {const} */ (["call", "state"])) {
      const bench = over(first);
      const { afterCall, since } = bench.view.agent ?? {};
      assert.deepEqual(afterCall, { who: "+15550100", until: Number(since) + 20_000, disposition: null }, first);
    }
  });

  test("extended: it lasts until the next state; GWS's refusal changes nothing", () => {
    const bench = over();
    bench.tell({ type: "state", operation: "AfterCallWork" });
    assert.deepEqual(bench.took(), ["gws/state AfterCallWork"]);
    bench.tell({ type: "gws/refused", operation: "AfterCallWork", card: "", reason: "no" });
    assert.notEqual(bench.view.agent?.afterCall?.until, null);
    bench.tell({ type: "gws/accepted", operation: "AfterCallWork", card: "", call: "" });
    assert.equal(bench.view.agent?.afterCall?.until, null);
    bench.tell(device("Ready"));
    assert.equal(bench.view.agent?.afterCall, null);
  });

  test("chosen by hand, long after a call, it has no end", () => {
    const bench = over();
    bench.tell(device("Ready"));
    bench.after(60_000);
    bench.tell(device("NotReady", "AfterCallWork"));
    assert.deepEqual(bench.view.agent?.afterCall, { who: "", until: null, disposition: null });
  });

  test("the call that is over is given a disposition, which GWS then tells", () => {
    const bench = over();
    bench.tell({ type: "option", dispositionKey: "DispositionCode" });
    bench.tell({ type: "gws/dispositions", businessAttributes: [{ name: "DispositionCode", values: [{ name: "sold" }, { name: "lost" }] }] });
    const choice = () => bench.view.agent?.afterCall?.disposition;
    assert.deepEqual([choice()?.value, choice()?.choices.length, choice()?.enabled], ["", 2, true]);
    bench.tell({ type: "after-call/disposition", value: "sold" });
    const asked = () => /** @type {any[]} */ (bench.effects).filter((effect) => effect.do === "gws/disposition");
    assert.deepEqual(asked(), [{ do: "gws/disposition", device: "device-1", call: UUID, uri: "", value: "sold", key: "DispositionCode" }]);
    bench.gws("Released", { userData: { DispositionCode: "sold" } });
    assert.equal(choice()?.value, "sold");
    bench.tell({ type: "after-call/disposition", value: "sold" });
    assert.equal(asked().length, 1);
    bench.tell({ type: "gws/lost" });
    assert.equal(choice()?.enabled, false);
  });

  test("its end is not told: GWS is asked once", () => {
    const bench = over();
    bench.after(21_999);
    bench.took();
    bench.after(60_000);
    assert.deepEqual(bench.took(), ["gws/read"]);
  });
});

describe("options of the connector", () => {
  test("auto answer: with a beep; not while another call is up", () => {
    const bench = Bench.ready();
    bench.tell({ type: "audio/options", autoAnswer: true });
    bench.invite();
    assert.deepEqual(bench.took(), ["microphone/open L1", "sip/answer L1", "beep"]);
    bench.tell({ type: "leg/accepted", leg: "L1", uuid: "" });
    bench.invite({ leg: "L2", uuid: "other" });
    assert.deepEqual(bench.took(), ["microphone/open L2", "tone waiting"]);
  });

  test("without a headset not ready: only where states are chosen here, only when it was asked for, only while Ready", () => {
    const lost = { type: /** @type {const} */ ("microphone"), state: /** @type {const} */ ("lost"), reason: "none was found" };
    for (const [wanted, alone, state, asked] of /** @type {[boolean, boolean, string, string[]][]} */ ([
      [true, true, "Ready", ["gws/state NotReady"]],
      [true, true, "NotReady", []],
      [true, false, "Ready", []],
      [false, true, "Ready", []],
    ])) {
      const bench = Bench.ready();
      bench.tell({ type: "option", choosesState: alone });
      bench.tell({ type: "audio/options", notReadyWithoutHeadset: wanted });
      bench.tell(device(state));
      bench.tell(lost);
      assert.deepEqual(bench.took(), asked, JSON.stringify([wanted, alone, state]));
    }
  });
});

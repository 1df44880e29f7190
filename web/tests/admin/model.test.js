// What the admin page makes of what it is told.
import assert from "node:assert/strict";
import { test } from "node:test";

import { counted, grade, grouped, line, milliseconds, opinion, percent, span } from "../../src/admin/model/figures.js";
import { History } from "../../src/admin/model/history.js";
import { after, kind, label, parties, steps } from "../../src/admin/model/ladder.js";
import { agentState, compare, inSight, matches, shownAgents, shownCalls } from "../../src/admin/model/lists.js";
import { route, toTrace } from "../../src/admin/model/routes.js";

/** @param {string} dn @param {object} [is] @returns {import("../../src/admin/model/types.js").Agent} */
const agent = (dn, is = {}) => ({ dn, registered: true, pages: 1, reachable: true, why: "", microphone: "ready", calls: 0, ...is });
const HEARD = { mos: 0, loss: 0, jitter: 0, round_trip: 0, codec: "", packets: 0 };
/** @param {string} name @param {number} mos @returns {import("../../src/admin/model/types.js").Call} */
const call = (name, mos) => ({ call: name, call_uuid: `U${name}`, dn: "5001", far: "***00", made_by: "trunk", state: "talking", begun: 1, answered: 2, page_away: false, from_page: { ...HEARD, mos }, from_trunk: HEARD });
/** @param {number} at @param {string} source @param {string} target @param {string} title @param {string} [plane] */
const entry = (at, source, target, title, plane = "sip") => ({ at, plane, source, target, title, text: title });

test("figures as people read them", () => {
  assert.deepEqual([grade(4.4), grade(3.7), grade(2), grade(0), grade(null)], ["good", "fair", "poor", "", ""]);
  assert.deepEqual([opinion(4.36), opinion(null)], ["4.4", "–"]);
  assert.deepEqual([percent(0), percent(0.0004), percent(0.021), percent(0.5), percent(null)], ["0.0 %", "< 0.1 %", "2.1 %", "50 %", "–"]);
  assert.deepEqual([milliseconds(0.0204), milliseconds(0), milliseconds(null)], ["20 ms", "–", "–"]);
  assert.deepEqual([span(4.9), span(65), span(3700), span(90_000), span(-1)], ["4 s", "1 min 5 s", "1 h 1 min", "1 d 1 h", "0 s"]);
  assert.deepEqual([counted(1, "call"), counted(1234, "call")], ["1 call", "1\u202f234 calls"]);
  assert.equal(grouped(1234567), "1\u202f234\u202f567");
  assert.equal(line([5], 10, 10), "");
  assert.equal(line([0, 4], 10, 12), "0.0,10.0 10.0,2.0");
});

test("agents with trouble come first, numbers by value", () => {
  const agents = [agent("10000"), agent("5002", { reachable: false, why: "its softphone does not answer" }), agent("900"), agent("5001", { calls: 1 }), agent("5003", { pages: 0, reachable: false })];
  const names = (/** @type {string} */ filter, words = "") => shownAgents(agents, filter, words).map(({ dn }) => dn);
  assert.deepEqual(names("All"), ["5002", "900", "5001", "5003", "10000"]);
  assert.deepEqual(names("Reachable"), ["900", "5001", "10000"]);
  assert.deepEqual(names("Not reachable"), ["5002"]);
  assert.deepEqual(names("On a call"), ["5001"]);
  assert.deepEqual(names("No softphone"), ["5003"]);
  assert.deepEqual(names("All", "does  ANSWER"), ["5002"]);
  assert.deepEqual(agents.map((each) => agentState(each)[0]), ["Reachable", "Not reachable", "Reachable", "On a call", "No softphone"]);
  assert.deepEqual(["b", "10", "a", "9"].sort(compare), ["9", "10", "a", "b"]);
});

test("the calls that sound worst come first", () => {
  const shown = shownCalls([call("a", 4.4), call("b", 2.1), call("c", 0)], "");
  assert.deepEqual(shown.map(({ call }) => call), ["b", "a", "c"]);
  assert.deepEqual(shownCalls([call("a", 4)], "held"), []);
  assert.equal(matches("", "x"), true);
});

test("of a long list the rows in sight exist", () => {
  assert.deepEqual(inSight(1000, 40, 0, 400), { first: 0, last: 15 });
  assert.deepEqual(inSight(1000, 40, 20_000, 400), { first: 495, last: 515 });
  assert.deepEqual(inSight(3, 40, 0, 400), { first: 0, last: 3 });
  assert.deepEqual(inSight(0, 40, 900, 400), { first: 0, last: 0 });
});

test("a ladder has its parties in their places and every step on one clock", () => {
  const entries = [entry(10, "SIP Server", "gateway", "INVITE sip:number-1@192.0.2.1, with sdp"), entry(10.5, "gateway", "page", "INVITE sip:page"), entry(13, "GWS", "page", "CallStateChangedMessage StatusChange Ringing", "cometd"), entry(13.2, "gateway", "gateway", "call ended", "call")];
  assert.deepEqual(parties(entries), ["GWS", "page", "gateway", "SIP Server"]);
  const drawn = steps(entries, new Set());
  assert.deepEqual(drawn.map(({ from, to }) => [from, to]), [[3, 2], [2, 1], [0, 1], [2, 2]]);
  assert.deepEqual(drawn.map((step) => after(step.after)), ["+0.000", "+0.500", "+3.000", "+3.200"]);
  assert.deepEqual(drawn.map(({ pause }) => pause), [0, 0, 2.5, 0]);
  assert.deepEqual(steps(entries, new Set(["sip"])).map(({ index }) => index), [2, 3]);
  assert.deepEqual(steps([], new Set()), []);
});

test("a refusal stands out, what is provisional steps back", () => {
  const kinds = [entry(0, "a", "b", "486 Busy Here (INVITE)"), entry(0, "a", "b", "180 Ringing (INVITE)"), entry(0, "a", "b", "200 OK (BYE)"), entry(0, "a", "b", "403 to POST /api", "rest"), entry(0, "a", "b", "page_offer refused: 503 full", "media"), entry(0, "a", "b", "INVITE sip:486@x")].map(kind);
  assert.deepEqual(kinds, ["wrong", "provisional", "", "wrong", "wrong", ""]);
});

test("labels are short", () => {
  assert.equal(label("INVITE sip:number-1@192.0.2.1:5060;transport=ws, with sdp", "sip"), "INVITE number-1, with sdp");
  assert.equal(label("200 OK (INVITE)", "sip"), "200 OK (INVITE)");
  assert.equal(label("CallStateChangedMessage StatusChange Ringing; CallStateChangedMessage StatusChange Ringing", "cometd"), "CallStateChanged Ringing");
  assert.equal(label("trunk_offer", "media"), "trunk_offer");
});

test("addresses name a view, and a call by any name", () => {
  assert.deepEqual(route(""), { view: "overview", call: "" });
  assert.deepEqual(route("#/nothing"), { view: "overview", call: "" });
  assert.deepEqual(route("#/agents/5001"), { view: "agents", call: "" });
  assert.deepEqual(route(toTrace("a/b@c d")), { view: "traces", call: "a/b@c d" });
  assert.deepEqual(route("#/traces/%E0%A4%A"), { view: "traces", call: "" });
});

test("the history is as long as ten minutes", () => {
  const history = new History();
  for (let each = 0; each < 400; each++) history.note({ calls: each });
  assert.equal(history.of("calls").length, 300);
  assert.equal(history.of("calls").at(-1), 399);
  assert.deepEqual(history.of("nothing"), []);
});

// Pages beside the call: web contents and webrtc-widget.json; people to call.
import assert from "node:assert/strict";
import { test } from "node:test";

import { readCall } from "../../src/model/gws.js";
import { Options } from "../../src/desktop/model/options.js";
import { operationOf, purposesOf, readContacts, searchPath, typedNumber } from "../../src/desktop/model/team.js";
import { filled, webContents, wrongSections } from "../../src/desktop/model/web_content.js";
import { frameAddress, readWidget } from "../../src/desktop/model/widget.js";
import { AGENT, resource } from "../model/kit.js";

const SECTIONS = {
  "interaction-workspace": { "interaction.web-content": "crm, quiet ,broken", "workspace.web-content": "wiki" },
  crm: { label: "CRM", url: "https://crm.example/?id=$Interaction.Id$&who=$Agent.UserName$&s=$Segment$", allow: "clipboard-read", placement: "tab" },
  quiet: { url: "https://log.example/", mode: "hidden" },
  broken: { label: "Broken", url: "javascript:alert(1)" },
  wiki: { label: "Wiki", url: "/wiki", placement: "background" },
};
const CASE = { number: "1", call: /** @type {any} */ (readCall(resource("Established", { userData: { Segment: "Gold & more", "Customer Id": "7" } }))), before: "", started: 0, since: 0, direction: /** @type {const} */ ("in") };

test("sections become pages with label, placement and what their frame may; what is no page is told", () => {
  const options = new Options(SECTIONS);
  const [crm, quiet, ...others] = webContents(options, "interaction");
  assert.deepEqual([crm.label, crm.placement, crm.allow], ["CRM", "tab", "clipboard-read"]);
  assert.deepEqual([quiet.label, quiet.placement], ["quiet", "hidden"]);
  assert.deepEqual(others, []);
  assert.equal(webContents(options, "workspace")[0].placement, "background");
  assert.deepEqual(wrongSections(options), ["broken"]);
});

test("macros: the agent, Workspace's own counter, attached data; encoded, and empty when unknown", () => {
  const [crm] = webContents(new Options(SECTIONS), "interaction");
  assert.equal(filled(crm.url, AGENT, CASE), "https://crm.example/?id=1&who=agent5001&s=Gold%20%26%20more");
  const more = "/x?a=$Agent.FullName$&e=$Agent.EmployeeId$&c=$AttachedData.Customer Id$&n=$Nothing$&d=$5";
  assert.equal(filled(more, AGENT, CASE, "E1"), "/x?a=Ada%20One&e=E1&c=7&n=&d=$5");
  assert.equal(filled("/x?s=$Segment$", AGENT, undefined), "/x?s=");
});

test("the guide's webrtc-widget.json is honoured in every field", () => {
  const guide = {
    id: "webrtc-softphone",
    name: "WebRTC Softphone",
    url: "http://127.0.0.1:8080/",
    width: 420,
    height: 610,
    resizable: true,
    position: "floating",
    autoLoad: false,
    dependencies: [],
    settings: { sipServer: "ws://127.0.0.1:8088/ws", autoConnect: true },
  };
  const { widget, problems } = readWidget(guide);
  assert.deepEqual(problems, []);
  assert.deepEqual([widget?.width, widget?.height, widget?.resizable, widget?.position, widget?.autoLoad], [420, 610, true, "floating", false]);
  assert.equal(frameAddress(/** @type {any} */ (widget), "http://127.0.0.1:8090/"), "http://127.0.0.1:8080/#sipServer=ws%3A%2F%2F127.0.0.1%3A8088%2Fws&autoConnect=true");
});

test("wrong fields are told in words, and no secret travels", () => {
  const wrong = { url: "/", width: "wide", resizable: "yes", position: "top", autoLoad: 1, settings: { password: "x", list: [], theme: "dark" } };
  const { widget, problems } = readWidget(wrong);
  assert.deepEqual([widget?.width, widget?.resizable, widget?.position, widget?.autoLoad], [400, false, "right-panel", true]);
  assert.deepEqual(widget?.settings, { theme: "dark" });
  assert.equal(problems.length, 6);
  assert.match(problems.join(), /'width'.*'position' is none of.*no secrets/s);
  assert.deepEqual(readWidget({ url: "javascript:1" }), { widget: null, problems: ["'url' is not an address of a page"] });
  assert.deepEqual(readWidget([]).widget, null);
});

test("people are found by wildcards in names and numbers", () => {
  assert.equal(searchPath("", 10), "/contacts?fields=*&limit=10");
  assert.equal(searchPath(" ada 50*2 "), "/contacts?fields=*&limit=30&filterName=NamesOrPhoneNumberMatches&filterParameters=*ada*,*502*");
  const reply = {
    contacts: [
      { id: "u1", type: "User", name: "agent5001", firstName: "Ada", lastName: "One", phoneNumbers: [{ phoneNumber: "5001" }] },
      {
        id: "u2", type: "User", name: "agent5002", firstName: "Ben", lastName: "Two", groups: ["Sales"], phoneNumbers: [{ phoneNumber: "5002" }],
        availability: { channels: [{ userState: { displayName: "Ready", state: "Ready" }, available: true, userActivity: "Idle" }] },
      },
      { id: "q", type: "Queue", name: "Billing", phoneNumbers: [{ phoneNumber: "8001" }] },
      { id: "g", type: "AgentGroup", name: "Sales" },
    ],
  };
  const found = readContacts(reply, "5001");
  assert.deepEqual(found.map(({ kind, name, number, state, available }) => [kind, name, number, state, available]), [
    ["User", "Ben Two", "5002", "Ready", true],
    ["Queue", "Billing", "8001", "", null],
    ["AgentGroup", "Sales", "", "", null],
  ]);
  assert.equal(typedNumber("+1 (555) 0100")[0].number, "+15550100");
  assert.deepEqual(typedNumber("Ben"), []);
});

test("what can be done with somebody follows the capabilities of the call and the options", () => {
  const call = readCall(resource("Established", { capabilities: ["Hangup", "SingleStepTransfer", "InitiateTransfer", "InitiateConference"] }));
  const one = { ...CASE, call: /** @type {any} */ (call) };
  const names = (/** @type {Record<string, string>} */ options) => purposesOf(one, new Options({ "interaction-workspace": options })).map(({ purpose }) => purpose);
  assert.deepEqual(names({}), ["transfer-directly", "transfer-consult", "conference-consult", "dial"]);
  assert.deepEqual(names({ "voice.can-one-step-transfer": "false", "voice.can-make-call": "false" }), ["transfer-consult", "conference-consult"]);
  assert.equal(operationOf("transfer-consult"), "InitiateTransfer");
  assert.deepEqual(purposesOf(undefined, new Options()).map(({ label }) => label), ["Call"]);
});

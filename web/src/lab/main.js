// The lab's own page: lets customers call, shows their calls and the queues, starts a scenario.

import { icon, make, say } from "../ui/dom.js";

const EVERY = 1000;

/** @typedef {{ id: string, from: string, to: string, state?: string }} LabCall */
/** @typedef {{ number: string, name: string, queue: string }} RoutingPoint */
/** @typedef {{ queue: string, waiting: number, longestWait: number, answered: number, abandoned: number, overflowed: number }} Queue */
/** @typedef {{ customers: number, unaccounted: number, answered: number, abandoned: number, refused: number, overflowed: number }} Summary */
/** @typedef {{ id: string, name: string, over: boolean, summary: Summary }} Scenario */

/** @param {string} text @param {HTMLElement} input */
const field = (text, input) => make("label", { class: "field" }, make("span", {}, text), input);

const from = make("input", { value: "+15550100", required: true, autocomplete: "off", "data-testid": "lab-from" });
const to = make("input", { value: "8000", required: true, autocomplete: "off", "data-testid": "lab-to" });
const name = make("input", { value: "Example Customer", autocomplete: "off", "data-testid": "lab-name" });
const segment = make("input", { value: "Gold", autocomplete: "off", "data-testid": "lab-segment" });
const sound = make(
  "select",
  { "data-testid": "lab-sound" },
  make("option", { value: "" }, "A voice"),
  make("option", { value: "440" }, "A tone of 440 Hz"),
  make("option", { value: "1000" }, "A tone of 1000 Hz"),
);
const error = make("p", { class: "error", role: "alert", "data-testid": "lab-error" });
const list = make("ul", { class: "calls", "data-testid": "lab-calls" });
const points = make("div", { class: "points", "data-testid": "lab-points" });
const queues = make("table", { class: "queues", "data-testid": "lab-queues" });
const file = make("input", { type: "file", accept: ".toml", "aria-label": "A scenario's file", "data-testid": "lab-scenario-file", onchange: () => void begin() });
const scenarios = make("ul", { class: "calls scenarios", "data-testid": "lab-scenarios" });
const form = make(
  "form",
  {
    onsubmit: (event) => {
      event.preventDefault();
      void place();
    },
  },
  make("h1", {}, "Customer calls"),
  field("From", from),
  field("To", to),
  points,
  make("p", { class: "hint" }, "600 echoes, 5001 to 5020 are agents."),
  make("div", { class: "pair" }, field("Customer", name), field("Segment", segment)),
  field("Sound", sound),
  make("button", { type: "submit", class: "primary", "data-testid": "lab-call" }, icon("handset", "up"), "Call"),
  error,
);
document.body.append(
  make("main", {}, form, make("section", {}, ...overview())),
);

function overview() {
  return [
    make("h2", {}, "In progress"),
    list,
    make("h2", {}, "Queues"),
    queues,
    make("h2", {}, "Scenarios"),
    file,
    scenarios,
    make("p", { class: "hint" }, make("a", { href: "/ui/ad/v1/index.html" }, "Agent Desktop")),
  ];
}

/** @param {string} method @param {string} path @param {unknown} [body] @returns {Promise<any>} */
async function ask(method, path, body) {
  const reply = await fetch(path, {
    method,
    headers: body === undefined ? {} : { "Content-Type": typeof body === "string" ? "application/toml" : "application/json" },
    body: body === undefined || typeof body === "string" ? body : JSON.stringify(body),
  });
  const said = await reply.json().catch(() => ({}));
  if (!reply.ok) throw new Error(String(said.error ?? said.statusMessage ?? `The lab answered ${reply.status}.`));
  return said;
}

/** Do it, show what went wrong, look again. @param {Promise<unknown>} request */
async function attempt(request) {
  try {
    await request;
    say(error, "");
  } catch (failure) {
    say(error, /** @type {Error} */ (failure).message);
  }
  await look();
}

function place() {
  const userData = { CustomerName: name.value, CustomerSegment: segment.value, ServiceType: "Billing" };
  const tone = sound.value ? { tone: Number(sound.value) } : {};
  return attempt(ask("POST", "/lab/calls", { from: from.value.trim(), to: to.value.trim(), userData, ...tone }));
}

/** Start the scenario of the chosen file. */
async function begin() {
  const chosen = file.files?.[0];
  if (!chosen) return;
  const path = `/lab/scenarios?name=${encodeURIComponent(chosen.name)}`;
  await attempt(chosen.text().then((text) => ask("POST", path, text)));
  file.value = "";
}

let shown = "";

async function look() {
  await Promise.all([lookAtCalls(), lookAtQueues(), lookAtScenarios()]);
}

async function lookAtCalls() {
  const calls = await ask("GET", "/lab/calls").then((said) => /** @type {LabCall[]} */ ((said.calls ?? []).filter((/** @type {LabCall} */ call) => call.state !== "ended")), () => []);
  const key = JSON.stringify(calls);
  if (key === shown) return;
  shown = key;
  list.replaceChildren(...calls.map(item));
}

async function lookAtQueues() {
  const said = await ask("GET", "/lab/queues").catch(() => ({}));
  if (!points.hasChildNodes()) points.append(.../** @type {RoutingPoint[]} */ (said.routingPoints ?? []).map(point));
  const rows = /** @type {Queue[]} */ (said.queues ?? []).map((queue) => row("td", queue.queue, String(queue.waiting), `${Math.round(queue.longestWait)} s`, String(queue.answered), String(queue.abandoned), String(queue.overflowed)));
  queues.replaceChildren(row("th", "Queue", "Waiting", "Longest", "Answered", "Gave up", "Overflowed"), ...rows);
}

/** A button that fills in the routing point's number. @param {RoutingPoint} each */
function point(each) {
  const choose = () => void (to.value = each.number);
  return make("button", { type: "button", "data-testid": `lab-point-${each.number}`, onclick: choose }, `${each.number} ${each.name}`);
}

/** @param {"th" | "td"} tag @param {...string} texts */
const row = (tag, ...texts) => make("tr", {}, ...texts.map((text) => make(tag, {}, text)));

async function lookAtScenarios() {
  const said = await ask("GET", "/lab/scenarios").catch(() => ({}));
  scenarios.replaceChildren(.../** @type {Scenario[]} */ (said.scenarios ?? []).map(scenario).reverse());
}

/** @param {Scenario} each */
function scenario(each) {
  const { customers, unaccounted, answered, abandoned, refused, overflowed } = each.summary;
  const text = `${each.name || each.id}: ${customers - unaccounted} of ${customers} done, ${answered} answered, ${abandoned} gave up, ${refused} refused, ${overflowed} overflowed`;
  const end = make("button", { type: "button", onclick: () => void attempt(ask("DELETE", `/lab/scenarios/${encodeURIComponent(each.id)}`)) }, "End");
  return make("li", { "data-testid": "lab-scenario", "data-over": String(each.over) }, make("span", { class: "who" }, text), ...(each.over ? [] : [end]));
}

/** @param {LabCall} call */
function item(call) {
  const hangup = make(
    "button",
    { type: "button", "data-testid": "lab-hangup", onclick: () => void attempt(ask("DELETE", `/lab/calls/${encodeURIComponent(call.id)}`)) },
    "Hang up",
  );
  const who = make("span", { class: "who" }, `${call.from} calls ${call.to}`);
  return make("li", { "data-testid": "lab-call-item", "data-state": call.state ?? "" }, who, make("span", { class: "pill" }, call.state ?? ""), digits(call), hangup);
}

/** Digits that the customer presses. @param {LabCall} call */
function digits(call) {
  const input = make("input", { class: "digits", placeholder: "Digits", autocomplete: "off", "aria-label": `Digits that ${call.from} presses`, "data-testid": "lab-digits" });
  input.addEventListener("change", () => {
    void attempt(ask("POST", `/lab/calls/${encodeURIComponent(call.id)}/digits`, { digits: input.value.trim() }));
    input.value = "";
  });
  return input;
}

setInterval(() => void (document.visibilityState === "visible" && look()), EVERY);
void look();

// The lab's own page: lets customers call, shows the customers' calls, hangs them up.

import { icon, make, say } from "../ui/dom.js";

const EVERY = 1000;

/** @typedef {{ id: string, from: string, to: string, state?: string }} LabCall */

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
  make("p", { class: "hint" }, "8000 is the routing point, 600 echoes, 5001 to 5020 are agents."),
  make("div", { class: "pair" }, field("Customer", name), field("Segment", segment)),
  field("Sound", sound),
  make("button", { type: "submit", class: "primary", "data-testid": "lab-call" }, icon("handset", "up"), "Call"),
  error,
);
document.body.append(
  make("main", {}, form, make("section", {}, make("h2", {}, "In progress"), list, make("p", { class: "hint" }, make("a", { href: "/ui/ad/v1/index.html" }, "Agent Desktop")))),
);

/** @param {string} method @param {string} path @param {unknown} [body] @returns {Promise<any>} */
async function ask(method, path, body) {
  const reply = await fetch(path, {
    method,
    headers: body === undefined ? {} : { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
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

let shown = "";

async function look() {
  const calls = await ask("GET", "/lab/calls").then((said) => /** @type {LabCall[]} */ ((said.calls ?? []).filter((/** @type {LabCall} */ call) => call.state !== "ended")), () => []);
  const key = JSON.stringify(calls);
  if (key === shown) return;
  shown = key;
  list.replaceChildren(...calls.map(item));
}

/** @param {LabCall} call */
function item(call) {
  const hangup = make(
    "button",
    { type: "button", "data-testid": "lab-hangup", onclick: () => void attempt(ask("DELETE", `/lab/calls/${encodeURIComponent(call.id)}`)) },
    "Hang up",
  );
  const who = make("span", { class: "who" }, `${call.from} calls ${call.to}`);
  return make("li", { "data-testid": "lab-call-item", "data-state": call.state ?? "" }, who, make("span", { class: "pill" }, call.state ?? ""), hangup);
}

setInterval(() => void (document.visibilityState === "visible" && look()), EVERY);
void look();

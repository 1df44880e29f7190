// The agent desktop of the lab: a stand-in for Workspace Web Edition, with the softphone beside it.

import { Actions } from "./actions.js";
import { hearPhoneKeys } from "./phone_keys.js";
import { webContents, wrongSections } from "./model/web_content.js";
import { readWidget, widgetAt } from "./model/widget.js";
import { Work } from "./model/work.js";
import { Screen } from "./screen.js";
import { ServiceClient } from "./service_client/server.js";
import { ServiceWindow } from "./service_window.js";
import { Session } from "./session.js";

/** GWS tells of nobody else's state: who can be called is asked for. */
const PRESENCE_EVERY = 15_000;

const TITLE = document.title;

const screen = new Screen(document.body);
const work = new Work();
const session = new Session(work, changed, signedOut);
const actions = new Actions(session, screen);
const services = new ServiceWindow(perform, render);
const login = { error: "", busy: false };

function render() {
  const toasts = [...(services.service?.toasts.all.values() ?? [])];
  document.title = [...work.cases.values()].some(({ call }) => call.state === "Ringing") ? "☎ Incoming call" : TITLE;
  screen.update(session, { login, contacts: actions.contacts, toasts }, Date.now());
}

function changed() {
  services.look();
  render();
}

function signedOut() {
  services.serve(null);
  actions.contacts = [];
  screen.phone.tell({ cordboard: "session" });
  render();
}

/** What the lab says of itself; elsewhere nothing does, then the softphone is at port 8080 of this host. */
async function configuration() {
  const fallback = { softphone: `${location.protocol}//${location.hostname}:8080/`, widget: "", connectorOption: "" };
  try {
    const said = await (await fetch("/lab/configuration.json")).json();
    return { ...fallback, ...said };
  } catch {
    return fallback;
  }
}

/** In the shell page of the desk, which has the softphone itself, or with its loader in this page. @param {string} softphone */
function besideThePhone(softphone) {
  if ("cordboardPhone" in window) return true;
  return window.parent !== window && location.ancestorOrigins?.[0] === new URL(softphone, location.href).origin;
}

/** The softphone as `webrtc-widget.json` says, as an option says, or at its plain address. @param {{ softphone: string, widget: string }} site */
async function softphone({ softphone: address, widget: file }) {
  const own = webContents(session.options, "workspace").find((one) => one.placement === "right");
  if (own) return { widget: widgetAt(own.url, { name: own.label }), allow: own.allow || undefined };
  if (!file) return { widget: widgetAt(address) };
  const { widget, problems } = await readFile(file);
  if (problems.length) session.tell("error", `webrtc-widget.json: ${problems.join("; ")}.`, widget ? "" : "The softphone is loaded from its usual address.");
  return { widget: widget ?? widgetAt(address) };
}

/** @param {string} file @returns {Promise<ReturnType<typeof readWidget>>} */
async function readFile(file) {
  try {
    const reply = await fetch(file);
    if (!reply.ok) return { widget: null, problems: [`${file} answers ${reply.status}`] };
    return readWidget(await reply.json());
  } catch (error) {
    const why = error instanceof SyntaxError ? "is not JSON" : "cannot be read";
    return { widget: null, problems: [`${file} ${why}`] };
  }
}

/** @param {string} [userName] @param {string} [password] @param {string} [place] */
async function enter(userName, password, place) {
  const site = await configuration();
  if (site.connectorOption) session.connectorOption = site.connectorOption;
  try {
    await session.signIn(userName, password, place);
  } catch (error) {
    if (userName) throw error;
    return;
  }
  offerServices();
  const { widget, allow } = await softphone(site);
  screen.phone.hidden = besideThePhone(site.softphone);
  if (!screen.phone.hidden) embedPhone(widget, allow);
  actions.carryOut({ type: "search", words: "" });
  void session.begin();
}

/** @param {import("./model/widget.js").Widget} widget @param {string} [allow] */
function embedPhone(widget, allow) {
  if (!screen.phone.dataset.position) hearPhoneKeys(screen.phone, new URL(widget.url, location.href).origin);
  screen.phone.embed(widget, allow);
}

/** The Service Client API, by the options of this session. */
function offerServices() {
  const service = new ServiceClient(work, session.options);
  Object.assign(service, { states: session.states, employeeId: session.employeeId, hasConnector: () => session.connector !== null });
  services.serve(service);
  const wrong = [...wrongSections(session.options).map((name) => `the section ${name} has no url`), ...service.problems];
  if (wrong.length) session.tell("error", `Options of Workspace: ${wrong.join("; ")}.`, "");
}

/** @param {string} userName @param {string} password @param {string} place */
async function logIn(userName, password, place) {
  Object.assign(login, { error: "", busy: true });
  render();
  try {
    await enter(userName, password, place);
  } catch (error) {
    const refused = /** @type {{ signedOut?: boolean }} */ (error).signedOut;
    login.error = refused ? "GWS does not know this user name and password." : /** @type {Error} */ (error).message;
  }
  login.busy = false;
  render();
}

/** What a page asked for by the Service Client API. @param {import("./service_client/methods.js").Act} act @param {MessageEventSource} source @returns {Promise<unknown>} */
async function perform(act, source) {
  switch (act.do) {
    case "state":
      return void (await session.gws.state(act.operation));
    case "call":
      return actions.ask(act.id, act.operation, act.fields);
    case "dial":
      return void (await actions.dial(act.number, act.userData));
    case "connector":
      return asked(act.name);
    case "select":
      return select(act.id);
    case "mark-done":
      return markDone(act.id);
    case "visible":
      return isVisible(source);
    default:
      return null;
  }
}

/** @param {string} name */
async function asked(name) {
  const asks = name.startsWith("Get");
  const said = asks ? await session.connector?.result(name) : await session.connector?.move(name);
  if (said === null || said === undefined || (said === false && !asks)) throw new Error("The phone did not answer.");
  return asks ? said : null;
}

/** @param {string} id */
function select(id) {
  work.selected = id;
  changed();
}

/** @param {string} id */
function markDone(id) {
  work.markDone(id);
  changed();
}

/** @param {unknown} source */
function isVisible(source) {
  const frame = screen.contents.frameOf(source);
  const seen = !frame || (frame.checkVisibility() && !frame.closest(".unseen"));
  return seen && document.visibilityState === "visible";
}

/** @param {string} id @param {string} button "" when it was closed */
function pressToast(id, button) {
  const toasts = services.service?.toasts;
  const toast = toasts?.all.get(id);
  if (!toasts || !toast) return;
  toasts.dismiss(id);
  services.toastPressed(toast, button);
  render();
}

/** @param {string} id */
function askMarkDone(id) {
  const warning = services.service?.blocked.get(id);
  if (warning === undefined) return markDone(id);
  return session.tell("info", warning, "");
}

document.body.addEventListener("wish", (event) => {
  const wish = /** @type {CustomEvent<any>} */ (event).detail;
  if (wish.type === "log-in") void logIn(wish.userName, wish.password, wish.place);
  else if (wish.type === "select") select(wish.id);
  else if (wish.type === "mark-done") askMarkDone(wish.id);
  else if (wish.type === "toast") pressToast(wish.id, wish.button);
  else if (wish.type === "look") render();
  else actions.carryOut(wish);
});

setInterval(() => {
  if (work.agent) screen.team.look();
}, PRESENCE_EVERY);

setInterval(() => {
  const now = Date.now();
  const before = work.messages.list.length;
  work.messages.expire(now);
  const gone = services.service?.toasts.expire(performance.now());
  if (work.messages.list.length < before || gone) render();
  screen.tick(now);
}, 250);
render();
void enter();

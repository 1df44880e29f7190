// The admin page: signs in, looks every two seconds, carries out what is wished.

import { say } from "../ui/dom.js";
import { Api, NoAnswer, Refused, SignedOut } from "./api.js";
import { History } from "./model/history.js";
import { route } from "./model/routes.js";
import { Screen } from "./screen.js";
import { ask } from "./views/question.js";

const EVERY = 2000;
const api = new Api();
const screen = new Screen(document.body);
const history = new History();
/** @type {{ user: string } | null} */
let session = null;
let records = "records";
let looking = 0;

/** Where the rows of a view come from. @param {import("./model/routes.js").Route} at */
function source({ view, call }) {
  if (call) return `traces/${encodeURIComponent(call)}`;
  return view === "doctor" ? "findings" : view === "records" ? records : view;
}

/** @param {{ byItself?: boolean }} [options] */
async function look({ byItself = false } = {}) {
  if (!session) return;
  const mine = ++looking;
  const at = route(location.hash);
  screen.show(at);
  const [facts, said] = await Promise.all([api.get("overview", { byItself }), at.view === "overview" ? null : api.get(source(at), { byItself })]);
  if (mine !== looking || !session) return;
  history.note({ calls: facts.calls, reachable: facts.reachable, load: facts.load });
  screen.badges(facts);
  if (at.view === "overview") screen.views.overview.update(facts, history);
  else screen.views[at.call ? "ladder" : at.view].update(said);
  screen.tell("");
}

/** Do it and say what went wrong. @param {() => Promise<unknown>} work */
async function attempt(work) {
  try {
    await work();
  } catch (error) {
    if (error instanceof SignedOut) signedOut(session ? "The session has ended. Sign in again." : "");
    else if (error instanceof NoAnswer) screen.tell("Cordboard does not answer. What is shown is as it was before; this page tries again by itself.");
    else if (error instanceof Refused) screen.tell(error.code === "no-trace" ? "There is no trace of this call any more: newer calls have taken its place." : `That was refused: ${error.message}`);
    else throw error;
  }
}

/** @param {string} error */
function signedOut(error) {
  session = null;
  screen.tell("");
  screen.session(null, error);
}

/** @param {string} user @param {string} password */
async function signIn(user, password) {
  screen.session(null, "", true);
  try {
    session = await api.signIn(user, password);
    screen.session(session);
  } catch (error) {
    if (!(error instanceof Refused || error instanceof NoAnswer)) throw error;
    screen.session(null, `${error.message[0].toUpperCase()}${error.message.slice(1)}${error.message.endsWith(".") ? "" : "."}`);
    return;
  }
  await attempt(look);
}

async function signOut() {
  await api.post("sign-out");
  signedOut("");
}

async function askDrain() {
  const text = "New calls are refused from now on, agents are told. Calls in progress go on. Type drain to agree.";
  const typed = await ask({ title: "Drain this gateway?", text, label: "Type drain", yes: "Drain", word: "drain", testid: "drain-question" });
  if (typed !== null) await api.post("drain", { on: true, confirm: "drain" });
}

/** @param {string} call */
async function askBad(call) {
  const text = "The trace is kept longer, and the call's record says why.";
  const why = await ask({ title: "Mark this call bad?", text, label: "What was wrong", yes: "Mark bad", testid: "bad-question" });
  if (why !== null) await api.post(`traces/${encodeURIComponent(call)}/bad`, { why });
}

/** What the views wish -> what is done; then everything is looked at again. @type {Record<string, (wished: any) => unknown>} */
const WISHES = {
  "sign-out": signOut,
  "ask-drain": askDrain,
  drain: ({ on }) => api.post("drain", { on }),
  "ask-bad": ({ call }) => askBad(call),
  examine: () => api.post("findings"),
  explain: async ({ id, into }) => say(into, (await api.get(`findings/${encodeURIComponent(id)}`)).text),
  records: ({ bad }) => void (records = bad ? "records?bad=1" : "records"),
};

document.body.addEventListener("wish", (event) => {
  const wished = /** @type {CustomEvent} */ (event).detail;
  if (wished.type === "sign-in") return void signIn(wished.user, wished.password);
  void attempt(async () => {
    await WISHES[wished.type]?.(wished);
    await look();
  });
});
window.addEventListener("hashchange", () => void attempt(look));
setInterval(() => void (document.visibilityState === "visible" && attempt(() => look({ byItself: true }))), EVERY);
document.addEventListener("visibilitychange", () => void (document.visibilityState === "visible" && attempt(() => look({ byItself: true }))));

void attempt(async () => {
  session = await api.session();
  screen.session(session);
  await look();
});

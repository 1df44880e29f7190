// The agent desktop of the lab: a stand-in for Workspace Web Edition, with the softphone embedded at the right.

import { dialable } from "../model/wishes.js";
import { Screen } from "./screen.js";
import { Session } from "./session.js";
import { Work } from "./work.js";

const screen = new Screen(document.body);
const work = new Work();
const session = new Session(work, render, signedOut);
const login = { error: "", busy: false };

function render() {
  screen.update(session, login, Date.now());
}

function signedOut() {
  screen.tellPhone();
  render();
}

/** Where the softphone is: said by the lab, else port 8080 of this host. */
async function softphone() {
  const address = `${location.protocol}//${location.hostname}:8080/`;
  try {
    const reply = await fetch("/lab/configuration.json");
    return String((await reply.json()).softphone ?? address);
  } catch {
    return address;
  }
}

/** @param {string} [userName] @param {string} [password] */
async function enter(userName, password) {
  try {
    await session.signIn(userName, password);
  } catch (error) {
    if (userName) throw error;
    return;
  }
  screen.embed(await softphone());
  void session.begin();
}

/** @param {string} userName @param {string} password */
async function logIn(userName, password) {
  Object.assign(login, { error: "", busy: true });
  render();
  try {
    await enter(userName, password);
  } catch (error) {
    const refused = /** @type {{ signedOut?: boolean }} */ (error).signedOut;
    login.error = refused ? "GWS does not know this user name and password." : /** @type {Error} */ (error).message;
  }
  login.busy = false;
  render();
}

document.body.addEventListener("wish", (event) => {
  const wish = /** @type {CustomEvent<any>} */ (event).detail;
  if (wish.type === "log-in") void logIn(wish.userName, wish.password);
  else if (wish.type === "log-out") void session.signOut();
  else if (wish.type === "state") void session.state(wish.operation);
  else if (wish.type === "operate") void session.operate(wish.id, wish.operation, wish.fields);
  else if (wish.type === "dial") void session.dial(dialable(wish.number) || wish.number);
});

setInterval(() => {
  const before = work.messages.list.length;
  work.messages.expire(Date.now());
  if (work.messages.list.length < before) render();
  screen.tick(Date.now());
}, 500);
render();
void enter();

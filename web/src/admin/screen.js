// The frame around the views: who is signed in, where to go, what went wrong.

import { icon, make, say, wish } from "../ui/dom.js";
import { VIEWS } from "./model/routes.js";
import { Agents } from "./views/agents.js";
import { Calls } from "./views/calls.js";
import { Doctor } from "./views/doctor.js";
import { Ladder } from "./views/ladder.js";
import { Overview } from "./views/overview.js";
import { Records } from "./views/records.js";
import { Settings } from "./views/settings.js";
import { SignIn } from "./views/sign_in.js";
import { Traces } from "./views/traces.js";
import "./views/define.js";

/** @typedef {import("./model/routes.js").Route} Route */

export class Screen {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.signIn = new SignIn();
    this.views = {
      overview: new Overview(),
      agents: new Agents(),
      calls: new Calls(),
      traces: new Traces(),
      ladder: new Ladder(),
      doctor: new Doctor(),
      records: new Records(),
      settings: new Settings(),
    };
    this.links = VIEWS.map((view) => make("a", { href: `#/${view}`, "data-testid": `nav-${view}` }, make("span", {}, view[0].toUpperCase() + view.slice(1)), make("i", { class: "badge", hidden: true })));
    this.user = make("span", { class: "user", "data-testid": "signed-in-user" });
    this.banner = make("div", { class: "banner", role: "alert", hidden: true, "data-testid": "banner" });
    this.outlet = make("main", { class: "view" });
    const out = make("button", { type: "button", class: "action", "data-testid": "sign-out", onclick: () => wish(this.outlet, { type: "sign-out" }) }, "Sign out");
    const brand = make("a", { class: "brand", href: "#/overview" }, make("span", { class: "mark" }, icon("handset")), make("span", {}, "Cordboard"));
    this.frame = make("div", { class: "frame", hidden: true }, make("nav", { "aria-label": "Views" }, brand, make("div", { class: "links" }, ...this.links), make("div", { class: "who" }, this.user, out)), make("div", { class: "content" }, this.banner, this.outlet));
    root.append(this.signIn, this.frame);
    this.signIn.hidden = true;
    this.shown = "";
  }

  /** @param {{ user: string } | null} session @param {string} error @param {boolean} busy */
  session(session, error = "", busy = false) {
    const asked = !this.signIn.hidden;
    this.signIn.hidden = session !== null;
    this.frame.hidden = session === null;
    if (session) say(this.user, session.user);
    else this.signIn.update(error, busy);
    if (!session && !asked) this.signIn.user.focus();
  }

  /** @param {Route} route */
  show({ view, call }) {
    const name = call ? "ladder" : view;
    for (const link of this.links) {
      if (link.hash === `#/${view}`) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    if (this.shown === `${name} ${call}`) return;
    const first = this.shown === "";
    this.shown = `${name} ${call}`;
    this.outlet.replaceChildren(this.views[name]);
    document.title = `${call ? "Trace" : view[0].toUpperCase() + view.slice(1)} – Cordboard`;
    if (!first) this.outlet.querySelector("h1")?.focus({ preventScroll: true });
  }

  /** What needs somebody, beside the names of the views. @param {import("./model/types.js").Overview} facts */
  badges(facts) {
    const said = /** @type {Record<string, string>} */ ({ overview: facts.ready ? "" : "!", calls: facts.calls ? String(facts.calls) : "" });
    for (const link of this.links) {
      const badge = /** @type {HTMLElement} */ (link.querySelector(".badge"));
      const text = said[link.hash.slice(2)] ?? "";
      badge.hidden = !text;
      badge.classList.toggle("wrong", text === "!");
      say(badge, text);
    }
  }

  /** @param {string} text what happened and what to do, empty for nothing */
  tell(text) {
    this.banner.hidden = !text;
    say(this.banner, text);
  }
}

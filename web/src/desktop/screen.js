/** The desktop's elements in their places: bar, interactions, the selected one with pages beside it, people and history, the softphone. */

import { icon, make, say } from "../ui/dom.js";
import { webContents } from "./model/web_content.js";
import { CaseCard } from "./panels/case_card.js";
import { EndedCase } from "./panels/ended_case.js";
import { History } from "./panels/history.js";
import { InteractionsBar } from "./panels/interactions_bar.js";
import { LoginForm } from "./panels/login_form.js";
import { PhonePanel } from "./panels/phone_panel.js";
import { Supervision } from "./panels/supervision.js";
import { TeamCommunicator } from "./panels/team_communicator.js";
import { ToastStack } from "./panels/toasts.js";
import { TopBar } from "./panels/top_bar.js";
import { WebContents } from "./panels/web_content.js";

export class Screen {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.login = new LoginForm();
    this.bar = new TopBar();
    this.message = make("p", { class: "message", role: "status", "data-testid": "desk-message" });
    this.interactions = new InteractionsBar();
    this.contents = new WebContents();
    this.cases = make("section", { class: "cases", "aria-label": "Calls" });
    this.ended = new EndedCase();
    this.idle = make("div", { class: "idle" }, icon("handset"), make("p", {}, "No call"), make("p", { class: "hint" }, "A call appears here with what is known about it."));
    this.team = new TeamCommunicator();
    this.supervision = Object.assign(new Supervision(), { hidden: true });
    this.history = new History();
    this.toasts = new ToastStack();
    this.phone = new PhonePanel();
    const centre = make("div", { class: "centre" }, this.interactions, this.contents, this.cases, this.ended, this.idle);
    const work = make("main", { class: "work" }, make("div", { class: "columns" }, centre, make("aside", { class: "side" }, this.supervision, this.team, this.history)), this.message, this.toasts);
    this.body = make("div", { class: "body" }, work, this.phone);
    root.append(this.login, make("div", { class: "desk" }, make("header", {}, this.bar), this.body));
    /** @type {Map<string, CaseCard>} */
    this.cards = new Map();
  }

  /** @param {import("./session.js").Session} session @param {{ login: { error: string, busy: boolean }, contacts: import("./model/team.js").Contact[],
   *   toasts: import("./service_client/toasts.js").Toast[] }} shown @param {number} now */
  update(session, { login, contacts, toasts }, now) {
    const { work } = session;
    this.root.classList.toggle("signed-in", work.agent !== null);
    this.login.update(login.error, login.busy);
    if (work.agent) this.bar.update(work.agent, session, now);
    const message = work.messages.list[0];
    this.message.dataset.kind = message?.kind ?? "none";
    say(this.message, message ? [message.text, message.help].filter(Boolean).join(" ") : "");
    this.interactions.update(work, now);
    this.showPages(session);
    this.showCases(session, now);
    this.team.update(contacts, work.cases.get(work.selected), session.options);
    this.supervision.update(work.agents, work.own);
    this.history.update(work.recent);
    this.toasts.update(work, toasts);
  }

  /** @param {number} now */
  tick(now) {
    for (const card of this.cards.values()) card.tick(now);
    this.bar.tick(now);
    this.interactions.tick(now);
  }

  /** @private @param {import("./session.js").Session} session */
  showPages(session) {
    const contents = session.work.agent ? [...webContents(session.options, "interaction"), ...webContents(session.options, "workspace")] : [];
    this.contents.update(contents.filter((one) => one.placement !== "right"), session);
  }

  /** @private @param {import("./session.js").Session} session @param {number} now */
  showCases(session, now) {
    const { work } = session;
    const shown = work.callsOf(work.selected);
    for (const [id, card] of this.cards) {
      if (shown.some((one) => one.call.id === id)) continue;
      card.remove();
      this.cards.delete(id);
    }
    for (const one of shown) {
      const card = this.cards.get(one.call.id) ?? new CaseCard();
      if (!this.cards.has(one.call.id)) this.cases.append(card);
      this.cards.set(one.call.id, card);
      card.update(one, session, now);
    }
    const over = work.ended.get(work.selected);
    const { showsCall } = this.contents;
    this.cases.hidden = !showsCall || shown.length === 0;
    this.ended.hidden = !showsCall || !over || shown.length > 0;
    if (over) this.ended.update(over, session);
    this.idle.hidden = !showsCall || shown.length > 0 || over !== undefined;
  }
}

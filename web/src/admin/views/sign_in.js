// Who are you?

import { icon, make, say, wish } from "../../ui/dom.js";

export class SignIn extends HTMLElement {
  constructor() {
    super();
    this.user = make("input", { autocomplete: "username", required: true, spellcheck: "false", autocapitalize: "none", "data-testid": "sign-in-user" });
    this.password = make("input", { type: "password", autocomplete: "current-password", required: true, "data-testid": "sign-in-password" });
    this.error = make("p", { class: "error", role: "alert", "data-testid": "sign-in-error" });
    this.button = make("button", { type: "submit", class: "primary", "data-testid": "sign-in-submit" }, "Sign in");
    this.setAttribute("role", "main");
    const form = make(
      "form",
      { onsubmit: (event) => this.submit(event) },
      make("div", { class: "brand" }, make("span", { class: "mark" }, icon("handset")), make("div", {}, make("h1", {}, "Cordboard"), make("p", {}, "Administration"))),
      make("label", { class: "field" }, make("span", {}, "User"), this.user),
      make("label", { class: "field" }, make("span", {}, "Password"), this.password),
      this.button,
      this.error,
    );
    this.append(form);
  }

  /** @param {Event} event */
  submit(event) {
    event.preventDefault();
    wish(this, { type: "sign-in", user: this.user.value.trim(), password: this.password.value });
    this.password.value = "";
  }

  /** @param {string} error @param {boolean} busy */
  update(error, busy) {
    say(this.error, error);
    this.button.disabled = busy;
    say(this.button, busy ? "One moment …" : "Sign in");
    if (error) this.password.focus();
  }
}

import { icon, make, say, wish } from "../../ui/dom.js";

/** User, password and place, on a page of its own until the agent is in. */
export class LoginForm extends HTMLElement {
  connectedCallback() {
    if (this.firstChild) return;
    this.setAttribute("role", "main");
    this.user = make("input", { autocomplete: "username", required: true, spellcheck: "false", "data-testid": "login-user" });
    this.password = make("input", { type: "password", autocomplete: "current-password", "data-testid": "login-password" });
    this.place = make("input", { autocomplete: "off", spellcheck: "false", placeholder: "Your own", "data-testid": "login-place" });
    this.button = make("button", { type: "submit", class: "primary", "data-testid": "login-submit" }, "Log in");
    this.error = make("p", { class: "error", role: "alert", "data-testid": "login-error" });
    this.append(
      make(
        "form",
        { onsubmit: (event) => this.submit(event) },
        make("div", { class: "brand" }, make("span", { class: "mark" }, icon("handset")), make("div", {}, make("h1", {}, "Agent Desktop"), make("p", {}, "Cordboard lab"))),
        make("label", { class: "field" }, make("span", {}, "User name"), this.user),
        make("label", { class: "field" }, make("span", {}, "Password"), this.password),
        make("label", { class: "field" }, make("span", {}, "Place"), this.place),
        this.button,
        this.error,
      ),
    );
  }

  /** @param {string} error @param {boolean} busy */
  update(error, busy) {
    if (!this.error || !this.button) return;
    say(this.error, error);
    this.button.disabled = busy;
    say(this.button, busy ? "Logging in" : "Log in");
  }

  /** @private @param {Event} event */
  submit(event) {
    event.preventDefault();
    wish(this, { type: "log-in", userName: this.user?.value.trim() ?? "", password: this.password?.value ?? "", place: this.place?.value.trim() ?? "" });
    if (this.password) this.password.value = "";
  }
}
customElements.define("desktop-login", LoginForm);

import { make, say, wish } from "./dom.js";

/** @typedef {{ sipServer: string, agentDn: string, password: string, gwsUser: string, gwsPassword: string, cometdChannel: string }} Fields */

/**
 * The connection panel of the stand-alone page: two forms, one per plane. The values live in its fields and nowhere else.
 * Wishes: `connect`, `disconnect`, `connect-gws`, `disconnect-gws` with the fields, `option` and `notify` for the switches.
 */
export class ConnectionPanel extends HTMLElement {
  connectedCallback() {
    if (this.firstChild) return;
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", "Connection");
    this.sipServer = field("sip-server", "SIP Server", { type: "text", inputmode: "url", required: true });
    this.agentDn = field("agent-dn", "Agent DN", { type: "text", inputmode: "numeric", required: true });
    this.password = field("password", "Password", { type: "password" });
    this.gwsUrl = field("gws-url", "GWS URL", { type: "text", readonly: true, title: "Set by your administrator" });
    this.gwsUser = field("gws-user", "GWS username", { type: "text", required: true });
    this.gwsPassword = field("gws-password", "GWS password", { type: "password" });
    this.cometdChannel = field("cometd-channel", "CometD channel", { type: "text" });
    this.useGws = make("input", {
      type: "checkbox",
      "data-testid": "field-use-gws",
      onchange: () => wish(this, { type: "option", useGwsForDialing: this.useGws?.checked ?? true }),
    });
    this.notify = make("input", { type: "checkbox", "data-testid": "field-notify", onchange: () => wish(this, { type: "notify", on: this.notify?.checked ?? false }) });
    this.connect = make("button", { type: "submit", class: "primary", "data-testid": "connect-sip" }, "Connect");
    this.connectGws = make("button", { type: "submit", class: "primary", "data-testid": "connect-gws" }, "Connect GWS");
    this.append(
      make("h2", { class: "title" }, "Connection"),
      this.form("Phone", (event) => this.submit(event, "sip"), pair(this.agentDn, this.password), this.sipServer,
        make("label", { class: "check", title: "Shows a notification of the browser when a call comes while you work in another window" }, this.notify, "Notify me of calls"), this.connect),
      this.form("Genesys Web Services", (event) => this.submit(event, "gws"), this.gwsUrl, pair(this.gwsUser, this.gwsPassword),
        this.cometdChannel, make("label", { class: "check" }, this.useGws, "Use GWS for dialing"), this.connectGws),
    );
  }

  /** @param {import("../model/configuration.js").Configuration} configuration */
  fill(configuration) {
    const put = (/** @type {HTMLElement | undefined} */ label, /** @type {string} */ value) => {
      const input = label?.querySelector("input");
      if (input) input.value = value;
    };
    put(this.sipServer, configuration.sipServer);
    put(this.agentDn, configuration.agentDn);
    put(this.password, configuration.password);
    put(this.gwsUrl, configuration.gwsUrl);
    put(this.gwsUser, configuration.gwsUser);
    put(this.gwsPassword, configuration.gwsPassword);
    put(this.cometdChannel, configuration.cometdChannel);
    if (this.useGws) this.useGws.checked = configuration.useGwsForDialing;
    this.asksPassword(configuration.signIn.by === "password");
  }

  /** @param {boolean} on the browser notifies of calls */
  notifies(on) {
    if (this.notify) this.notify.checked = on;
  }

  /** Where agents sign in at a page of GWS's own, there is no user and password here. @private @param {boolean} asked */
  asksPassword(asked) {
    for (const label of [this.gwsUser, this.gwsPassword]) {
      const input = label?.querySelector("input");
      if (label) label.hidden = !asked;
      if (input && !asked) input.required = false;
    }
  }

  /** @param {import("../model/view.js").View} view */
  update(view) {
    this.lights = view.lights;
    label(this.connect, view.lights.sip, "Connect", "Disconnect");
    label(this.connectGws, view.lights.gws, "Connect GWS", "Disconnect GWS");
  }

  /** @returns {Fields} */
  get fields() {
    const value = (/** @type {HTMLElement | undefined} */ one) => one?.querySelector("input")?.value.trim() ?? "";
    return {
      sipServer: value(this.sipServer),
      agentDn: value(this.agentDn),
      password: this.password?.querySelector("input")?.value ?? "",
      gwsUser: value(this.gwsUser),
      gwsPassword: this.gwsPassword?.querySelector("input")?.value ?? "",
      cometdChannel: value(this.cometdChannel),
    };
  }

  /** @private @param {string} title @param {(event: Event) => void} onsubmit @param {...Node} children */
  form(title, onsubmit, ...children) {
    return make("form", { onsubmit, autocomplete: "off" }, make("h3", {}, title), ...children);
  }

  /** @private @param {Event} event @param {"sip" | "gws"} plane */
  submit(event, plane) {
    event.preventDefault();
    const connected = ["on", "connecting"].includes(this.lights?.[plane] ?? "off");
    const verb = connected ? "disconnect" : "connect";
    wish(this, { type: plane === "sip" ? verb : `${verb}-gws`, fields: this.fields });
  }
}

/** @param {string} id @param {string} text @param {import("./dom.js").Properties} properties */
function field(id, text, properties) {
  const input = make("input", { spellcheck: "false", autocomplete: "off", "data-testid": `field-${id}`, ...properties });
  return make("label", { class: "field" }, make("span", {}, text), input);
}

/** @param {...Node} fields */
const pair = (...fields) => make("div", { class: "pair" }, ...fields);

/** @param {HTMLElement | undefined} button @param {string} light @param {string} off @param {string} on */
function label(button, light, off, on) {
  if (!button) return;
  const connected = light === "on" || light === "connecting";
  say(button, connected ? on : off);
  button.dataset.connected = String(connected);
}

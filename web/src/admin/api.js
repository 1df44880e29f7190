// Requests to the admin page's own server. What has not changed since the last answer is not sent again.

export class SignedOut extends Error {}
export class NoAnswer extends Error {}
export class Refused extends Error {
  /** @param {string} message @param {string} code */
  constructor(message, code) {
    super(message);
    this.code = code;
  }
}

const BASE = "/admin/api/";
const PATIENCE = 10_000;

export class Api {
  constructor() {
    this.csrf = "";
    /** Path -> the last answer and its tag. @type {Map<string, { tag: string, content: any }>} */
    this.known = new Map();
  }

  /** Who is signed in, null for nobody. @returns {Promise<{ user: string, by: string, csrf: string, version: string, idleSeconds: number } | null>} */
  async session() {
    const said = await this.ask("GET", "session");
    return said.user ? this.entered(said) : null;
  }

  /** @param {string} user @param {string} password */
  async signIn(user, password) {
    return this.entered(await this.ask("POST", "sign-in", { user, password }));
  }

  /** @param {any} said */
  entered(said) {
    this.csrf = String(said.csrf);
    this.known.clear();
    return said;
  }

  /** @param {string} path @param {{ byItself?: boolean }} [options] `byItself`: nobody has done anything, the session gets no older or younger */
  get(path, { byItself = false } = {}) {
    return this.ask("GET", path, undefined, byItself ? { "X-Cordboard-Poll": "1" } : {});
  }

  /** @param {string} path @param {object} [body] */
  post(path, body = {}) {
    return this.ask("POST", path, body);
  }

  /** @param {string} method @param {string} path @param {object} [body] @param {Record<string, string>} [headers] @returns {Promise<any>} */
  async ask(method, path, body, headers = {}) {
    const known = method === "GET" ? this.known.get(path) : undefined;
    const sent = { ...headers, ...(known && { "If-None-Match": known.tag }), ...(body && { "Content-Type": "application/json", "X-Cordboard-CSRF": this.csrf }) };
    /** @type {RequestInit} */
    const request = { method, headers: sent, body: body && JSON.stringify(body), signal: AbortSignal.timeout(PATIENCE), cache: "no-store" };
    const reply = await fetch(BASE + path, request).catch(() => {
      throw new NoAnswer("Cordboard does not answer.");
    });
    if (reply.status === 304 && known) return known.content;
    const said = await reply.json().catch(() => ({}));
    if (reply.status === 401) throw new SignedOut("Sign in.");
    if (!reply.ok) throw new Refused(String(said.error ?? `Cordboard answered ${reply.status}.`), String(said.code ?? ""));
    const tag = reply.headers.get("ETag");
    if (method === "GET" && tag) this.known.set(path, { tag, content: said });
    return said;
  }
}

/**
 * A WebSocket for JsSIP (its Socket interface) that reconnects underneath.
 *
 * JsSIP ends every call when its transport closes and waits two seconds or more before it connects again. So it is never told:
 * while the WebSocket is down, responses and ACKs are kept, requests count as unanswered, and on the new connection all of them are
 * sent again with the same Via branch, which the peer's transaction layer takes for what it is, a retransmission. What is older
 * than 32 s (64*T1) is given up, as the transactions themselves do.
 *
 * A connection that died without a word is found by RFC 7118/5626 keep-alives: a double CRLF goes out, a single CRLF must come
 * back. A peer that never answers one is not held to it.
 *
 * @typedef {{ now: () => number, after: (milliseconds: number, callback: () => void) => () => void }} SocketClock
 */

const GIVE_UP = 32_000;
const FIRST_PING = 1_000; // tells whether this peer answers
const PING_EVERY = 15_000;
const PONG_WITHIN = 4_000;
/** When there is reason to doubt the connection. */
const PONG_AT_ONCE = 600;
const DELAYS = [0, 200, 500, 1000, 2000];

/** @param {string} message */
const statusOf = (message) => Number(/^SIP\/2\.0 (\d{3})/.exec(message)?.[1] ?? 0);
/** @param {string} message */
const branchOf = (message) => /^(?:via|v)\s*:.*?branch=([^;,\s]+)/im.exec(message)?.[1] ?? "";
/** @param {string} message */
const methodOf = (message) => /^cseq\s*:\s*\d+\s+(\w+)/im.exec(message)?.[1] ?? "";

export class ReconnectingSocket {
  /**
   * @param {string} url ws: or wss:
   * @param {SocketClock} clock
   * @param {(url: string) => WebSocket} open
   */
  constructor(url, clock, open = (address) => new WebSocket(address, "sip")) {
    const { protocol, host } = new URL(url);
    this.url = url;
    this.via_transport = protocol === "wss:" ? "WSS" : "WS";
    this.sip_uri = `sip:${host};transport=ws`;
    this.clock = clock;
    this.open = open;
    /** @type {WebSocket | null} */
    this.socket = null;
    this.wanted = false;
    this.announced = false;
    this.attempts = 0;
    this.pongs = false;
    /** Requests without a final response, by branch. @type {Map<string, { text: string, at: number }>} */
    this.unanswered = new Map();
    /** Responses and ACKs for the next connection. @type {{ text: string, at: number }[]} */
    this.kept = [];
    this.cancelTimer = () => {};
    this.cancelPong = () => {};
    // JsSIP puts its own functions here.
    this.onconnect = () => {};
    this.ondisconnect = () => {};
    /** @type {(data: string) => void} */
    this.ondata = () => {};
    // For the page: the connection went, came back, could not be made; a final response came.
    this.onlost = () => {};
    this.onreopened = () => {};
    /** @type {(attempts: number) => void} */
    this.onretry = () => {};
    /** @type {(method: string, status: number) => void} */
    this.onresponse = () => {};
  }

  isConnected() {
    return this.socket?.readyState === 1;
  }

  connect() {
    this.wanted = true;
    this.attempts = 0;
    if (!this.socket) this.start();
  }

  disconnect() {
    this.wanted = false;
    this.announced = false;
    this.unanswered.clear();
    this.kept = [];
    this.release()?.close();
  }

  /** Look whether the connection lives; if there is none, do not wait any longer. */
  refresh() {
    if (!this.wanted) return;
    this.attempts = 0;
    if (this.isConnected()) this.ping(PONG_AT_ONCE);
    else this.reconnect();
  }

  /** Connect anew at once: the network changed. */
  reconnect() {
    if (!this.wanted) return;
    this.attempts = 0;
    this.closed(this.socket);
  }

  /** @param {string} message @returns {boolean} always true: what cannot go now goes later */
  send(message) {
    const entry = { text: message, at: this.clock.now() };
    const request = statusOf(message) === 0 && methodOf(message) !== "" && methodOf(message) !== "ACK";
    if (request) this.unanswered.set(branchOf(message), entry);
    if (this.isConnected()) this.socket?.send(message);
    else if (!request && message.trim()) this.kept.push(entry);
    return true;
  }

  /** @private */
  start() {
    let socket;
    try {
      socket = this.open(this.url);
    } catch {
      this.closed(null); // a Content-Security-Policy forbids this address
      return;
    }
    this.socket = socket;
    socket.onopen = () => this.opened(socket);
    socket.onmessage = ({ data }) => this.received(String(data));
    socket.onclose = () => this.closed(socket);
  }

  /** @private @param {WebSocket} socket */
  opened(socket) {
    if (socket !== this.socket) return;
    this.attempts = 0;
    this.cancelTimer();
    this.cancelTimer = this.clock.after(FIRST_PING, () => this.ping());
    if (!this.announced) {
      this.announced = true;
      this.onconnect();
      return;
    }
    for (const text of this.pending()) socket.send(text);
    this.kept = [];
    this.onreopened();
  }

  /** What the new connection gets first. @private @returns {string[]} */
  pending() {
    const oldest = this.clock.now() - GIVE_UP;
    for (const [branch, { at }] of this.unanswered) if (at < oldest) this.unanswered.delete(branch);
    const entries = [...this.unanswered.values(), ...this.kept.filter(({ at }) => at >= oldest)];
    return entries.sort((one, other) => one.at - other.at).map(({ text }) => text);
  }

  /** @private @param {string} data */
  received(data) {
    this.cancelPong();
    if (data === "\r\n") {
      this.pongs = true;
      return;
    }
    const status = statusOf(data);
    if (status >= 200) this.unanswered.delete(branchOf(data));
    this.ondata(data);
    if (status >= 200) this.onresponse(methodOf(data), status);
  }

  /** @private @param {WebSocket | null} socket */
  closed(socket) {
    if (!this.wanted || socket !== this.socket) return;
    this.release()?.close();
    if (this.attempts === 0) this.onlost();
    const delay = DELAYS[Math.min(this.attempts, DELAYS.length - 1)];
    this.attempts += 1;
    if (this.attempts > 1) this.onretry(this.attempts);
    this.cancelTimer = this.clock.after(delay, () => this.start());
  }

  /** Let go of the WebSocket and of all timers. @private */
  release() {
    const socket = this.socket;
    this.socket = null;
    this.cancelTimer();
    this.cancelPong();
    if (socket) socket.onopen = socket.onmessage = socket.onclose = null;
    return socket;
  }

  /** @private @param {number} [within] milliseconds that the answer may take */
  ping(within = PONG_WITHIN) {
    const socket = this.socket;
    if (!this.isConnected() || !socket) return;
    socket.send("\r\n\r\n");
    this.cancelTimer();
    this.cancelTimer = this.clock.after(PING_EVERY, () => this.ping());
    if (!this.pongs) return;
    this.cancelPong();
    this.cancelPong = this.clock.after(within, () => this.closed(socket));
  }
}

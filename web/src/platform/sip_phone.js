/**
 * JsSIP's user agent behind the model's words: connection, registration, the gateway's MESSAGEs. Its calls are in `sip_legs.js`.
 *
 * @typedef {import("../model/events.js").PhoneEvent} PhoneEvent
 * @typedef {import("./clock.js").Clock} Clock
 * @typedef {{ url: string, dn: string, password: string,
 *   credentials: (() => Promise<{ token?: string, password?: string }>) | null }} Account
 */

import * as JsSIP from "jssip";

import { SipLegs } from "./sip_legs.js";
import { ReconnectingSocket } from "./socket.js";
import { audioWord, microphoneWord, pingReply, readWord, WORDS_TYPE } from "./words.js";

const REGISTER_SECONDS = 300;
const RETRY = 2000;

export class SipPhone {
  /**
   * @param {{ emit: (event: PhoneEvent) => void, clock: Clock, microphone: import("./microphone.js").Microphone,
   *   camera: import("./camera.js").Camera, speaker: import("./speaker.js").Speaker }} parts
   */
  constructor({ emit, clock, microphone, camera, speaker }) {
    this.emit = emit;
    this.clock = clock;
    this.legs = new SipLegs({ emit, clock, microphone, camera, speaker });
    this.legs.mending.onsilence = () => this.socket?.refresh();
    this.legs.mending.connected = () => this.socket?.isConnected() ?? false;
    /** @type {JsSIP.UA | null} */
    this.userAgent = null;
    /** @type {ReconnectingSocket | null} */
    this.socket = null;
    /** @type {Account | null} */
    this.account = null;
    this.standsDown = false;
    this.refusals = 0;
    /** The gateway hears what the page says of itself; Asterisk would refuse it. */
    this.listenedTo = true;
    /** The state of the microphone, asked at each ping. */
    this.microphoneState = () => "asked";
  }

  /** Connect and register. A page whose DN was taken over takes it back and keeps its calls. @param {Account} account */
  async start(account) {
    if (this.standsDown && account.url === this.account?.url && account.dn === this.account.dn) {
      this.standsDown = false;
      this.account = account;
      this.emit({ type: "sip/connecting" });
      return this.renew();
    }
    this.stop();
    this.account = account;
    this.standsDown = false;
    this.refusals = 0;
    this.emit({ type: "sip/connecting" });
    const authorization = await this.authorization();
    if (this.account !== account || authorization === null) return undefined;
    const socket = this.newSocket(account.url);
    const userAgent = new JsSIP.UA({
      // JsSIP's types want its own class; its documented interface is what ReconnectingSocket has.
      sockets: /** @type {any} */ (socket),
      uri: `sip:${account.dn}@${new URL(account.url).hostname}`,
      ...authorization,
      register_expires: REGISTER_SECONDS,
      session_timers: false,
      no_answer_timeout: 600,
      user_agent: "Cordboard softphone",
    });
    this.socket = socket;
    this.userAgent = userAgent;
    this.listen(userAgent);
    userAgent.start();
    return undefined;
  }

  /** De-register and let go; calls end. */
  stop() {
    const { userAgent, account } = this;
    this.standsDown = false;
    this.userAgent = null;
    this.account = null;
    this.socket = null;
    userAgent?.stop();
    if (account) this.emit({ type: "sip/off" });
  }

  /** Something may have happened to the network: look at once whether connection and sound still live. */
  refresh() {
    this.socket?.refresh();
    this.legs.mending.doubt();
  }

  /** The network is another one: the connection is made anew, the sound follows it. */
  networkChanged() {
    this.socket?.reconnect();
  }

  /** @param {string} number @param {string} card */
  dial(number, card) {
    const { userAgent, account } = this;
    if (!userAgent || !account) return;
    const target = `sip:${number.replaceAll("#", "%23")}@${new URL(account.url).hostname}`;
    void this.legs.dial((options) => userAgent.call(target, options), card);
  }

  /** The gateway hears of the microphone at once, not with the next ping. @param {string} state */
  tellMicrophone(state) {
    this.tell(microphoneWord(state));
  }

  /** The gateway hears what microphone and speaker are. @param {import("../model/audio.js").AudioState} audio */
  tellAudio(audio) {
    this.tell(audioWord(audio));
  }

  /** @private @param {string} words */
  tell(words) {
    const { userAgent, account } = this;
    if (!this.listenedTo || !account || !userAgent?.isRegistered()) return;
    const own = `sip:${account.dn}@${new URL(account.url).hostname}`;
    userAgent.sendMessage(own, words, { contentType: WORDS_TYPE });
  }

  /** Another page has the DN, or nobody is to have it: keep the calls, register no more. */
  standDown() {
    this.standsDown = true;
  }

  /** Workspace wants the phone off, or on again; the connection stays, so that it can say so. @private @param {boolean} wanted */
  want(wanted) {
    if (wanted === !this.standsDown) return;
    this.standsDown = !wanted;
    if (wanted) {
      this.emit({ type: "sip/connecting" });
      void this.renew();
    } else {
      this.userAgent?.unregister();
      this.emit({ type: "sip/off" });
    }
  }

  /**
   * The credentials to register with. A desk that cannot be reached is asked again; a refusal is told, and null.
   * @private
   * @returns {Promise<{ password: string } | { authorization_jwt: string } | null>}
   */
  async authorization() {
    const account = this.account;
    while (account && account === this.account) {
      if (!account.credentials) return { password: account.password };
      try {
        const { token, password } = await account.credentials();
        return token ? { authorization_jwt: `Bearer ${token}` } : { password: password ?? "" };
      } catch (error) {
        const status = /** @type {{ status?: number }} */ (error).status ?? 0;
        if (status >= 400 && status < 500) {
          this.emit({ type: "sip/failed", status, reason: /** @type {Error} */ (error).message });
          return null;
        }
        await new Promise((done) => this.clock.after(RETRY, () => done(undefined)));
      }
    }
    return null;
  }

  /** @private @param {string} url */
  newSocket(url) {
    const socket = new ReconnectingSocket(url, this.clock);
    socket.onlost = () => this.emit({ type: "sip/lost" });
    socket.onretry = (attempts) => {
      if (attempts !== 3) return;
      const help = "The phone keeps trying; a call in progress can go on. If this stays, check the network and the SIP Server address.";
      this.emit({ type: "tell", kind: "error", text: `No connection to ${new URL(url).host}.`, help });
    };
    socket.onreopened = () => {
      this.register();
      this.legs.verify();
      this.legs.mending.doubt();
    };
    socket.onresponse = (method, status) => {
      if (method !== "REGISTER" || status !== 200 || !this.userAgent?.isRegistered()) return;
      this.refusals = 0;
      if (!this.standsDown) this.emit({ type: "sip/registered" });
    };
    return socket;
  }

  /** @private @param {JsSIP.UA} userAgent */
  listen(userAgent) {
    userAgent.on("registrationExpiring", () => void this.renew());
    userAgent.on("registrationFailed", ({ response, cause }) => this.registrationFailed(response?.status_code ?? 0, String(cause)));
    userAgent.on("newRTCSession", (/** @type {any} */ event) => this.legs.add(event));
    userAgent.on("newMessage", (/** @type {any} */ event) => this.newMessage(event));
  }

  /** @private */
  register() {
    if (!this.standsDown) this.userAgent?.register();
  }

  /** Register again, with a fresh token where tokens are used. @private */
  async renew() {
    const { account, userAgent } = this;
    if (!userAgent || !account || this.standsDown) return;
    const authorization = await this.authorization();
    if (this.userAgent !== userAgent || authorization === null) return;
    if ("password" in authorization) userAgent.set("password", authorization.password);
    else userAgent.set("authorization_jwt", authorization.authorization_jwt);
    userAgent.register();
  }

  /**
   * A refusal of the credentials is final (a token is renewed once); anything else is tried again.
   * @private
   * @param {number} status
   * @param {string} cause
   */
  registrationFailed(status, cause) {
    const { userAgent } = this;
    if (!userAgent || this.standsDown) return;
    this.refusals += 1;
    const credentials = status >= 400 && status < 408;
    if (credentials && (!this.account?.credentials || this.refusals > 1)) {
      this.emit({ type: "sip/failed", status, reason: cause });
      return;
    }
    this.emit({ type: "sip/lost" });
    if (!credentials && this.refusals === 2) {
      const text = `The phone system did not accept the registration (${status || cause}).`;
      this.emit({ type: "tell", kind: "error", text, help: "The phone keeps trying; if it stays, tell your administrator." });
    }
    this.clock.after(credentials ? 0 : RETRY, () => void (this.userAgent === userAgent && this.renew()));
  }

  /** @private @param {{ originator: string, message: any, request: any }} event */
  newMessage({ originator, message, request }) {
    if (originator !== "remote") return;
    const word = readWord(request.getHeader("Content-Type"), request.body);
    if (word.word === "ping") {
      message.accept({ extraHeaders: [pingReply(this.microphoneState())] });
    } else if (word.word === "taken over") {
      this.standDown();
      this.emit({ type: "sip/taken-over" });
    } else if (word.word === "mute" || word.word === "volume" || word.word === "options") {
      const { word: what, ...values } = word;
      this.emit(/** @type {import("../model/events.js").AudioEvent} */ ({ type: `audio/${what}`, ...values }));
    } else if (word.word === "register" || word.word === "unregister") {
      this.want(word.word === "register");
    } else if (word.word === "sign out") {
      this.standDown();
      this.emit({ type: "sip/off" });
    } else if (word.word === "draining") {
      const help = "Calls in progress go on. New ones come when it has started again.";
      this.emit({ type: "tell", kind: "info", text: "The phone system is about to be restarted.", help });
    } else if (word.word === "drained") {
      this.emit({ type: "tell", kind: "info", text: "The phone system takes calls again.", help: "" });
    }
  }
}

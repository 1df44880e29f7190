// The socket that reconnects underneath: JsSIP never learns that the connection was gone, and no message is lost.
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { ReconnectingSocket } from "../../src/platform/socket.js";

/** A clock that only `elapse` moves. */
class ManualClock {
  time = 0;
  /** @type {{ at: number, callback: () => void }[]} */
  timers = [];

  now() {
    return this.time;
  }

  /** @param {number} milliseconds @param {() => void} callback */
  after(milliseconds, callback) {
    const timer = { at: this.time + milliseconds, callback };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((one) => one !== timer);
    };
  }

  /** @param {number} milliseconds */
  elapse(milliseconds) {
    const end = this.time + milliseconds;
    for (;;) {
      const [next] = this.timers.filter((one) => one.at <= end).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.time = next.at;
      this.timers = this.timers.filter((one) => one !== next);
      next.callback();
    }
    this.time = end;
  }
}

class FakeWebSocket {
  readyState = 0;
  /** @type {string[]} */
  sent = [];
  onopen = () => {};
  onclose = () => {};
  onmessage = (/** @type {{ data: string }} */ _event) => {};

  /** @param {string} data */
  send(data) {
    this.sent.push(data);
  }

  open() {
    this.readyState = 1;
    this.onopen?.();
  }

  close() {
    this.readyState = 3;
  }

  drop() {
    this.readyState = 3;
    this.onclose?.();
  }

  /** @param {string} data */
  receive(data) {
    this.onmessage?.({ data });
  }
}

function bench() {
  const clock = new ManualClock();
  /** @type {FakeWebSocket[]} */
  const opened = [];
  /** @type {string[]} */
  const log = [];
  const socket = new ReconnectingSocket("ws://127.0.0.1:8088/ws", clock, () => {
    const one = new FakeWebSocket();
    opened.push(one);
    return /** @type {any} */ (one);
  });
  socket.onconnect = () => log.push("connect");
  socket.ondisconnect = () => log.push("disconnect");
  socket.ondata = (data) => log.push(data.split("\r\n")[0]);
  socket.onlost = () => log.push("lost");
  socket.onreopened = () => log.push("reopened");
  socket.onretry = (attempts) => log.push(`retry ${attempts}`);
  socket.onresponse = (method, status) => log.push(`${method} ${status}`);
  socket.connect();
  return { clock, opened, log, socket };
}

/** @param {string} method @param {string} branch */
const request = (method, branch) => `${method} sip:x SIP/2.0\r\nVia: SIP/2.0/WS h;branch=${branch}\r\nCSeq: 1 ${method}\r\n\r\n`;
/** @param {number} status @param {string} method @param {string} branch */
const response = (status, method, branch) =>
  `SIP/2.0 ${status} X\r\nv: SIP/2.0/WS h;received=1;branch=${branch};rport\r\nCSeq: 1 ${method}\r\n\r\n`;

test("it is what JsSIP asks of a socket", () => {
  const { socket } = bench();
  assert.deepEqual([socket.via_transport, socket.sip_uri, socket.url], ["WS", "sip:127.0.0.1:8088;transport=ws", "ws://127.0.0.1:8088/ws"]);
  assert.equal(new ReconnectingSocket("wss://h/ws", new ManualClock(), () => /** @type {any} */ (0)).via_transport, "WSS");
});

describe("a lost connection", () => {
  test("is made again at once, and JsSIP is told of the first one only", () => {
    const { clock, opened, log } = bench();
    opened[0].open();
    opened[0].drop();
    clock.elapse(0);
    opened[1].open();
    assert.deepEqual(log, ["connect", "lost", "reopened"]);
  });

  test("requests without a final response and what was said meanwhile go out again, in order", () => {
    const { clock, opened, socket } = bench();
    opened[0].open();
    socket.send(request("REGISTER", "done"));
    opened[0].receive(response(200, "REGISTER", "done"));
    socket.send(request("INVITE", "pending"));
    opened[0].receive(response(180, "INVITE", "pending"));
    opened[0].drop();
    clock.elapse(0);
    const ok = response(200, "INVITE", "theirs");
    assert.equal(socket.send(ok), true);
    socket.send(request("ACK", "ack"));
    opened[1].open();
    assert.deepEqual(opened[1].sent, [request("INVITE", "pending"), ok, request("ACK", "ack")]);
    opened[1].receive(response(486, "INVITE", "pending"));
    opened[1].drop();
    clock.elapse(0);
    opened[2].open();
    assert.deepEqual(opened[2].sent, []);
  });

  test("what is older than 64*T1 is given up", () => {
    const { clock, opened, socket } = bench();
    opened[0].open();
    opened[0].drop();
    clock.elapse(0);
    socket.send(request("BYE", "old"));
    socket.send(response(200, "INVITE", "old"));
    clock.elapse(33_000);
    opened[1].open();
    assert.deepEqual(opened[1].sent, []);
  });

  test("tries come at 0, 0.2, 0.5, 1 and then every 2 seconds", () => {
    const { clock, opened, log } = bench();
    /** @type {number[]} */
    const times = [];
    for (let n = 0; n < 7; n += 1) {
      opened[n].drop();
      while (opened.length === n + 1) clock.elapse(100);
      times.push(clock.time);
    }
    assert.deepEqual(times, [100, 300, 800, 1800, 3800, 5800, 7800]);
    assert.ok(log.includes("retry 3") && !log.includes("disconnect"));
  });

  test("an address that may not be opened is tried again, too", () => {
    const clock = new ManualClock();
    let tries = 0;
    const socket = new ReconnectingSocket("ws://h/ws", clock, () => {
      tries += 1;
      throw new Error("forbidden");
    });
    socket.connect();
    clock.elapse(1000);
    assert.ok(tries > 2);
    socket.disconnect();
    const before = tries;
    clock.elapse(60_000);
    assert.equal(tries, before);
  });
});

describe("a connection that died without a word", () => {
  test("is found by the missing answer to a keep-alive, if the peer ever answered one", () => {
    const { clock, opened } = bench();
    opened[0].open();
    clock.elapse(15_000);
    assert.deepEqual(opened[0].sent, ["\r\n\r\n"]);
    opened[0].receive("\r\n");
    clock.elapse(15_000);
    clock.elapse(4_000);
    assert.equal(opened.length, 2);
  });

  test("is not assumed of a peer that never answers keep-alives", () => {
    const { clock, opened } = bench();
    opened[0].open();
    clock.elapse(120_000);
    assert.equal(opened.length, 1);
  });

  test("is looked for at once when the network changed", () => {
    const { opened, socket, clock } = bench();
    opened[0].open();
    socket.refresh();
    assert.deepEqual(opened[0].sent, ["\r\n\r\n"]);
    opened[0].drop();
    clock.elapse(0);
    opened[1].drop();
    socket.refresh();
    clock.elapse(0);
    assert.equal(opened.length, 3);
  });

  test("has 0.6 s for the keep-alive when there is reason to doubt it", () => {
    const { opened, socket, clock } = bench();
    opened[0].open();
    socket.refresh();
    opened[0].receive("\r\n");
    socket.refresh();
    clock.elapse(599);
    assert.equal(opened.length, 1);
    clock.elapse(1);
    assert.equal(opened.length, 2);
  });

  test("is made anew without a question on another network, and what is unanswered goes with it", () => {
    const { opened, socket, clock } = bench();
    opened[0].open();
    socket.send(request("INVITE", "z9hG4bKa"));
    socket.reconnect();
    clock.elapse(0);
    opened[1].open();
    assert.deepEqual(opened[1].sent, [request("INVITE", "z9hG4bKa")]);
  });
});

test("after disconnect nothing is opened and late events of the old connection are nobody's", () => {
  const { clock, opened, log, socket } = bench();
  opened[0].open();
  const late = opened[0].onclose;
  socket.disconnect();
  late?.();
  clock.elapse(60_000);
  assert.equal(opened.length, 1);
  assert.deepEqual(log, ["connect"]);
});

test("a final response is told after JsSIP has taken it", () => {
  const { opened, log } = bench();
  opened[0].open();
  opened[0].receive(response(200, "REGISTER", "b"));
  assert.deepEqual(log, ["connect", "SIP/2.0 200 X", "REGISTER 200"]);
});

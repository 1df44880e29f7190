// A stock CometD client that says on standard output, one JSON object a line, what happens to it.
//
//     node client.mjs LIBRARY URL AUTHORIZATION CHANNEL...        LIBRARY: cometd3 (3.1.x) or cometd (9.x), +ack
//
// After each handshake it also reads the agent's calls by REST, as Genesys's documents ask of a client that was away. With
// `+ack` the library's own acknowledgement extension is registered.
// It subscribes in its handshake listener, as every CometD page does, so that it subscribes again after a server's restart.
// A line `disconnect` on standard input ends it.

import { createRequire } from "node:module";
import { createInterface } from "node:readline";

import { adapt } from "cometd-nodejs-client";

adapt();

const [wanted, url, authorization, ...channels] = process.argv.slice(2);
const [library, acknowledges] = wanted.split("+");
const { CometD, AckExtension } = await load();

async function load() {
  if (library === "cometd") return { ...(await import("cometd")), ...(await import("cometd/AckExtension.js")) };
  const require = createRequire(import.meta.url);
  return { CometD: require(library).CometD, AckExtension: require(`${library}/AckExtension.js`) };
}

/** @param {string} event @param {object} details */
const say = (event, details = {}) => process.stdout.write(`${JSON.stringify({ event, ...details })}\n`);
// The library's own log goes beside what is said.
console.log = console.info = console.warn = console.debug = console.error;

const cometd = new CometD();
if (acknowledges) cometd.registerExtension("ack", new AckExtension());
// A WebSocket takes no headers; here it takes the credentials from its address.
const inAddress = new URL(url);
[inAddress.username, inAddress.password] = atob(authorization.replace("Basic ", "")).split(":");
cometd.configure({ url, urls: { websocket: inAddress.href }, requestHeaders: { Authorization: authorization } });

cometd.addListener("/meta/handshake", (message) => {
  const transport = cometd.getTransport();
  say("handshake", { successful: message.successful, transport: transport?.type ?? transport?.getType?.() });
  if (!message.successful) return;
  cometd.batch(() => {
    for (const channel of channels) {
      cometd.subscribe(
        channel,
        (received) => say("message", { channel: received.channel, data: received.data }),
        (reply) => say("subscribed", { channel, successful: reply.successful }),
      );
    }
  });
  read().catch((error) => say("read", { error: String(error) }));
});
async function read() {
  const answer = await fetch(new URL("/api/v2/me/calls?fields=*", url), { headers: { Authorization: authorization } });
  const { calls } = await answer.json();
  say("read", { calls: calls.map((/** @type {{ id: string }} */ call) => call.id) });
}

cometd.addListener("/meta/connect", (message) => say("connect", { successful: message.successful, error: message.error }));
cometd.addListener("/meta/disconnect", (message) => say("disconnect", { successful: message.successful }));

createInterface({ input: process.stdin }).on("line", (line) => {
  if (line === "disconnect") cometd.disconnect(() => setTimeout(() => process.exit(0), 100));
  if (line === "publish") cometd.publish(channels[0], {}, (reply) => say("published", { successful: reply.successful }));
});

cometd.handshake();

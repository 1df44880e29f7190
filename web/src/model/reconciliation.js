/**
 * Where the two planes disagree about a call: each disagreement has a name, a time after which it counts, and repairs, each at its time.
 *
 * On the wire the planes are within about 100 ms of each other, so most of what is found here is over before it counts. A disagreement
 * that counts is kept for an engineer (`record.js`) and told to the desk. Nothing is repaired on what GWS said before its connection was lost,
 * and nothing is ended here unless GWS, asked again, says that the call is over.
 *
 * @typedef {import("./phone.js").Phone} Phone
 * @typedef {import("./call.js").Card} Card
 * @typedef {import("./events.js").Effect} Effect
 * @typedef {(card: Card, phone: Phone, now: number) => Effect[]} Mend
 * @typedef {{ after: number, by: string, mend: Mend }} Repair `after`: milliseconds since it began; `by`: what the record calls it
 * @typedef {{ name: string, counts: number, is: (card: Card, phone: Phone) => boolean, repairs: Repair[] }} Row
 */

import { atGws, holdBySip, partnerOf, retrieveBySip } from "./buttons.js";
import { OPERATION } from "./gws.js";

export const COUNTS = 1000;
export const MEND = 2000;
/** A hang-up that GWS took has ended the leg by then, or it is ended by BYE. */
export const HANG_UP_WITHIN = 1000;

/** @type {Mend} */
const readAgain = () => [{ do: "gws/read" }];
/** @type {Mend} The INVITE may have gone into a connection that is dead. */
const lookAfterConnection = () => [{ do: "gws/read" }, { do: "sip/refresh" }];

const AGAIN = { after: COUNTS, by: "re-read", mend: readAgain };

/** @type {Row[]} */
export const DISAGREEMENTS = [
  {
    name: "ringing-without-invite",
    counts: COUNTS,
    is: (card, phone) => both(phone) && card.gwsState === "Ringing" && !card.leg?.alive && card.ending === null,
    repairs: [
      { after: COUNTS, by: "re-read", mend: lookAfterConnection },
      { after: MEND + COUNTS, by: "message", mend: cannotAnswer },
    ],
  },
  {
    name: "invite-without-event",
    counts: COUNTS,
    is: (card, phone) => both(phone) && Boolean(card.leg?.alive) && !card.gws && card.goneAt === null && phone.agent !== null,
    repairs: [AGAIN, { after: 5000, by: "re-read", mend: readAgain }],
  },
  {
    name: "answer-without-talk",
    counts: COUNTS,
    is: (card) => card.leg?.state === "ringing" && (card.ownLeg || card.answerTaken || card.gwsState === "Established"),
    repairs: [{ after: COUNTS, by: "answer", mend: (card) => card.leg?.handle("answer") ?? [] }],
  },
  {
    name: "held-at-gws-only",
    counts: COUNTS,
    is: (card) => card.leg?.state === "talking" && card.gwsState === "Held" && !card.holdsAlone,
    repairs: [AGAIN, ...[MEND, 5000, 10_000].map((after) => ({ after, by: "hold or retrieve", mend: mendHold }))],
  },
  {
    name: "held-here-only",
    counts: COUNTS,
    is: (card) => card.leg?.state === "held" && card.gwsState === "Established" && !card.holdsAlone,
    repairs: [AGAIN, ...[MEND, 5000, 10_000].map((after) => ({ after, by: "hold or retrieve", mend: mendHold }))],
  },
  {
    name: "gone-here-only",
    counts: COUNTS,
    is: (card, phone) => both(phone) && !card.leg?.alive && ["Dialing", "Established", "Held"].includes(card.gwsState) && !asked(card, phone),
    repairs: [AGAIN, { after: MEND, by: "Hangup", mend: hangUpAtGws }],
  },
  {
    name: "gone-at-gws-only",
    counts: COUNTS,
    is: (card, phone) => both(phone) && Boolean(card.leg?.up) && card.goneAt !== null && card.wanted === "",
    repairs: [
      AGAIN,
      { after: MEND, by: "another call", mend: moveToOther },
      { after: 10_000, by: "re-read", mend: readAgain },
      { after: 15_000, by: "BYE", mend: endGone },
    ],
  },
  {
    name: "hang-up-without-end",
    counts: HANG_UP_WITHIN,
    is: (card) => card.wanted === "hangup" && Boolean(card.leg?.alive),
    repairs: [{ after: HANG_UP_WITHIN, by: "BYE", mend: endBySip }],
  },
];

/** The planes can be compared: both are there. @param {Phone} phone */
const both = (phone) => phone.lights.sip === "on" && phone.lights.gws === "on";

/** Two calls share the leg, or the leg is on its way. @param {Card} card @param {Phone} phone */
const asked = (card, phone) => partnerOf(phone, card) !== undefined || (card.direction === "out" && card.gwsState === "Dialing" && !card.ending);

/** The agent pressed Answer, and there is nothing to answer. @type {Mend} */
function cannotAnswer(card, phone, now) {
  if (card.wanted !== "answer" && !card.answerTaken) return [];
  card.wanted = "";
  card.answerTaken = false;
  const help = "It rings elsewhere, or it goes on to another agent. If it happens again, tell your administrator.";
  phone.messages.tell("error", "The call could not be answered: this phone was not rung.", help, now);
  return [];
}

/** What moved last is followed by the other plane. @type {Mend} */
function mendHold(card) {
  const held = card.toBeHeld ?? card.gwsState === "Held";
  const atServer = (card.gwsState === "Held") !== held;
  const operation = held ? OPERATION.hold : OPERATION.retrieve;
  if (atServer) return card.offers(operation) ? atGws(card, operation) : [];
  return held ? holdBySip(card) : retrieveBySip(card);
}

/** The agent hung up here, and GWS, asked again, still has the call. @type {Mend} */
function hangUpAtGws(card) {
  return card.ending?.by === "local" && card.offers(OPERATION.hangup) ? atGws(card, OPERATION.hangup) : [];
}

/** GWS has one call more than there are legs: it is this one, under another identifier. @type {Mend} */
function moveToOther(card, phone) {
  const others = withoutLeg(phone, card);
  if (others.length !== 1 || !card.leg) return [];
  const [other] = others;
  other.takeLeg(card.leg, other.uuid);
  card.leg = null;
  other.since ??= card.since;
  phone.drop(card);
  return [];
}

/** GWS, asked again, says that the call is over, and knows no other that this leg could be. @type {Mend} */
function endGone(card, phone) {
  const working = phone.agent !== null && !["", "LoggedOut"].includes(phone.agent.state.state);
  if (!phone.endsGoneCalls || !working || card.goneSeen === null || withoutLeg(phone, card).length) return [];
  return card.leg?.handle("hangup") ?? [];
}

/** @type {Mend} */
function endBySip(card) {
  card.wanted = "";
  return card.leg?.handle("hangup") ?? [];
}

/** @param {Phone} phone @param {Card} card */
const withoutLeg = (phone, card) =>
  phone.cards.filter((one) => one !== card && !one.leg && ["Established", "Held"].includes(one.gwsState) && !partnerOf(phone, one)?.leg);

/**
 * Look for what disagrees now; repair what is due.
 * @param {Phone} phone @param {number} now @returns {Effect[]}
 */
export function reconcile(phone, now) {
  /** @type {Effect[]} */
  const effects = [];
  const seen = new Set();
  for (const card of [...phone.cards]) {
    for (const row of DISAGREEMENTS) {
      if (!row.is(card, phone)) continue;
      const open = phone.record.open(card, row.name, row.counts, now);
      seen.add(open);
      for (const repair of due(row, open, now)) {
        open.repairs += 1;
        const mended = row.is(card, phone) ? repair.mend(card, phone, now) : [];
        if (mended.length || !row.is(card, phone)) open.by = repair.by;
        effects.push(...mended.filter((one) => !effects.some((other) => other.do === one.do && one.do === "gws/read")));
      }
    }
  }
  return [...effects, ...phone.record.close(seen, now)];
}

/** @param {Row} row @param {import("./record.js").Disagreement} open @param {number} now */
const due = (row, open, now) => row.repairs.slice(open.repairs).filter((repair) => open.since + repair.after <= now);

/** When something is to be repaired or counts next. @param {Phone} phone @returns {number | null} */
export function nextRepair(phone) {
  const times = phone.record.now.flatMap((open) => {
    const row = DISAGREEMENTS.find((one) => one.name === open.name);
    const repair = row?.repairs[open.repairs];
    return [...(open.counted ? [] : [open.since + open.counts]), ...(repair ? [open.since + repair.after] : [])];
  });
  return times.length ? Math.min(...times) : null;
}

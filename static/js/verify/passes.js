// What happened to prizes after the draw: each went to the next reserve, or to nobody once none was left.

import { hex } from "./bytes.js";
import { lapseHash, redrawHash } from "./records.js";
import { need } from "./refusal.js";
import { counted, say } from "./words.js";

const DAY = 86400;

/** What a reason stands for: all but two sentences are decisions of the site’s staff. */
function codeOf(reason) {
  if (/^The prize was not claimed in time\.$/.test(reason)) return "not_claimed";
  return /^The winner closed their account\.$/.test(reason) ? "account_closed" : "disqualified";
}

/** The step `passes`. */
export function checkPasses({ doc }) {
  if (!doc.winners) return say("The draw has no prizes.");
  const later = doc.log.slice(doc.log.findIndex(({ kind }) => kind === "result") + 1);
  if (later.length === 0) return say("No prize was passed on.");
  if (!doc.passes) return say("Prizes were passed on. This document of version 1 does not say from whom, to whom and why.");
  const replay = begin(doc);
  doc.passes.forEach((passed, i) => follow(replay, passed, later[i]));
  const times = counted(
    later.length,
    "%(count)s time a prize went to the next reserve, or to nobody.",
    "%(count)s times a prize went to the next reserve, or to nobody."
  );
  const closed = doc.passes.filter(({ code }) => code === "account_closed").length;
  return closed ? `${times} ${say("That a winner closed their account is the site’s word.")}` : times;
}

/** From the result on: who holds which prize and since when, and which reserve is next. */
function begin({ open, winners, result_hash: result, log }) {
  const drawn = log.find(({ kind }) => kind === "result").time;
  const holds = new Map();
  for (let place = 0; place < Math.min(open.winners, winners.length); place++) holds.set(place, drawn);
  return { holds, next: open.winners, places: winners.length, taken: 0, result, terms: open.terms };
}

function follow(replay, passed, { n: number, time, record_hash: record }) {
  const { holds, result, places, terms } = replay;
  const { from, to, code, reason } = passed;
  const digest = to === null ? lapseHash(result, from, reason) : redrawHash(result, from, to, reason);
  need(hex(digest) === hex(record), say("Record %(number)s is not made from what the document says of it.", { number }));
  need(holds.has(from), say("Record %(number)s takes a prize from a place that has none.", { number }));
  const due = replay.next < places ? replay.next : null;
  need(to === due, say("Record %(number)s does not give the prize to the next reserve.", { number }));
  const held = time - holds.get(from);
  holds.delete(from);
  if (due !== null) {
    holds.set(due, time);
    replay.next++;
  }
  need(code === codeOf(reason), say("Record %(number)s has another code than its reason.", { number }));
  if (terms.claim_days === undefined) return;
  need(
    code !== "not_claimed" || held >= terms.claim_days * DAY,
    say("Record %(number)s takes a prize as not claimed before the time to claim it was over.", { number })
  );
  if (code === "disqualified") replay.taken++;
  need(
    replay.taken <= terms.disqualify,
    say("Record %(number)s takes one more prize back than the draw’s seal allows.", { number })
  );
}

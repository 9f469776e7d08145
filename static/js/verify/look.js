// What a reader looks for in a checked document: their tickets, and a hash they kept.

import { hex, unhex } from "./bytes.js";
import { entryRef } from "./records.js";
import { grouped, say } from "./words.js";

const SHOWN = 100;

/** The tickets of a player: `{ref, count, numbers, places}`, at most a hundred numbers; places count from 0. */
export function findTickets(doc, userId, salt) {
  const ref = entryRef(doc.draw_id, unhex(salt), userId);
  const numbers = [];
  let count = 0;
  for (const index of positions(doc.entries, ref)) {
    count++;
    if (numbers.length < SHOWN) numbers.push(index + 1);
  }
  const mine = (index) => hex(doc.entries.subarray(32 * index, 32 * index + 32)) === hex(ref);
  const places = (doc.winners ?? []).flatMap((index, place) => (mine(index) ? [place] : []));
  return { ref: hex(ref), count, numbers, places };
}

/** Where the document holds a hash, in words; an empty list when it does not. */
export function findHash(doc, values, hash) {
  const named = [
    [say("the seal of the opening record"), doc.open.open_hash],
    [say("the fingerprint of the secret number"), doc.open.seed_commit],
    [say("the secret number itself"), doc.server_seed],
    [say("the fingerprint of the ticket list"), (doc.freeze ?? doc.listed)?.root],
    [say("the hash of the frozen list’s record"), doc.freeze?.freeze_hash],
    [say("the hash of the result"), doc.result_hash],
    [say("the hash of the void record"), doc.void?.record_hash],
  ];
  for (const entry of doc.log) {
    const record = { number: entry.n, kind: entry.kind };
    named.push([say("the head of the site’s log after record %(number)s (%(kind)s)", record), entry.head]);
    named.push([say("the head of the site’s log before record %(number)s (%(kind)s)", record), entry.prev]);
    if (entry.kind === "redraw") named.push(
      [say("the hash of the re-draw in record %(number)s", record), entry.record_hash]
    );
  }
  const found = named.filter(([, bytes]) => bytes && hex(bytes) === hash).map(([what]) => what);
  if (hash === values.terms) found.push(say("the hash of the terms"));
  const ticket = positions(doc.entries, unhex(hash)).next();
  if (!ticket.done) found.push(say("the reference on ticket %(number)s", { number: grouped(ticket.value + 1) }));
  return found;
}

function* positions(refs, wanted) {
  for (let at = 0; at < (refs?.length ?? 0); at += 32) {
    let i = 0;
    while (i < 32 && refs[at + i] === wanted[i]) i++;
    if (i === 32) yield at / 32;
  }
}

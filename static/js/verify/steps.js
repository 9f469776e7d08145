// What each step checks, and what it says when it holds.

import { sha256 } from "../../vendor/noble/noble.js";
import { signatureProblem } from "./beacon.js";
import { hex } from "./bytes.js";
import { roundAt } from "./chains.js";
import { numberHolders } from "./holders.js";
import { checkLog } from "./log.js";
import { checkPasses } from "./passes.js";
import { pick, pickKey } from "./pick.js";
import { freezeHash, listHash, openHash, resultHash, seedCommit, voidHash } from "./records.js";
import { need } from "./refusal.js";
import { canonical } from "./terms.js";
import { checkTiming, checkVoid } from "./timing.js";
import { rootOf } from "./tree.js";
import { counted, grouped, say } from "./words.js";

const NOTHING = new Uint8Array(0);
const MAX_WINDOW = 3600;
const tickets = (count) => counted(count, "%(count)s ticket", "%(count)s tickets");

/** Keep a computed hash for whoever compares, and refuse when it is not the document's. */
function matches(state, name, computed, written, sentence) {
  state.values[name] = hex(computed);
  need(state.values[name] === hex(written), sentence);
}

function seed(state) {
  const { doc } = state;
  if (!doc.server_seed) return say("The secret number was never revealed, because the draw has no winners.");
  const commit = seedCommit(doc.draw_id, doc.server_seed);
  matches(
    state,
    "seed_commit",
    commit,
    doc.open.seed_commit,
    say("The secret number is not the one sealed before the draw opened.")
  );
  return say("The secret number is the one whose fingerprint was published before the first ticket.");
}

function open(state) {
  const { doc } = state;
  state.values.terms = hex(sha256(canonical(doc.open.terms)));
  const computed = openHash(doc.draw_id, doc.open);
  matches(
    state,
    "open_hash",
    computed,
    doc.open.open_hash,
    say("The opening record does not give its hash: prize, price, limits, times or rules were changed.")
  );
  return say("Prize, price, limits, times and rules give the hash published before the first ticket.");
}

function times({ doc }) {
  const { closes_at: closes, freeze_by: by } = doc.open;
  need(
    closes <= by && by - closes <= MAX_WINDOW,
    say("The time for freezing the list is not within an hour after closing.")
  );
  const seconds = counted(by - closes, "%(count)s second", "%(count)s seconds");
  return say("The list had to be frozen within %(seconds)s after closing.", { seconds });
}

function round({ doc, chain }) {
  const { beacon, freeze_by: by } = doc.open;
  if (!beacon) return say("No beacon: this is an operator-run draw.");
  need(
    hex(beacon.chain_hash) === chain.chainHash && beacon.scheme === chain.scheme,
    say("The draw names a different beacon from the one this checker accepts."),
  );
  const due = roundAt(chain, BigInt(by) + 60n);
  need(
    BigInt(beacon.round) === due,
    say("The beacon’s round is not the one that follows from the times, %(due)s.", { due })
  );
  return say(
    "Round %(round)s of the beacon follows from the closing time. It came at least a minute after the list had to be frozen.",
    beacon
  );
}

function beacon(state) {
  const { doc, chain } = state;
  if (doc.open.mode === "local") return say("No beacon: the operator could know or influence the result.");
  if (!doc.beacon) return say("The draw was voided, and the document has no round of the beacon.");
  need(doc.beacon.round === doc.open.beacon.round, say("The round is not the one named before the draw opened."));
  const problem = signatureProblem(chain, doc.beacon.round, doc.beacon.signature);
  need(!problem, problem);
  state.values.randomness = hex(sha256(doc.beacon.signature));
  return say("The beacon signed round %(round)s. Nobody could know this signature before.", doc.beacon);
}

async function entries(state) {
  const { doc } = state;
  const listed = doc.freeze ?? doc.listed;
  if (!listed) return say("The list was never frozen.");
  const total = doc.entries.length / 32;
  need(
    listed.total === total,
    say(
      "The list holds %(tickets)s, but %(frozen)s were frozen.",
      { tickets: tickets(total), frozen: listed.total }
    )
  );
  need(total > 0, say("A list without tickets cannot be frozen."));
  const root = await rootOf(doc.entries, state.onProgress);
  matches(
    state,
    "root",
    root,
    listed.root,
    say("The list does not give its fingerprint: a ticket was changed, added, removed or moved.")
  );
  return counted(
    total,
    "%(count)s ticket, numbered without a gap, gives the fingerprint of the list.",
    "%(count)s tickets, numbered without a gap, give the fingerprint of the list.",
  );
}

function freeze(state) {
  const { doc } = state;
  if (doc.listed) return say("The list was never frozen; the void record covers it.");
  if (!doc.freeze) return say("The list was never frozen.");
  const computed = freezeHash(doc.open.mode, doc.open.open_hash, doc.freeze.root, doc.freeze.total, doc.server_seed);
  matches(
    state,
    "freeze_hash",
    computed,
    doc.freeze.freeze_hash,
    say("The frozen list’s record does not give its hash.")
  );
  return say("The frozen list and the opening record give the hash that was published at freezing.");
}

async function limits(state) {
  const { doc } = state;
  const { max_participants: most, max_per_player: each, min_participants: least } = doc.open.terms;
  if (!doc.entries) return say("There is no list to count.");
  const { total } = doc.freeze ?? doc.listed;
  const found = { tickets: tickets(total), most: grouped(most), least: grouped(least), each: grouped(each) };
  need(total <= most, say("There are %(tickets)s, more than the %(most)s of the terms.", found));
  need(doc.listed || total >= least, say("There are %(tickets)s, fewer than the %(least)s of the terms.", found));
  state.holders = await numberHolders(doc.entries, state.onProgress);
  const largest = state.holders.counts.reduce((max, count) => (count > max ? count : max), 0);
  const held = { tickets: tickets(largest), each: found.each };
  need(largest <= each, say("One player holds %(tickets)s, more than the %(each)s of the terms.", held));
  const players = counted(state.holders.counts.length, "%(count)s player", "%(count)s players");
  return say("%(players)s hold %(tickets)s; nobody holds more than %(each)s.", { ...found, players });
}

async function draw(state, randomness) {
  const { doc } = state;
  const key = pickKey(doc.open.mode, listHash(doc), randomness, doc.server_seed);
  const places = doc.open.winners + doc.open.reserves;
  return { key, ...(await pick(key, state.holders, places, doc.open.policy, state.onProgress)) };
}

async function winners(state) {
  const { doc } = state;
  if (!doc.winners) return voided(state);
  const randomness = doc.beacon ? sha256(doc.beacon.signature) : NOTHING;
  const { key, winners: places, rolls } = await draw(state, randomness);
  Object.assign(state.values, { prk: hex(key), winners: places, rolls });
  const same = places.length === doc.winners.length && places.every((index, i) => index === doc.winners[i]);
  need(same, say("Rolling the numbers again gives different tickets from the document’s."));
  const rolled = { rolls: counted(rolls, "%(count)s roll", "%(count)s rolls") };
  return say("Rolling the numbers again (%(rolls)s) gives exactly the tickets of the result.", rolled);
}

/** A void is a public act: list and seed show whom it hit, with a beacon once its round is given. */
async function voided(state) {
  const { doc } = state;
  const nobody = say("The draw was voided and has no winners. Every ticket is refunded.");
  if (!doc.entries || !doc.server_seed) return nobody;
  const given = doc.beacon ?? state.round;
  if (doc.open.beacon && !given) return nobody;
  // The document's own round has passed the step before.
  const problem = doc.open.beacon && !doc.beacon ? roundProblem(state) : "";
  if (problem) return `${nobody} ${problem}`;
  const { key, winners: places, rolls } = await draw(state, doc.open.beacon ? sha256(given.signature) : NOTHING);
  Object.assign(state.values, { prk: hex(key), voided_winners: places, rolls });
  const numbers = places.slice(0, doc.open.winners).map((index) => index + 1).join(", ");
  return `${nobody} ${say("Ticket %(numbers)s would have won.", { numbers })}`;
}

/** What is wrong with the round somebody gave for a voided draw. */
function roundProblem({ doc, chain, round: given }) {
  if (given.round !== doc.open.beacon.round) return say("The round you gave is not the one this draw named.");
  return signatureProblem(chain, given.round, given.signature);
}

function result(state) {
  const { doc } = state;
  if (doc.void) {
    const { code, reason, record_hash: record } = doc.void;
    const computed = voidHash(doc.open.open_hash, listHash(doc), code, reason);
    matches(state, "void_hash", computed, record, say("The void record does not give its hash."));
    return say("The void record gives its hash. Reason: %(reason)s", { reason });
  }
  const signature = doc.beacon ? doc.beacon.signature : NOTHING;
  const computed = resultHash(doc.freeze.freeze_hash, signature, doc.server_seed, doc.winners);
  matches(state, "result_hash", computed, doc.result_hash, say("The result does not give its hash."));
  return say("The result gives the hash that was published with it.");
}

/** The checks after reading the document, by name and in order. */
export const CHECKS = new Map(
  Object.entries({
    ...{ seed, open, times, round, beacon, entries, freeze, limits, winners, result },
    ...{ log: checkLog, timing: checkTiming, void: checkVoid, passes: checkPasses },
  }),
);

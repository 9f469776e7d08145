// The document's exact shape: every name, no other, and each value of its kind.

import { unhex } from "./bytes.js";
import { Refusal } from "./refusal.js";
import { checkTerms } from "./terms.js";
import { say } from "./words.js";

export const KINDS = ["open", "freeze", "result", "redraw", "lapse", "void"];
export const MODES = { beacon: 1, local: 2 };
export const POLICIES = { one_prize_per_player: 1, one_prize_per_ticket: 2 };
export const VOID_CODES = { no_tickets: 1, below_minimum: 2, cancelled: 3, not_frozen_in_time: 4, beacon_missing: 5 };
const MAX_PLACES = 1000;
const VERSIONS = { "lucky11-draw/1": 1, "lucky11-draw/1.1": 1.1 };
const PASS_CODES = { not_claimed: 1, account_closed: 2, disqualified: 3 };

function integer(value, where) {
  if (typeof value !== "number") throw new Refusal(say("%(where)s is not a whole number.", { where }));
  return value;
}

function positive(value, where) {
  if (typeof value !== "number" || value < 1) {
    throw new Refusal(say("%(where)s is not a whole number from 1 on.", { where }));
  }
  return value;
}

const bytes = (size) => (value, where) => {
  if (typeof value !== "string" || value.length !== 2 * size || !/^[0-9a-f]*$/.test(value)) {
    throw new Refusal(say("%(where)s is not %(size)s characters of lower-case hex.", { where, size: 2 * size }));
  }
  return unhex(value);
};

const one = (names) => (value, where) => {
  if (typeof value !== "string" || !Object.hasOwn(names, value)) {
    throw new Refusal(say("%(where)s is none of %(names)s.", { where, names: Object.keys(names).join(", ") }));
  }
  return value;
};

function text(value, where) {
  if (typeof value !== "string") throw new Refusal(say("%(where)s is not a text.", { where }));
  return value;
}

function reason(value, where) {
  if (!/[^ \t\n\r]/.test(text(value, where))) throw new Refusal(say("%(where)s says nothing.", { where }));
  return value;
}

const maybe = (read) => (value, where) => (value === null ? null : read(value, where));

const list = (read) => (value, where) => {
  if (!Array.isArray(value)) throw new Refusal(say("%(where)s is not a list.", { where }));
  return value.map((item, i) => read(item, say("%(where)s, item %(number)s,", { where, number: i + 1 })));
};

const object = (shape, optional = {}) => (value, where) => {
  if (!(value instanceof Map)) throw new Refusal(say("%(where)s is not an object.", { where }));
  for (const key of value.keys()) {
    if (!Object.hasOwn(shape, key) && !Object.hasOwn(optional, key)) throw new Refusal(
      say("%(where)s has “%(key)s”, which no document has.", { where, key: key.slice(0, 40) })
    );
  }
  const read = {};
  for (const [key, of] of Object.entries(shape)) {
    if (!value.has(key)) throw new Refusal(say("%(where)s has no “%(key)s”.", { where, key }));
    read[key] = of(value.get(key), `“${key}”`);
  }
  for (const [key, of] of Object.entries(optional)) if (value.has(key)) read[key] = of(value.get(key), `“${key}”`);
  return read;
};

const hash = bytes(32);

// What came with version 1.1.
const LATER = {
  listed: maybe(object({ root: hash, total: positive })),
  passes: maybe(list(object({ from: integer, to: maybe(integer), code: one(PASS_CODES), reason }))),
};

const DOCUMENT = object({
  v: one(VERSIONS),
  draw_id: bytes(16),
  open: object({
    seq: positive,
    mode: one(MODES),
    closes_at: integer,
    freeze_by: integer,
    beacon: maybe(object({ chain_hash: hash, scheme: text, round: integer })),
    winners: integer,
    reserves: integer,
    policy: one(POLICIES),
    terms: checkTerms,
    seed_commit: hash,
    open_hash: hash,
  }),
  server_seed: maybe(hash),
  entries: (value) => value,
  freeze: maybe(object({ root: hash, total: integer, freeze_hash: hash })),
  beacon: maybe(object({ round: integer, signature: bytes(48) })),
  winners: maybe(list(integer)),
  result_hash: maybe(hash),
  void: maybe(object({ code: one(VOID_CODES), reason, record_hash: hash })),
  log: list(
    object({
      n: positive,
      time: integer,
      kind: one(Object.fromEntries(KINDS.map((kind) => [kind, kind]))),
      record_hash: hash,
      prev: hash,
      head: hash,
    }),
  ),
}, LATER);

/** The parsed document with hashes as bytes. Refuses at `document`, also what cannot be true together. */
export function shaped(parsed) {
  const doc = DOCUMENT(parsed, say("The document"));
  const places = doc.open.winners + doc.open.reserves;
  if (places < 1 || places > MAX_PLACES) throw new Refusal(say("There are not 1 to 1,000 winners and reserves together."));
  if ((doc.open.mode === "beacon") !== (doc.open.beacon !== null)) {
    throw new Refusal(say("The mode and the beacon do not match."));
  }
  checkVersion(doc);
  checkProgress(doc);
  return doc;
}

function checkVersion(doc) {
  const later = VERSIONS[doc.v] > 1;
  for (const key of Object.keys(LATER)) {
    if (later !== Object.hasOwn(doc, key)) throw new Refusal(say("“%(key)s” belongs to version 1.1, and to no other.", { key }));
  }
  const lapsed = doc.log.some(({ kind }) => kind === "lapse");
  if (!later && (lapsed || Object.hasOwn(doc.open.terms, "claim_days"))) {
    throw new Refusal(say("A document of version 1 has a part of a later version."));
  }
  doc.listed ??= null;
  doc.passes ??= null;
  if (later && (doc.passes === null) !== (doc.winners === null)) {
    throw new Refusal(say("What became of prizes stands with winners, and only there."));
  }
}

function checkProgress(doc) {
  const result = [doc.winners, doc.result_hash];
  const together = (parts) => parts.every((part) => part === null) || parts.every((part) => part !== null);
  if (doc.freeze && doc.listed) throw new Refusal(say("A list is frozen or not, and shown once."));
  if (doc.listed && !doc.void) throw new Refusal(say("Only a void draw has a list that is not frozen."));
  if (!together([doc.entries, doc.freeze ?? doc.listed])) throw new Refusal(
    say("The document has a ticket list or its freezing, but not both.")
  );
  if (!together(result)) throw new Refusal(say("The document has winners or the result’s hash, but not both."));
  if (doc.winners && doc.void) throw new Refusal(say("A draw has either a result or a void record."));
  if (!doc.winners && !doc.void) throw new Refusal(unfinished(doc));
  if (doc.winners && !doc.freeze) throw new Refusal(say("There is a result but no frozen list."));
  const beacon = doc.open.mode === "beacon";
  if (doc.beacon && !beacon) throw new Refusal(say("A draw in local mode has no beacon."));
  if (doc.beacon && !doc.entries) throw new Refusal(say("The beacon’s round is there, but no frozen list."));
  if (doc.winners && beacon && !doc.beacon) throw new Refusal(say("The beacon’s round is missing."));
  const revealed = doc.winners !== null || (beacon && doc.freeze !== null) || doc.listed !== null;
  if (revealed && !doc.server_seed) throw new Refusal(say("The secret number is missing."));
}

function unfinished(doc) {
  return doc.freeze
    ? say("This draw is not finished: its list is frozen, and there is neither a result nor a void record to check yet.")
    : say("This draw is not finished: it is open, and there is neither a result nor a void record to check yet.");
}

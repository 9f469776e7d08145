// The document's exact shape: every name, no other, and each value of its kind.

import { unhex } from "./bytes.js";
import { Refusal } from "./refusal.js";
import { checkTerms } from "./terms.js";

export const KINDS = ["open", "freeze", "result", "redraw", "void"];
export const MODES = { beacon: 1, local: 2 };
export const POLICIES = { one_prize_per_player: 1, one_prize_per_ticket: 2 };
export const VOID_CODES = { no_tickets: 1, below_minimum: 2, cancelled: 3, not_frozen_in_time: 4, beacon_missing: 5 };
const MAX_PLACES = 1000;

function integer(value, where) {
  if (typeof value !== "number") throw new Refusal(`${where} is not a whole number.`);
  return value;
}

const bytes = (size) => (value, where) => {
  if (typeof value !== "string" || value.length !== 2 * size || !/^[0-9a-f]*$/.test(value)) {
    throw new Refusal(`${where} is not ${2 * size} characters of lower-case hex.`);
  }
  return unhex(value);
};

const one = (names) => (value, where) => {
  if (typeof value !== "string" || !Object.hasOwn(names, value)) {
    throw new Refusal(`${where} is none of ${Object.keys(names).join(", ")}.`);
  }
  return value;
};

function text(value, where) {
  if (typeof value !== "string") throw new Refusal(`${where} is not a text.`);
  return value;
}

const maybe = (read) => (value, where) => (value === null ? null : read(value, where));

const list = (read) => (value, where) => {
  if (!Array.isArray(value)) throw new Refusal(`${where} is not a list.`);
  return value.map((item, i) => read(item, `${where}, item ${i + 1},`));
};

const object = (shape) => (value, where) => {
  if (!(value instanceof Map)) throw new Refusal(`${where} is not an object.`);
  for (const key of value.keys()) {
    if (!Object.hasOwn(shape, key)) throw new Refusal(`${where} has “${key.slice(0, 40)}”, which no document has.`);
  }
  const read = {};
  for (const [key, of] of Object.entries(shape)) {
    if (!value.has(key)) throw new Refusal(`${where} has no “${key}”.`);
    read[key] = of(value.get(key), `“${key}”`);
  }
  return read;
};

const hash = bytes(32);

const DOCUMENT = object({
  v: one({ "lucky11-draw/1": 1 }),
  draw_id: bytes(16),
  open: object({
    seq: integer,
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
  void: maybe(object({ code: one(VOID_CODES), reason: text, record_hash: hash })),
  log: list(
    object({
      n: integer,
      time: integer,
      kind: one(Object.fromEntries(KINDS.map((kind) => [kind, kind]))),
      record_hash: hash,
      prev: hash,
      head: hash,
    }),
  ),
});

/** The parsed document with hashes as bytes. Refuses at `document`, also what cannot be true together. */
export function shaped(parsed) {
  const doc = DOCUMENT(parsed, "The document");
  const places = doc.open.winners + doc.open.reserves;
  if (places < 1 || places > MAX_PLACES) throw new Refusal("Winners and reserves together are not 1 to 1,000.");
  if ((doc.open.mode === "beacon") !== (doc.open.beacon !== null)) {
    throw new Refusal("The mode and the beacon do not belong together.");
  }
  checkProgress(doc);
  return doc;
}

function checkProgress(doc) {
  const result = [doc.winners, doc.result_hash];
  const together = (parts) => parts.every((part) => part === null) || parts.every((part) => part !== null);
  if (!together([doc.entries, doc.freeze])) throw new Refusal("The ticket list and its freezing come only together.");
  if (!together(result)) throw new Refusal("The winners and the result’s hash come only together.");
  if (doc.winners && doc.void) throw new Refusal("A draw has either a result or a void record.");
  if (!doc.winners && !doc.void) throw new Refusal(unfinished(doc));
  if (doc.winners && !doc.freeze) throw new Refusal("There is a result but no frozen list.");
  const beacon = doc.open.mode === "beacon";
  if (doc.beacon && !beacon) throw new Refusal("A draw in local mode has no beacon.");
  if (doc.winners && beacon && !doc.beacon) throw new Refusal("The beacon’s round is missing.");
  const revealed = doc.winners !== null || (beacon && doc.freeze !== null);
  if (revealed && !doc.server_seed) throw new Refusal("The secret number is missing.");
}

function unfinished(doc) {
  const soFar = doc.freeze ? "its list is frozen" : "it is open";
  return `This draw is not finished: ${soFar}, and there is neither a result nor a void record to check yet.`;
}

// A draw's terms in their one canonical form.

import { utf8 } from "./bytes.js";
import { Refusal } from "./refusal.js";
import { say } from "./words.js";

const TEXTS = ["title", "prize_amount"];
const NUMBERS = ["prize_coins", "entry_fee", "max_participants", "max_per_player", "min_participants"];
const KEYS = [...TEXTS, ...NUMBERS].sort();
// Version 1.1 seals two more: the days that a winner has to claim, and how many prizes staff may take back.
const LATER = ["claim_days", "disqualify"];
const LATER_KEYS = [...KEYS, ...LATER].sort();

const keysOf = (has) => (LATER.some(has) ? LATER_KEYS : KEYS);

/** The terms as a plain object. Refuses at `document`. */
export function checkTerms(value) {
  if (!(value instanceof Map)) throw new Refusal(say("The terms are not an object."));
  const keys = keysOf((key) => value.has(key));
  if (value.size !== keys.length || !keys.every((key) => value.has(key))) {
    throw new Refusal(say("The terms do not have exactly the names they must have."));
  }
  for (const key of keys.filter((key) => !TEXTS.includes(key))) {
    if (typeof value.get(key) !== "number") throw new Refusal(
      say("“%(key)s” in the terms is not a whole number.", { key })
    );
  }
  for (const key of TEXTS) {
    const text = value.get(key);
    if (typeof text !== "string") throw new Refusal(say("“%(key)s” in the terms is not a text.", { key }));
    if (/[\u0000-\u001f\u007f-\u009f]/.test(text)) throw new Refusal(
      say("“%(key)s” in the terms has a control character.", { key })
    );
  }
  if (!/^(0|[1-9][0-9]*)\.[0-9]{2}$/.test(value.get("prize_amount"))) {
    throw new Refusal(say("“%(key)s” in the terms is not an amount with two decimal places.", { key: "prize_amount" }));
  }
  return Object.fromEntries(value);
}

/** The canonical bytes: keys sorted, no spaces, only `"` and `\` escaped. */
export function canonical(terms) {
  const quoted = (text) => `"${text.replace(/["\\]/g, "\\$&")}"`;
  const members = keysOf((key) => Object.hasOwn(terms, key)).map((key) => `"${key}":${typeof terms[key] === "string" ? quoted(terms[key]) : terms[key]}`);
  return utf8(`{${members.join(",")}}`);
}

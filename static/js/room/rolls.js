// The numbers that a draw rolled, from its public document alone, once every step of the check holds.

import { check } from "../verify/check.js";
import { numberHolders } from "../verify/holders.js";
import { candidate } from "../verify/pick.js";
import { hex, unhex } from "../verify/bytes.js";

// Of more numbers that are skipped one after the other, the rest is counted.
const SKIPS_SHOWN = 3;

/**
 * Each number in the order it was rolled: `{number, what, place, ref}`, where `what` is a prize or a reserve, or why
 * it was skipped: none (there is no such ticket) or again (its holder or itself has won). `{skipped}` stands for
 * numbers that are left out. Null for a document that does not hold or has no result.
 */
export async function rollsOf(bytes) {
  const { verdict, doc, values } = await check(bytes);
  if (verdict !== "pass" || !doc.winners) return null;
  const total = doc.freeze.total;
  const { of } = await numberHolders(doc.entries);
  const single = doc.open.policy === "one_prize_per_player";
  const key = unhex(values.prk);
  const won = new Set();
  const rolls = [];
  let skips = 0;
  for (let i = 0; i < values.rolls; i++) {
    const index = candidate(key, i, total);
    const winner = single ? of[index] : index;
    if (index >= total || won.has(winner)) {
      skips++;
      if (skips <= SKIPS_SHOWN) rolls.push({ number: index + 1, what: index >= total ? "none" : "again", n: i + 1 });
      continue;
    }
    if (skips > SKIPS_SHOWN) rolls.push({ skipped: skips - SKIPS_SHOWN });
    skips = 0;
    const place = won.size;
    won.add(winner);
    const ref = hex(doc.entries.subarray(32 * index, 32 * index + 32));
    const prize = place < doc.open.winners;
    rolls.push(
      { number: index + 1, what: prize ? "prize" : "reserve", place: prize ? place : place - doc.open.winners, ref, n: i + 1 }
    );
  }
  return { rolls, total, single, prizes: doc.open.winners };
}

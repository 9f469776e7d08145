// Rolling numbers until one lands on a ticket that can still win.

import { hmac, sha256 } from "../../vendor/noble/noble.js";
import { join, u64, u8, utf8 } from "./bytes.js";
import { MODES } from "./shape.js";

const PICK = utf8("lucky11/1/pick");
const ROLLS_A_SLICE = 8192;

/** The key every roll is made with. `randomness` is the round's, empty in local mode. */
export function pickKey(mode, freezeHash, randomness, serverSeed) {
  return hmac(sha256, freezeHash, join(utf8("lucky11/1/prk"), u8(MODES[mode]), randomness, serverSeed));
}

/** The number rolled at turn i: the top bits of 8 bytes, as many as total − 1 has. */
export function candidate(key, i, total) {
  if (total === 1) return 0;
  const bits = BigInt((total - 1).toString(2).length);
  const block = hmac(sha256, key, join(PICK, u64(i)));
  return Number(new DataView(block.buffer, block.byteOffset).getBigUint64(0) >> (64n - bits));
}

/** The ticket index of each place, in order, and how many numbers were rolled. */
export async function pick(key, holders, places, policy, onProgress = async () => {}) {
  const total = holders.of.length;
  const single = policy === "one_prize_per_player";
  const wanted = Math.min(places, single ? holders.counts.length : total);
  const won = new Set();
  const winners = [];
  let rolls = 0;
  while (winners.length < wanted) {
    const index = candidate(key, rolls++, total);
    if (rolls % ROLLS_A_SLICE === 0) await onProgress(winners.length / wanted);
    const winner = single ? holders.of[index] : index;
    if (index >= total || won.has(winner)) continue;
    won.add(winner);
    winners.push(index);
  }
  return { winners, rolls };
}

// The one beacon whose rounds are accepted, and which round belongs to a moment.

import { sha256 } from "../../vendor/noble/noble.js";
import { hex, join, u32, u64, unhex, utf8 } from "./bytes.js";

export const QUICKNET = {
  beaconId: "quicknet",
  chainHash: "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971",
  scheme: "bls-unchained-g1-rfc9380",
  period: 3,
  genesis: 1692803367,
  publicKey:
    "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d1064510d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a",
  groupHash: "f477d5c89f21a17c863a7f937c6a6d15859414d2be09cd448d4279af331c5d3e",
};

/** The chain's hash, from its parameters: a mistyped key cannot survive this. */
export function chainHash(chain) {
  const id = chain.beaconId === "default" ? "" : chain.beaconId;
  const parts = [u32(chain.period), u64(chain.genesis), unhex(chain.publicKey), unhex(chain.groupHash), utf8(id)];
  return hex(sha256(join(...parts)));
}

/** Throws unless the chain's parameters give its hash. */
export function selfCheck(chain) {
  if (chainHash(chain) !== chain.chainHash) throw new Error("The pinned beacon does not have the hash it must have.");
}

/** R(t): the first round at or after a Unix time. */
export function roundAt(chain, time) {
  const since = BigInt(time) - BigInt(chain.genesis);
  if (since <= 0n) return 1n;
  const period = BigInt(chain.period);
  return (since + period - 1n) / period + 1n;
}

/** When a round is published, in Unix seconds. */
export function roundTime(chain, round) {
  return BigInt(chain.genesis) + (BigInt(round) - 1n) * BigInt(chain.period);
}

// Whether a signature is the beacon's, for one round of one chain.

import { bls12_381, sha256 } from "../../vendor/noble/noble.js";
import { hex, u64, unhex } from "./bytes.js";
import { say } from "./words.js";

const DST = "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_";
const P = BigInt("0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab");

/** The signature's point, or a sentence why it is none: canonical, not infinity, on the curve, in the subgroup. */
function pointOf(signature) {
  const flags = signature[0] >> 5;
  if (!(flags & 4)) return say("The signature is not a compressed point.");
  if (flags & 2) return say("The signature is the point at infinity.");
  const x = BigInt(`0x${hex(signature)}`) & ((1n << 381n) - 1n);
  if (x >= P) return say("The signature is not written in the only allowed form.");
  let point;
  try {
    // Its own decoder may accept more than one writing of a point: what comes back must be what went in.
    point = bls12_381.G1.Point.fromBytes(signature);
    if (hex(point.toBytes(true)) !== hex(signature)) return say("The signature is not written in the only allowed form.");
  } catch {
    return say("The signature is not a point of the curve’s right subgroup.");
  }
  if (point.is0()) return say("The signature is the point at infinity.");
  // Without this a forged signature passes the pairing.
  return point.isTorsionFree() ? point : say("The signature is a point outside the right subgroup.");
}

/** An empty text when the signature is the chain's for this round; else a sentence what is wrong. */
export function signatureProblem(chain, round, signature) {
  if (signature.length !== 48) return say("The signature does not have 48 bytes.");
  const point = pointOf(signature);
  if (typeof point === "string") return point;
  const short = bls12_381.shortSignatures;
  const message = short.hash(sha256(u64(round)), DST);
  const valid = short.verify(point, message, bls12_381.G2.Point.fromBytes(unhex(chain.publicKey)));
  return valid ? "" : say("The signature is not the beacon’s for round %(round)s.", { round });
}

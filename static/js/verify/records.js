// The hash of each public record, and the chain of the site's log.

import { sha256 } from "../../vendor/noble/noble.js";
import { join, tagged, u32, u64, u8, utf8 } from "./bytes.js";
import { MODES, POLICIES, VOID_CODES } from "./shape.js";
import { canonical } from "./terms.js";

const NOTHING = new Uint8Array(0);

export const seedCommit = (drawId, seed) => tagged("seed", drawId, seed);

export function openHash(drawId, open) {
  const beacon = open.beacon ? join(open.beacon.chain_hash, utf8(open.beacon.scheme)) : NOTHING;
  return tagged(
    "open",
    drawId,
    u64(open.seq),
    u8(MODES[open.mode]),
    u64(open.closes_at),
    u64(open.freeze_by),
    beacon,
    u64(open.beacon ? open.beacon.round : 0),
    u32(open.winners),
    u32(open.reserves),
    u8(POLICIES[open.policy]),
    sha256(canonical(open.terms)),
    open.seed_commit,
  );
}

/** In local mode the seed is not part of the freeze: it comes out with the result. */
export const freezeHash = (mode, openHash, root, total, seed) =>
  tagged("freeze", openHash, root, u64(total), mode === "beacon" ? seed : NOTHING);

export const resultHash = (freezeHash, signature, seed, winners) =>
  tagged("result", freezeHash, signature, seed, u32(winners.length), join(...winners.map(u64)));

export const redrawHash = (resultHash, from, to, reason) =>
  tagged("redraw", resultHash, u32(from), u32(to), utf8(reason));

/** A prize that goes to nobody, because no reserve is left. */
export const lapseHash = (resultHash, from, reason) => tagged("lapse", resultHash, u32(from), utf8(reason));

/** The freeze hash of the document’s list, frozen or not: then the one that it would have had. */
export function listHash({ open, freeze, listed, server_seed: seed }) {
  if (listed) return freezeHash(open.mode, open.open_hash, listed.root, listed.total, seed);
  return freeze ? freeze.freeze_hash : null;
}

export const voidHash = (openHash, freezeHash, code, reason) =>
  tagged("void", openHash, freezeHash ?? new Uint8Array(32), u8(VOID_CODES[code]), utf8(reason));

export const logHead = ({ prev, n, time, kind, record_hash: recordHash }) =>
  tagged("log", prev, u64(n), u64(time), utf8(kind), recordHash);

/** A player's pseudonym in a draw. */
export const entryRef = (drawId, salt, userId) => tagged("entry", drawId, salt, utf8(userId));

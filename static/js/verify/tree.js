// The RFC 6962 tree over a frozen list.

import { sha256 } from "../../vendor/noble/noble.js";

const LEAVES_A_SLICE = 8192;
const leaf = new Uint8Array(41);
const node = new Uint8Array(65);
const leafView = new DataView(leaf.buffer);
node[0] = 1;

/** SHA-256(0x00, u64 index, ref): a ticket's leaf; `index` is the ticket number less one. */
export function leafHash(index, ref) {
  leafView.setBigUint64(1, BigInt(index));
  leaf.set(ref, 9);
  return sha256(leaf);
}

/** SHA-256(0x01, left, right). */
export function nodeHash(left, right) {
  node.set(left, 1);
  node.set(right, 33);
  return sha256(node);
}

/** Grows a tree leaf by leaf; in memory are only the roots of its full parts. */
export class Tree {
  #parts = [];
  #total = 0;

  add(hash) {
    let whole = hash;
    // As many full parts join as the count of leaves has ones at its end.
    for (let rest = this.#total++; rest % 2 === 1; rest = Math.floor(rest / 2))
      whole = nodeHash(this.#parts.pop(), whole);
    this.#parts.push(whole);
  }

  root() {
    if (this.#parts.length === 0) return sha256(new Uint8Array(0));
    return this.#parts.reduceRight((right, left) => nodeHash(left, right));
  }
}

/** The root over a list of packed references. */
export async function rootOf(refs, onProgress = async () => {}) {
  const tree = new Tree();
  const total = refs.length / 32;
  for (let i = 0; i < total; i++) {
    tree.add(leafHash(i, refs.subarray(32 * i, 32 * i + 32)));
    if (i % LEAVES_A_SLICE === 0) await onProgress(i / total);
  }
  return tree.root();
}

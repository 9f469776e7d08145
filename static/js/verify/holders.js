// Who holds which ticket, for lists of a million.

const TICKETS_A_SLICE = 65536;

/** Number the different references: `of[index]` is a ticket's holder, `counts[holder]` how many each holds. */
export async function numberHolders(refs, onProgress = async () => {}) {
  const total = refs.length / 32;
  // refs may begin anywhere in a larger block; words need a copy that is aligned.
  const words = new Uint32Array(refs.slice().buffer);
  const size = 2 ** Math.ceil(Math.log2(2 * total + 2));
  const table = new Int32Array(size).fill(-1);
  const of = new Uint32Array(total);
  const first = [];
  const counts = [];
  // Random multipliers: nobody can write a list whose references all fall into one place.
  const keys = crypto.getRandomValues(new Uint32Array(8));
  for (let i = 0; i < total; i++) {
    let slot = slotOf(words, 8 * i, keys) & (size - 1);
    while (table[slot] >= 0 && !same(words, 8 * first[table[slot]], 8 * i)) slot = (slot + 1) & (size - 1);
    if (table[slot] < 0) {
      table[slot] = first.length;
      first.push(i);
      counts.push(0);
    }
    of[i] = table[slot];
    counts[of[i]]++;
    if (i % TICKETS_A_SLICE === 0) await onProgress(i / total);
  }
  return { of, counts };
}

function slotOf(words, at, keys) {
  let mixed = 0;
  for (let j = 0; j < 8; j++) {
    mixed = Math.imul(mixed ^ words[at + j], keys[j] | 1);
    mixed ^= mixed >>> 15;
  }
  return mixed >>> 0;
}

function same(words, a, b) {
  for (let j = 0; j < 8; j++) if (words[a + j] !== words[b + j]) return false;
  return true;
}

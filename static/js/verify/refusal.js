/** A check that did not hold, with a sentence for the reader. */
export class Refusal extends Error {}

/** Refuse unless `held`. */
export function need(held, sentence) {
  if (!held) throw new Refusal(sentence);
}

// All checks of one document, in the protocol's order. Runs in a Worker, in a page and elsewhere: no DOM, no network.

import { hex } from "./bytes.js";
import { QUICKNET, selfCheck } from "./chains.js";
import { parse } from "./json.js";
import { Refusal } from "./refusal.js";
import { shaped } from "./shape.js";
import { CHECKS } from "./steps.js";
import { say } from "./words.js";

export const STEPS = ["document", ...CHECKS.keys()];

/**
 * Check a draw document.
 *
 * `chain` is the beacon whose rounds are accepted, `round` a round to show what a voided draw would have given.
 * `onStep` hears of each finished step, `onProgress(name, fraction)` is awaited now and then, so that a page
 * can breathe. Answers `{verdict, failed, steps, doc, values}`: `verdict` is pass or fail, `failed` the first step
 * that did not hold, `values` every hash on the way.
 */
export async function check(
  bytes,
  { chain = QUICKNET, round = null, onStep = () => {}, onProgress = async () => {} } = {}
) {
  selfCheck(chain);
  const state = { chain, round, values: {}, doc: null };
  const steps = [];
  let failed = null;
  for (const name of STEPS) {
    state.onProgress = (fraction) => onProgress(name, fraction);
    const step = failed ? { name, verdict: "skipped", sentence: say("Not looked at.") } : await run(name, bytes, state);
    if (step.verdict === "fail") failed = name;
    steps.push(step);
    onStep(step);
  }
  return { verdict: failed ? "fail" : "pass", failed, steps, doc: state.doc, values: state.values };
}

async function run(name, bytes, state) {
  try {
    await state.onProgress(0);
    const sentence = name === "document" ? await readDocument(bytes, state) : await CHECKS.get(name)(state);
    return { name, verdict: "pass", sentence };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { name, verdict: "fail", sentence: error.message };
  }
}

async function readDocument(bytes, state) {
  state.doc = shaped(await parse(bytes, state.onProgress));
  const named = { id: hex(state.doc.draw_id), title: state.doc.open.terms.title };
  return say("The document is complete and written as it must be. It is about draw %(id)s, “%(title)s”.", named);
}

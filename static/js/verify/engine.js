// Takes messages and answers with messages, in a Worker or on the page's own thread.

import { hex, unhex } from "./bytes.js";
import { check, STEPS } from "./check.js";
import { findHash, findTickets } from "./look.js";
import { speak } from "./words.js";

// Reading and hashing the list are nearly all of the work.
const WEIGHTS = { document: 25, entries: 50, limits: 15, winners: 5 };
const TELL_EVERY = 50;

const weight = (name) => WEIGHTS[name] ?? 1;
const WHOLE = STEPS.reduce((sum, name) => sum + weight(name), 0);

function progress(name, fraction) {
  const before = STEPS.slice(0, STEPS.indexOf(name)).reduce((sum, step) => sum + weight(step), 0);
  return (before + weight(name) * fraction) / WHOLE;
}

/**
 * Answers `check`, `tickets` and `hash`, in the language that `speak` named; `breathe` is awaited now and then
 * while it works.
 */
export function makeEngine(post, breathe = async () => {}) {
  let last = null;
  let kept = null;

  async function run({ bytes = kept, size, round }) {
    last = kept = null;
    let told = performance.now();
    // Of a file that is too large only the size comes here.
    const outcome = await check(size ? { length: size } : bytes, {
      round: round && { round: round.round, signature: unhex(round.signature) },
      onStep: (step) => post({ type: "step", step }),
      onProgress: async (name, fraction) => {
        if (performance.now() - told < TELL_EVERY) return;
        post({ type: "progress", name, value: progress(name, fraction) });
        await breathe();
        told = performance.now();
      },
    });
    last = outcome;
    // A voided draw may be looked at again, with the round it was to be drawn with.
    if (outcome.doc?.void) kept = bytes;
    post({ type: "done", ...summary(outcome) });
  }

  return async (message) => {
    try {
      if (message.type === "speak") speak(message);
      else if (message.type === "check") await run(message);
      else if (message.type === "tickets") post(
        { type: "tickets", ...findTickets(last.doc, message.userId, message.salt) }
      );
      else post({ type: "hash", hash: message.hash, found: findHash(last.doc, last.values, message.hash) });
    } catch (error) {
      post({ type: "broken", why: String(error) });
    }
  };
}

/** What a page shows of an outcome; the list itself stays here. */
function summary({ verdict, failed, doc, values }) {
  if (!doc) return { verdict, failed, values, draw: null };
  const { open } = doc;
  const draw = {
    id: hex(doc.draw_id),
    title: open.terms.title,
    mode: open.mode,
    winners: doc.winners,
    places: open.winners,
    total: (doc.freeze ?? doc.listed)?.total ?? null,
    void: doc.void && { code: doc.void.code, reason: doc.void.reason },
    round: open.beacon?.round ?? null,
    redraws: doc.log.filter(({ kind }) => kind === "redraw" || kind === "lapse").map(
      ({ n, time }, i) => ({ n, time, ...doc.passes?.[i] })
    ),
    opened: doc.passes !== null,
    frozenAt: doc.log.find((entry) => entry.kind === "freeze")?.time ?? null,
  };
  return { verdict, failed, values, draw };
}

// When this draw's records were made, and whether it may be void when it is. The step `log` has found them in the log.

import { roundTime } from "./chains.js";
import { need } from "./refusal.js";
import { counted, say } from "./words.js";

// Seconds by which a site's clock may be behind the beacon's, and for which a draw waits for its round.
const TOLERANCE = 3n;
const PATIENCE = 7n * 86400n;

/** The step `timing`. */
export function checkTiming({ doc, chain }) {
  const { closes_at: closes, freeze_by: by, beacon } = doc.open;
  doc.log.forEach((entry, i) =>
    need(
      i === 0 || entry.time >= doc.log[i - 1].time,
      say("The log’s record %(number)s has an earlier time than the one before it.", { number: entry.n })
    ));
  const opened = timeOf(doc, "open");
  const frozen = timeOf(doc, "freeze");
  const drawn = timeOf(doc, "result");
  need(opened <= closes, say("The draw was opened after its closing time."));
  if (frozen === null) return say("The draw opened before its closing time, and its records are in the order of time.");
  need(frozen >= closes, say("The list was frozen before the closing time, while tickets could still be taken."));
  need(frozen <= by, say("The list was frozen later than promised."));
  need(
    drawn === null || !beacon || BigInt(drawn) >= roundTime(chain, beacon.round) - TOLERANCE,
    say("The result has an earlier time than the round of the beacon from which it follows.")
  );
  const seconds = counted(frozen - closes, "%(count)s second", "%(count)s seconds");
  return say("The list was frozen %(seconds)s after closing, within the time that was promised.", { seconds });
}

/** The step `void`. */
export function checkVoid({ doc, chain, values }) {
  if (!doc.void) return say("The draw is not void.");
  const { code } = doc.void;
  const { closes_at: closes, freeze_by: by, beacon, terms } = doc.open;
  const ended = timeOf(doc, "void");
  if (code === "beacon_missing") {
    need(doc.freeze && beacon, say("This draw waited for no round of a beacon, so none can be missing."));
    need(
      BigInt(ended) >= roundTime(chain, beacon.round) + PATIENCE,
      say("The draw did not wait 7 days for the round of its beacon.")
    );
    const waited = say("The draw waited 7 days for the round of its beacon.");
    const there = doc.beacon || values.voided_winners;
    return there ? `${waited} ${say("Its round exists, and anybody can see what it would have given.")}` : waited;
  }
  checkList(doc);
  need(!doc.freeze, say("A draw cannot be void for this reason once its list is frozen."));
  need(
    code !== "below_minimum" || terms.min_participants > 1,
    say("The draw had no minimum that it could have missed.")
  );
  if (code === "cancelled") {
    need(ended < closes, say("The draw was cancelled after its closing time."));
    return say("The draw was cancelled before its closing time, when nobody could know who would win.");
  }
  need(ended >= closes, say("A draw cannot be void for this reason before its closing time."));
  // A beacon gives another cause, which shows in no time: its round was known before the list was frozen.
  need(
    code !== "not_frozen_in_time" || beacon || ended >= by,
    say("The time for freezing the list was not over yet.")
  );
  return say("The draw ended after its closing time, with no frozen list that could have had a winner.");
}

/** The list of a draw that was void before freezing; draws that opened before version 1.1 were void without it. */
function checkList({ listed, void: { code }, open: { terms } }) {
  const cancelled = code === "cancelled";
  if (!listed) return need(
    terms.claim_days === undefined || cancelled || code === "no_tickets",
    say("The draw had tickets, but the document does not list them.")
  );
  need(code !== "no_tickets", say("The draw is void because nobody took a ticket, and the list has some."));
  const few = listed.total < terms.min_participants;
  need(cancelled || few === (code === "below_minimum"), say("The number of tickets does not allow this reason."));
}

function timeOf(doc, kind) {
  return doc.log.find((entry) => entry.kind === kind)?.time ?? null;
}

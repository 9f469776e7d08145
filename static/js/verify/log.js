// This draw's records in the site's log.

import { hex } from "./bytes.js";
import { logHead } from "./records.js";
import { need } from "./refusal.js";
import { say } from "./words.js";

/** The kinds this draw's records must have, in order, and each one's hash; the step `passes` looks at later ones. */
function due(doc) {
  const records = [["open", doc.open.open_hash]];
  if (doc.freeze) records.push(["freeze", doc.freeze.freeze_hash]);
  if (doc.void) records.push(["void", doc.void.record_hash]);
  else records.push(["result", doc.result_hash]);
  for (const { to } of doc.passes ?? []) {
    records.push([to === null ? "lapse" : "redraw", doc.log[records.length]?.record_hash ?? null]);
  }
  return records;
}

/** The step `log`. */
export function checkLog({ doc, values }) {
  const records = due(doc);
  need(doc.log.length >= records.length, say("A record of this draw is missing from its log."));
  const passes = doc.passes?.length ?? 0;
  const redraws = doc.log.length - records.length + passes;
  need(redraws === passes || (doc.winners && !doc.passes), say("The log has a record that this draw cannot have."));
  const hashes = new Set(doc.log.map((entry) => hex(entry.record_hash)));
  need(hashes.size === doc.log.length, say("Two records of the log have the same hash."));
  values.heads = [];
  doc.log.forEach((entry, i) => {
    const [kind, hash] = records[i] ?? ["redraw", entry.record_hash];
    need(
      entry.kind === kind,
      say(
        "Record %(number)s of the log is “%(kind)s”, but it should be “%(due)s”.",
        { number: i + 1, kind: entry.kind, due: kind }
      )
    );
    need(
      hex(entry.record_hash) === hex(hash),
      say("The hash of the log’s “%(kind)s” record is not the one in the document.", { kind })
    );
    const head = hex(logHead(entry));
    values.heads.push(head);
    need(
      head === hex(entry.head),
      say("The head after the log’s record %(number)s does not follow from the record.", { number: entry.n })
    );
    if (i > 0) follows(doc.log[i - 1], entry);
  });
  const reserves = doc.winners ? Math.max(0, doc.winners.length - doc.open.winners) : 0;
  need(doc.passes || redraws <= reserves, say("There are more re-draws than reserves."));
  const found = { records: doc.log.length, redraws };
  return redraws
    ? say("%(records)s records, and each head follows from the one before. Re-draws: %(redraws)s.", found)
    : say("%(records)s records, and each head follows from the one before.", found);
}

function follows(before, entry) {
  need(entry.n > before.n, say("The log’s records are not in order."));
  need(
    entry.n > before.n + 1 || hex(entry.prev) === hex(before.head),
    say("The log’s record %(number)s does not continue the one before it.", { number: entry.n }),
  );
}

// This draw's records in the site's log.

import { hex } from "./bytes.js";
import { logHead } from "./records.js";
import { need } from "./refusal.js";

/** The kinds this draw's records must have, in order, and each one's hash; a re-draw's is not in the document. */
function due(doc) {
  const records = [["open", doc.open.open_hash]];
  if (doc.freeze) records.push(["freeze", doc.freeze.freeze_hash]);
  if (doc.void) records.push(["void", doc.void.record_hash]);
  else records.push(["result", doc.result_hash]);
  return records;
}

/** The step `log`. */
export function checkLog({ doc, values }) {
  const records = due(doc);
  need(doc.log.length >= records.length, "A record of this draw is missing in its log.");
  const redraws = doc.log.length - records.length;
  need(redraws === 0 || doc.winners, "The log has a record that this draw cannot have.");
  values.heads = [];
  doc.log.forEach((entry, i) => {
    const [kind, hash] = records[i] ?? ["redraw", entry.record_hash];
    need(entry.n > 0, "The log’s records are numbered from 1.");
    need(entry.kind === kind, `Record ${i + 1} of the log is “${entry.kind}”, but “${kind}” comes there.`);
    need(hex(entry.record_hash) === hex(hash), `The log’s “${kind}” record has another hash than the document.`);
    const head = hex(logHead(entry));
    values.heads.push(head);
    need(head === hex(entry.head), `The head after the log’s record ${entry.n} does not follow from the record.`);
    if (i > 0) follows(doc.log[i - 1], entry);
  });
  const reserves = doc.winners ? Math.max(0, doc.winners.length - doc.open.winners) : 0;
  need(redraws <= reserves, "There are more re-draws than reserves.");
  return `${doc.log.length} records, each head follows from the one before${redraws ? `; ${redraws} of them a re-draw` : ""}.`;
}

function follows(before, entry) {
  need(entry.n > before.n, "The log’s records are not in order.");
  need(
    entry.n > before.n + 1 || hex(entry.prev) === hex(before.head),
    `The log’s record ${entry.n} does not continue the one before it.`,
  );
}

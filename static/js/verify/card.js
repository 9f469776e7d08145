// The result of a check in words and tickets.

const LOCAL = "Operator-run draw. The arithmetic can be checked, but the operator could know or influence the result.";

export const grouped = (number) => number.toLocaleString("en");
const ticket = (index) => String(index + 1).padStart(4, "0");
const day = (seconds) =>
  new Date(seconds * 1000).toLocaleString("en-GB", { dateStyle: "long", timeStyle: "medium", timeZone: "UTC" }) + " UTC";

/** An element with attributes, texts and elements inside. */
export function make(name, attributes = {}, ...inside) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...inside);
  return element;
}

/** The verdict in one line. */
export function verdictOf({ verdict, failed, draw }) {
  if (verdict === "fail") return `FAIL at the step “${failed}”`;
  return draw.void ? "PASS: the void record holds" : "PASS: every step holds";
}

/** What to put below the verdict. */
export function resultParts(outcome, sentence) {
  if (outcome.verdict === "fail") {
    const meaning = "The document was changed, or the draw was not made as it promised. Keep the document.";
    return [make("p", {}, sentence), ...(outcome.failed === "document" ? [] : [make("p", {}, meaning)])];
  }
  const { draw, values } = outcome;
  const parts = [make("p", {}, make("strong", {}, draw.title), draw.total ? `, ${grouped(draw.total)} tickets.` : ".")];
  if (draw.mode === "local") parts.push(make("p", { class: "notice notice--plain verify__local" }, LOCAL));
  return [...parts, ...(draw.void ? voidParts(draw, values) : winnerParts(draw))];
}

function voidParts(draw, values) {
  const parts = [make("p", {}, `The draw is void: ${draw.void.reason} Every ticket is refunded.`)];
  const would = values.voided_winners;
  if (would) parts.push(make("h3", {}, "Without the voiding these tickets would have won"), places(would.slice(0, draw.places)));
  return parts;
}

function winnerParts(draw) {
  const winners = draw.winners.slice(0, draw.places);
  const reserves = draw.winners.slice(draw.places);
  const parts = [make("h3", {}, winners.length === 1 ? "The winning ticket" : "The winning tickets, in order"), places(winners)];
  if (reserves.length) parts.push(make("h3", {}, "Reserves, in order"), places(reserves));
  if (draw.redraws.length) {
    parts.push(make("h3", {}, "Re-draws"), make("ol", {}, ...draw.redraws.map((record, i) =>
      make("li", {}, `${day(record.time)}: the prize of a winner passed to the next reserve, ticket ${ticket(reserves[i])}. The first winner stays on record.`))));
  }
  return parts;
}

function places(indexes) {
  return make("ol", { class: "verify__places" }, ...indexes.map((index) =>
    make("li", {}, make("span", { class: "vh" }, "Ticket "), make("span", { class: "mini" }, ticket(index)))));
}

/** What the check cannot show, for this draw. */
export function limitsOf({ draw }) {
  const when = draw.frozenAt
    ? `When the list was frozen. The log says ${day(draw.frozenAt)}, and only a hash that you or someone else kept from before the ${draw.mode === "beacon" ? "beacon’s round" : "result"} shows that it was: the operator could otherwise have made up the list afterwards.`
    : "When the records were made, unless you or someone else kept a hash.";
  return [
    when,
    "That accounts are different real people.",
    "That a ticket missing from the list was never sold: keep your confirmation.",
    "That other people are shown the same log of the site.",
  ];
}

// The result of a check in words and tickets.

import { counted, moment, say } from "./words.js";

const ticket = (index) => String(index + 1).padStart(4, "0");

/** An element with attributes, texts and elements inside. */
export function make(name, attributes = {}, ...inside) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...inside);
  return element;
}

/** The verdict in one line. */
export function verdictOf({ verdict, failed, draw }) {
  if (verdict === "fail") return say("FAIL at the step “%(step)s”", { step: failed });
  if (draw.redraws.length && !draw.opened) return say("PASS, RE-DRAWS NOT OPENED: the steps hold, but not who got prizes since");
  return draw.void ? say("PASS: the void record holds") : say("PASS: every step holds");
}

/** What to put below the verdict. */
export function resultParts(outcome, sentence) {
  if (outcome.verdict === "fail") {
    const meaning = say("The document was changed, or the draw was not made as it promised. Keep the document.");
    return [make("p", {}, sentence), ...(outcome.failed === "document" ? [] : [make("p", {}, meaning)])];
  }
  const { draw, values } = outcome;
  const parts = [
    make(
      "p",
      {},
      make("strong", {}, draw.title),
      draw.total ? `, ${counted(draw.total, "%(count)s ticket", "%(count)s tickets")}.` : "."
    )
  ];
  if (draw.mode === "local") {
    const label = say("Operator-run draw. The arithmetic can be checked, but the operator could know or influence the result.");
    parts.push(make("p", { class: "notice notice--plain verify__local" }, label));
  }
  return [...parts, ...(draw.void ? voidParts(draw, values) : winnerParts(draw))];
}

function voidParts(draw, values) {
  const { reason } = draw.void;
  const parts = [make("p", {}, say("The draw is void: %(reason)s Every ticket is refunded.", { reason }))];
  const would = values.voided_winners;
  const heading = say("Tickets that would have won if the draw had not been voided");
  if (would) parts.push(make("h3", {}, heading), places(would.slice(0, draw.places)));
  else if (!draw.total && draw.void.code !== "no_tickets") {
    parts.push(make("p", {}, say("The document lists no tickets, so nobody can see whom this hit.")));
  }
  return parts;
}

function winnerParts(draw) {
  const winners = draw.winners.slice(0, draw.places);
  const reserves = draw.winners.slice(draw.places);
  const heading = winners.length === 1 ? say("The winning ticket") : say("The winning tickets, in order");
  const parts = [make("h3", {}, heading), places(winners)];
  if (reserves.length) parts.push(make("h3", {}, say("Reserves, in order")), places(reserves));
  if (draw.redraws.length) {
    const lines = draw.redraws.map((passed, i) => make("li", {}, passing(draw, passed, reserves[i])));
    parts.push(make("h3", {}, say("Re-draws")), make("ol", {}, ...lines));
  }
  return parts;
}

function passing({ winners }, { time, from, to, reason }, reserve) {
  const said = { time: moment(time), ticket: ticket(reserve), from: ticket(winners[from]), reason };
  if (reason === undefined) return say(
    "%(time)s: the prize of a winner passed to the next reserve, ticket %(ticket)s. The first winner stays on record.",
    said
  );
  return to === null
    ? say("%(time)s: the prize of ticket %(from)s went to nobody, because no reserve was left: %(reason)s", said)
    : say("%(time)s: the prize of ticket %(from)s passed to the next reserve, ticket %(ticket)s: %(reason)s", said);
}

function places(indexes) {
  return make("ol", { class: "verify__places" }, ...indexes.map((index) =>
    make(
      "li",
      {},
      make("span", { class: "vh" }, `${say("Ticket")} `),
      make("span", { class: "mini" }, ticket(index))
    )));
}

/** What the check cannot show, for this draw. */
export function limitsOf({ draw }) {
  return [
    whenFrozen(draw),
    say("That accounts are different real people."),
    say("That a ticket missing from the list was never sold: keep your confirmation."),
    say("That other people see the same log of the site."),
  ];
}

function whenFrozen({ frozenAt, mode }) {
  if (!frozenAt) return say("When the records were made, unless you or someone else kept a hash.");
  const time = moment(frozenAt);
  return mode === "beacon"
    ? say(
      "When the list was frozen. The log says %(time)s, and only a hash that you or someone else kept from before the beacon’s round shows that it was: the operator could otherwise have made up the list afterwards.",
      { time }
    )
    : say(
      "When the list was frozen. The log says %(time)s, and only a hash that you or someone else kept from before the result shows that it was: the operator could otherwise have made up the list afterwards.",
      { time }
    );
}

// The page: one button, a file instead, each step as it comes, the verdict, and what a reader looks for.

import { limitsOf, make, resultParts, verdictOf } from "./card.js";
import { STEPS } from "./check.js";
import { MAX_BYTES } from "./json.js";
import { startEngine } from "./runner.js";
import { grouped, say, speak } from "./words.js";

const root = document.querySelector("[data-checker]");
const part = (name) => root.querySelector(`[data-${name}]`);
const HASH = /^[0-9a-f]{64}$/;
const MARKS = { pass: () => say("Holds"), fail: () => say("Does not hold"), skipped: () => say("Not looked at") };
// One check at a time, from the press of the button on: a document may be long on its way.
let busy = false;
let failure = "";

const send = startEngine(hear, !globalThis.lucky11KeptFile);
const given = document.querySelector("#checker-words");
if (given) {
  const message = { type: "speak", language: document.documentElement.lang, words: JSON.parse(given.textContent) };
  speak(message);
  send(message);
}
part("tools").hidden = false;
for (const element of document.querySelectorAll("[data-without-script]")) element.hidden = true;

function hear(message) {
  if (message.type === "step") showStep(message.step);
  else if (message.type === "progress") part("bar").value = message.value;
  else if (message.type === "done") showOutcome(message);
  else if (message.type === "tickets") showTickets(message);
  else if (message.type === "hash") showHash(message);
  else stop(
    say("The check stopped before the end, which says nothing about the draw. Check the document with the Python program instead.")
  );
}

function begin(what) {
  busy = true;
  failure = "";
  part("problem").hidden = true;
  part("outcome").hidden = true;
  part("working").hidden = false;
  part("bar").hidden = false;
  part("bar").value = 0;
  part("steps").replaceChildren(...STEPS.map((name) =>
    make(
      "li",
      { "data-step": name },
      make("div", {}, make("strong", { translate: "no" }, name), make("small", {}, ""))
    )));
  part("live").textContent = say("Checking %(what)s.", { what });
}

function stop(sentence) {
  busy = false;
  part("working").hidden = true;
  part("problem").hidden = false;
  part("words").textContent = sentence;
  part("problem").focus();
}

function showStep({ name, verdict, sentence }) {
  const item = part("steps").querySelector(`[data-step=${name}]`);
  item.dataset.verdict = verdict;
  item.querySelector("strong").replaceChildren(
    name,
    make("span", { class: "tag verify__mark", translate: "yes" }, MARKS[verdict]())
  );
  item.querySelector("small").textContent = sentence;
  if (verdict === "fail") failure = sentence;
}

function showOutcome(outcome) {
  busy = false;
  part("bar").value = 1;
  part("bar").hidden = true;
  part("outcome").hidden = false;
  part("outcome").dataset.verdict = outcome.verdict;
  part("headline").textContent = verdictOf(outcome);
  part("result").replaceChildren(...resultParts(outcome, failure));
  const passed = outcome.verdict === "pass";
  part("limits").hidden = part("look").hidden = !passed;
  if (passed) {
    part("limit-list").replaceChildren(...limitsOf(outcome).map((limit) => make("li", {}, limit)));
    part("mine").hidden = !outcome.draw.total;
    part("voided").hidden = !(outcome.draw.void && outcome.draw.total && outcome.draw.round);
  }
  for (const answer of root.querySelectorAll("[data-answer]")) answer.textContent = "";
  // Focus reads the verdict aloud; saying it in the live region as well would say it twice.
  part("live").textContent = "";
  part("headline").focus();
}

function checkBytes(buffer, what) {
  begin(what);
  send({ type: "check", bytes: new Uint8Array(buffer) }, [buffer]);
}

async function checkFile(file) {
  if (busy || !file) return;
  if (file.size > MAX_BYTES) {
    begin(file.name);
    return send({ type: "check", size: file.size });
  }
  busy = true;
  try {
    checkBytes(await file.arrayBuffer(), file.name);
  } catch {
    stop(say("The file could not be read. Is it a folder, or was it moved?"));
  }
}

async function checkThisDraw() {
  if (busy) return;
  busy = true;
  try {
    const answer = await fetch(part("check").dataset.document);
    if (!answer.ok) return stop(
      say("The site cannot provide the document of this draw at the moment (status %(status)s). Try again later.", answer)
    );
    checkBytes(await answer.arrayBuffer(), say("this draw"));
  } catch {
    stop(
      say("The document could not be downloaded. Are you online? You can check a document that you saved without a connection.")
    );
  }
}

part("check")?.addEventListener("click", checkThisDraw);
part("file").addEventListener("change", (event) => {
  checkFile(event.target.files[0]);
  // The same file may be chosen again after it was changed.
  event.target.value = "";
});

const drop = part("drop");
for (const name of ["dragenter", "dragover"]) {
  addEventListener(name, (event) => {
    event.preventDefault();
    drop.dataset.over = "";
  });
}
for (const name of ["dragleave", "drop"]) addEventListener(name, () => delete drop.dataset.over);
addEventListener("drop", (event) => {
  event.preventDefault();
  checkFile(event.dataTransfer.files[0]);
});

const cleaned = (form, name) => form.elements[name].value.trim().toLowerCase();

function ask(form, message, problem) {
  const answer = form.querySelector("[data-answer]");
  answer.textContent = problem;
  if (!problem && !busy) send(message());
}

part("mine").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  const userId = form.elements.user_id.value.trim();
  const salt = cleaned(form, "salt");
  const wrong = HASH.test(salt) ? "" : say("Enter the salt: 64 characters, 0–9 and a–f.");
  const problem = userId ? wrong : say("Enter your player number.");
  ask(form, () => ({ type: "tickets", userId, salt }), problem);
});

part("kept").addEventListener("submit", (event) => {
  event.preventDefault();
  const hash = cleaned(event.target, "hash").replace(/\s/g, "");
  ask(
    event.target,
    () => ({ type: "hash", hash }),
    HASH.test(hash) ? "" : say("Enter a hash: 64 characters, 0–9 and a–f.")
  );
});

part("voided").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  const round = Number(form.elements.round.value);
  const signature = cleaned(form, "signature");
  const valid = Number.isSafeInteger(round) && round > 0 && /^[0-9a-f]{96}$/.test(signature);
  const answer = form.querySelector("[data-answer]");
  answer.textContent = valid ? "" : say("Enter a round: a number and a signature of 96 characters, 0–9 and a–f.");
  if (!valid || busy) return;
  begin(say("the void draw with this round"));
  send({ type: "check", round: { round, signature } });
});

function showTickets({ ref, count, numbers, places }) {
  const answer = part("mine").querySelector("[data-answer]");
  if (!count) {
    answer.textContent = say(
      "No ticket in the list has your reference %(ref)s. If you have a confirmation of this draw, keep it and write to us.",
      { ref }
    );
    return;
  }
  const rest = count - numbers.length;
  const listed = { numbers: numbers.join(", "), rest: grouped(rest), tickets: grouped(count) };
  const held = rest
    ? say("Your %(tickets)s tickets are in the list: %(numbers)s and %(rest)s more.", listed)
    : count > 1
      ? say("Your %(tickets)s tickets are in the list: %(numbers)s.", listed)
      : say("Your ticket is in the list: %(numbers)s.", listed);
  const won = places.map((place) => place + 1).join(", ");
  answer.textContent = won ? `${held} ${say("In the result: place %(places)s.", { places: won })}` : held;
}

function showHash({ found }) {
  part("kept").querySelector("[data-answer]").textContent = found.length
    ? say("Yes. It is %(found)s.", { found: found.join(say(", and ")) })
    : say("No. The document does not hold this hash. If it was given to you for this draw, the records were changed: keep it and show it to others.");
}

// The draw room: it rolls the numbers of a draw again, from its public document, at the same moment for everyone.

import { ask, now } from "../clock.js";
import { make } from "../verify/card.js";
import { counted, grouped, say, speak } from "../verify/words.js";

// All numbers together take no longer than this, and none takes longer or shorter than these.
const WHOLE = 45_000;
const LONGEST = 3000;
const SHORTEST = 350;
const still = matchMedia("(prefers-reduced-motion: reduce)");

const given = document.querySelector("#room-words");
if (given) speak({ language: document.documentElement.lang, words: JSON.parse(given.textContent) });

const ticket = (number) => String(number).padStart(4, "0");

/** The draw's numbers, from its document, worked out apart from the page. */
async function fetched(address) {
  const answer = await fetch(address, { credentials: "omit" });
  if (!answer.ok) throw new Error(answer.status);
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  try {
    return await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => ("found" in data ? resolve(data.found) : reject(new Error(data.broken)));
      worker.onerror = reject;
      worker.postMessage(bytes, [bytes.buffer]);
    });
  } finally {
    worker.terminate();
  }
}

function enter(room) {
  const part = (name) => room.querySelector(`[data-${name}]`);
  const ref = room.dataset.ref;
  const begins = Date.parse(room.dataset.begins);
  let draw, items, pace, start, shown, timer;

  const mine = (item) => Boolean(ref) && item.ref === ref;

  function sentence(item) {
    if (item.what === "none") return say("No such ticket: the list ends at %(total)s.", { total: grouped(draw.total) });
    if (item.what === "again") return draw.single
      ? say("Skipped: the player who holds it has won a prize already.")
      : say("Skipped: this ticket has won a prize already.");
    const place = grouped(item.place + 1);
    if (item.what === "reserve")
      return [say("It is reserve %(place)s.", { place }), mine(item) ? say("This is your ticket.") : ""].join(" ").trim();
    if (draw.prizes === 1) return mine(item) ? say("It wins the prize. It is yours!") : say("It wins the prize.");
    return mine(item)
      ? say("It wins prize %(place)s. It is yours!", { place })
      : say("It wins prize %(place)s.", { place });
  }

  function line(item) {
    if (item.skipped) return make(
      "li",
      { class: "soft" },
      counted(item.skipped, "%(count)s more number skipped in between", "%(count)s more numbers skipped in between")
    );
    const stock = item.ref ? room.dataset.stock : "plain";
    const number = make("span", { class: "mini num", "data-stock": stock }, ticket(item.number));
    return make("li", { "data-what": item.what }, number, " ", make("span", {}, sentence(item)));
  }

  function drum(label, big, text, what) {
    part("label").textContent = label;
    part("big").textContent = big;
    part("text").textContent = text;
    part("drum").dataset.what = what;
    part("drum").dataset.stock = what === "none" || what === "again" ? "plain" : room.dataset.stock;
    if (still.matches) return;
    part("big").getAnimations().forEach((move) => move.cancel());
    part("big").animate([{ translate: "0 -.3em", opacity: 0 }, {}], { duration: 350, easing: "cubic-bezier(.2,.8,.2,1)" });
  }

  function show(item) {
    part("list").append(line(item));
    if (!item.skipped && item.what !== "reserve")
      drum(say("Roll %(n)s", { n: grouped(item.n) }), ticket(item.number), sentence(item), item.what);
  }

  // Whoever has seen the draw has opened their result, on every device.
  function remember() {
    const form = part("open");
    if (!form) return;
    const body = new FormData(form);
    fetch(form.action, { method: "POST", body, redirect: "manual", keepalive: true }).catch(() => {});
  }

  function finish() {
    if (room.dataset.state !== "done") remember();
    const prizes = draw.rolls.filter((item) => item.what === "prize");
    const yours = prizes.find(mine);
    const last = yours ?? prizes.at(-1);
    while (shown < draw.rolls.length) show(draw.rolls[shown++]);
    drum(say("The draw is done."), ticket(last.number), sentence(last), "prize");
    part("outcome").textContent = yours
      ? say("Your ticket won.")
      : ref ? say("None of your tickets was drawn this time.") : "";
    room.dataset.state = "done";
    controls({ skip: false, play: true, after: true });
    if (yours) import(room.dataset.burst).then(({ burst }) => burst(part("drum")));
  }

  function controls({ skip, play, after }) {
    const focused = room.contains(document.activeElement) && document.activeElement.matches("button");
    part("skip").hidden = !skip;
    part("play").hidden = !play;
    for (const link of room.querySelectorAll("[data-after]")) link.hidden = !after;
    if (focused) (skip ? part("skip") : part("play")).focus();
  }

  // What is on the page follows from the time alone, so a late or sleeping device is where everyone is.
  function step() {
    clearTimeout(timer);
    const passed = now() - start;
    if (passed < 0) {
      part("big").textContent = "····";
      part("label").textContent = say("The numbers are rolled in %(seconds)s", { seconds: grouped(Math.ceil(-passed / 1000)) });
      timer = setTimeout(step, 250);
      return;
    }
    const due = Math.min(items.length, Math.floor(passed / pace) + 1);
    while (shown < due) show(items[shown++]);
    if (passed >= items.length * pace) finish();
    else timer = setTimeout(step, Math.min(250, pace));
  }

  function play(from) {
    start = from;
    shown = 0;
    part("list").replaceChildren();
    part("outcome").textContent = "";
    room.dataset.state = "rolling";
    controls({ skip: true, play: false, after: false });
    step();
  }

  function skip() {
    clearTimeout(timer);
    finish();
  }

  async function begin() {
    room.hidden = false;
    drum(say("Getting the draw’s document"), "····", "", "waiting");
    try {
      // The moment is the server's: without its answer, the time that the page came with has to do.
      const time = ask(document.querySelector("[data-live]").dataset.live).catch(() => {});
      [draw] = await Promise.all([fetched(room.dataset.document), time]);
    } catch {
      return stop(say("The draw’s document could not be fetched. Your tickets are safe; reload the page to try again."));
    }
    if (!draw) return stop(
      say("The document does not give this result, so nothing is played. Check the draw, and keep the document.")
    );
    // Once the last prize is drawn, nobody waits for the reserves.
    items = draw.rolls.slice(0, draw.rolls.findLastIndex(({ what }) => what === "prize") + 1);
    pace = Math.max(SHORTEST, Math.min(LONGEST, WHOLE / items.length));
    part("skip").addEventListener("click", skip);
    part("play").addEventListener("click", () => play(now()));
    document.addEventListener("visibilitychange", () => { if (room.isConnected && room.dataset.state === "rolling") step(); });
    // Whoever comes while it happens is where everyone is. Whoever comes later chooses when to see it.
    if (now() < begins + items.length * pace) return play(begins);
    part("label").textContent = part("text").textContent = "";
    part("offer").hidden = false;
    room.dataset.state = "waiting";
    for (const [name, act] of [["watch", () => play(now())], ["result", skip]])
      part(name).addEventListener("click", () => {
        part("offer").hidden = true;
        shown = 0;
        act();
        part("big").closest("section").focus();
      });
  }

  function stop(words) {
    part("drum").hidden = true;
    part("outcome").textContent = words;
    controls({ skip: false, play: false, after: true });
  }

  begin();
}

const rooms = (root) => root.querySelectorAll("[data-room]").forEach(enter);
rooms(document);
document.addEventListener("renewed", ({ target }) => rooms(target));

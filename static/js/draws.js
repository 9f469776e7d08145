// Pages about draws keep themselves up to date, and a player opens their result. Both work without it, by links.

import { ask, everySecond, left, secondsLeft } from "./clock.js";

const grouped = (number) => number.toLocaleString(`${document.documentElement.lang}-u-nu-latn`);
const status = document.querySelector("[data-live]");
const say = (words) => { if (status?.dataset[words]) status.textContent = status.dataset[words]; };

// -- the time that is left --

// Silent for screen readers, except once at ten minutes and once at one minute where the page has words for it.
function countdown(clock) {
  const part = (name, value) => { clock.querySelector(`[data-${name}]`).textContent = value; };
  let before = Infinity;
  everySecond((time) => {
    if (!clock.isConnected) return false;
    const seconds = secondsLeft(clock.dataset.countdown, time);
    part("d", Math.floor(seconds / 86400));
    part("h", Math.floor(seconds / 3600) % 24);
    part("m", String(Math.floor(seconds / 60) % 60).padStart(2, "0"));
    part("s", String(seconds % 60).padStart(2, "0"));
    for (const unit of clock.querySelectorAll("[data-from]")) unit.hidden = seconds < Number(unit.dataset.from);
    for (const unit of clock.querySelectorAll("[data-until]")) unit.hidden = seconds >= Number(unit.dataset.until);
    for (const [mark, words] of [[600, "ten"], [60, "one"]])
      if (seconds <= mark && before > mark && before < Infinity) say(words);
    before = seconds;
    return true;
  });
}

const countdowns = (root) => root.querySelectorAll("[data-countdown]").forEach(countdown);
countdowns(document);

// -- what changes while one looks --

// Answers may be some seconds old, so a draw that seems to go back has not.
const COURSE = ["draft", "early", "open", "full", "closing", "closed", "drawn", "cancelled", "void"];
const OVER = COURSE.indexOf("drawn");
const MINUTE = 60_000;
const course = (draw) => COURSE.indexOf(draw.dataset.state);
const watched = () => [...document.querySelectorAll("[data-draw][data-state]")].filter((draw) => course(draw) < OVER);

// The most that a page waits before it asks again, in milliseconds; where the draw itself is watched, less.
const PATIENCE = Number(status?.dataset.patience ?? 15_000);

let wait = 0;
let failures = 0;
let timer;

// A quarter of a minute as a rule; more often in the last minute, and until the result is there.
function pause() {
  if (failures) return Math.min(15_000 * 2 ** failures, 4 * MINUTE);
  const soonest = Math.min(...watched().map((draw) => left(draw.dataset.closes)));
  wait = soonest > 0
    ? Math.min(soonest > MINUTE ? PATIENCE : 5000, soonest + 1500)
    : Math.min(Math.max(wait, 2000) * 1.2, PATIENCE);
  if (soonest > 0 && wait < 2000) wait = 2000;
  return wait * (0.9 + Math.random() * 0.2);
}

function later() {
  clearTimeout(timer);
  if (watched().length && !document.hidden) timer = setTimeout(look, pause());
}

async function look() {
  try {
    const numbers = [...new Set(watched().map((draw) => draw.dataset.draw))].sort((a, b) => a - b);
    const standings = await ask(`${status.dataset.live}?of=${numbers}`);
    failures = 0;
    let moved = "";
    for (const draw of document.querySelectorAll("[data-draw]")) {
      const [stage, taken] = standings[draw.dataset.draw] ?? [];
      if (taken !== undefined) figures(draw, taken);
      if (draw.dataset.state && COURSE.indexOf(stage) > course(draw)) moved = stage;
    }
    if (moved) await renew(moved);
  } catch {
    failures += 1;
  }
  later();
}

function figures(draw, taken) {
  const bar = draw.querySelector("progress.bar");
  const most = Number(bar?.max ?? draw.dataset.most);
  if (bar && taken <= bar.value) return;
  if (bar) bar.value = taken;
  if (bar?.dataset.said) bar.ariaValueText = bar.dataset.said.replace("#", grouped(taken));
  const free = Math.max(0, most - taken);
  for (const count of draw.querySelectorAll("[data-few]")) if (free <= Number(count.dataset.few)) fewLeft(count, free);
  for (const el of draw.querySelectorAll("[data-taken]")) el.textContent = grouped(taken);
  for (const el of draw.querySelectorAll("[data-left]")) el.textContent = grouped(free);
  const form = draw.querySelector("form[data-entered]");
  if (!form) return;
  form.dataset.entered = taken;
  form.dispatchEvent(new Event("figures"));
}

// Before it is true, "Only 3 left" is not on the page, for those who read it without its styles.
function fewLeft(count, free) {
  count.className = "tag tag--warn num";
  count.textContent = count.dataset.said.replace("#", grouped(free));
}

// What this player sees of a draw comes from the page itself, once. When a draw moves on, not for all at one moment.
async function renew(stage = "") {
  if (stage) await new Promise((done) => { setTimeout(done, Math.random() * 3000); });
  const answer = await fetch(status.dataset.page, { cache: "no-store" });
  if (!answer.ok) throw new Error(answer.status);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  // Whoever is just sending the form gets an answer to that.
  if (document.querySelector("form [aria-disabled=true]")) return;
  for (const id of ["live", "live-bottom"]) {
    const old = document.getElementById(id);
    const fresh = page.getElementById(id);
    if (!old || !fresh) continue;
    // A result that is being opened is not covered again by a page that the server made just before.
    const opened = old.querySelector(".is-opening");
    if (opened && (!opened.matches(".is-open") || fresh.querySelector("[data-reveal]"))) continue;
    // Nor is what the reader has checked, or is checking, put back to what nobody has.
    if (old.querySelector(".is-checked, [data-check-here][aria-disabled=true]")) continue;
    const focus = old.contains(document.activeElement) && document.activeElement;
    const [chosen, choice] = [old, fresh].map((part) => part.querySelector("input[name=tickets]"));
    if (chosen && choice) choice.value = chosen.value;
    old.replaceWith(fresh);
    if (focus) refocus(fresh, focus);
    countdowns(fresh);
    fresh.dispatchEvent(new Event("renewed", { bubbles: true }));
  }
  covers();
  checks();
  say(stage);
}

function refocus(fresh, focus) {
  const same = focus.id
    ? fresh.querySelector(`#${CSS.escape(focus.id)}`)
    : focus.href && [...fresh.querySelectorAll("a")].find((link) => link.href === focus.href);
  const target = same || fresh.querySelector("[data-show], #entry") || fresh;
  if (!same && !target.matches("button, a")) target.tabIndex = -1;
  target.focus({ preventScroll: true });
}

if (status && watched().length) {
  document.addEventListener("visibilitychange", () => { document.hidden ? clearTimeout(timer) : look(); });
  // What was sent from a page that Back brings out is done: its form needs a new key, and the player has less coins.
  addEventListener("pageshow", ({ persisted }) => { if (persisted) renew().catch(() => {}).then(look); });
  document.addEventListener("coins", () => renew().catch(() => {}));
  // What Back brings out of the browser's store was true when it was kept.
  performance.getEntriesByType("navigation")[0]?.type === "back_forward" ? look() : later();
}

// -- a player's own result: covered until they want to see it --

// A winner's coins count up to what they are now, in a second. Those who want less motion see them at once.
function countUp(number, wait) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  const [from, to] = [Number(number.dataset.from), Number(number.dataset.to)];
  const begin = performance.now() + wait;
  const step = () => {
    const rest = Math.min(1, Math.max(0, 1 - (performance.now() - begin) / 1200)) ** 3;
    number.textContent = grouped(Math.round(to - (to - from) * rest));
    if (rest) requestAnimationFrame(step);
  };
  step();
}

const countsUp = (root, wait = 0) => root.querySelectorAll("[data-from][data-to]").forEach((it) => countUp(it, wait));
if (!document.querySelector("[data-reveal]")) countsUp(document);

function covers() {
  for (const cover of document.querySelectorAll("[data-reveal]:not([data-ready])")) {
    cover.dataset.ready = "";
    cover.querySelector("[data-show]").addEventListener("click", () => reveal(cover));
  }
}

async function reveal(cover) {
  // The server remembers it, for every device and list.
  const form = cover.querySelector(".reveal__cover form");
  fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual", keepalive: true }).catch(() => {});
  cover.classList.add("is-opening");
  const moves = cover.getAnimations({ subtree: true });
  // Any key or press skips what is left of it.
  const skip = () => moves.forEach((move) => move.finish());
  setTimeout(() => ["keydown", "pointerdown"].forEach((kind) => addEventListener(kind, skip, { once: true })));
  const result = cover.querySelector(".reveal__result");
  countsUp(result, moves.length && 1000);
  await Promise.allSettled(moves.map((move) => move.finished));
  cover.querySelector(".reveal__cover").remove();
  cover.classList.add("is-open");
  result.focus({ preventScroll: true });
  if (cover.dataset.burst) (await import(cover.dataset.burst)).burst(result);
}

covers();

// -- a draw that is checked where it stands --

function checks() {
  for (const button of document.querySelectorAll("[data-check-here][hidden]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      if (button.ariaDisabled === "true") return;
      button.ariaDisabled = "true";
      (await import(button.dataset.checkHere)).checkHere(button);
    });
  }
}

checks();

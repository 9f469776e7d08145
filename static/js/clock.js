// The one clock of a page: it goes by the server, so that no device's clock, sleep or slow line can mislead.

const address = document.querySelector("[data-live]")?.dataset.live;
// An answer that took longer than this says too little about when it was written; then the server is asked again.
const GOOD_TRIP = 1000;
const MOST_TRIES = 4;

let base, begin, wall, trip;

function set(time, took) {
  [base, begin, wall, trip] = [time, performance.now(), Date.now(), took];
}

// What the device counts may stand still while it sleeps, and its clock may be set: the later of both never shows
// time that is not left, and the server is asked which of them is right.
const counted = () => [performance.now() - begin, Date.now() - wall];

/** The server's time, in milliseconds since 1970. */
export const now = () => base + Math.max(...counted());

/** The milliseconds from now to a moment, given as in ISO 8601; negative once it has passed. */
export const left = (moment, from = now()) => Date.parse(moment) - from;

/** The whole seconds that a countdown to a moment shows, and none once it has passed. */
export const secondsLeft = (moment, from) => Math.max(0, Math.ceil(left(moment, from) / 1000));

/** Fetch an answer of the server that carries its time, and set the clock by it. */
export async function ask(question) {
  const sent = performance.now();
  // No cookie: everybody gets the same answer.
  const answer = await fetch(question, { credentials: "omit", cache: "no-store", priority: "high" });
  if (!answer.ok) throw new Error(answer.status);
  const said = await answer.json();
  const took = performance.now() - sent;
  // Halfway there and back is when it was written. The shortest way tells it best.
  if (took <= trip) {
    set(said.now + took / 2, took);
    if (listeners.size) tell();
  }
  return said;
}

// -- when the clock may be wrong --

let asking = false;

async function doubt() {
  if (asking || !address || document.hidden) return;
  asking = true;
  trip = Infinity;
  try {
    for (let tries = 0; tries < MOST_TRIES && trip > GOOD_TRIP; tries += 1) await ask(address);
  } catch {
    // Offline: the device counts on, and the next moment of doubt asks again.
  }
  asking = false;
}

// The page carries the time at which the server wrote it; the browser knows when its first byte came.
const arrived = performance.getEntriesByType("navigation")[0]?.responseStart ?? 0;
set(Date.parse(document.documentElement.dataset.now) + performance.now() - arrived, Infinity);
addEventListener("pageshow", ({ persisted }) => { if (persisted) doubt(); });
document.addEventListener("visibilitychange", doubt);
addEventListener("online", doubt);

// -- those who want to know --

const listeners = new Set();
let timer;

function tell() {
  clearTimeout(timer);
  const [went, passed] = counted();
  if (Math.abs(went - passed) > 500) doubt();
  // One time for all: in the middle of them a new second may begin.
  const time = now();
  for (const listener of listeners) if (listener(time) === false) listeners.delete(listener);
  timer = listeners.size ? setTimeout(tell, 1000 - (time % 1000)) : undefined;
}

/** Call a function with the server's time, now and whenever a second begins there, until it returns false. */
export function everySecond(listener) {
  if (!listeners.size) doubt();
  const time = now();
  if (listener(time) === false) return;
  listeners.add(listener);
  timer ??= setTimeout(tell, 1000 - (time % 1000));
}

// The one clock of a page: it goes by the server, so that a device's wrong clock cannot mislead.

// The page carries the time at which the server wrote it; the browser knows when its first byte came.
const written = Date.parse(document.documentElement.dataset.now);
const arrived = performance.getEntriesByType("navigation")[0]?.responseStart ?? 0;

/** The server's time, in milliseconds since 1970. */
export const now = () => written + performance.now() - arrived;

/** The milliseconds from now to a moment, given as in ISO 8601; negative once it has passed. */
export const left = (moment, from = now()) => Date.parse(moment) - from;

/** The whole seconds that a countdown to a moment shows, and none once it has passed. */
export const secondsLeft = (moment, from) => Math.max(0, Math.ceil(left(moment, from) / 1000));

const listeners = new Set();
let timer;

function tell() {
  // One time for all: in the middle of them a new second may begin.
  const time = now();
  for (const listener of listeners) if (listener(time) === false) listeners.delete(listener);
  timer = listeners.size ? setTimeout(tell, 1000 - (time % 1000)) : undefined;
}

/** Call a function with the server's time, now and whenever a second begins there, until it returns false. */
export function everySecond(listener) {
  const time = now();
  if (listener(time) === false) return;
  listeners.add(listener);
  timer ??= setTimeout(tell, 1000 - (time % 1000));
}

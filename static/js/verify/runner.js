// Starts the engine: in a Worker where the browser allows one, else on the page's own thread, in slices.

import { makeEngine } from "./engine.js";

const breathe = () => new Promise((resolve) => setTimeout(resolve));

/** Gives a function that sends messages; `hear` gets the answers. */
export function startEngine(hear, inWorker = true) {
  let send = null;
  const waiting = [];
  const ready = (way) => {
    send = way;
    for (const [message, transfer] of waiting.splice(0)) send(message, transfer);
  };
  const here = () => ready(makeEngine(hear, breathe));
  const away = () => {
    const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }) => (data.type === "ready" ? ready((...it) => worker.postMessage(...it)) : hear(data));
    worker.onerror = (event) => (send ? hear({ type: "broken", why: event.message }) : here());
  };
  if (inWorker && globalThis.Worker) away();
  else here();
  return (message, transfer = []) => (send ? send(message, transfer) : waiting.push([message, transfer]));
}

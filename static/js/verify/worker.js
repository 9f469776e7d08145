import { makeEngine } from "./engine.js";

const answer = makeEngine((message) => postMessage(message));
addEventListener("message", (event) => answer(event.data));
postMessage({ type: "ready" });

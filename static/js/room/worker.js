import { rollsOf } from "./rolls.js";

addEventListener("message", async ({ data }) => {
  try {
    postMessage({ found: await rollsOf(data) });
  } catch (error) {
    postMessage({ broken: String(error) });
  }
});

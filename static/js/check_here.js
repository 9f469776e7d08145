// Checks a draw on its own page, and puts a green tick there. Whatever else comes of it is for the checker's page.

import { startEngine } from "./verify/runner.js";

export async function checkHere(button) {
  button.textContent = button.dataset.working;
  const tellThere = () => location.assign(button.dataset.page);
  const send = startEngine(({ type, verdict, draw }) => {
    if (type === "broken") return tellThere();
    if (type !== "done") return;
    if (verdict !== "pass" || (draw.redraws.length && !draw.opened)) return tellThere();
    tick(button);
  });
  try {
    const answer = await fetch(button.dataset.document);
    if (!answer.ok) return tellThere();
    const bytes = await answer.arrayBuffer();
    send({ type: "check", bytes: new Uint8Array(bytes) }, [bytes]);
  } catch {
    tellThere();
  }
}

function tick(button) {
  const seal = button.closest(".seal");
  seal.classList.add("is-checked");
  seal.querySelector("use").setAttribute("href", "#i-check");
  const said = document.createElement("strong");
  said.tabIndex = -1;
  said.textContent = button.dataset.done;
  button.replaceWith(said);
  said.focus();
}

// Beside the form of a draft: its card as players will see it, from what is typed and not saved.
const section = document.querySelector("[data-preview]");
if (section) {
  const form = section.closest("form");
  const frame = section.querySelector("iframe");
  const status = section.querySelector("[role=status]");
  const say = (sentence) => { status.textContent = sentence; status.hidden = !sentence; };
  let waiting, request;

  const show = async () => {
    request?.abort();
    request = new AbortController();
    try {
      const answer = await fetch(section.dataset.preview, {
        method: "POST", body: new FormData(form), signal: request.signal,
      });
      if (!answer.ok) throw new Error(answer.status);
      frame.srcdoc = await answer.text();
      say("");
    } catch (error) {
      if (error.name !== "AbortError") say(section.dataset.failed);
    }
  };

  // As tall as its page: two scrollbars side by side confuse.
  frame.addEventListener("load", () => {
    const page = frame.contentDocument?.documentElement;
    if (page) frame.style.height = `${page.scrollHeight}px`;
  });
  // Its links lead nowhere, and nothing in it runs.
  frame.sandbox.add("allow-same-origin");
  frame.hidden = false;
  section.querySelector("button").hidden = true;
  const soon = () => { clearTimeout(waiting); waiting = setTimeout(show, 300); };
  form.addEventListener("input", soon);
  // The calendar and clock of the admin fill a field without an event of their own.
  form.addEventListener("click", (event) => {
    if (event.target.closest(".calendarbox, .clockbox, .datetimeshortcuts")) soon();
  });
  show();
}

// Makes pages livelier; every page works without it.

// The page carries the server's time, so that a wrong device clock cannot mislead.
const serverNow = Date.parse(document.documentElement.dataset.now);
const loadedAt = performance.now();
const now = () => serverNow + (performance.now() - loadedAt);
const grouped = (number) => number.toLocaleString("en");

for (const clock of document.querySelectorAll("[data-countdown]")) {
  const end = Date.parse(clock.dataset.countdown);
  const part = (name, value) => { clock.querySelector(`[data-${name}]`).textContent = value; };
  const tick = () => {
    const left = Math.max(0, Math.ceil((end - now()) / 1000));
    part("d", Math.floor(left / 86400));
    part("h", Math.floor(left / 3600) % 24);
    part("m", String(Math.floor(left / 60) % 60).padStart(2, "0"));
    part("s", String(left % 60).padStart(2, "0"));
    for (const unit of clock.querySelectorAll("[data-from]")) unit.hidden = left < Number(unit.dataset.from);
    for (const unit of clock.querySelectorAll("[data-until]")) unit.hidden = left >= Number(unit.dataset.until);
    if (left) setTimeout(tick, 1000 - (now() % 1000));
  };
  tick();
}

// The entry form: what it costs, what you would hold, and one submission at a time.
for (const form of document.querySelectorAll("form[data-price]")) {
  const input = form.querySelector("input[name=tickets]");
  const { price, balance, held, taken } = Object.fromEntries(
    Object.entries(form.dataset).map(([key, value]) => [key, Number(value)]));
  const show = (name, value) => {
    for (const el of form.querySelectorAll(`[data-${name}]`)) el.textContent = grouped(value);
    for (const el of form.querySelectorAll(`[data-unit=${name}]`)) el.textContent = value === 1 ? "coin" : "coins";
  };
  const sync = () => {
    const count = Math.min(Math.max(input.valueAsNumber || 1, 1), Number(input.max));
    const valid = input.validity.valid && input.value !== "";
    for (const el of form.querySelectorAll("[data-plain]")) el.hidden = valid;
    for (const el of form.querySelectorAll("[data-script]")) el.hidden = !valid;
    show("count", count);
    show("cost", count * price);
    show("hold", held + count);
    show("of", taken + count);
    show("keep", balance - count * price);
  };
  for (const button of form.querySelectorAll("[data-step]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      Number(button.dataset.step) > 0 ? input.stepUp() : input.stepDown();
      sync();
    });
  }
  input.addEventListener("input", sync);
  sync();
}

for (const form of document.querySelectorAll("form[data-once]")) {
  const button = form.querySelector("[type=submit]");
  form.addEventListener("submit", (event) => {
    if (button.ariaDisabled === "true") return event.preventDefault();
    button.dataset.label = button.innerHTML;
    button.ariaDisabled = "true";
    button.textContent = form.dataset.once;
  });
  // Coming back with the browser's Back button shows the page as it was left.
  addEventListener("pageshow", (event) => {
    if (!event.persisted || !button.dataset.label) return;
    button.innerHTML = button.dataset.label;
    button.ariaDisabled = "false";
  });
}

// While a draw closes: look again every few seconds, and reload only when its state has changed.
const live = document.querySelector("[data-state]");
if (live) {
  let wait = 2000;
  const look = async () => {
    if (!document.hidden) {
      wait = Math.min(wait * 1.2, 15000);
      try {
        const page = await (await fetch(live.dataset.url, { cache: "no-store" })).text();
        const seen = new DOMParser().parseFromString(page, "text/html").querySelector("[data-state]");
        if (seen && seen.dataset.state !== live.dataset.state) return location.replace(live.dataset.url);
      } catch { /* offline: look again later */ }
    }
    setTimeout(look, wait);
  };
  const untilClose = Date.parse(live.dataset.closes) - now();
  if (untilClose < 2 ** 31) setTimeout(look, Math.max(untilClose, 0) + 1500);
}

const bar = document.querySelector(".buybar");
const entry = document.querySelector("#entry");
if (bar && entry) {
  new IntersectionObserver(([seen]) => { bar.hidden = seen.isIntersecting; }, { threshold: 0.2 }).observe(entry);
}

document.querySelector("[data-focus]")?.focus();

// Fingerprints: a button beside the text that can be selected anyway.
for (const button of document.querySelectorAll("[data-copy]")) {
  const word = button.firstChild;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      word.textContent = "Copied";
    } catch {
      // Plain HTTP has no clipboard: show the whole text and select it.
      const code = button.previousElementSibling;
      code.textContent = button.dataset.copy;
      getSelection().selectAllChildren(code);
      word.textContent = "Selected";
    }
    setTimeout(() => { word.textContent = "Copy"; }, 2000);
  });
}

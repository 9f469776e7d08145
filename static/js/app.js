// Makes pages livelier; every page works without it.

// The server writes 0 to 9 in every language.
const language = `${document.documentElement.lang}-u-nu-latn`;
const grouped = (number) => number.toLocaleString(language);
const words = JSON.parse(document.querySelector("#script-words")?.textContent ?? "{}");

// Each of a word's plurals comes with a number that takes it; the most usual has no name.
function pluralOf(forms, count) {
  const rules = new Intl.PluralRules(language);
  const alike = Object.keys(forms).find((n) => n && rules.select(Number(n)) === rules.select(count));
  return forms[alike ?? ""];
}

// The entry form: what it costs, and what you would hold.
function costs(form) {
  const input = form.querySelector("input[name=tickets]");
  const figure = (name) => Number(form.dataset[name]);
  const show = (name, value) => {
    for (const el of form.querySelectorAll(`[data-${name}]`)) el.textContent = grouped(value);
    for (const el of form.querySelectorAll(`[data-unit=${name}]`)) el.textContent = pluralOf(words.coin, value);
  };
  const sync = () => {
    const count = Math.min(Math.max(input.valueAsNumber || 1, 1), Number(input.max));
    const valid = input.validity.valid && input.value !== "";
    for (const el of form.querySelectorAll("[data-plain]")) el.hidden = valid;
    for (const el of form.querySelectorAll("[data-script]")) el.hidden = !valid;
    show("count", count);
    show("cost", count * figure("price"));
    show("hold", figure("held") + count);
    show("of", figure("entered") + count);
    show("keep", figure("balance") - count * figure("price"));
  };
  for (const button of form.querySelectorAll("[data-step]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      Number(button.dataset.step) > 0 ? input.stepUp() : input.stepDown();
      sync();
    });
  }
  input.addEventListener("input", sync);
  form.addEventListener("figures", sync);
  sync();
}

// One submission at a time.
function once(form) {
  const button = form.querySelector("[type=submit]");
  let label = null;
  form.addEventListener("submit", (event) => {
    if (button.ariaDisabled === "true") return event.preventDefault();
    label = [...button.childNodes];
    button.ariaDisabled = "true";
    button.textContent = form.dataset.once;
  });
  // Coming back with the browser's Back button shows the page as it was left.
  addEventListener("pageshow", (event) => {
    if (!event.persisted || !label) return;
    button.replaceChildren(...label);
    button.ariaDisabled = "false";
  });
}

// The bar at the bottom leads to the form as long as the form is out of sight.
function quickEntry(bar) {
  const entry = document.querySelector("#entry");
  const look = ([seen]) => { bar.hidden = seen.isIntersecting; };
  if (entry) new IntersectionObserver(look, { threshold: 0.2 }).observe(entry);
}

// Fingerprints: a button beside the text that can be selected anyway.
function copying(button) {
  const word = button.firstChild;
  const offer = word.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      word.textContent = words.copied;
    } catch {
      // Plain HTTP has no clipboard: show the whole text and select it.
      const code = button.previousElementSibling;
      code.textContent = button.dataset.copy;
      getSelection().selectAllChildren(code);
      word.textContent = words.selected;
    }
    setTimeout(() => { word.textContent = offer; }, 2000);
  });
}

// Where the browser can share, it does; elsewhere the address is copied.
function sharing(item) {
  const button = item.querySelector("button");
  const word = button.querySelector("[aria-live]");
  const offer = word.textContent;
  const url = location.origin + location.pathname;
  item.hidden = !(navigator.share || navigator.clipboard);
  button.addEventListener("click", async () => {
    try {
      if (navigator.share) return await navigator.share({ title: item.dataset.share, url });
      await navigator.clipboard.writeText(url);
      word.textContent = words.linked;
      setTimeout(() => { word.textContent = offer; }, 2000);
    } catch {
      // The visitor changed their mind.
    }
  });
}

const habits = {
  "form[data-price]": costs,
  "form[data-once]": once,
  ".buybar": quickEntry,
  "[data-copy]": copying,
  "[data-share]": sharing,
};

function enliven(root) {
  for (const [selector, habit] of Object.entries(habits)) root.querySelectorAll(selector).forEach(habit);
}

enliven(document);
// Part of the page was replaced by a newer one.
document.addEventListener("renewed", (event) => enliven(event.target));

document.querySelector("[data-focus]")?.focus();

// Without a network a page of ours says so. The first pages come before it: it fetches what it keeps.
addEventListener("load", () => navigator.serviceWorker?.register("/service-worker.js").catch(() => {}));

// The device's time zone, so that the next page shows its time without asking.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && !document.cookie.split("; ").includes(`time_zone=${zone}`)) {
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `time_zone=${zone}; path=/; max-age=31536000; samesite=lax${secure}`;
}

// -- a page that was kept, or that another tab has overtaken --

let typed = false;
addEventListener("input", () => { typed = true; });
const show = (seen) => { document.body.style.visibility = seen ? "" : "hidden"; };
const again = () => location.replace(location.pathname + location.search);

// Who is signed in, their coins, their messages, and what lets the page's forms pass.
async function ask(own) {
  const tokens = document.querySelectorAll("[name=csrfmiddlewaretoken]");
  const answer = await fetch(own.dataset.me + (tokens.length ? "?form" : ""));
  if (!answer.ok) throw new Error(answer.status);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-me]");
  if (fresh.dataset.player !== own.dataset.player) return false;
  for (const token of tokens) token.value = fresh.dataset.token;
  for (const part of [".bell", ".purse"])
    own.querySelector(part)?.replaceChildren(...(fresh.querySelector(part)?.childNodes ?? []));
  if (fresh.dataset.coins !== own.dataset.coins) {
    own.dataset.coins = fresh.dataset.coins;
    document.dispatchEvent(new Event("coins"));
  }
  return true;
}

let asking = false;

// Back shows nothing of a player's page until it is known that they are still signed in.
async function refresh(kept = false) {
  const own = document.querySelector("[data-me]");
  if (!own || asking || document.hidden) return;
  asking = true;
  const secret = kept && own.dataset.player;
  if (secret) show(false);
  try {
    const same = await ask(own);
    if (!same && (secret || !typed)) return again();
    show(true);
  } catch {
    if (secret) return again();
  } finally {
    asking = false;
  }
}

addEventListener("pageshow", ({ persisted }) => { if (persisted) refresh(true); });
document.addEventListener("visibilitychange", () => refresh());
addEventListener("focus", () => refresh());
document.addEventListener("renewed", () => refresh());

// The page on which a player waits until their email is confirmed goes on by itself, also if that happens elsewhere.

const LONGEST = 15_000;
let wait = 3000;
let timer;

async function look() {
  clearTimeout(timer);
  if (document.hidden) return;
  try {
    const address = new URL(location.href);
    address.searchParams.set("state", "");
    const answer = await fetch(address);
    const { confirmed, waiting } = await answer.json();
    if (confirmed) return location.replace(location.pathname + location.search);
    // Too long ago: the page says how to go on.
    if (!waiting) return;
  } catch {
    // Offline: the next look may find out.
  }
  wait = Math.min(wait * 1.1, LONGEST);
  timer = setTimeout(look, wait);
}

document.addEventListener("visibilitychange", look);
timer = setTimeout(look, wait);

// The service worker: without a network it shows one page that says so. It keeps that page, its style and its icons,
// and nothing else: a page of a player stays nowhere.

const { version, offline, kept } = OURS;
const NAME = `offline ${version} ${kept.join(" ")}`;

addEventListener("install", (event) => {
  const asked = kept.map((url) => new Request(url, { credentials: "omit" }));
  event.waitUntil(caches.open(NAME).then((store) => store.addAll(asked)).then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  const tidy = async () => {
    for (const name of await caches.keys()) if (name !== NAME) await caches.delete(name);
    // The page is on its way while the worker still starts.
    await registration.navigationPreload?.enable();
  };
  event.waitUntil(tidy());
});

async function fromNetwork(event, standIn) {
  try {
    return (await event.preloadResponse) ?? await fetch(event.request);
  } catch (error) {
    const found = await caches.match(standIn, { cacheName: NAME });
    if (found) return found;
    throw error;
  }
}

addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  if (method !== "GET") return;
  const { origin, pathname } = new URL(url);
  if (mode === "navigate") event.respondWith(fromNetwork(event, offline));
  else if (origin === location.origin && kept.includes(pathname)) event.respondWith(fromNetwork(event, pathname));
});

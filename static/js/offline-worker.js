// The service worker: keeps a rep's own pages on the phone, and sends what waits.
// `given` comes from the server: version, shell, nowhere, start, leaving, statics.
const SHELL = `ipeo-shell-${given.version}`;
const PAGES = "ipeo-pages-";
const STAMP = "IPEO-Stamp";
const SLOW = 4000;
const HASHED = /\.[0-9a-f]{12}\.\w+$/;

addEventListener("install", (event) => {
  const keepShell = async () => {
    const cache = await caches.open(SHELL);
    const fresh = (url) => new Request(url, { cache: "reload", credentials: "omit" });
    await cache.addAll([...given.shell, given.nowhere].map(fresh));
    await skipWaiting();
  };
  event.waitUntil(keepShell());
});

addEventListener("activate", (event) => {
  const begin = async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith("ipeo-shell-") && name !== SHELL) await caches.delete(name);
    }
    await clients.claim();
    await outbox.send().catch(() => {});
  };
  event.waitUntil(begin());
});

// Whose pages this phone keeps. Another person's are forgotten before theirs are kept.
async function belongTo(person) {
  for (const name of await caches.keys()) {
    if (name.startsWith(PAGES) && name !== PAGES + person) await caches.delete(name);
  }
  await outbox.setFact("person", person);
  if (!person) await outbox.setFact("day", "");
}

// Keep the pages that the server names, where they changed; forget those it no longer names.
async function keep(session) {
  const now = await outbox.session(session).catch(() => undefined);
  if (now === undefined || now?.refused) return;
  await belongTo(now?.person ?? "");
  if (!now) return;
  await outbox.setFact("day", now.day);
  const cache = await caches.open(PAGES + now.person);
  const named = new Set(now.pages.map((page) => page.url));
  for (const request of await cache.keys()) {
    if (!named.has(new URL(request.url).pathname)) await cache.delete(request);
  }
  for (const { url, stamp } of now.pages) {
    // Somebody signed out, or somebody else in: there is nobody to keep the rest for.
    if ((await outbox.fact("person")) !== now.person) return;
    const wanted = `${given.version} ${stamp}`;
    const held = await cache.match(url);
    if (held?.headers.get(STAMP) === wanted) continue;
    await keepPage(cache, url, wanted, now.person).catch(() => {});
  }
}

async function keepPage(cache, url, stamp, person) {
  const headers = { "IPEO-Background": "yes" };
  const fresh = await fetch(`${url}?kept`, { redirect: "error", cache: "no-store", headers });
  if (!fresh.ok) return cache.delete(url);
  const text = await fresh.text();
  // Somebody else may have signed in meanwhile: their page is not this person's.
  if (!text.includes(`<meta name="person" content="${person}">`)) return undefined;
  const told = new Headers(fresh.headers);
  told.set(STAMP, stamp);
  return cache.put(url, new Response(text, { headers: told }));
}

async function keptPage(path) {
  const person = await outbox.fact("person");
  if (!person) return undefined;
  return (await caches.open(PAGES + person)).match(path);
}

const later = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

// The network first; what is kept where there is none, or where it is slow to answer.
async function page(request) {
  const { pathname } = new URL(request.url);
  const kept = await keptPage(pathname);
  const asked = fetch(request);
  try {
    if (!kept) return await asked;
    const first = await Promise.race([asked, later(SLOW)]);
    return first ?? kept;
  } catch {
    if (kept) return kept;
    const day = await outbox.fact("day");
    const isHome = pathname === given.start || /^\/w\/[^/]+\/$/.test(pathname);
    if (day && isHome && (await keptPage(day))) return Response.redirect(day, 302);
    return (await caches.match(given.nowhere)) ?? Response.error();
  }
}

async function asset(request) {
  const { pathname } = new URL(request.url);
  const kept = await (await caches.open(SHELL)).match(pathname);
  if (kept && HASHED.test(pathname)) return kept;
  const asked = fetch(request);
  if (!kept) return asked;
  return Promise.race([asked, later(SLOW)]).then((first) => first ?? kept, () => kept);
}

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.method === "POST" && url.pathname === given.leaving) {
    event.waitUntil(belongTo(""));
  }
  if (request.method !== "GET") return;
  if (request.mode === "navigate") {
    if (url.pathname === given.start || url.pathname.startsWith("/w/")) {
      event.respondWith(page(request));
    }
  } else if (url.pathname.startsWith(given.statics)) {
    event.respondWith(asset(request));
  }
});

addEventListener("message", (event) => {
  const { person, session } = event.data;
  const hear = async () => {
    if (person !== undefined && person !== (await outbox.fact("person"))) await belongTo(person);
    if (session) await keep(session);
    await outbox.send().catch(() => {});
  };
  event.waitUntil(hear());
});

addEventListener("sync", (event) => {
  if (event.tag === "outcomes") event.waitUntil(outbox.send());
});

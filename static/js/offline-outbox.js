// What a phone holds until it is sent: outcomes in IndexedDB, each under a key of its own, which
// lets the server take it once however often it comes. Runs in pages and in the service worker.
(() => {
  const PATIENCE = 8000;
  const news = new BroadcastChannel("ipeo-outbox");
  let opened;

  const answer = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });

  const database = () => {
    opened ??= new Promise((resolve, reject) => {
      const request = indexedDB.open("ipeo", 1);
      request.onupgradeneeded = () => {
        request.result.createObjectStore("outcomes", { keyPath: "place" });
        request.result.createObjectStore("facts");
      };
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => {
        opened = undefined;
        reject(request.error);
      };
    });
    return opened;
  };

  const store = async (name, mode) => (await database()).transaction(name, mode).objectStore(name);

  // One outcome of one person for one deal: a later one takes the place of an earlier.
  const place = (person, url) => `${person} ${url}`;
  const at = async (where) => answer((await store("outcomes", "readonly")).get(where));
  const all = async () => answer((await store("outcomes", "readonly")).getAll());
  const of = async (person) => (await all()).filter((item) => item.person === person);

  async function put(item) {
    await answer((await store("outcomes", "readwrite")).put(item));
    news.postMessage({ changed: item.place });
  }

  // Change or remove an outcome only while it is still the one that was read.
  async function settle(item, change) {
    const outcomes = await store("outcomes", "readwrite");
    const held = await answer(outcomes.get(item.place));
    if (held?.key !== item.key) return;
    await answer(change ? outcomes.put({ ...held, ...change }) : outcomes.delete(item.place));
    news.postMessage({ changed: item.place, sent: change ? undefined : item.key });
  }

  const fact = async (name) => answer((await store("facts", "readonly")).get(name));
  const setFact = async (name, value) => answer((await store("facts", "readwrite")).put(value, name));

  const ask = (url, options = {}) =>
    fetch(url, {
      cache: "no-store",
      credentials: "same-origin",
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE),
      ...options,
    });

  // Whether the person is signed in, and the token that a write needs; null where not.
  async function session(url) {
    const headers = { Accept: "application/json", "IPEO-Background": "yes" };
    const given = await ask(url, { headers });
    if (given.type === "opaqueredirect" || given.status === 401) return null;
    if (!given.ok) return { refused: given.status };
    return given.json();
  }

  const REFUSED = {
    403: "Your role no longer lets you log outcomes here.",
    404: "This deal no longer exists.",
  };

  async function sendOne(item, sessions) {
    sessions[item.session] ??= session(item.session);
    const now = await sessions[item.session];
    if (now === null) return settle(item, { state: "signed-out", errors: [] });
    if (now.refused >= 500 || now.refused === 429) throw new Error("not now");
    if (now.refused) {
      return settle(item, { state: "refused", errors: [REFUSED[now.refused] ?? REFUSED[403]] });
    }
    // Somebody else is signed in on this phone: it is not theirs to send.
    if (now.person !== item.person) return undefined;
    const given = await ask(item.send, {
      method: "POST",
      body: new URLSearchParams(item.fields),
      headers: {
        Accept: "application/json",
        "Idempotency-Key": item.key,
        "IPEO-Background": "yes",
        "IPEO-Person": item.person,
        "X-CSRFToken": now.csrf,
      },
    });
    if (given.type === "opaqueredirect") return settle(item, { state: "signed-out", errors: [] });
    if (given.ok) return settle(item, null);
    if (given.status >= 500 || given.status === 429) throw new Error("not now");
    const said = await given.json().catch(() => ({}));
    const errors = said.errors ?? [REFUSED[given.status] ?? "The server did not accept it."];
    return settle(item, { state: "refused", status: given.status, errors });
  }

  // Send what waits, one after the other, from one place at a time. Rejects where some could not
  // be sent for want of a network, so that whoever asked may ask again.
  async function sendAll() {
    const sessions = {};
    let failed;
    for (const item of await all()) {
      if (item.state === "refused") continue;
      try {
        await sendOne(item, sessions);
      } catch (error) {
        failed = error;
        delete sessions[item.session];
      }
    }
    if (failed) throw failed;
  }

  const send = () =>
    navigator.locks ? navigator.locks.request("ipeo-outbox", sendAll) : sendAll();

  const drop = (item) => settle(item, null);

  self.outbox = { PATIENCE, place, at, all, of, put, drop, send, session, fact, setFact };
})();

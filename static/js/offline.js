// On every page: the product as an app, whose pages are kept, and what waits to be sent.
const person = document.querySelector('meta[name="person"]')?.content;
const session = document.querySelector('meta[name="kept-by"]')?.content;
const script = document.querySelector("script[data-worker]");
const able = "serviceWorker" in navigator && "indexedDB" in self && self.outbox;

const send = () => self.outbox.send().catch(() => {});

async function begin() {
  await navigator.serviceWorker.register(script.dataset.worker);
  const { active } = await navigator.serviceWorker.ready;
  if (person !== undefined) active.postMessage({ person, session });
}

// Where outcomes wait, a list of them stands, and each deal in any list says so.
const STATES = {
  waiting: "Waiting to be sent",
  "signed-out": "Sign in to send it",
  refused: "Not accepted, needs a fix",
};

async function show() {
  const mine = await self.outbox.of(person);
  const list = document.querySelector("[data-waiting-list]");
  for (const old of document.querySelectorAll("[data-waiting-mark]")) old.remove();
  for (const item of mine) {
    for (const link of document.querySelectorAll(`.due-list a[href="${CSS.escape(item.url)}"]`)) {
      const mark = document.createElement("span");
      mark.className = "chip";
      mark.dataset.tone = item.state === "waiting" ? "warn" : "bad";
      mark.dataset.waitingMark = "";
      mark.textContent = STATES[item.state];
      link.querySelector(".due-text").append(mark);
    }
  }
  if (!list) return;
  list.hidden = !mine.length;
  const rows = list.querySelector("ul");
  const pattern = list.querySelector("template");
  rows.replaceChildren(
    ...mine.map((item) => {
      const row = pattern.content.cloneNode(true);
      row.querySelector("a").href = item.url;
      row.querySelector("b").textContent = item.title;
      row.querySelector("[data-says]").textContent = item.says;
      row.querySelector("[data-state]").textContent = STATES[item.state];
      return row;
    }),
  );
}

if (able) {
  begin().catch(() => {});
  if (person) {
    show().then(send);
    addEventListener("online", send);
    addEventListener("pageshow", (event) => {
      if (event.persisted) show();
    });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") send();
    });
    new BroadcastChannel("ipeo-outbox").addEventListener("message", ({ data }) => {
      // What was sent is in the server's list now.
      if (data.sent && document.querySelector("[data-waiting-list]")) location.reload();
      else show();
    });
  }
}

// The outcome form, with or without a network: what is saved is put on the phone first and sent
// from there, so that it goes once, also where the answer never came or the page was closed.
const form = document.querySelector("form[data-outcome]");
const person = document.querySelector('meta[name="person"]')?.content;
const waiting = document.querySelector("[data-outcome-waiting]");
const refused = document.querySelector("[data-outcome-refused]");
const able = form && person && "serviceWorker" in navigator && "indexedDB" in self && self.outbox;
const url = location.pathname;
const where = able && self.outbox.place(person, url);

const wordsOf = (data) => {
  const chosen = form.querySelector('[name="outcome"]:checked');
  const words = chosen?.closest("label")?.textContent.trim() ?? "";
  const price = data.get("net_amount");
  return price ? `${words}, ${price}` : words;
};

// Put what was typed back into the form.
function fill(fields) {
  const typed = new Map();
  for (const [name, value] of fields) typed.set(name, [...(typed.get(name) ?? []), value]);
  for (const field of form.querySelectorAll("input, select, textarea")) {
    if (!field.name || field.name === "csrfmiddlewaretoken") continue;
    const values = typed.get(field.name) ?? [];
    if (field.type === "radio" || field.type === "checkbox") field.checked = values.includes(field.value);
    else field.value = values[0] ?? "";
  }
  form.dispatchEvent(new Event("restored"));
  form.elements.outcome?.[0]?.dispatchEvent(new Event("change", { bubbles: true }));
  form.elements.net_amount?.dispatchEvent(new Event("input", { bubbles: true }));
}

async function show() {
  const item = await self.outbox.at(where);
  const held = item && item.state !== "refused" && !form.dataset.changing;
  waiting.hidden = !held;
  form.hidden = Boolean(held);
  refused.hidden = item?.state !== "refused";
  if (held) {
    waiting.querySelector("[data-says]").textContent = item.says;
    waiting.querySelector("[data-signed-out]").hidden = item.state !== "signed-out";
    waiting.querySelector("[data-goes]").hidden = item.state === "signed-out";
  } else if (item?.state === "refused") {
    fill(item.fields);
    refused.querySelector("ul").replaceChildren(
      ...item.errors.map((error) => {
        const line = document.createElement("li");
        line.textContent = error;
        return line;
      }),
    );
  }
  return item;
}

function busy(is) {
  const button = form.querySelector("button.primary");
  for (const one of [form, button]) {
    if (is) one.setAttribute("aria-busy", "true");
    else one.removeAttribute("aria-busy");
  }
}

const patience = () => new Promise((resolve) => setTimeout(resolve, self.outbox.PATIENCE));

async function save(event) {
  if (event.defaultPrevented) return;
  event.preventDefault();
  if (form.getAttribute("aria-busy") === "true") return;
  busy(true);
  // The deal closes on the day it is logged, whenever that is sent.
  form.elements.logged_at.value ||= new Date().toISOString();
  const data = new FormData(form);
  data.delete("csrfmiddlewaretoken");
  const item = {
    place: where,
    person,
    url,
    send: form.dataset.send,
    session: form.dataset.session,
    title: form.dataset.deal,
    says: wordsOf(data),
    fields: [...data],
    key: `outcome-${crypto.randomUUID()}`,
    at: Date.now(),
    state: "waiting",
    errors: [],
  };
  try {
    await self.outbox.put(item);
  } catch {
    form.submit();
    return;
  }
  await Promise.race([self.outbox.send().catch(() => {}), patience()]);
  const held = await self.outbox.at(where);
  if (!held) {
    location.assign(form.dataset.logged);
  } else if (held.state === "refused" && [409, 422].includes(held.status)) {
    // The server's own page says it best, beside what was typed.
    await self.outbox.drop(held);
    form.submit();
  } else {
    delete form.dataset.changing;
    busy(false);
    await show();
    const worker = await navigator.serviceWorker.ready;
    await worker.sync?.register("outcomes").catch(() => {});
    waiting.querySelector("h1").focus();
  }
}

if (able) {
  form.addEventListener("submit", save);
  show();
  waiting.querySelector("[data-change]").addEventListener("click", async () => {
    const item = await self.outbox.at(where);
    form.dataset.changing = "yes";
    await show();
    if (item) fill(item.fields);
  });
  for (const button of document.querySelectorAll("[data-outcome-drop]")) {
    button.addEventListener("click", async () => {
      const item = await self.outbox.at(where);
      if (item) await self.outbox.drop(item);
      location.reload();
    });
  }
  new BroadcastChannel("ipeo-outbox").addEventListener("message", ({ data }) => {
    if (data.changed !== where || form.getAttribute("aria-busy") === "true") return;
    if (data.sent && !waiting.hidden) location.assign(form.dataset.logged);
    else if (!form.dataset.changing) show();
  });
}

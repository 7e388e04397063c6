// Small courtesies of forms: nothing typed is lost, one press sends once, the discount is live.

// A form with data-guard asks before the page is left with unsaved work.
const dirty = new Set();

document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-guard]");
  if (form) dirty.add(form);
});
addEventListener("beforeunload", (event) => {
  for (const form of dirty) if (!form.isConnected) dirty.delete(form);
  if (dirty.size) event.preventDefault();
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  dirty.delete(form);
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.getAttribute("aria-busy") === "true") {
    event.preventDefault();
    return;
  }
  form.setAttribute("aria-busy", "true");
  event.submitter?.setAttribute("aria-busy", "true");
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("form");
  form?.removeAttribute("aria-busy");
  form?.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
});
// Coming back by the back button: the form may be sent again.
addEventListener("pageshow", () => {
  for (const busy of document.querySelectorAll("form[aria-busy], form [aria-busy]")) {
    busy.removeAttribute("aria-busy");
  }
});

// On a phone a filter of many questions is folded behind its first button.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("button[data-unfolds]");
  if (!opener) return;
  const open = opener.form.toggleAttribute("data-unfolded");
  opener.setAttribute("aria-expanded", open);
});

// Beside a net price (data-list-price) stands what it is off the list.
function amount(text) {
  let plain = text.replace(/[^\d.,-]/g, "");
  const comma = plain.lastIndexOf(",");
  const point = plain.lastIndexOf(".");
  // The last mark is the decimal one where one or two digits follow it; all others group.
  const mark = Math.max(comma, point);
  const digits = plain.length - mark - 1;
  if (mark >= 0 && digits >= 1 && digits <= 2) {
    plain = `${plain.slice(0, mark).replace(/[.,]/g, "")}.${plain.slice(mark + 1)}`;
  } else {
    plain = plain.replace(/[.,]/g, "");
  }
  return plain === "" || plain === "-" ? NaN : Number(plain);
}

function discount(input) {
  const badge = input.form?.querySelector(`[data-badge-for="${CSS.escape(input.name)}"]`);
  const list = amount(input.dataset.listPrice);
  const net = amount(input.value);
  if (!badge || !(list > 0)) return;
  if (Number.isNaN(net)) {
    badge.textContent = "no net price yet";
    delete badge.dataset.tone;
    delete input.dataset.discount;
    return;
  }
  const off = ((list - net) / list) * 100;
  input.dataset.discount = off / 100;
  const shown = Math.abs(off).toFixed(1);
  if (shown === "0.0") badge.textContent = "at list";
  else badge.textContent = off > 0 ? `${shown}% off` : `${shown}% above list`;
  const limit = Number(input.dataset.discountThreshold ?? "NaN");
  if (off > limit) badge.dataset.tone = "warn";
  else delete badge.dataset.tone;
}

document.addEventListener("input", (event) => {
  if (event.target.matches("input[data-list-price]")) discount(event.target);
});

// Parts of a form that belong to one choice: data-shown-when="outcome=won lost".
function reveal(form) {
  for (const part of form.querySelectorAll("[data-shown-when]")) {
    const [name, values] = part.dataset.shownWhen.split("=");
    const chosen = [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)]
      .filter((field) => (field.type === "radio" || field.type === "checkbox" ? field.checked : true))
      .map((field) => field.value);
    part.hidden = !chosen.some((value) => values.split(" ").includes(value));
    for (const field of part.querySelectorAll("input, select, textarea")) {
      field.disabled = part.hidden;
    }
  }
}

document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form?.querySelector("[data-shown-when]")) reveal(form);
});

function prepare(within) {
  for (const input of within.querySelectorAll("input[data-list-price]")) discount(input);
  for (const part of within.querySelectorAll("form:has([data-shown-when])")) reveal(part);
  within.querySelector("[data-focus-on-load]")?.focus();
}
prepare(document);
document.addEventListener("htmx:load", (event) => prepare(event.detail.elt));

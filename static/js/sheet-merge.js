// The server's word on a sheet: what could not be read, what another planner changed meanwhile,
// and what another wanted in the same cell.

import { amount, written } from "./sheet-grid.js";

const read = () => JSON.parse(document.getElementById("sheet-base")?.value || "{}");
const keyOf = (name) => name.replace(/^cell-/, "");
const wrongCells = (list) =>
  new Map([...document.querySelectorAll(`${list} [data-cell]`)].map((line) => [line.dataset.cell, line.textContent]));

export class Merge {
  constructor(grid) {
    this.grid = grid;
    this.stored = read();
    this.sent = new Map();
    this.told = new Set();
    document.addEventListener("htmx:beforeRequest", (event) => {
      if (event.detail.elt === grid.form) this.#send();
    });
    // Who types in a cell of which a clash was told, or saves by hand, has decided on it.
    grid.form.addEventListener("input", (event) => this.#decide([event.target.name]));
    grid.form.addEventListener("submit", () => this.#decide([...this.told]));
    document.addEventListener("htmx:oobAfterSwap", (event) => {
      const id = event.detail.target?.id;
      if (id === "sheet-errors") this.mark();
      if (id === "sheet-base") this.take();
      if (id === "sheet-clashes") this.#clashes();
    });
    this.#clashes();
  }

  #send() {
    this.sent = new Map();
    for (const row of this.grid.rows) for (const input of row) this.sent.set(input.name, amount(input.value));
  }

  #decide(names) {
    const decided = names.filter((name) => this.told.delete(name)).map(keyOf);
    if (!decided.length) return;
    for (const key of decided) this.stored[key] = this.now[key] ?? "0";
    document.getElementById("sheet-base").value = JSON.stringify(this.stored);
  }

  // Cells that somebody else changed take what they hold by now, unless one is being typed here.
  take() {
    // htmx tells of one swap several times; what was taken is this module's own by then.
    const field = document.getElementById("sheet-base");
    if ("taken" in field.dataset) return;
    field.dataset.taken = "";
    const now = read();
    this.now = now;
    for (const line of document.querySelectorAll("#sheet-errors [data-clash]")) this.told.add(line.dataset.cell);
    const wrong = wrongCells("#sheet-errors");
    const base = {};
    let merged = 0;
    for (const input of this.grid.rows.flat()) {
      const key = keyOf(input.name);
      const before = Number(this.stored[key] || 0);
      const held = Number(now[key] || 0);
      base[key] = now[key] ?? "0";
      const here = amount(input.value);
      if (here === held) this.told.delete(input.name);
      // What was pasted or typed in another manner stands as the plan writes it, once it is saved.
      const isRead = here === held && /\d/.test(input.value) && document.activeElement !== input;
      if (isRead) input.value = written(held);
      if (held === before) continue;
      if (here === before && document.activeElement !== input && !wrong.has(input.name)) {
        input.value = written(held);
        input.parentElement.dataset.saved = "";
        merged += 1;
      } else if (here !== held && this.sent.get(input.name) !== held) {
        // Typed here and changed there: saving is refused, and both are shown, until this person
        // decides. What they type elsewhere does not decide it.
        base[key] = this.stored[key] ?? "0";
      }
    }
    this.stored = base;
    field.value = JSON.stringify(base);
    if (merged) {
      this.grid.total();
      this.grid.form.dispatchEvent(new CustomEvent("sheet:typed", { bubbles: true }));
    }
  }

  mark() {
    const wrong = wrongCells("#sheet-errors");
    for (const input of this.grid.rows.flat()) {
      const fault = wrong.get(input.name);
      if (fault) {
        input.setAttribute("aria-invalid", "true");
        input.setAttribute("aria-describedby", "sheet-errors");
        input.title = fault;
      } else {
        input.removeAttribute("aria-invalid");
        input.removeAttribute("aria-describedby");
        input.removeAttribute("title");
      }
    }
  }

  #clashes() {
    const wanted = wrongCells("#sheet-clashes");
    for (const input of this.grid.rows.flat()) {
      const cell = input.parentElement;
      if (wanted.has(input.name)) cell.dataset.wanted = "";
      else delete cell.dataset.wanted;
    }
  }
}

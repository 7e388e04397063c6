// The server's word on a sheet: what could not be read, what another planner changed meanwhile,
// and what another wanted in the same cell.

import { amount, written } from "./sheet-grid.js";

const read = () => JSON.parse(document.getElementById("sheet-base")?.value || "{}");
const wrongCells = (list) =>
  new Map([...document.querySelectorAll(`${list} [data-cell]`)].map((line) => [line.dataset.cell, line.textContent]));

export class Merge {
  constructor(grid) {
    this.grid = grid;
    this.stored = read();
    this.sent = new Map();
    document.addEventListener("htmx:beforeRequest", (event) => {
      if (event.detail.elt === grid.form) this.#send();
    });
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

  // Cells that somebody else changed take what they hold by now, unless one is being typed here.
  take() {
    const now = read();
    const wrong = wrongCells("#sheet-errors");
    const base = {};
    let merged = 0;
    for (const input of this.grid.rows.flat()) {
      const key = input.name.replace(/^cell-/, "");
      const before = Number(this.stored[key] || 0);
      const held = Number(now[key] || 0);
      base[key] = now[key] ?? "0";
      if (held === before) continue;
      const here = amount(input.value);
      if (here === before && document.activeElement !== input) {
        input.value = written(held);
        input.parentElement.dataset.saved = "";
        merged += 1;
      } else if (here !== held && this.sent.get(input.name) !== held && !wrong.has(input.name)) {
        // Typed here and changed there: the next save is told, and both are shown.
        base[key] = this.stored[key] ?? "0";
      }
    }
    this.stored = base;
    document.getElementById("sheet-base").value = JSON.stringify(base);
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

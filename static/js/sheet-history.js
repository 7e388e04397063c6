// What was typed into a sheet, step by step, so that it can be undone and done again.

import { amount } from "./sheet-grid.js";

const MOST = 200;

export class History {
  constructor(grid) {
    this.grid = grid;
    this.done = [];
    this.undone = [];
  }

  // Write values into cells as one step; pairs of input and value.
  write(pairs) {
    const step = [];
    for (const [input, value] of pairs) {
      const from = input.dataset.before ?? input.value;
      if (from === value) continue;
      step.push([input.name, from, value]);
      input.value = value;
      if (input.dataset.before !== undefined) input.dataset.before = value;
    }
    return this.#keep(step);
  }

  // Keep what a person typed into one cell.
  typed(input, from) {
    return this.#keep(from === input.value ? [] : [[input.name, from, input.value]]);
  }

  #keep(step) {
    if (!step.length) return false;
    this.done.push(step);
    if (this.done.length > MOST) this.done.shift();
    this.undone = [];
    return true;
  }

  undo() {
    return this.#move(this.done, this.undone, 1);
  }

  redo() {
    return this.#move(this.undone, this.done, 2);
  }

  // Take a step back or forth; `input` is the first cell of it, `kept` how many cells hold what
  // somebody else put there meanwhile, which is not this person's to undo.
  #move(from, to, place) {
    const step = from.pop();
    let input = null;
    let kept = 0;
    if (!step) return { input, kept };
    to.push(step);
    for (const change of step) {
      const cell = this.grid.named(change[0]);
      if (!cell) continue;
      const left = change[3 - place];
      if (cell.value !== left && amount(cell.value) !== amount(left)) {
        kept += 1;
        continue;
      }
      cell.value = change[place];
      if (cell.dataset.before !== undefined) cell.dataset.before = cell.value;
      input ??= cell;
    }
    return { input, kept };
  }
}

// What was typed into a sheet, step by step, so that it can be undone and done again.

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

  #move(from, to, place) {
    const step = from.pop();
    if (!step) return null;
    to.push(step);
    let last = null;
    for (const change of step) {
      const input = this.grid.named(change[0]);
      if (!input) continue;
      input.value = change[place];
      if (input.dataset.before !== undefined) input.dataset.before = input.value;
      last ??= input;
    }
    return last;
  }
}

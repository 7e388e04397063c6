// The grid of a sheet as rows of inputs: where a cell is, what it holds, and the totals.

export const CELL = "td > input";
const wholes = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const cents = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

// Read an amount as the server does, roughly: only for totals, which the server sends again.
export function amount(text) {
  // “2.5k” or “12e3” is refused, and counts nothing until it is mended.
  if (/\d(k|m|e\d)/i.test(text)) return 0;
  let plain = text.replace(/[\s\u00a0\u202f'’]/g, "").replace(/[^\d.,-]/g, "");
  const mark = Math.max(plain.lastIndexOf(","), plain.lastIndexOf("."));
  const after = plain.length - mark - 1;
  if (mark >= 0 && after <= 2) {
    plain = `${plain.slice(0, mark).replace(/[.,]/g, "")}.${plain.slice(mark + 1)}`;
  } else {
    plain = plain.replace(/[.,]/g, "");
  }
  return Number(plain) || 0;
}

export const written = (value) => (Number.isInteger(value) ? wholes : cents).format(value);

export class Grid {
  constructor(form) {
    this.form = form;
  }

  get rows() {
    return [...this.form.querySelectorAll("tbody tr")].map((row) => [...row.querySelectorAll(CELL)]);
  }

  place(input) {
    for (const [down, row] of this.rows.entries()) {
      const across = row.indexOf(input);
      if (across >= 0) return { down, across };
    }
    return null;
  }

  at(down, across) {
    const { rows } = this;
    const row = rows[Math.max(0, Math.min(rows.length - 1, down))];
    return row?.[Math.max(0, Math.min(row.length - 1, across))];
  }

  go(down, across) {
    const next = this.at(down, across);
    next?.focus();
    next?.select();
    return next;
  }

  named(name) {
    return this.form.querySelector(`input[name="${CSS.escape(name)}"]`);
  }

  total() {
    const months = this.form.querySelectorAll("[data-month-total]");
    const sums = [...months].map(() => 0);
    for (const row of this.rows) {
      let sum = 0;
      for (const [across, input] of row.entries()) {
        const value = amount(input.value);
        sum += value;
        if (across < sums.length) sums[across] += value;
      }
      const cell = row[0]?.closest("tr").querySelector("[data-row-total] > span");
      if (cell) cell.textContent = written(sum);
    }
    for (const [across, cell] of months.entries()) cell.textContent = written(sums[across]);
    const whole = this.form.querySelector("[data-sheet-total]");
    if (whole) whole.textContent = written(sums.reduce((sum, value) => sum + value, 0));
  }
}

// A rectangle of cells, from where a selection began to where it stands.
export class Selection {
  constructor(grid) {
    this.grid = grid;
    this.from = null;
    this.to = null;
  }

  begin(input) {
    this.from = this.to = this.grid.place(input);
    this.show();
  }

  extend(down, across) {
    const end = this.grid.place(this.grid.at(down, across));
    if (end) this.to = end;
    this.show();
  }

  get box() {
    if (!this.from) return null;
    const [top, bottom] = [this.from.down, this.to.down].sort((a, b) => a - b);
    const [left, right] = [this.from.across, this.to.across].sort((a, b) => a - b);
    return { top, bottom, left, right };
  }

  get isBlock() {
    const { box } = this;
    return Boolean(box) && (box.top !== box.bottom || box.left !== box.right);
  }

  get cells() {
    const { box } = this;
    if (!box) return [];
    return this.grid.rows.slice(box.top, box.bottom + 1).map((row) => row.slice(box.left, box.right + 1));
  }

  show() {
    for (const input of this.grid.form.querySelectorAll("td[data-selected]")) delete input.dataset.selected;
    if (!this.isBlock) return;
    for (const row of this.cells) for (const input of row) input.parentElement.dataset.selected = "";
  }
}

// The plan's sheet: arrows and Enter move, a block pasted from a spreadsheet fills the cells,
// totals follow while one types, and what changed is saved by itself. Without this module the
// sheet is a form of inputs with a button.

const numbers = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });

// Read an amount as the server does, roughly: only for the totals, which the server sends again.
function amount(text) {
  let plain = text.replace(/[\s\u00a0\u202f'’]/g, "").replace(/[^\d.,-]/g, "");
  const comma = plain.lastIndexOf(",");
  const point = plain.lastIndexOf(".");
  const mark = Math.max(comma, point);
  const after = plain.length - mark - 1;
  if (mark >= 0 && after <= 2) {
    plain = `${plain.slice(0, mark).replace(/[.,]/g, "")}.${plain.slice(mark + 1)}`;
  } else {
    plain = plain.replace(/[.,]/g, "");
  }
  return Number(plain) || 0;
}

function grid(form) {
  return [...form.querySelectorAll("tbody tr")].map((row) => [...row.querySelectorAll("td > input")]);
}

function place(rows, input) {
  for (const [down, row] of rows.entries()) {
    const across = row.indexOf(input);
    if (across >= 0) return [down, across];
  }
  return null;
}

function total(form) {
  const rows = grid(form);
  const months = form.querySelectorAll("[data-month-total]");
  const sums = [...months].map(() => 0);
  for (const row of rows) {
    let sum = 0;
    for (const [across, input] of row.entries()) {
      const value = amount(input.value);
      sum += value;
      if (across < sums.length) sums[across] += value;
    }
    const cell = row[0]?.closest("tr").querySelector("[data-row-total] > span");
    if (cell) cell.textContent = numbers.format(sum);
  }
  for (const [across, cell] of months.entries()) cell.textContent = numbers.format(sums[across]);
  const whole = form.querySelector("[data-sheet-total]");
  if (whole) whole.textContent = numbers.format(sums.reduce((sum, value) => sum + value, 0));
}

function changed(form) {
  const saved = document.getElementById("saved");
  if (saved) saved.textContent = "Saving";
  form.dispatchEvent(new CustomEvent("sheet:changed", { bubbles: true }));
}

function go(rows, down, across) {
  const row = rows[Math.max(0, Math.min(rows.length - 1, down))];
  const next = row?.[Math.max(0, Math.min(row.length - 1, across))];
  next?.focus();
  next?.select();
}

for (const form of document.querySelectorAll("form[data-sheet]")) {
  form.addEventListener("focusin", (event) => {
    if (event.target.matches("td > input")) {
      event.target.select();
      event.target.dataset.before ??= event.target.value;
    }
  });

  form.addEventListener("input", (event) => {
    if (event.target.matches("td > input")) total(form);
  });
  form.addEventListener("change", (event) => {
    if (!event.target.matches("td > input")) return;
    const value = amount(event.target.value);
    const clear = /^\s*[\d,]*\s*$/.test(event.target.value);
    if (clear) event.target.value = numbers.format(value);
    changed(form);
  });

  form.addEventListener("keydown", (event) => {
    const input = event.target;
    if (!input.matches("td > input") || event.altKey || event.metaKey || event.ctrlKey) return;
    const rows = grid(form);
    const here = place(rows, input);
    if (!here) return;
    const [down, across] = here;
    const whole = input.selectionStart === 0 && input.selectionEnd === input.value.length;
    const start = input.selectionStart === 0 && input.selectionEnd === 0;
    const end = input.selectionStart === input.value.length;
    const moves = {
      ArrowUp: [down - 1, across],
      ArrowDown: [down + 1, across],
      Enter: [down + (event.shiftKey ? -1 : 1), across],
    };
    if (event.key === "ArrowLeft" && (whole || start)) moves.ArrowLeft = [down, across - 1];
    if (event.key === "ArrowRight" && (whole || end)) moves.ArrowRight = [down, across + 1];
    if (event.key === "Escape") {
      input.value = input.dataset.before ?? input.defaultValue;
      total(form);
      input.select();
      return;
    }
    const target = moves[event.key];
    if (!target) return;
    event.preventDefault();
    go(rows, ...target);
  });

  form.addEventListener("focusout", (event) => {
    if (event.target.matches("td > input")) delete event.target.dataset.before;
  });

  form.addEventListener("paste", (event) => {
    const input = event.target;
    if (!input.matches("td > input")) return;
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!/[\t\n]/.test(text.trim())) return;
    event.preventDefault();
    const rows = grid(form);
    const [down, across] = place(rows, input);
    const block = text.replace(/\r/g, "").replace(/\n+$/, "").split("\n").map((line) => line.split("\t"));
    const fits = block.every(
      (line, step) => rows[down + step] && across + line.length <= rows[down + step].length,
    );
    const errors = document.getElementById("sheet-errors");
    if (!fits) {
      const width = Math.max(...block.map((line) => line.length));
      errors.textContent = `What you pasted has ${block.length} rows and ${width} columns, which do not fit from here. Nothing was changed.`;
      return;
    }
    for (const [step, line] of block.entries()) {
      for (const [over, value] of line.entries()) rows[down + step][across + over].value = value.trim();
    }
    total(form);
    changed(form);
  });

  // The server's word on each cell: marked where it could not be read, flashed where it was saved.
  document.addEventListener("htmx:oobAfterSwap", (event) => {
    if (event.detail.target?.id !== "sheet-errors") return;
    const wrong = new Map(
      [...document.querySelectorAll("#sheet-errors [data-cell]")].map((line) => [
        line.dataset.cell,
        line.textContent,
      ]),
    );
    for (const input of form.querySelectorAll("td > input")) {
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
  });
}

// The plan's sheet, typed like a spreadsheet. Without this module it is a form of inputs with a
// button. A cell is either reached (arrows move, typing replaces) or being edited (F2, or a click
// into it: arrows move within its text).

import { CELL, Grid, Selection, amount, written } from "./sheet-grid.js";
import { asText, blockOf, emptied, filled, many, pasted } from "./sheet-blocks.js";
import { History } from "./sheet-history.js";
import { Merge } from "./sheet-merge.js";

const SHOW_AFTER = 250;

function say(text) {
  const place = document.getElementById("sheet-says");
  if (place) place.textContent = text;
}

function ready(form) {
  const grid = new Grid(form);
  const selection = new Selection(grid);
  const history = new History(grid);
  new Merge(grid);
  let editing = false;
  let showing;

  const tell = (name) => form.dispatchEvent(new CustomEvent(name, { bubbles: true }));
  const changed = () => {
    grid.total();
    const saved = document.getElementById("saved");
    if (saved) saved.textContent = "Saving";
    tell("sheet:typed");
    tell("sheet:changed");
  };
  const write = (pairs) => {
    say("");
    if (history.write(pairs)) changed();
  };
  const commit = (input) => {
    const before = input.dataset.before ?? input.defaultValue;
    if (/^\s*[\d,]+\s*$/.test(input.value)) input.value = written(amount(input.value));
    if (history.typed(input, before)) changed();
    input.dataset.before = input.value;
  };

  form.addEventListener("focusin", (event) => {
    const input = event.target;
    if (!input.matches(CELL)) return;
    editing = false;
    input.dataset.before = input.value;
    input.select();
    if (!selection.isBlock || !selection.cells.flat().includes(input)) selection.begin(input);
    clearTimeout(showing);
    showing = setTimeout(() => show(input), SHOW_AFTER);
  });
  form.addEventListener("focusout", (event) => {
    if (!event.target.matches(CELL)) return;
    commit(event.target);
    delete event.target.dataset.before;
  });
  form.addEventListener("input", (event) => {
    if (!event.target.matches(CELL)) return;
    editing = true;
    say("");
    grid.total();
    tell("sheet:typed");
  });

  // The curve of the program whose row one is in.
  function show(input) {
    const panel = document.getElementById("program-panel");
    const { curve } = input.closest("tr").dataset;
    if (!panel || !curve || panel.dataset.shown === curve) return;
    panel.dataset.shown = curve;
    window.htmx.ajax("GET", curve, { target: panel, swap: "innerHTML" });
  }

  form.addEventListener("mousedown", (event) => {
    if (!event.target.matches(CELL)) return;
    if (event.shiftKey && selection.from) {
      event.preventDefault();
      const { down, across } = grid.place(event.target);
      selection.extend(down, across);
    } else {
      selection.begin(event.target);
    }
  });
  form.addEventListener("mouseover", (event) => {
    if (event.buttons !== 1 || !event.target.matches(CELL) || !selection.from) return;
    const { down, across } = grid.place(event.target);
    if (down !== selection.to.down || across !== selection.to.across) selection.extend(down, across);
  });

  const commands = {
    d: () => write(filled(grid, selection, true)),
    r: () => write(filled(grid, selection, false)),
    a: () => {
      const { rows } = grid;
      selection.from = { down: 0, across: 0 };
      selection.extend(rows.length - 1, rows[0].length - 1);
    },
    z: (event) => step(event.shiftKey ? history.redo() : history.undo()),
    y: () => step(history.redo()),
  };
  function step({ input, kept }) {
    say(kept ? `${many(kept, "cell")} changed since and ${kept === 1 ? "stays" : "stay"} as ${kept === 1 ? "it is" : "they are"}.` : "");
    if (!input) return;
    input.focus();
    changed();
  }

  form.addEventListener("keydown", (event) => {
    const input = event.target;
    if (!input.matches(CELL) || event.altKey || event.isComposing) return;
    const here = grid.place(input);
    if (!here) return;
    const held = event.ctrlKey || event.metaKey;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (held && commands[key] && !(editing && (key === "a" || key === "z"))) {
      event.preventDefault();
      commands[key](event);
      return;
    }
    if (key === "Escape") {
      input.value = input.dataset.before ?? input.defaultValue;
      editing = false;
      selection.begin(input);
      grid.total();
      tell("sheet:typed");
      input.select();
      return;
    }
    if (key === "F2") {
      event.preventDefault();
      editing = true;
      input.setSelectionRange(input.value.length, input.value.length);
      return;
    }
    if ((key === "Delete" || key === "Backspace") && selection.isBlock && !editing) {
      event.preventDefault();
      write(emptied(selection));
      return;
    }
    move(event, key, held, here);
  });

  function move(event, key, held, { down, across }) {
    const { rows } = grid;
    const last = { down: rows.length - 1, across: rows[down].length - 1 };
    const steps = {
      ArrowUp: [held ? 0 : down - 1, across],
      ArrowDown: [held ? last.down : down + 1, across],
      ArrowLeft: [down, held ? 0 : across - 1],
      ArrowRight: [down, held ? last.across : across + 1],
      Home: [held ? 0 : down, 0],
      End: [held ? last.down : down, last.across],
      Enter: [down + (event.shiftKey ? -1 : 1), across],
    };
    if (!steps[key]) return;
    if (editing && /^(ArrowLeft|ArrowRight|Home|End)$/.test(key)) return;
    event.preventDefault();
    if (event.shiftKey && key !== "Enter") {
      const from = selection.to ?? { down, across };
      const far = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[key];
      if (far && !held) selection.extend(from.down + far[0], from.across + far[1]);
      else selection.extend(...steps[key]);
      return;
    }
    if (selection.isBlock) selection.begin(event.target);
    // At the edge of the grid the cell stays, and typing in it is over all the same.
    if (key === "Enter" || grid.at(...steps[key]) === event.target) commit(event.target);
    editing = false;
    const next = grid.go(...steps[key]);
    if (next) selection.begin(next);
  }

  form.addEventListener("copy", (event) => take(event, false));
  form.addEventListener("cut", (event) => take(event, true));
  function take(event, away) {
    if (!event.target.matches(CELL) || !selection.isBlock) return;
    event.preventDefault();
    event.clipboardData.setData("text/plain", asText(selection.cells));
    if (away) write(emptied(selection));
  }

  form.addEventListener("paste", (event) => {
    const input = event.target;
    if (!input.matches(CELL)) return;
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!/[\t\n]/.test(text.trim()) && !selection.isBlock) return;
    event.preventDefault();
    const found = pasted(grid, selection, blockOf(text));
    if (found.says) {
      say(found.says);
    } else {
      write(found.pairs);
      say(found.notes);
    }
  });
}

for (const form of document.querySelectorAll("form[data-sheet]")) ready(form);

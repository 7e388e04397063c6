// Blocks of a sheet: copied out, pasted in, filled down and to the right, emptied.

import { withoutHeadings } from "./sheet-headings.js";

export const many = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

export function asText(cells) {
  return cells.map((row) => row.map((input) => input.value).join("\t")).join("\n");
}

export function blockOf(text) {
  return text.replace(/\r/g, "").replace(/\n+$/, "").split("\n").map((line) => line.split("\t"));
}

// Where a block goes: pairs of input and value, or a sentence on why it does not fit. `notes` tell
// what was left out of it.
export function pasted(grid, selection, copied) {
  const { box } = selection;
  if (copied.some((line) => line.length !== copied[0].length)) {
    return { says: "What you pasted has rows of different lengths. Nothing was changed." };
  }
  const found = withoutHeadings(grid, copied);
  if (found.says) return found;
  const { block, notes } = found;
  const height = block.length;
  const width = block[0].length;
  if (found.rows) return byName(grid, box.left, found);
  if (height === 1 && width === 1) {
    return { notes, pairs: selection.cells.flat().map((input) => [input, block[0][0].trim()]) };
  }
  const wide = box.right - box.left + 1;
  const tall = box.bottom - box.top + 1;
  // A block of which the selection holds a whole number of copies fills it, as spreadsheets do.
  const repeats = selection.isBlock && wide % width === 0 && tall % height === 0;
  if (selection.isBlock && !repeats) {
    return {
      says: `What you pasted has ${many(height, "row")} and ${many(width, "column")}; you selected ${many(tall, "row")} and ${many(wide, "column")}. Nothing was changed.`,
    };
  }
  const { rows } = grid;
  const bottom = box.top + (repeats ? tall : height);
  const right = box.left + (repeats ? wide : width);
  const roomDown = rows.length - box.top;
  const roomAcross = rows[box.top].length - box.left;
  if (bottom > rows.length || right > rows[box.top].length) {
    return {
      says: `What you pasted has ${many(height, "row")} and ${many(width, "column")}; from this cell there is room for ${many(roomDown, "row")} and ${many(roomAcross, "column")}. Nothing was changed.`,
    };
  }
  const pairs = [];
  for (let down = box.top; down < bottom; down += 1) {
    for (let across = box.left; across < right; across += 1) {
      pairs.push([rows[down][across], block[(down - box.top) % height][(across - box.left) % width].trim()]);
    }
  }
  return { pairs, notes };
}

// Each row of a block goes to the program it names, from the selection's column on.
function byName(grid, left, { block, rows, notes }) {
  const room = grid.rows[0].length - left;
  if (block[0].length > room) {
    return {
      says: `What you pasted has ${many(block[0].length, "column")}; from this cell there is room for ${many(room, "column")}. Nothing was changed.`,
    };
  }
  const pairs = block.flatMap((line, place) => line.map((text, across) => [grid.rows[rows[place]][left + across], text.trim()]));
  return { pairs, notes };
}

// Fill a selection from its first row or column; one cell alone takes from its neighbour.
export function filled(grid, selection, down) {
  const { box } = selection;
  if (!selection.isBlock) {
    const source = down ? box.top - 1 : box.left - 1;
    if (source < 0) return [];
    const from = down ? grid.rows[source][box.left] : grid.rows[box.top][source];
    return [[grid.rows[box.top][box.left], from.value]];
  }
  const { cells } = selection;
  return cells.flatMap((row, place) => row.map((input, across) => [input, (down ? cells[0][across] : cells[place][0]).value]));
}

export function emptied(selection) {
  return selection.cells.flat().map((input) => [input, ""]);
}

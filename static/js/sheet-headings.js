// Headings that came along with a pasted block: the months above it, the programs beside it, and
// the totals that a spreadsheet has. The numbers alone go into the grid.

const WORDS = /^(?=.*\p{L})(\D+|\p{Lu}\p{Ll}+\.?[\s-]*['’]?\d{2,4}|(Q|H|FY)\s?\d.*|\d{4}-\d{2})$/u;
const TOTAL = /^(grand )?(total|sum)s?$/i;

const isWords = (text) => WORDS.test(text.trim());
// Words all along, where a corner may be empty.
const isHeading = (texts) => texts.some(isWords) && texts.every((text) => !text.trim() || isWords(text));
const plain = (text) => text.trim().toLowerCase();

function namesOf(grid) {
  return grid.rows.map((row) => plain(row[0].closest("tr").querySelector("th a").textContent));
}

// The numbers of a block, the rows that their programs have in the grid (null where the block names
// none of them), and a sentence on what was left out; or a sentence on why it is refused.
export function withoutHeadings(grid, block) {
  let lines = block;
  const [first, ...others] = lines;
  const above = others.length > 0 && isHeading(first) && !others.every(isHeading);
  if (above) {
    lines = others.map((line) => line.filter((_, across) => !TOTAL.test(first[across].trim())));
  }
  const beside = lines[0].length > 1 && isHeading(lines.map((line) => line[0])) && lines.some((line) => !isHeading(line));
  if (!beside) return { block: lines, rows: null, notes: above ? "The heading row was left out." : "" };
  lines = lines.filter((line) => !TOTAL.test(line[0].trim()));
  const names = namesOf(grid);
  const places = lines.map((line) => names.indexOf(plain(line[0])));
  const numbers = lines.map((line) => line.slice(1));
  const left = above ? "The headings were left out." : "The names were left out.";
  if (places.every((place) => place < 0)) return { block: numbers, rows: null, notes: left };
  const strange = places.indexOf(-1);
  if (strange >= 0) {
    return { says: `“${lines[strange][0].trim()}” is no program of this plan, the other names are. Nothing was changed.` };
  }
  return { block: numbers, rows: places, notes: `${left} Each row went to the program it names.` };
}

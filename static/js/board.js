// The board by hand: a card dropped on a column sends its own form, as choosing a stage does.
let carried = null;

document.addEventListener("dragstart", (event) => {
  const card = event.target.closest?.(".board-card[draggable]");
  if (!card) return;
  carried = card;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", card.querySelector("a")?.href ?? "");
  card.classList.add("carried");
});

document.addEventListener("dragend", () => {
  carried?.classList.remove("carried");
  carried = null;
  for (const column of document.querySelectorAll(".board-column.over")) {
    column.classList.remove("over");
  }
});

document.addEventListener("dragover", (event) => {
  const column = event.target.closest?.(".board-column");
  if (!carried || !column) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "move";
  for (const other of document.querySelectorAll(".board-column.over")) {
    if (other !== column) other.classList.remove("over");
  }
  column.classList.add("over");
});

document.addEventListener("drop", (event) => {
  const column = event.target.closest?.(".board-column");
  if (!carried || !column) return;
  event.preventDefault();
  if (column.dataset.column === carried.dataset.stageNow) return;
  const form = carried.querySelector("form");
  (form.elements.stage ?? form.elements.state).value = column.dataset.column;
  form.requestSubmit();
});

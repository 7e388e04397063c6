// Flights on the timeline: dragged with the pointer, or moved with the arrow keys. The server
// decides; its answer takes the board's place and the flight keeps the focus.

const DAY = 86_400_000;
const SEND_AFTER = 350;
const day = (text) => Date.parse(`${text}T00:00:00Z`);
const shown = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
const words = (date) => shown.format(day(date)).replace("Sept", "Sep");
const text = (time) => new Date(time).toISOString().slice(0, 10);

let sending;

function board() {
  return document.getElementById("flight-board");
}

function draw(flight) {
  const { first, days } = board().dataset;
  const left = (100 * (day(flight.dataset.starts) - day(first))) / DAY / days;
  const width = (100 * ((day(flight.dataset.ends) - day(flight.dataset.starts)) / DAY + 1)) / days;
  const bar = flight.querySelector(".flight-bar");
  bar.setAttribute("x", `${left}%`);
  bar.setAttribute("width", `${width}%`);
  flight.querySelector('[data-grip="start"]').setAttribute("x", `${left}%`);
  flight.querySelector(".grip-end").setAttribute("x", `${left + width}%`);
  flight.closest(".gantt-row").querySelector(".gantt-dates").textContent = `${words(flight.dataset.starts)} to ${words(flight.dataset.ends)}`;
}

// Move a flight's start, its end or both by so many days, within the cycle.
function shift(flight, { starts = 0, ends = 0 }) {
  const first = day(board().dataset.first);
  const last = day(board().dataset.last);
  let from = day(flight.dataset.starts) + starts * DAY;
  let to = day(flight.dataset.ends) + ends * DAY;
  if (starts === ends) {
    const back = Math.max(first - from, 0) - Math.max(to - last, 0);
    from += back;
    to += back;
  }
  from = Math.max(first, Math.min(from, to));
  to = Math.min(last, Math.max(from, to));
  flight.dataset.starts = text(from);
  flight.dataset.ends = text(to);
  draw(flight);
}

function send(flight) {
  clearTimeout(sending);
  sending = setTimeout(async () => {
    const { move, starts, ends, plan } = flight.dataset;
    await window.htmx.ajax("POST", move, {
      target: "#flight-board",
      swap: "outerHTML",
      values: { starts_on: starts, ends_on: ends },
    });
    document.querySelector(`.flight[data-plan="${plan}"]`)?.focus();
  }, SEND_AFTER);
}

document.addEventListener("keydown", (event) => {
  const flight = event.target.closest?.(".flight[data-move][tabindex]");
  if (!flight) return;
  const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!way) return;
  event.preventDefault();
  const days = way * (event.ctrlKey || event.metaKey ? 7 : 1);
  shift(flight, event.shiftKey ? { ends: days } : { starts: days, ends: days });
  send(flight);
});

document.addEventListener("pointerdown", (event) => {
  const flight = event.target.closest?.(".flight[data-move][tabindex]");
  if (!flight) return;
  event.preventDefault();
  flight.focus();
  const grip = event.target.dataset.grip;
  const wide = flight.ownerSVGElement.getBoundingClientRect().width;
  const each = wide / board().dataset.days;
  const begun = event.clientX;
  let moved = 0;
  const follow = (now) => {
    const days = Math.round((now.clientX - begun) / each) - moved;
    if (!days) return;
    moved += days;
    shift(flight, { starts: grip === "end" ? 0 : days, ends: grip === "start" ? 0 : days });
  };
  const stop = () => {
    document.removeEventListener("pointermove", follow);
    if (moved) send(flight);
  };
  document.addEventListener("pointermove", follow);
  document.addEventListener("pointerup", stop, { once: true });
});

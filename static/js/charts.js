// Draws every <figure class="chart"> from its JSON block, or from the address in data-chart-src.
// Figures name colours by token, "var(--plan)"; they are resolved here, so that a drawing follows
// the appearance, light or dark. The library is fetched when the first figure comes into view.
const source = document.querySelector('meta[name="chart-library"]');
let library;

function load() {
  library ??= new Promise((resolve, reject) => {
    // The library leaves its own rules out where it finds this sheet: a strict policy forbids them.
    const sheet = document.createElement("link");
    sheet.rel = "stylesheet";
    sheet.id = "plotly.js-style-global";
    sheet.className = "no-inline-styles";
    sheet.href = source.dataset.style;
    const script = document.createElement("script");
    script.src = source.content;
    const styled = new Promise((done) => {
      sheet.onload = done;
      sheet.onerror = done;
    });
    // While it loads it also adds rules for maps, which are never drawn here; the policy would
    // refuse them with a line in the console, so they are not added at all.
    const { head } = document;
    head.append(sheet, script);
    head.appendChild = (node) =>
      node instanceof HTMLStyleElement ? node : Node.prototype.appendChild.call(head, node);
    script.onload = () => {
      delete head.appendChild;
      styled.then(() => resolve(window.Plotly));
    };
    script.onerror = (problem) => {
      delete head.appendChild;
      reject(problem);
    };
  });
  return library;
}

const probe = document.createElement("span");
probe.hidden = true;
const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

// Any CSS colour, as the rgba() text that the library reads.
function colour(token) {
  probe.style.color = token;
  pen.canvas.width = pen.canvas.height = 1;
  pen.fillStyle = getComputedStyle(probe).color;
  pen.fillRect(0, 0, 1, 1);
  const [red, green, blue, alpha] = pen.getImageData(0, 0, 1, 1).data;
  return `rgba(${red},${green},${blue},${(alpha / 255).toFixed(3)})`;
}

function resolve(value, known) {
  if (typeof value === "string") {
    if (!value.startsWith("var(--")) return value;
    if (!known.has(value)) known.set(value, colour(value));
    return known.get(value);
  }
  if (Array.isArray(value)) return value.map((each) => resolve(each, known));
  if (value && typeof value === "object") {
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [key, resolve(each, known)]),
    );
  }
  return value;
}

const figures = new WeakMap();

async function read(chart) {
  if (!figures.has(chart)) {
    const block = chart.querySelector('script[type="application/json"]');
    const text = block
      ? block.textContent
      : await fetch(chart.dataset.chartSrc, { headers: { Accept: "application/json" } }).then(
          (answer) => {
            if (!answer.ok) throw new Error(`chart ${answer.status}`);
            return answer.text();
          },
        );
    figures.set(chart, JSON.parse(text));
  }
  return figures.get(chart);
}

function layout(given) {
  const font = {
    family: getComputedStyle(document.body).fontFamily,
    size: 12,
    color: "var(--ink-2)",
  };
  return {
    ...given,
    font: { ...font, ...given.font },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    autosize: true,
    hoverlabel: {
      bgcolor: "var(--card)",
      bordercolor: "var(--line)",
      font: { ...font, color: "var(--ink)" },
      ...given.hoverlabel,
    },
  };
}

// What a figure changes on a narrow screen: {"xaxis.tickfont.size": 9}.
function narrow(shape, changes) {
  for (const [path, value] of Object.entries(changes)) {
    const steps = path.split(".");
    const last = steps.pop();
    let part = shape;
    for (const step of steps) part = part[step] ??= {};
    part[last] = value;
  }
}

async function draw(chart) {
  const plot = chart.querySelector(".chart-plot");
  try {
    const [plotly, figure] = await Promise.all([load(), read(chart)]);
    if (!chart.isConnected) return;
    document.body.append(probe);
    const known = new Map();
    const data = resolve(figure.data, known);
    const shape = resolve(layout(figure.layout ?? {}), known);
    if (plot.clientWidth < 480) narrow(shape, figure.layout?.meta?.narrow ?? {});
    probe.remove();
    await plotly.react(plot, data, shape, {
      displayModeBar: false,
      responsive: true,
      scrollZoom: false,
      doubleClick: false,
    });
    chart.dataset.state = "drawn";
  } catch (error) {
    chart.dataset.state = "failed";
    plot.textContent = "The chart could not be loaded. The same figures are in the table below.";
    console.warn(error);
  }
}

const seen = new IntersectionObserver(
  (changes) => {
    for (const change of changes) {
      if (change.isIntersecting) {
        seen.unobserve(change.target);
        draw(change.target);
      }
    }
  },
  { rootMargin: "300px" },
);

function find(within) {
  for (const chart of within.querySelectorAll("figure.chart:not([data-watched])")) {
    chart.dataset.watched = "";
    seen.observe(chart);
  }
}

find(document);
document.addEventListener("htmx:load", (event) => {
  const swapped = event.detail.elt;
  find(swapped.parentElement ?? swapped);
});
document.addEventListener("ipeo:theme", () => {
  for (const chart of document.querySelectorAll('figure.chart[data-state="drawn"]')) draw(chart);
});
addEventListener("beforeprint", () => {
  for (const chart of document.querySelectorAll('figure.chart[data-state="waiting"]')) draw(chart);
});

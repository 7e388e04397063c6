// A deal's products: one more is added in place; without this the button asks the server.
const add = document.querySelector("[data-add-line]");
const lines = document.querySelector("[data-deal-lines]");
const empty = document.querySelector("template[data-empty-line]");

function nextKey() {
  const keys = [...lines.querySelectorAll('[name^="line-"][name$="-quantity"]')].map((field) =>
    Number(field.name.split("-")[1]),
  );
  return Math.max(1, ...keys) + 1;
}

add?.addEventListener("click", (event) => {
  event.preventDefault();
  const key = nextKey();
  const line = empty.content.cloneNode(true);
  for (const part of line.querySelectorAll("[name], [id], [for], [aria-describedby]")) {
    for (const { name, value } of [...part.attributes]) {
      if (value.includes("line-new")) part.setAttribute(name, value.replaceAll("line-new", `line-${key}`));
    }
  }
  const first = line.querySelector("select, input");
  lines.append(line);
  first?.focus();
});

// A buyer's answer: the driver touched first decided most, and three are enough.
const form = document.querySelector("form[data-review]");

if (form) {
  const order = form.elements.order;
  const hint = form.querySelector("[data-most-hint]");
  const most = Number(form.dataset.most);
  const boxes = [...form.querySelectorAll('[name="drivers"]')];
  let touched = order.value.split(",").filter(Boolean);

  const show = () => {
    touched = touched.filter((pk) => boxes.some((box) => box.value === pk && box.checked));
    for (const box of boxes) if (box.checked && !touched.includes(box.value)) touched.push(box.value);
    order.value = touched.join(",");
    for (const box of boxes) {
      const label = box.closest("label");
      const rank = touched.indexOf(box.value) + 1;
      if (rank && touched.length > 1) label.dataset.rank = rank;
      else delete label.dataset.rank;
    }
    hint.hidden = touched.length <= most;
  };

  form.addEventListener("change", (event) => {
    show();
    if (touched.length > most && event.target.name === "drivers") {
      event.target.checked = false;
      show();
      hint.hidden = false;
    }
  });
  addEventListener("pageshow", show);
  show();
}

// The outcome form: the driver touched first decided most, and price alone is never enough.
const form = document.querySelector("form[data-outcome]");

if (form) {
  const order = form.elements.order;
  const hint = form.querySelector("[data-price-hint]");
  const price = new Set(form.dataset.priceDrivers.split(" ").filter(Boolean));
  const boxes = [...form.querySelectorAll('[name="won_drivers"], [name="lost_drivers"]')];
  let touched = order.value.split(",").filter(Boolean);

  const show = () => {
    const here = boxes.filter((box) => box.checked && !box.disabled);
    touched = touched.filter((pk) => here.some((box) => box.value === pk));
    for (const box of here) if (!touched.includes(box.value)) touched.push(box.value);
    order.value = touched.join(",");
    for (const box of boxes) {
      const rank = box.disabled ? 0 : touched.indexOf(box.value) + 1;
      const label = box.closest("label");
      if (rank && touched.length > 1) label.dataset.rank = rank;
      else delete label.dataset.rank;
    }
    // Where the server has refused the drivers, the field itself says what is missing.
    if (hint) hint.hidden = !(touched.length && touched.every((pk) => price.has(pk)));
  };

  // forms.js shows and hides the parts of a choice first; the ranks follow it.
  form.addEventListener("change", () => queueMicrotask(show));
  // A discount past the threshold asks what it buys, beside what would make up for it: d / (m - d).
  const asks = form.querySelector("[data-in-return]");
  const net = form.elements.net_amount;
  const weigh = () => {
    const discount = Number(net.dataset.discount ?? "NaN");
    const limit = Number(net.dataset.discountThreshold ?? "NaN") / 100;
    asks.hidden = !(discount > limit || "asked" in asks.dataset);
    const margin = Number(asks.dataset.margin || "NaN");
    const says = asks.querySelector("[data-break-even]");
    const percent = (share) => `${(share * 100).toFixed(0)}%`;
    if (!(discount > 0) || Number.isNaN(margin)) says.textContent = "";
    else if (margin - discount <= 1e-8) {
      says.textContent = `No volume makes up for it at a margin of ${percent(margin)}.`;
    } else {
      const uplift = discount / (margin - discount);
      says.textContent = `${percent(uplift)} more volume is needed to earn the same at a margin of ${percent(margin)}.`;
    }
  };
  document.addEventListener("input", (event) => {
    if (event.target === net) weigh();
  });
  weigh();

  // What waited on the phone was put back: its order is the one that counts.
  form.addEventListener("restored", () => {
    touched = order.value.split(",").filter(Boolean);
  });
  addEventListener("pageshow", () => {
    show();
    weigh();
  });
  requestAnimationFrame(show);
}

// What is secondary (details[data-fold]) stands open on a wide screen and folded on a phone.
const narrow = matchMedia("(max-width: 820px)");

function fold(within) {
  for (const part of within.querySelectorAll("details[data-fold]")) {
    if (!part.parentElement.matches(":target")) part.open = !narrow.matches;
  }
}

fold(document);
narrow.addEventListener("change", () => fold(document));
document.addEventListener("htmx:load", (event) => fold(event.detail.elt));

// The switch between the system's appearance, light and dark. The choice is kept in a cookie,
// so that the server renders the next page in it from the first byte.
const YEAR = 31536000;
const root = document.documentElement;

function mark(choice) {
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
  }
}

function apply(choice) {
  if (choice) {
    root.dataset.theme = choice;
  } else {
    delete root.dataset.theme;
  }
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `theme=${choice}; path=/; max-age=${choice ? YEAR : 0}; samesite=lax${secure}`;
  mark(choice);
  document.dispatchEvent(new CustomEvent("ipeo:theme"));
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-theme-choice]");
  if (button) {
    apply(button.dataset.themeChoice);
  }
});

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  document.dispatchEvent(new CustomEvent("ipeo:theme"));
});

// Another tab may have changed the cookie since this page was rendered.
mark(root.dataset.theme ?? "");

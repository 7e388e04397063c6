// The command palette: Ctrl-K or Cmd-K, type, Enter. Its entries are the links in its <template>.
const dialog = document.getElementById("palette");

if (dialog) {
  const input = dialog.querySelector("input");
  const list = dialog.querySelector("[role=listbox]");
  const none = dialog.querySelector(".palette-none");
  const links = [...dialog.querySelector("template").content.querySelectorAll("a")];
  const entries = links.map((link) => ({
    href: link.getAttribute("href"),
    label: link.textContent.trim(),
    group: link.dataset.group ?? "",
    words: `${link.textContent} ${link.dataset.words ?? ""} ${link.dataset.group ?? ""}`.toLowerCase(),
  }));
  let shown = [];
  let chosen = 0;

  // Lower is better: at the start, at the start of a word, inside, or its letters in order.
  const rank = (entry, typed) => {
    const label = entry.label.toLowerCase();
    if (label.startsWith(typed)) return 0;
    if (label.includes(` ${typed}`)) return 1;
    if (label.includes(typed)) return 2;
    if (entry.words.includes(typed)) return 3;
    let at = -1;
    for (const letter of typed.replaceAll(" ", "")) {
      at = label.indexOf(letter, at + 1);
      if (at < 0) return Infinity;
    }
    return 4;
  };

  const choose = (place) => {
    chosen = shown.length ? (place + shown.length) % shown.length : 0;
    [...list.children].forEach((option, index) => {
      option.setAttribute("aria-selected", String(index === chosen));
      if (index === chosen) {
        option.scrollIntoView({ block: "nearest" });
        input.setAttribute("aria-activedescendant", option.id);
      }
    });
    if (!shown.length) input.removeAttribute("aria-activedescendant");
  };

  const draw = () => {
    const typed = input.value.trim().toLowerCase();
    shown = entries
      .map((entry, index) => ({ entry, index, score: typed ? rank(entry, typed) : 0 }))
      .filter((found) => found.score < Infinity)
      .sort((a, b) => a.score - b.score || a.index - b.index)
      .map((found) => found.entry);
    list.replaceChildren(
      ...shown.map((entry, index) => {
        const option = document.createElement("li");
        option.id = `palette-${index}`;
        option.setAttribute("role", "option");
        option.append(entry.label);
        const group = document.createElement("small");
        group.textContent = entry.group;
        option.append(group);
        return option;
      }),
    );
    list.hidden = !shown.length;
    none.hidden = Boolean(shown.length);
    choose(0);
  };

  const go = () => {
    if (shown[chosen]) location.assign(shown[chosen].href);
  };

  const open = () => {
    if (dialog.open) return;
    input.value = "";
    draw();
    dialog.showModal();
    input.focus();
  };

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open();
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-opens-palette]")) open();
  });
  input.addEventListener("input", draw);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") choose(chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen - 1);
    else if (event.key === "Enter") go();
    else return;
    event.preventDefault();
  });
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) {
      chosen = [...list.children].indexOf(option);
      go();
    }
  });
}

// Copies what a button names (data-copies), and says so on the button for a moment.
async function put(text) {
  if (navigator.clipboard && window.isSecureContext) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "visually-hidden";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) throw new Error("not copied");
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copies]");
  if (!button) return;
  const label = [...button.childNodes].find((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  if (!label) return;
  button.dataset.said ??= label.data;
  try {
    await put(button.dataset.copies);
    label.data = "Copied";
  } catch {
    label.data = "Select and copy it";
  }
  clearTimeout(Number(button.dataset.timer));
  button.dataset.timer = setTimeout(() => (label.data = button.dataset.said), 2000);
});

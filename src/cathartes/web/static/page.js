// What every page does: the switch between dark and light.

/** Return the theme that is shown now. */
export function theme() {
  const chosen = document.documentElement.dataset.theme;
  if (chosen) return chosen;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** Return the secret that every change sends back as the header x-csrf-token. */
export function csrf() {
  return document.querySelector('meta[name="csrf"]')?.content ?? "";
}

document.getElementById("theme")?.addEventListener("click", () => {
  const next = theme() === "dark" ? "light" : "dark";
  localStorage.setItem("theme", next);
  document.documentElement.dataset.theme = next;
  document.dispatchEvent(new CustomEvent("theme", { detail: next }));
});

// What every page does: the switch between dark and light.

const systemIsDark = matchMedia("(prefers-color-scheme: dark)");

/** Return the theme that is shown now. */
export function theme() {
  return document.documentElement.dataset.theme || (systemIsDark.matches ? "dark" : "light");
}

/** Tell maps and charts which theme is shown now: they draw by themselves. */
function tellTheme() {
  document.dispatchEvent(new CustomEvent("theme", { detail: theme() }));
}

systemIsDark.addEventListener("change", tellTheme);

/** Return the secret that every change sends back as the header x-csrf-token. */
export function csrf() {
  return document.querySelector('meta[name="csrf"]')?.content ?? "";
}

document.getElementById("theme")?.addEventListener("click", () => {
  const next = theme() === "dark" ? "light" : "dark";
  localStorage.setItem("theme", next);
  document.documentElement.dataset.theme = next;
  tellTheme();
});

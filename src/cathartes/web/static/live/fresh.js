// Parts of a page that follow what is new: <section id="work" data-fresh="jobs observation">.
//
// When something of these kinds is told, the page is fetched again, and these parts alone are put
// in the place of the old ones: what is typed, unfolded or scrolled elsewhere stays as it is.

import { on } from "/static/live/live.js";

const CALM_MS = 400;  // news come in bursts: the page is fetched once for all of one

const parts = () => [...document.querySelectorAll("[data-fresh][id]")];
const kinds = new Set(parts().flatMap((part) => part.dataset.fresh.split(" ")));
let wanted = new Set();
let timer = 0;

for (const kind of kinds) {
  on(kind, () => {
    wanted.add(kind);
    clearTimeout(timer);
    timer = setTimeout(renew, CALM_MS);
  });
}

/** Fetch the page, and put its parts in the place of those here. */
async function renew() {
  const now = wanted;
  wanted = new Set();
  const answer = await fetch(location.href, { headers: { accept: "text/html" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;  // signed out, or no connection: the next news ask again
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of parts()) {
    const other = page.getElementById(part.id);
    if (other === null || !part.dataset.fresh.split(" ").some((kind) => now.has(kind))) continue;
    put(part, document.importNode(other, true));
  }
}

/* Replace a part; the link that had the focus has it again. */
function put(part, fresh) {
  const held = part.contains(document.activeElement) ? document.activeElement : null;
  const unfolded = [...part.querySelectorAll("details")].map((one) => one.open);
  part.replaceWith(fresh);
  fresh.querySelectorAll("details").forEach((one, n) => { one.open = unfolded[n] ?? one.open; });
  if (held === null) return;
  const address = held.getAttribute("href");
  const again = [...fresh.querySelectorAll("a[href]")].find((one) => one.getAttribute("href") === address);
  if (again) again.focus();
}

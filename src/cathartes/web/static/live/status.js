// The line at the top of every page: "3 new detections – show".

import { on } from "/static/live/live.js";
import { _ } from "/static/texts.js";

const line = document.getElementById("live");
let detections = 0;
let looks = 0;
const work = new Map();  // looks of each sortie, [done, all], while there is work on it

let isThere = true;

/** Return what is new since the page was loaded; "" if nothing is. */
function news() {
  if (detections > 0) return detections === 1 ? _("1 new detection") : _("{n} new detections", { n: detections });
  if (looks > 0) return looks === 1 ? _("1 new look") : _("{n} new looks", { n: looks });
  return "";
}

/** Return how far the work is; "" if there is none. */
function progress() {
  if (work.size === 0) return "";
  const done = [...work.values()].reduce((sum, one) => sum + one.done, 0);
  const all = [...work.values()].reduce((sum, one) => sum + one.all, 0);
  return _("Analysing: {done} of {all} looks", { done, all });
}

/** Say what is new and how far the work is; a page that follows the news by itself needs no link. */
function show() {
  document.documentElement.toggleAttribute("data-offline", !isThere);
  if (!isThere) {
    line.hidden = false;
    line.textContent = _("The workstation does not answer. What you typed stays here.");
    return;
  }
  const [new_, far] = [news(), progress()];
  line.hidden = !(new_ || far);
  line.replaceChildren(far, far && new_ ? " · " : "", new_);
  if (!new_ || document.querySelector("[data-fresh], [data-follows]")) return;
  const again = document.createElement("a");
  again.href = location.href;
  again.textContent = _("show");
  again.addEventListener("click", (event) => { event.preventDefault(); location.reload(); });
  line.append(" – ", again);
}

on("connection", (told) => {
  if (told.isThere === isThere) return;
  isThere = told.isThere;
  show();
});
on("detection", ({ n }) => { detections += n; show(); });
on("observation", () => { looks += 1; show(); });
on("jobs", ({ sortie, waiting, working, done }) => {
  if (waiting + working > 0) work.set(sortie, { done, all: waiting + working + done });
  else work.delete(sortie);
  show();
});
on("reset", () => {
  line.replaceChildren(_("Something new may be missing here; load the page again."));
  line.hidden = false;
});

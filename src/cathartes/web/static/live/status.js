// The line at the top of every page: "3 new detections – show".

import { on } from "/static/live/live.js";
import { _ } from "/static/texts.js";

const line = document.getElementById("live");
let detections = 0;
let looks = 0;

/** Say what is new since the page was loaded. */
function show() {
  const said = detections > 0
    ? (detections === 1 ? _("1 new detection") : _("{n} new detections", { n: detections }))
    : (looks === 1 ? _("1 new look") : _("{n} new looks", { n: looks }));
  const again = document.createElement("a");
  again.href = location.href;
  again.textContent = _("show");
  again.addEventListener("click", (event) => { event.preventDefault(); location.reload(); });
  line.replaceChildren(`${said} – `, again);
  line.hidden = false;
}

on("detection", ({ n }) => { detections += n; show(); });
on("observation", () => { looks += 1; show(); });
on("reset", () => {
  line.replaceChildren(_("Much is new here; load the page again."));
  line.hidden = false;
});

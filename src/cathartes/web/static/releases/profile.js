// The sentence of what a partner will and will not see, as its profile is filled in.

import { _ } from "/static/texts.js";

const form = document.getElementById("profile");
const sentence = document.getElementById("sees");

/** Write the sentence anew. */
function tell() {
  const fields = [...form.querySelectorAll('input[name="may"]')];
  const words = (wanted) => fields.filter((one) => one.checked === wanted).map((one) => one.dataset.word);
  const size = form.querySelector('input[name="cell_m"]:checked').value;
  const always = _("that there is a site, its place to {size} m, how likely it is in words, the label", { size });
  const never = _("nor ever the exact place and times, platform, sensor, sortie, files, persons, other recipients");
  sentence.querySelector('[data-part="seen"]').textContent = `${[always, ...words(true)].join(", ")}.`;
  sentence.querySelector('[data-part="withheld"]').textContent = `${[...words(false), never].join(", ")}.`;
}

form?.addEventListener("change", tell);

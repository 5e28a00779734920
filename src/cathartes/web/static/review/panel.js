// The review panel: its keys, its list of keys, and what was drawn on the map.

import { keepDraft } from "/static/review/draft.js";
import { listen } from "/static/review/keys.js";

listen();

for (const button of document.querySelectorAll("[data-opens]")) {
  button.hidden = false;
  button.addEventListener("click", () => document.getElementById(button.dataset.opens).showModal());
}

document.getElementById("review-problem")?.focus();

const form = document.getElementById("review-form");
if (form) {
  sendOnce(form);
  if (keepDraft(form)) form.closest("details")?.setAttribute("open", "");
  askForRate(form);
  showDrawn(form);
  showChosen(form);
}

/** The second question is asked of a plume, and then must be answered. */
function askForRate(review) {
  const answers = review.querySelectorAll('[name="rate"]');
  const update = () => {
    const isPlume = review.elements.verdict.value === "plume";
    for (const answer of answers) answer.required = isPlume;
  };
  review.addEventListener("change", update);
  update();
}

/** A second press, or a second Enter, sends nothing more; nor is anything sent to where nobody
 *  answers: the line at the top says so (live/status.js), and what was typed stays. */
function sendOnce(review) {
  let isSent = false;
  review.addEventListener("submit", (event) => {
    const isOffline = "offline" in document.documentElement.dataset;
    if (isSent || isOffline) event.preventDefault();
    isSent = !isOffline;
  });
  addEventListener("pageshow", () => { isSent = false; });
}

/** The map tells by the event `drawing`, {origin, outline}, what the reviewer drew. */
function showDrawn(review) {
  const told = review.querySelector("[data-drawn]");
  const { origin, outline } = review.elements;
  const update = () => { told.hidden = !(origin.value || outline.value); };
  document.addEventListener("drawing", ({ detail }) => {
    if (detail && "origin" in detail) origin.value = written(detail.origin);
    if (detail && "outline" in detail) outline.value = written(detail.outline);
    update();
  });
  update();
}

/** While the end of the form is out of sight, a strip says what was chosen so far. */
function showChosen(review) {
  const strip = review.querySelector("[data-strip]");
  let isInSight = true;
  const update = () => {
    const chosen = [...review.querySelectorAll("label:has(:checked) span")].filter((one) => one.checkVisibility());
    const told = chosen.map((one) => one.textContent).join(" · ");
    strip.firstElementChild.textContent = told || strip.dataset.hint;
    strip.lastElementChild.hidden = !told;
    strip.hidden = isInSight || !review.checkVisibility();
  };
  strip.addEventListener("click", () => review.scrollIntoView());  // on a tablet nobody presses a key
  review.addEventListener("change", update);
  new IntersectionObserver(([end]) => {
    isInSight = end.isIntersecting;
    update();
  }).observe(review.querySelector(".review-end"));
}

function written(drawn) {
  return drawn ? JSON.stringify(drawn) : "";
}

// The list of what is in view: the same as on the map, for those who don't see or point at it.

import { _, number } from "../texts.js";
import { summary } from "./things.js";

const MOST = 60;

/** Write the list; `choose` is called with the thing whose entry was pressed. */
export function showList(element, answers, { choose, come }) {
  const kinds = { sites: _("Sites"), detections: _("Detections"), looks: _("Looks") };
  const parts = Object.entries(kinds)
    .filter(([name]) => answers[name])
    .map(([name, told]) => part(told, answers[name], { choose, come }));
  const nothing = document.createElement("p");
  nothing.className = "note";
  nothing.textContent = _("No layer with a list is shown.");
  element.replaceChildren(...(parts.length ? parts.flat() : [nothing]));
}

/** Mark the entry of the chosen thing, and no other. */
export function markChosen(element, id) {
  for (const button of element.querySelectorAll("button")) {
    if (button.dataset.id === id) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
}

function part(told, answer, { choose, come }) {
  const { features, are_together: areTogether } = answer;
  const n = areTogether ? features.reduce((sum, one) => sum + one.properties.count, 0) : features.length;
  const heading = document.createElement("h3");
  heading.textContent = `${told}: ${number(n, 7)}`;
  const list = document.createElement("ul");
  list.className = "in-view";
  const shown = areTogether ? [...features].sort((a, b) => b.properties.count - a.properties.count) : features;
  for (const feature of shown.slice(0, areTogether ? 8 : MOST)) {
    list.append(entry(feature, areTogether ? come : choose, areTogether));
  }
  const rest = document.createElement("p");
  rest.className = "note";
  if (areTogether) rest.textContent = _("Too many to list each: move nearer, or choose.");
  else if (n > MOST) rest.textContent = _("And {n} more: move nearer, or choose.", { n: number(n - MOST) });
  else if (n === 0) rest.textContent = _("None in view.");
  return [heading, list, rest];
}

function entry(feature, act, isTogether) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.id = feature.id;
  const [first, second] = isTogether
    ? [_("{n} together", { n: number(feature.properties.count, 7) }), position(feature)]
    : summary(feature);
  const line = document.createElement("span");
  line.className = "second";
  line.textContent = second;
  button.append(first, line);
  button.addEventListener("click", () => act(feature));
  item.append(button);
  return item;
}

function position({ geometry }) {
  const [longitude, latitude] = geometry.coordinates;
  return `${latitude.toFixed(3)}°, ${longitude.toFixed(3)}°`;
}

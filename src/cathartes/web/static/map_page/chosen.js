// The chosen thing: a small panel over the map, and a ring around it.

import { _ } from "../texts.js";
import { details, pageOf, summary } from "./things.js";

const NOTHING = { type: "FeatureCollection", features: [] };
const COLOUR = "#e6007e";

/** Add the layers that mark the chosen thing to a map. */
export function addChosenLayers(map) {
  map.addSource("chosen", { type: "geojson", data: NOTHING });
  map.addLayer({
    id: "chosen-line",
    type: "line",
    source: "chosen",
    filter: ["!=", ["geometry-type"], "Point"],
    paint: { "line-color": COLOUR, "line-width": 3 },
  });
  map.addLayer({
    id: "chosen-point",
    type: "circle",
    source: "chosen",
    filter: ["==", ["geometry-type"], "Point"],
    paint: {
      "circle-radius": 15, "circle-color": "#0000",
      "circle-stroke-color": COLOUR, "circle-stroke-width": 3,
    },
  });
}

/** Mark a thing on a map; null: none. */
export function markOn(map, feature) {
  map.getSource("chosen").setData(feature ?? NOTHING);
}

/** Say what a thing is; null closes the panel. */
export function showChosen(element, feature, close) {
  element.hidden = feature === null;
  element.replaceChildren();
  if (feature === null) return;
  const heading = document.createElement("h2");
  heading.textContent = summary(feature)[0];
  const list = document.createElement("dl");
  for (const [word, value] of details(feature)) {
    const term = document.createElement("dt");
    term.textContent = word;
    const told = document.createElement("dd");
    told.textContent = value;
    list.append(term, told);
  }
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet close";
  button.textContent = "×";
  button.setAttribute("aria-label", _("Close"));
  button.addEventListener("click", close);
  element.append(heading, list);
  const page = pageOf(feature);
  if (page !== null) {
    const link = document.createElement("a");
    link.href = page.address;
    link.textContent = page.told;
    element.append(link);
  }
  element.append(button);
}

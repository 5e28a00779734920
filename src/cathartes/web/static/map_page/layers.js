// How each kind of thing is drawn. Shape, hatch and dash tell what colour tells.

import { FIRST_LABEL_LAYER } from "../map/basemap.js";
import { putPictures } from "./pictures.js";

/** Names of the layers, in the order in which they are drawn; the last lies on top. */
export const LAYERS = ["mandates", "looks", "plans", "emitters", "tracks", "sources", "detections", "sites"];

/** Colours of probabilities 0, 0.25, 0.5, 0.75, 1: viridis, which colour-blind people can read. */
export const PROBABILITY_COLOURS = ["#440154", "#3b528b", "#21918c", "#5ec962", "#fde725"];

const OPACITY_OF = {
  fill: ["fill-opacity"],
  line: ["line-opacity"],
  circle: ["circle-opacity", "circle-stroke-opacity"],
  symbol: ["icon-opacity", "text-opacity"],
};
const AREAS_OPACITY = 0.35;
const MOST_HATCHED = 6;
const LOOK_LINE = { "line-width": 1, "line-opacity": 0.65 };
const TEXT = { "text-font": ["sans-serif"], "text-size": 12, "text-allow-overlap": true };
const isMany = ["has", "count"];
const isOne = ["!", isMany];
const probability = ["coalesce", ["get", "probability"], ["get", "highest"], 0];
const colourOfProbability = [
  "interpolate", ["linear"], probability,
  ...PROBABILITY_COLOURS.flatMap((colour, n) => [n / (PROBABILITY_COLOURS.length - 1), colour]),
];
const sizeOfCount = ["interpolate", ["linear"], ["log10", ["get", "count"]], 0, 8, 2, 16, 4, 24];
const outcome = (told) => ["==", ["get", "outcome"], told];

const DASHES = {
  detections: {},
  "nothing found": { "line-dasharray": [5, 1.5] },
  inconclusive: { "line-dasharray": [1.5, 1.5] },
};

function drawn(colours) {
  const text = { "text-color": colours.mandate, "text-halo-color": colours.halo, "text-halo-width": 1.6 };
  const counted = (layout = {}) => ({ ...TEXT, "text-field": ["to-string", ["get", "count"]], ...layout });
  return {
    mandates: [
      { type: "line", paint: { "line-color": colours.mandate, "line-width": 1.8, "line-dasharray": [5, 3] } },
    ],
    looks: [
      { type: "fill", filter: outcome("detections"), paint: { "fill-pattern": "hatch" } },
      { type: "fill", filter: outcome("inconclusive"), paint: { "fill-pattern": "dots" } },
      { type: "fill", filter: outcome("nothing found"), paint: { "fill-color": colours.look, "fill-opacity": 0.06 } },
      ...Object.entries(DASHES).map(([told, dash]) => ({
        type: "line",
        filter: outcome(told),
        paint: { "line-color": colours.look, ...LOOK_LINE, ...dash },
      })),
      {
        type: "circle",
        filter: isMany,
        paint: {
          "circle-radius": sizeOfCount, "circle-color": "#0000",
          "circle-stroke-color": colours.look, "circle-stroke-width": 1.2,
        },
      },
    ],
    plans: [
      {
        type: "line",
        paint: { "line-color": colours.plan, "line-width": 2.4, "line-dasharray": [0.1, 2] },
        layout: { "line-cap": "round" },
      },
    ],
    tracks: [
      { type: "line", paint: { "line-color": colours.halo, "line-width": 4.6 }, layout: { "line-join": "round" } },
      { type: "line", paint: { "line-color": colours.look, "line-width": 2 }, layout: { "line-join": "round" } },
    ],
    emitters: [
      {
        type: "fill",
        filter: ["!=", ["geometry-type"], "Point"],
        paint: { "fill-color": colours.emitter, "fill-opacity": AREAS_OPACITY },
      },
      { type: "line", filter: ["!=", ["geometry-type"], "Point"], paint: { "line-color": colours.emitter, "line-width": 1.4 } },
      { type: "symbol", filter: ["==", ["geometry-type"], "Point"], layout: { "icon-image": "square", "icon-allow-overlap": true } },
    ],
    sources: [
      { type: "fill", paint: { "fill-color": colours.found, "fill-opacity": 0.08 } },
      { type: "line", paint: { "line-color": colours.found, "line-width": 1.3 } },
    ],
    detections: [
      { type: "symbol", filter: isOne, layout: { "icon-image": "diamond", "icon-allow-overlap": true } },
      {
        type: "symbol",
        filter: isMany,
        layout: counted({ "icon-image": "diamond", "icon-allow-overlap": true, "icon-size": 1.2, "text-anchor": "top", "text-offset": [0, 0.6], "text-size": 11, "text-allow-overlap": false }),
        paint: text,
      },
    ],
    sites: [
      {
        type: "circle",
        filter: isOne,
        layout: { "circle-sort-key": probability },
        paint: {
          "circle-color": colourOfProbability,
          "circle-radius": ["interpolate", ["linear"], probability, 0, 4.5, 1, 11],
          "circle-stroke-color": colours.mandate,
          "circle-stroke-width": 1.4,
        },
      },
      {
        type: "circle",
        filter: isMany,
        paint: {
          "circle-color": colourOfProbability, "circle-radius": sizeOfCount,
          "circle-stroke-color": colours.mandate, "circle-stroke-width": 1.4,
        },
      },
      { type: "symbol", filter: isMany, layout: counted(), paint: text },
    ],
  };
}

const EMPTY = { type: "FeatureCollection", features: [] };

/** Add the sources and layers of all kinds to a map, empty and in a theme's colours. */
export function addLayers(map) {
  const colours = coloursOf(map.getContainer());
  putPictures(map, colours);
  for (const name of LAYERS) {
    map.addSource(name, { type: "geojson", data: EMPTY });
    for (const layer of layersOf(name, colours)) {
      const below = layer.type === "fill" ? FIRST_LABEL_LAYER : undefined;
      map.addLayer(layer, below);
    }
  }
}

/** Draw all kinds in the theme that the page has now. */
export function recolour(map) {
  const colours = coloursOf(map.getContainer());
  putPictures(map, colours);
  for (const name of LAYERS) {
    for (const { id, paint = {} } of layersOf(name, colours)) {
      for (const [property, value] of Object.entries(paint)) {
        if (property.endsWith("-color")) map.setPaintProperty(id, property, value);
      }
    }
  }
}

/** Return whether looks are few enough to be filled. */
export function areHatched(looks) {
  return looks.features.length <= MOST_HATCHED;
}

/** Put what is in view on a map; many looks over each other are told by their outlines alone. */
export function putData(map, name, answer) {
  map.getSource(name).setData(answer);
  if (name !== "looks") return;
  const reach = areHatched(answer) ? [0, 24] : [24, 24];
  for (const { id, type } of layersOf(name, coloursOf(map.getContainer()))) {
    if (type === "fill") map.setLayerZoomRange(id, ...reach);
  }
}

/** Show or hide a kind. */
export function setVisible(map, name, isVisible) {
  for (const id of idsOf(map, name)) {
    map.setLayoutProperty(id, "visibility", isVisible ? "visible" : "none");
  }
}

/** Set a kind's opacity, 0 to 1. */
export function setOpacity(map, name, share) {
  for (const layer of layersOf(name, coloursOf(map.getContainer()))) {
    for (const property of OPACITY_OF[layer.type]) {
      map.setPaintProperty(layer.id, property, share * (layer.paint?.[property] ?? 1));
    }
  }
}

/** Return the ids of a kind's layers on a map. */
export function idsOf(map, name) {
  return map.getStyle().layers.filter(({ source }) => source === name).map(({ id }) => id);
}

function layersOf(name, colours) {
  return drawn(colours)[name].map((layer, n) => ({ ...layer, id: `${name}-${n}`, source: name }));
}

/* The sheet has the colours, so that legend and map agree. */
function coloursOf(element) {
  const style = getComputedStyle(element);
  const names = ["found", "look", "emitter", "mandate", "plan", "halo"];
  return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

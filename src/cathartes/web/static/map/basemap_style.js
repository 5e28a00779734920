// How the base map is drawn: greys with a little blue, so that hue is left to the data.

const COLOURS = {
  dark: {
    water: "#0e141b",
    land: "#1b232c",
    river: "#121a23",
    border: "#5b6b7b",
    stateBorder: "#35424f",
    label: "#a9b6c3",
    place: "#8795a3",
    halo: "#10171e",
  },
  light: {
    water: "#d9e2ea",
    land: "#f5f5f2",
    river: "#d0dbe4",
    border: "#8d98a3",
    stateBorder: "#c3cad1",
    label: "#47525d",
    place: "#5f6b76",
    halo: "#ffffff",
  },
};

export const THEMES = Object.keys(COLOURS);

// Data that cover an area go below this layer, so that names stay readable over them.
export const FIRST_LABEL_LAYER = "base-state-names";

// Colour of each layer's paint property, by its name in COLOURS.
const PAINTED = {
  "base-water": { "background-color": "water" },
  "base-land": { "fill-color": "land" },
  "base-lakes": { "fill-color": "water" },
  "base-rivers": { "line-color": "river" },
  "base-state-borders": { "line-color": "stateBorder" },
  "base-borders": { "line-color": "border" },
  "base-state-names": { "text-color": "place", "text-halo-color": "halo" },
  "base-place-dots": { "circle-color": "place", "circle-stroke-color": "halo" },
  "base-places": { "text-color": "label", "text-halo-color": "halo" },
  "base-countries": { "text-color": "label", "text-halo-color": "halo" },
};

const byZoom = (...stops) => ["interpolate", ["linear"], ["zoom"], ...stops];

function label(id, sourceLayer, language, layout, paint = {}, more = {}) {
  return {
    id,
    type: "symbol",
    source: "basemap",
    "source-layer": sourceLayer,
    layout: {
      "text-field": ["coalesce", ["get", `name_${language}`], ["get", "name"]],
      // The style has no `glyphs`: letters are drawn from the machine's own font.
      "text-font": ["sans-serif"],
      "text-max-width": 8,
      ...layout,
    },
    paint: { "text-halo-width": 1.2, ...paint },
    ...more,
  };
}

function shape(id, type, sourceLayer, paint, more = {}) {
  return { id, type, source: "basemap", "source-layer": sourceLayer, paint, ...more };
}

function layers(language) {
  const round = { layout: { "line-join": "round", "line-cap": "round" } };
  return [
    { id: "base-water", type: "background", paint: {} },
    shape("base-land", "fill", "land", { "fill-antialias": true }),
    shape("base-rivers", "line", "rivers", { "line-width": byZoom(2, 0.5, 8, 2) }, round),
    shape("base-lakes", "fill", "lakes", {}),
    shape("base-state-borders", "line", "state_borders", { "line-width": byZoom(3, 0.5, 9, 1.4) }, round),
    shape("base-borders", "line", "borders", { "line-width": byZoom(1, 0.6, 9, 2) }, round),
    label("base-state-names", "state_names", language, {
      "text-size": byZoom(4, 10, 8, 13),
      "text-letter-spacing": 0.12,
      "text-transform": "uppercase",
    }, {}, { minzoom: 4.5, maxzoom: 9 }),
    shape("base-place-dots", "circle", "places", {
      "circle-radius": byZoom(3, 1.4, 8, 3),
      "circle-stroke-width": 1,
    }, { minzoom: 3 }),
    label("base-places", "places", language, {
      "text-size": byZoom(3, 10, 9, ["case", [">", ["get", "inhabitants"], 500000], 15, 12]),
      "text-variable-anchor": ["left", "right", "top", "bottom"],
      "text-radial-offset": 0.5,
      "text-justify": "auto",
      "symbol-sort-key": ["-", ["get", "inhabitants"]],
    }, {}, { minzoom: 3 }),
    label("base-countries", "countries", language, {
      "text-size": byZoom(1, 10, 6, 16),
      "text-letter-spacing": 0.05,
    }, {}, { maxzoom: 6.5 }),
  ];
}

/** Return the [layer, property, colour] triples of a theme. */
export function themePaint(theme) {
  return Object.entries(PAINTED).flatMap(([layer, properties]) =>
    Object.entries(properties).map(([property, name]) => [layer, property, COLOURS[theme][name]]),
  );
}

/** Return the MapLibre style of the base map; `url` is that of its PMTiles file. */
export function basemapStyle(theme, language, url) {
  const made = layers(language);
  for (const [layer, property, colour] of themePaint(theme)) {
    made.find(({ id }) => id === layer).paint[property] = colour;
  }
  return {
    version: 8,
    sources: { basemap: { type: "vector", url: `pmtiles://${url}`, attribution: "Natural Earth" } },
    layers: made,
  };
}

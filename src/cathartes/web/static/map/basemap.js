// The map that every page's map starts from: the offline base map, its controls, and no request
// to any other host. The page links vendor/maplibre-gl.css and map/basemap.css, and names
// vendor/maplibre-gl.mjs and map/basemap.js as rel="modulepreload": they are then fetched at once.
//
//   const map = createBasemap(element, { center: [-110.95, 29.1], zoom: 8 });
//
// The element's `data-idle` is "true" while all that is to be seen is drawn; `data-failure`, and a
// note on the map, say what could not be.

import {
  AttributionControl,
  Map as MapLibre,
  NavigationControl,
  ScaleControl,
  addProtocol,
} from "../vendor/maplibre-gl.mjs";
import { theme as pageTheme } from "../page.js";
import { _ } from "../texts.js";
import { PMTiles, Protocol, TileType } from "../vendor/pmtiles.js";
import { FIRST_LABEL_LAYER, basemapStyle, themePaint } from "./basemap_style.js";

export { FIRST_LABEL_LAYER, THEMES } from "./basemap_style.js";

const BASEMAP_URL = new URL("basemap.pmtiles", import.meta.url).href;
const OWN_COLOUR = "#8a94a0";
// A pixel is then 0.07 m at the equator: finer than any sensor's that looks from the air.
const MAX_ZOOM = 20;

const protocol = new Protocol();
addProtocol("pmtiles", protocol.tile);

/** Make the map in an element, in the page's language and theme; options go to MapLibre. */
export function createBasemap(container, options = {}) {
  const theme = pageTheme();
  container.classList.add("basemap");
  container.dataset.theme = theme;
  container.dataset.idle = "false";
  let map;
  try {
    map = new MapLibre({
      container,
      style: basemapStyle(theme, document.documentElement.lang, BASEMAP_URL),
      center: [0, 20],
      zoom: 1.5,
      maxZoom: MAX_ZOOM,
      maxPitch: 0,
      dragRotate: false,
      pitchWithRotate: false,
      attributionControl: false,
      fadeDuration: 100,
      locale: {
        "AttributionControl.ToggleAttribution": _("Show or hide the sources"),
        "Map.Title": _("Map"),
        "NavigationControl.ZoomIn": _("Zoom in"),
        "NavigationControl.ZoomOut": _("Zoom out"),
      },
      ...options,
    });
  } catch (error) {
    showFailure(container, _("The map can't be drawn here: {reason}"), error);
    throw error;
  }
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new ScaleControl({ unit: "metric", maxWidth: 120 }), "bottom-left");
  map.addControl(new PositionControl(), "bottom-left");
  map.addControl(new AttributionControl({ compact: false }), "bottom-right");
  for (const event of ["movestart", "dataloading", "styledata"]) {
    map.on(event, () => (container.dataset.idle = "false"));
  }
  map.on("idle", () => (container.dataset.idle = "true"));
  map.on("error", ({ error }) => {
    console.error(error);
    showFailure(container, _("Something is missing on the map: {reason}"), error);
  });
  const follow = ({ detail }) => setTheme(map, detail);
  document.addEventListener("theme", follow);
  map.on("remove", () => document.removeEventListener("theme", follow));
  return map;
}

/** Draw the base map in another theme; layers of data stay as they are. */
export function setTheme(map, theme) {
  const { dataset } = map.getContainer();
  dataset.idle = "false";
  dataset.theme = theme;
  for (const [layer, property, colour] of themePaint(theme)) {
    map.setPaintProperty(layer, property, colour);
  }
  map.triggerRepaint();
}

/** Add an operator's own PMTiles file, below the names; return the ids of its layers.
 *
 * id: the server's id of it; url: where the server answers with its bytes (same host, by Range);
 * attribution: plain text. Tiles may be images or vectors: areas, lines and points get one grey.
 */
export async function addOwnLayer(map, { id, url, attribution = "", opacity = 1 }) {
  const address = new URL(url, document.baseURI);
  if (address.origin !== location.origin) {
    throw new Error(`an own layer comes from this host, not from ${address.origin}`);
  }
  const archive = new PMTiles(address.href);
  protocol.add(archive);
  const source = `own-${id}`;
  const common = { url: `pmtiles://${address.href}`, attribution: asText(attribution) };
  const layers = [];
  if ((await archive.getHeader()).tileType === TileType.Mvt) {
    const { vector_layers: named = [] } = await archive.getMetadata();
    map.addSource(source, { type: "vector", ...common });
    layers.push(...named.flatMap(({ id: name }) => vectorLayers(source, name, opacity)));
  } else {
    map.addSource(source, { type: "raster", tileSize: 256, ...common });
    layers.push({ id: source, type: "raster", source, paint: { "raster-opacity": opacity } });
  }
  for (const layer of layers) map.addLayer(layer, FIRST_LABEL_LAYER);
  return layers.map((layer) => layer.id);
}

function vectorLayers(source, name, opacity) {
  const common = { source, "source-layer": name };
  const only = (kind) => ["==", ["geometry-type"], kind];
  return [
    {
      ...common,
      id: `${source}-${name}-area`,
      type: "fill",
      filter: only("Polygon"),
      paint: { "fill-color": OWN_COLOUR, "fill-opacity": 0.2 * opacity },
    },
    {
      ...common,
      id: `${source}-${name}-line`,
      type: "line",
      filter: ["!=", ["geometry-type"], "Point"],
      paint: { "line-color": OWN_COLOUR, "line-opacity": opacity },
    },
    {
      ...common,
      id: `${source}-${name}-point`,
      type: "circle",
      filter: only("Point"),
      paint: { "circle-color": OWN_COLOUR, "circle-radius": 3, "circle-opacity": opacity },
    },
  ];
}

/** MapLibre takes an attribution for HTML. */
function asText(text) {
  const element = document.createElement("span");
  element.textContent = text;
  return element.innerHTML;
}

/** Return latitude and longitude in decimal degrees, as fine as a pixel at this zoom. */
export function formatPosition({ lat, lng }, zoom) {
  const pixelsPerDegree = (512 * 2 ** zoom) / 360;
  const decimals = Math.min(6, Math.max(0, Math.ceil(Math.log10(pixelsPerDegree))));
  const number = (value) => value.toFixed(decimals).replace("-", "\u2212");
  return `${number(lat)}°, ${number(((((lng + 180) % 360) + 360) % 360) - 180)}°`;
}

/** Shows the position under the pointer, or of the map's centre where there is no pointer on it. */
class PositionControl {
  onAdd(map) {
    this.element = document.createElement("div");
    this.element.className = "maplibregl-ctrl map-position";
    const show = (word, position) => {
      this.element.textContent = `${formatPosition(position, map.getZoom())} (${word})`;
    };
    const showCentre = () => show(_("centre"), map.getCenter());
    map.on("mousemove", (event) => show(_("pointer"), event.lngLat));
    map.on("mouseout", showCentre);
    map.on("move", (event) => {
      if (!(event.originalEvent instanceof MouseEvent)) showCentre();
    });
    showCentre();
    return this.element;
  }

  onRemove() {
    this.element.remove();
  }
}

function showFailure(container, sentence, error) {
  const reason = String(error?.message ?? error);
  container.dataset.failure = reason;
  let note = container.querySelector(".map-failure");
  if (!note) {
    note = document.createElement("p");
    note.className = "map-failure";
    note.setAttribute("role", "alert");
    container.append(note);
  }
  note.textContent = sentence.replace("{reason}", () => reason);
}

// The small map of a case: the base map, looking at the case, with shapes and rasters laid on it.

import { FIRST_LABEL_LAYER, createBasemap } from "/static/map/basemap.js";
import { theme } from "/static/page.js";

const MARGIN_PX = 40;
const NEAREST_ZOOM = 17;

/** Return what the API says at a path. */
export async function told(path) {
  const answer = await fetch(`/api/v1/${path}`);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

/** Return a feature of a geometry. */
export const feature = (geometry, properties = {}) => ({ type: "Feature", geometry, properties });

/** Return features as a collection; those without a geometry are left out. */
export const collection = (features) => ({
  type: "FeatureCollection",
  features: features.filter((one) => one.geometry !== null),
});

/** Return [west, south, east, north] of geometries; null if there is none. */
export function boundsOf(geometries) {
  const bounds = [Infinity, Infinity, -Infinity, -Infinity];
  const take = (coordinates) => {
    if (typeof coordinates[0] !== "number") {
      coordinates.forEach(take);
      return;
    }
    const [longitude, latitude] = coordinates;
    bounds[0] = Math.min(bounds[0], longitude);
    bounds[1] = Math.min(bounds[1], latitude);
    bounds[2] = Math.max(bounds[2], longitude);
    bounds[3] = Math.max(bounds[3], latitude);
  };
  for (const one of geometries) if (one) take(one.coordinates);
  return Number.isFinite(bounds[0]) ? bounds : null;
}

/** Make the map in an element, looking at some geometries; resolves when layers can be added. */
export async function caseMap(element, geometries) {
  const map = createBasemap(element, {
    bounds: boundsOf(geometries) ?? undefined,
    fitBoundsOptions: { padding: MARGIN_PX, maxZoom: NEAREST_ZOOM },
    scrollZoom: false, // the page scrolls; two fingers, keys and buttons zoom
  });
  map.on("focus", () => map.scrollZoom.enable());
  element.addEventListener("pointerdown", () => map.scrollZoom.enable(), { once: true });
  await new Promise((done) => map.once("load", done));
  return map;
}

/** Colours of marks in the theme that is shown: as in cases.css. */
export function inks() {
  return theme() === "dark"
    ? { ink: "#e6edf2", halo: "#10171e", seen: "#ef9a4a", nothing: "#56b4e9", lawful: "#6fcf97" }
    : { ink: "#14212b", halo: "#ffffff", seen: "#b84a00", nothing: "#0072b2", lawful: "#1b7f4d" };
}

/** Paint layers again when the theme changes: paint(map, inks) sets their properties. */
export function paintByTheme(map, paint) {
  paint(map, inks());
  const again = () => paint(map, inks());
  document.addEventListener("theme", again);
  map.on("remove", () => document.removeEventListener("theme", again));
}

/** Lay a raster of the evidence under all marks. */
export function addRaster(map, { sha256, bounds, opacity = 0.9 }) {
  const id = `raster-${sha256}`;
  map.addSource(id, {
    type: "raster",
    tiles: [`${location.origin}/tiles/${sha256}/{z}/{x}/{y}.png`],
    tileSize: 256,
    maxzoom: 20,
    ...(bounds ? { bounds } : {}),
  });
  const under = map.getStyle().layers.find((one) => one.id.startsWith("case-"));
  map.addLayer(
    { id, type: "raster", source: id, paint: { "raster-opacity": opacity, "raster-fade-duration": 0 } },
    under?.id ?? FIRST_LABEL_LAYER,
  );
  return id;
}

// A detection's page: its map, with what a reviewer draws, and its charts.

import { _ } from "/static/texts.js";
import { addRaster, boundsOf, caseMap, collection, feature, paintByTheme, told } from "/static/cases/case_map.js";

const element = document.getElementById("detection-map");
const view = await told(`detections/${encodeURIComponent(element.dataset.detection)}`);
const charts = view.spectrum ? import("/static/cases/spectrum.js") : null;
charts?.then(({ drawSpectrum }) => drawSpectrum(view.spectrum));

if (view.series) import("/static/cases/log_series.js").then(({ drawSeries }) => drawSeries(view.series));

const [first] = view.sources;
const map = await caseMap(element, [view.outline, view.series?.track, ...view.sources.map((one) => one.place.ellipse)]);
addLayers();
paintByTheme(map, paint);
await layContext();
if (element.dataset.draw === "yes") {
  const { letDraw } = await import("/static/cases/drawing.js");
  letDraw(map, { origin: view.about.geometry.coordinates, outline: view.outline });
}
element.dataset.ready = "true";

function addLayers() {
  const sources = {
    "case-outline": [feature(view.outline)],
    "case-ellipses": view.sources.map((one) => feature(one.place.ellipse)),
    "case-origins": view.sources.map((one, k) => feature(
      { type: "Point", coordinates: [one.place.longitude_deg, one.place.latitude_deg] }, { name: view.sources.length > 1 ? String(k + 1) : "" })),
    "case-wind": [feature(windSector())],
    "case-track": view.series ? [feature(view.series.track)] : [],
    "case-near": view.nearby.map(({ detection }) => feature(detection.geometry, { id: detection.id })),
  };
  for (const [id, features] of Object.entries(sources)) {
    map.addSource(id, { type: "geojson", data: collection(features) });
  }
  const layers = [
    ["case-wind", "case-wind", "fill", { "fill-opacity": 0.15 }],
    ["case-track", "case-track", "circle", { "circle-radius": 2 }],
    ["case-outline-halo", "case-outline", "line", { "line-width": 5, "line-opacity": 0.7 }],
    ["case-outline-edge", "case-outline", "line", { "line-width": 2.5 }],
    ["case-ellipses-halo", "case-ellipses", "line", { "line-width": 4, "line-opacity": 0.7 }],
    ["case-ellipses-edge", "case-ellipses", "line", { "line-width": 2, "line-dasharray": [2, 1.5] }],
    ["case-origins-point", "case-origins", "circle", { "circle-radius": 5, "circle-stroke-width": 2 }],
    ["case-near-point", "case-near", "circle", { "circle-radius": 4, "circle-color": "transparent", "circle-stroke-width": 2 }],
  ];
  for (const [id, source, type, looks] of layers) map.addLayer({ id, source, type, paint: looks });
  map.on("click", "case-near-point", ({ features }) => {
    location.assign(`/detections/${encodeURIComponent(features[0].properties.id)}`);
  });
}

function paint(target, { ink, halo, seen, nothing }) {
  target.setPaintProperty("case-wind", "fill-color", nothing);
  target.setPaintProperty("case-track", "circle-color", seen);
  target.setPaintProperty("case-outline-halo", "line-color", halo);
  target.setPaintProperty("case-outline-edge", "line-color", seen);
  target.setPaintProperty("case-ellipses-halo", "line-color", halo);
  target.setPaintProperty("case-ellipses-edge", "line-color", nothing);
  target.setPaintProperty("case-origins-point", "circle-color", nothing);
  target.setPaintProperty("case-origins-point", "circle-stroke-color", halo);
  target.setPaintProperty("case-near-point", "circle-stroke-color", ink);
}

/** Return the sector downwind of the first source: one standard deviation of the wind each side. */
function windSector() {
  const { wind } = view;
  const bounds = boundsOf([view.outline, first.place.ellipse]);
  if (!wind || wind.from_sd_deg >= 90) return null;
  const metresPerDegree = 111_320;
  const narrowing = Math.cos((first.place.latitude_deg * Math.PI) / 180);
  const length = Math.hypot((bounds[2] - bounds[0]) * narrowing, bounds[3] - bounds[1]) * metresPerDegree * 1.2;
  const origin = [first.place.longitude_deg, first.place.latitude_deg];
  const ring = [origin];
  for (let k = -8; k <= 8; k += 1) {
    const angle = ((wind.from_deg + 180 + (k / 8) * wind.from_sd_deg) * Math.PI) / 180;
    ring.push([
      origin[0] + (length * Math.sin(angle)) / (metresPerDegree * narrowing),
      origin[1] + (length * Math.cos(angle)) / metresPerDegree,
    ]);
  }
  return { type: "Polygon", coordinates: [[...ring, origin]] };
}

/** Lay the look's image of the ground under the plume, where there is one. */
async function layContext() {
  const note = document.getElementById("map-note");
  const look = await told(`observations/${encodeURIComponent(view.about.observation_id)}`);
  const choices = look.evidence.filter((one) => one.media_type.startsWith("image/tiff") &&
    (one.role === "context" || (["score", "column_density_ppm_m"].includes(one.role) && one.chemical === view.about.chemical)));
  const words = { context: _("ground"), score: _("detection statistic"), column_density_ppm_m: _("column density") };
  const bounds = boundsOf([look.footprint]) ?? undefined;
  const shown = new Map();
  note.append(line(view.about.kind === "plume"
    ? _("Orange: the outline; blue, dashed: where the source lies, nine times in ten; blue sector: downwind.")
    : _("Orange: where the log read; blue, dashed: where the source lies, nine times in ten; blue sector: downwind.")));
  for (const one of choices) {
    const box = Object.assign(document.createElement("input"), { type: "checkbox", checked: one.role === "context" });
    const label = document.createElement("label");
    label.className = "layer";
    label.append(box, ` ${words[one.role]}`);
    note.append(label);
    const show = () => {
      if (!shown.has(one.sha256)) shown.set(one.sha256, addRaster(map, { sha256: one.sha256, bounds }));
      map.setLayoutProperty(shown.get(one.sha256), "visibility", box.checked ? "visible" : "none");
    };
    if (box.checked) show();
    box.addEventListener("change", show);
  }
  if (view.about.kind === "plume" && !choices.some((one) => one.role === "context")) note.append(line(_("No image of the ground was kept of this look.")));
}

function line(text) {
  return Object.assign(document.createElement("span"), { textContent: text });
}

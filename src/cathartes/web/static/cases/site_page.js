// A site's map: plumes of all dates over each other, or date by date; emitters and other sites.

import { _ } from "/static/texts.js";
import { covering } from "/static/map/covering.js";
import { addRaster, caseMap, collection, feature, paintByTheme, told } from "/static/cases/case_map.js";
import { colourOf, scaleBar, sharesOf } from "/static/cases/time_scale.js";

const MOST_IMAGES = 20;

const element = document.getElementById("site-map");
const site = await told(`sites/${encodeURIComponent(element.dataset.site)}`);
const plumes = [...site.plumes].reverse(); // oldest first
const days = plumes.map((one) => one.seen_utc?.slice(0, 10) ?? _("date not known"));
const dates = [...new Set(days)];
const colours = sharesOf(plumes.map((one) => one.seen_utc)).map(colourOf);

const map = await caseMap(element, [
  site.place.ellipse,
  ...plumes.flatMap((one) => [one.geometry, one.place.ellipse]),
]);
addLayers();
paintByTheme(map, paint);
layGround().catch(console.error);
stepByDate();
showScale();
element.dataset.ready = "true";

/* The ground as the looks saw it, the newest on top: what the base map has no more of. */
async function layGround() {
  const bounds = map.getBounds();
  const box = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
  const { rasters } = await told(`map/rasters?bbox=${box.map((one) => one.toFixed(6)).join(",")}`);
  const images = covering(rasters.filter(({ quantity }) => quantity === "context"), box, MOST_IMAGES);
  for (const { sha256, bounds_deg: around } of images.reverse()) {
    addRaster(map, { sha256, bounds: around, opacity: 0.75 });
  }
}

function addLayers() {
  const marks = plumes.map((one, k) => ({ day: days[k], colour: colours[k], id: one.detection_id }));
  const sources = {
    "case-emitters": site.emitters.map((one) => feature(one.geometry, { name: one.name })),
    "case-others": site.neighbours.map(({ site: one }) => feature(one.geometry, { name: one.id })),
    "case-plumes": plumes.map((one, k) => feature(one.geometry, marks[k])),
    "case-sources": plumes.map((one, k) => feature(one.place.ellipse, marks[k])),
    "case-place": [feature(site.place.ellipse), feature(site.about.geometry)],
  };
  for (const [id, features] of Object.entries(sources)) {
    map.addSource(id, { type: "geojson", data: collection(features) });
  }
  const only = (kind) => ["==", ["geometry-type"], kind];
  const colour = ["get", "colour"];
  const name = { "text-field": ["get", "name"], "text-font": ["sans-serif"], "text-size": 12, "text-offset": [0, 1.1] };
  const layers = [
    ["case-emitters-area", "case-emitters", "fill", only("Polygon"), { "fill-opacity": 0.18 }],
    ["case-emitters-edge", "case-emitters", "line", only("Polygon"), { "line-dasharray": [3, 2] }],
    ["case-emitters-point", "case-emitters", "circle", only("Point"), { "circle-radius": 5 }],
    ["case-plumes-area", "case-plumes", "fill", null, { "fill-color": colour, "fill-opacity": 0.35 }],
    ["case-plumes-halo", "case-plumes", "line", null, { "line-width": 4, "line-opacity": 0.6 }],
    ["case-plumes-edge", "case-plumes", "line", null, { "line-color": colour, "line-width": 2 }],
    ["case-sources-halo", "case-sources", "line", null, { "line-width": 4, "line-opacity": 0.35 }],
    ["case-sources-edge", "case-sources", "line", null, { "line-color": colour, "line-width": 1.5, "line-dasharray": [2, 2] }],
    ["case-place-edge", "case-place", "line", only("Polygon"), { "line-width": 2.5 }],
    ["case-place-point", "case-place", "circle", only("Point"), { "circle-radius": 4, "circle-stroke-width": 1.5 }],
    ["case-others-point", "case-others", "circle", null, { "circle-radius": 4, "circle-stroke-width": 2, "circle-color": "transparent" }],
  ];
  for (const [id, source, type, filter, looks] of layers) {
    map.addLayer({ id, source, type, paint: looks, ...(filter ? { filter } : {}) });
  }
  for (const of of ["emitters", "others"]) {
    map.addLayer({ id: `case-${of}-name`, source: `case-${of}`, type: "symbol", layout: name });
  }
  map.on("click", "case-plumes-area", ({ features }) => {
    location.assign(`/detections/${encodeURIComponent(features[0].properties.id)}`);
  });
}

function paint(target, { ink, halo, lawful }) {
  target.setPaintProperty("case-emitters-area", "fill-color", lawful);
  target.setPaintProperty("case-emitters-edge", "line-color", lawful);
  target.setPaintProperty("case-emitters-point", "circle-color", lawful);
  target.setPaintProperty("case-plumes-halo", "line-color", ink); // dark under yellow, light under blue
  target.setPaintProperty("case-sources-halo", "line-color", ink);
  target.setPaintProperty("case-place-edge", "line-color", ink);
  target.setPaintProperty("case-place-point", "circle-color", ink);
  target.setPaintProperty("case-place-point", "circle-stroke-color", halo);
  target.setPaintProperty("case-others-point", "circle-stroke-color", ink);
  for (const id of ["case-emitters-name", "case-others-name"]) {
    target.setPaintProperty(id, "text-color", ink);
    target.setPaintProperty(id, "text-halo-color", halo);
    target.setPaintProperty(id, "text-halo-width", 1.5);
  }
}

/** Step 0 shows all dates, each further one a date alone; arrow keys work on the slider. */
function stepByDate() {
  const form = document.getElementById("dates");
  const slider = document.getElementById("date-step");
  const shown = document.getElementById("date-shown");
  form.hidden = dates.length < 2;
  slider.max = String(dates.length);
  const show = () => {
    const step = Number(slider.value);
    const day = step ? dates[step - 1] : null;
    const n = days.filter((one) => day === null || one === day).length;
    const what = day ?? _("all dates");
    shown.value = _("{what}: {n} detections", { what, n });
    slider.setAttribute("aria-valuetext", what);
    for (const id of ["case-plumes-area", "case-plumes-halo", "case-plumes-edge", "case-sources-halo", "case-sources-edge"]) {
      map.setFilter(id, day === null ? null : ["==", ["get", "day"], day]);
    }
    element.dataset.shown = what;
  };
  const move = (by) => {
    slider.value = String(Number(slider.value) + by);
    show();
  };
  slider.addEventListener("input", show);
  document.getElementById("date-back").addEventListener("click", () => move(-1));
  document.getElementById("date-on").addEventListener("click", () => move(1));
  form.addEventListener("submit", (event) => event.preventDefault());
  show();
}

function showScale() {
  const legend = document.getElementById("date-legend");
  const word = (text) => Object.assign(document.createElement("span"), { textContent: text });
  if (dates.length > 1) legend.append(word(dates[0]), scaleBar(), word(dates.at(-1)));
  const rings = _("Dashed: where each source lies; black or white: the site; both hold it nine times in ten. Green: lawful emitters. Rings: other sites.");
  legend.append(word(rings));
}

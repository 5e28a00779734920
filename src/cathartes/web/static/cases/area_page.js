// Pages that show one area on a map: a look's footprint with its detections, a mandate's area.

import { caseMap, collection, feature, paintByTheme, told } from "/static/cases/case_map.js";

/** Draw an area, with points in it that lead to their pages. */
export async function showArea(element, area, points = []) {
  const map = await caseMap(element, [area]);
  map.addSource("case-area", { type: "geojson", data: collection([feature(area)]) });
  map.addSource("case-points", { type: "geojson", data: collection(points) });
  map.addLayer({ id: "case-area-fill", type: "fill", source: "case-area", paint: { "fill-opacity": 0.12 } });
  map.addLayer({ id: "case-area-edge", type: "line", source: "case-area", paint: { "line-width": 2 } });
  map.addLayer({ id: "case-points", type: "circle", source: "case-points", paint: { "circle-radius": 6, "circle-stroke-width": 2 } });
  paintByTheme(map, (target, { halo, nothing, seen }) => {
    target.setPaintProperty("case-area-fill", "fill-color", nothing);
    target.setPaintProperty("case-area-edge", "line-color", nothing);
    target.setPaintProperty("case-points", "circle-color", seen);
    target.setPaintProperty("case-points", "circle-stroke-color", halo);
  });
  map.on("click", "case-points", ({ features }) => location.assign(features[0].properties.href));
  element.dataset.ready = "true";
  return map;
}

export { feature, told };

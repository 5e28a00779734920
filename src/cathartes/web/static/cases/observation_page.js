// A look's page: its footprint, what was found in it, and its image of the ground.

import { addRaster, boundsOf } from "/static/cases/case_map.js";
import { feature, showArea, told } from "/static/cases/area_page.js";

const element = document.getElementById("observation-map");
if (element) {
  const look = await told(`observations/${encodeURIComponent(element.dataset.observation)}`);
  const found = (look.detections ?? []).map((one) => feature(one.geometry, { href: `/detections/${encodeURIComponent(one.id)}` }));
  const map = await showArea(element, look.footprint, found);
  const context = look.evidence.find((one) => one.role === "context" && one.media_type.startsWith("image/tiff"));
  if (context) addRaster(map, { sha256: context.sha256, bounds: boundsOf([look.footprint]) });
}

// The operator's own layers: offered by name, drawn below all else.

import { addOwnLayer } from "../map/basemap.js";
import { _ } from "../texts.js";

/** Write a checkbox and an opacity for each own layer; those that are asked for are shown. */
export function offerOwnLayers(element, map, layers) {
  element.replaceChildren(...layers.map((layer) => entry(map, layer)));
}

function entry(map, layer) {
  const item = document.createElement("li");
  item.className = "layer";
  const label = document.createElement("label");
  const box = document.createElement("input");
  box.type = "checkbox";
  const swatch = document.createElement("span");
  swatch.className = "swatch swatch-own";
  swatch.setAttribute("aria-hidden", "true");
  label.append(box, swatch, ` ${layer.name}`);
  const opacity = document.createElement("input");
  Object.assign(opacity, { type: "range", min: 0, max: 100, step: 5, value: 100 });
  opacity.setAttribute("aria-label", _("Opacity: {what}", { what: layer.name }));
  item.append(label, opacity);
  let ids = null;
  box.addEventListener("change", async () => {
    ids ??= add(map, layer);
    for (const id of await ids) {
      map.setLayoutProperty(id, "visibility", box.checked ? "visible" : "none");
    }
  });
  opacity.addEventListener("input", async () => {
    for (const id of (await ids) ?? []) fade(map, id, Number(opacity.value) / 100);
  });
  return item;
}

async function add(map, { id, name, kind }) {
  if (kind === "pmtiles") return addOwnLayer(map, { id, url: `/layers/${id}.pmtiles`, attribution: name });
  const tiles = [`${location.origin}/layers/${id}/{z}/{x}/{y}.png`];
  map.addSource(`own-${id}`, { type: "raster", tiles, tileSize: 256 });
  map.addLayer({ id: `own-${id}`, type: "raster", source: `own-${id}` }, "looks-0");
  return [`own-${id}`];
}

function fade(map, id, share) {
  const { type } = map.getLayer(id);
  map.setPaintProperty(id, `${type}-opacity`, type === "fill" ? 0.2 * share : share);
}

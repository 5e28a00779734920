// A raster, or those of all looks in view, laid on a map with one legend.

import { FIRST_LABEL_LAYER } from "../map/basemap.js";
import { covering } from "../map/covering.js";
import { _, number } from "../texts.js";
import { fetchJson } from "./data.js";

const MOST = 12;
const MOST_GROUND = 40;
const FINEST_TILES = 18;
const legends = new Map();

/** Return which of the rasters in view, a box, a slot shows, the newest first.
 *
 * The ground is the same in each look: what a newer image covers is left out. Of what changes from
 * look to look the newest are shown.
 */
export function shownIn(slot, rasters, box) {
  if (!slot.quantity) return [];
  const fitting = rasters.filter(
    ({ quantity, chemicals, observation_id: look }) =>
      quantity === slot.quantity &&
      (chemicals.length === 0 || chemicals.includes(slot.chemical)) &&
      (slot.look === "" || slot.look === look),
  );
  // A layer of its own is finer than the sensitivity map's band of the same look.
  const own = new Set(fitting.filter((one) => !one.has_bands).map((one) => one.observation_id));
  const finest = fitting.filter((one) => !one.has_bands || !own.has(one.observation_id));
  return slot.quantity === "context" ? covering(finest, box, MOST_GROUND) : finest.slice(0, MOST);
}

/** Lay a slot's rasters on a map in the place of those there; return the legend of all. */
export async function layRasters(map, slot, rasters) {
  const bounds = map.getBounds();
  const box = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
  const asked = shownIn(slot, rasters, box).map((raster) => withLegend(raster, slot.chemical));
  const answers = (await Promise.allSettled(asked)).map(({ value }) => value);
  const told = answers.filter((one) => one && one.legend.bounds_deg !== null);
  const scale = commonScale(told.map(({ legend }) => legend));
  const wanted = new Map(told.map((one) => [idOf(one, scale), one]));
  for (const id of idsOn(map)) {
    if (wanted.has(id)) continue;
    map.removeLayer(id);
    map.removeSource(id);
  }
  for (const [id, one] of [...wanted].reverse()) {
    if (map.getSource(id)) continue;
    map.addSource(id, {
      type: "raster",
      tiles: [addressOf(one, scale)],
      tileSize: 256,
      maxzoom: FINEST_TILES,
      bounds: one.legend.bounds_deg,
    });
    const paint = { "raster-resampling": "nearest", "raster-fade-duration": 0 };
    map.addLayer({ id, type: "raster", source: id, paint }, FIRST_LABEL_LAYER);
  }
  setRasterOpacity(map, slot.opacity);
  if (asked.length === 0) return null;
  return { ...told[0]?.legend, ...scale, n: told.length, nOff: asked.length - told.length };
}

/** Set the opacity of all rasters of a map, 0 to 1. */
export function setRasterOpacity(map, share) {
  for (const id of idsOn(map)) map.setPaintProperty(id, "raster-opacity", share);
}

/** Write a legend into an element: what, the colours, the range with its unit. */
export function showLegend(element, legend) {
  element.replaceChildren();
  if (legend === null) return;
  const note = document.createElement("p");
  note.className = "note";
  const left = legend.nOff ? _("{n} lie on no map or can’t be read.", { n: number(legend.nOff) }) : "";
  const shown = _("{n} shown. Transparent: no value. Beyond the ends: the colours of the ends.", { n: number(legend.n) });
  note.textContent = `${shown} ${left}`;
  element.append(note);
  if (legend.n === 0) return;
  const unit = legend.unit === "1" ? "" : ` ${legend.unit}`;
  const ramp = document.createElement("div");
  ramp.className = "ramp";
  ramp.setAttribute("role", "img");
  const range = { low: number(legend.low), high: number(legend.high), unit };
  ramp.setAttribute("aria-label", _("Colours from {low} to {high}{unit}", range));
  ramp.style.background = `linear-gradient(to right, ${legend.colours.join(",")})`;
  const ends = document.createElement("p");
  ends.className = "ramp-ends";
  const middle = (legend.low + legend.high) / 2;
  for (const value of [legend.low, middle, legend.high]) {
    const mark = document.createElement("span");
    mark.textContent = value === legend.high ? `${number(value)}${unit}` : number(value);
    ends.append(mark);
  }
  note.before(ramp, ends);
}

async function withLegend(raster, chemical) {
  const band = raster.has_bands ? `${raster.quantity}/${chemical}` : "";
  const address = `/tiles/${raster.sha256}/legend.json?${new URLSearchParams({ band })}`;
  if (!legends.has(address)) legends.set(address, fetchJson(address));
  return { sha256: raster.sha256, band, legend: await legends.get(address) };
}

/* One scale for all that is shown together, or compared: colours then mean the same. */
function commonScale(all) {
  if (all.length === 0) return { low: 0, high: 1 };
  const isSigned = all.some(({ colour_map: name }) => name === SIGNED);
  const high = Math.max(...all.map((one) => one.high));
  const chosen = all.find(({ colour_map: name }) => !isSigned || name === SIGNED);
  const low = isSigned ? -high : Math.min(...all.map((one) => one.low));
  return { low, high, colour_map: chosen.colour_map, colours: chosen.colours };
}

const SIGNED = "puor_r";

function addressOf({ sha256, band }, { low, high, colour_map: colours }) {
  const told = new URLSearchParams({ band, low, high, colours });
  return `${location.origin}/tiles/${sha256}/{z}/{x}/{y}.png?${told}`;
}

function idOf({ sha256, band }, { low, high }) {
  return `raster ${sha256} ${band} ${low} ${high}`;
}

function idsOn(map) {
  return map.getStyle().layers.map(({ id }) => id).filter((id) => id.startsWith("raster "));
}

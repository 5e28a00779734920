// The map's page: state, maps, panels and what the server has, tied together.

import { on } from "../live/live.js";
import { createBasemap } from "../map/basemap.js";
import { _ } from "../texts.js";
import { addChosenLayers, markOn, showChosen } from "./chosen.js";
import { compare } from "./compare.js";
import { ask, boxOf } from "./data.js";
import { markChosen, showList } from "./in_view.js";
import { LAYERS, PROBABILITY_COLOURS, addLayers, areHatched, idsOf, putData, recolour, setOpacity, setVisible } from "./layers.js";
import { offerOwnLayers } from "./own_layers.js";
import { layRasters, setRasterOpacity, showLegend } from "./rasters.js";
import { bindSlot, offer } from "./slots.js";
import { chemicalName } from "./things.js";
import { hasPlace, readState, writeState } from "./state.js";

const FILTERED = new Set(["sites", "detections", "sources", "looks", "tracks"]);
const CALM_MS = 120;
const NEWS_CALM_MS = 400; // news come in bursts
const AREAS_LAST = ["sites", "detections", "sources", "emitters", "tracks", "plans", "looks", "mandates"];
const NEAREST_PX = 60;

const at = (id) => document.getElementById(id);
const slotOf = (name) => document.querySelector(`[data-slot="${name}"]`);
// The ground itself, where a look has it: the base map ends where a site begins.
const emptySlot = (quantity = "") => ({ quantity, chemical: "", look: "", opacity: 0.85 });
const checked = [...document.querySelectorAll("[data-layer]:checked")].map((box) => box.dataset.layer);

const state = readState({
  layers: checked,
  opacity: {},
  filter: { since: "", until: "", chemical: "" },
  slots: { a: emptySlot("context"), b: emptySlot() },
  isComparing: false,
});
addEventListener("hashchange", ({ newURL }) => {
  history.replaceState(history.state, "", newURL); // it may have been written over since
  location.reload();
});
const isPlaced = hasPlace(); // before the map writes its own
const map = createBasemap(at("map"), { hash: "at" });
const maps = { a: map };
const answers = {};
let rasters = [];
let pending = new AbortController();
let endCompare = null;

const started = ask("start");
await new Promise((done) => map.once("style.load", done));
prepare(map);
bindPanels();
const first = isPlaced ? refresh() : null; // no need to wait for where all things are
showStart(await started);
map.on("moveend", soon(refresh));
const follow = soon(refresh, NEWS_CALM_MS);
for (const kind of ["observation", "detection", "site"]) on(kind, follow);
map.on("click", (event) => pick(event.point));
map.getCanvas().addEventListener("keydown", (event) => {
  if (event.key === "Enter") pick(map.project(map.getCenter()), NEAREST_PX);
  if (event.key === "Escape") choose(null);
});
document.addEventListener("theme", () => Object.values(maps).forEach(recolourAll));
if (state.isComparing) await setComparing(true);
await (state.isComparing ? refresh() : (first ?? refresh()));
at("map").dataset.ready = "true";
ask("layers").then((layers) => offerOwnLayers(at("own-layers"), map, layers));

/* Put all layers, empty, on a map. */
function prepare(one) {
  addLayers(one);
  addChosenLayers(one);
  for (const name of LAYERS) {
    setVisible(one, name, state.layers.includes(name));
    if (name in state.opacity) setOpacity(one, name, state.opacity[name]);
    if (answers[name]) putData(one, name, answers[name]);
  }
}

function recolourAll(one) {
  recolour(one);
  for (const [name, share] of Object.entries(state.opacity)) setOpacity(one, name, share);
}

/* Ask for what is in view, and show it on the maps and in the list. */
async function refresh() {
  pending.abort();
  pending = new AbortController();
  const { signal } = pending;
  const bbox = boxOf(map);
  try {
    const asked = state.layers.map(async (name) => {
      const told = FILTERED.has(name) ? { bbox, ...state.filter } : { bbox };
      answers[name] = withIds(await ask(name, told, signal));
    });
    const choices = ask("rasters", { bbox, ...state.filter }, signal);
    const [told] = await Promise.all([choices, ...asked]);
    showAnswers();
    await showChoices(told);
    at("map").dataset.failed = "";
  } catch (error) {
    if (error.name === "AbortError") return;
    at("map").dataset.failed = error.message;
    const told = _("The map’s data could not be loaded: {reason}", { reason: error.message });
    at("rasters-note").textContent = told;
  }
}

function showAnswers() {
  for (const name of LAYERS) {
    const answer = state.layers.includes(name) ? answers[name] : undefined;
    if (answer) for (const one of Object.values(maps)) putData(one, name, answer);
    const note = document.querySelector(`[data-note="${name}"]`);
    note.textContent = answer?.are_left_out ? _("Too many here: move nearer to see them.") : "";
  }
  if (answers.looks) at("looks-legend").classList.toggle("outlines", !areHatched(answers.looks));
  const shown = Object.fromEntries(state.layers.map((name) => [name, answers[name]]));
  showList(at("in-view"), shown, { choose: (feature) => choose(feature, true), come: comeNearer });
}

/* MapLibre keeps properties, and no ids that are words. */
function withIds(answer) {
  for (const feature of answer.features) feature.properties.id = feature.id;
  return answer;
}

function showChoices(told) {
  rasters = told.rasters;
  const note = told.are_left_out ? _("Rasters of the newest looks here alone: move nearer, or choose dates, for others.") : "";
  at("rasters-note").textContent = note;
  return showRasters();
}

async function showRasters() {
  for (const [name, slot] of Object.entries(state.slots)) {
    offer(slotOf(name), slot, rasters, state.filter.chemical);
    if (!(name in maps)) continue;
    const legend = await layRasters(maps[name], slot, rasters);
    showLegend(slotOf(name).querySelector('[data-role="legend"]'), legend);
  }
  writeState(state);
}

function bindPanels() {
  at("sites-ramp").style.background = `linear-gradient(to right, ${PROBABILITY_COLOURS.join(",")})`;
  for (const box of document.querySelectorAll("[data-layer]")) {
    const name = box.dataset.layer;
    box.checked = state.layers.includes(name);
    box.addEventListener("change", () => {
      state.layers = LAYERS.filter((one) => (one === name ? box.checked : state.layers.includes(one)));
      for (const one of Object.values(maps)) setVisible(one, name, box.checked);
      changed();
    });
  }
  for (const range of document.querySelectorAll("[data-opacity]")) {
    const name = range.dataset.opacity;
    range.value = Math.round(100 * (state.opacity[name] ?? 1));
    range.addEventListener("input", () => {
      state.opacity[name] = Number(range.value) / 100;
      for (const one of Object.values(maps)) setOpacity(one, name, state.opacity[name]);
      writeState(state);
    });
  }
  for (const [name, slot] of Object.entries(state.slots)) {
    const faded = () => {
      if (name in maps) setRasterOpacity(maps[name], slot.opacity);
      writeState(state);
    };
    bindSlot(slotOf(name), slot, { changed: showRasters, faded });
  }
  at("filter").addEventListener("change", () => {
    for (const name of Object.keys(state.filter)) state.filter[name] = at("filter").elements[name].value;
    showFilterNote();
    changed();
  });
  at("filter").addEventListener("submit", (event) => event.preventDefault());
  at("compare").checked = state.isComparing;
  at("compare").addEventListener("change", async () => {
    await setComparing(at("compare").checked);
    await showRasters();
  });
  document.querySelector(".skip-link").addEventListener("click", (event) => {
    event.preventDefault(); // the address keeps the view; here the map is the content
    map.getCanvas().focus();
  });
  at("list-toggle").addEventListener("click", () => {
    const isOpen = document.querySelector(".map-page").classList.toggle("list-closed") === false;
    at("list-toggle").setAttribute("aria-expanded", String(isOpen));
    map.resize();
  });
}

function showFilterNote() {
  const { since, until } = state.filter;
  const isBackwards = since && until && until < since;
  at("filter-note").textContent = isBackwards ? _("“To” is an earlier day than “From”: nothing lies between these.") : "";
}

function changed() {
  writeState(state);
  refresh();
}

function showStart(told) {
  const { chemical, since, until } = at("filter").elements;
  chemical.append(...told.chemicals.map((name) => new Option(chemicalName(name), name)));
  if (state.filter.chemical && !told.chemicals.includes(state.filter.chemical)) state.filter.chemical = "";
  chemical.value = state.filter.chemical;
  since.value = state.filter.since;
  until.value = state.filter.until;
  showFilterNote();
  for (const field of [since, until]) {
    if (told.first_utc) [field.min, field.max] = [told.first_utc, told.last_utc];
  }
  at("empty").hidden = told.n_looks > 0;
  if (told.bounds_deg && !isPlaced) {
    const [west, south, east, north] = told.bounds_deg;
    map.fitBounds([[west, south], [east, north]], { padding: 40, maxZoom: 15, animate: false });
  }
}

/* Show the second raster on a second map right of the divider, or end that. */
async function setComparing(isOn) {
  state.isComparing = isOn;
  for (const one of [at("map-right"), at("divider"), slotOf("b")]) one.hidden = !isOn;
  if (isOn && !maps.b) {
    const right = createBasemap(at("map-right"), { interactive: false, center: map.getCenter(), zoom: map.getZoom() });
    await new Promise((done) => right.once("style.load", done));
    maps.b = right;
    prepare(right);
    endCompare = compare({ left: map, right, over: at("map-right"), divider: at("divider") });
  }
  if (!isOn && maps.b) {
    endCompare();
    maps.b.remove();
    delete maps.b;
  }
  writeState(state);
}

/* Choose what is at a point of the map: points before areas, and of many together, come nearer. */
function pick(point, reach = 4) {
  const corners = [[point.x - reach, point.y - reach], [point.x + reach, point.y + reach]];
  for (const name of AREAS_LAST) {
    if (!state.layers.includes(name)) continue;
    const [found] = map.queryRenderedFeatures(corners, { layers: idsOf(map, name) });
    if (!found) continue;
    if (found.properties.count) return comeNearer(found);
    return choose(answers[name].features.find(({ id }) => id === found.properties.id));
  }
  return choose(null);
}

function choose(feature, mayMove = false) {
  showChosen(at("thing"), feature ?? null, () => {
    choose(null);
    map.getCanvas().focus();
  });
  for (const one of Object.values(maps)) markOn(one, feature);
  markChosen(at("in-view"), feature?.id);
  if (!feature) return;
  if (mayMove && feature.geometry.type === "Point") map.easeTo({ center: feature.geometry.coordinates });
  at("thing").focus();
}

function comeNearer({ geometry }) {
  map.easeTo({ center: geometry.coordinates, zoom: map.getZoom() + 2 });
}

/* Return a function that acts once calls have stopped for a moment. */
function soon(act, calmMs = CALM_MS) {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(act, calmMs);
  };
}

// The reviewer's own origin and outline: drawn on the map, or typed as numbers.
//
// Whatever was drawn is told to the page by the event `drawing` on the document, with the detail
// {origin: [longitude, latitude] or null, outline: a GeoJSON Polygon or MultiPolygon, or null}:
// null stands for "as computed". The review panel keeps it in its form.

import { _ } from "/static/texts.js";
import * as maplibre from "/static/vendor/maplibre-gl.mjs";
import {
  TerraDraw, TerraDrawPointMode, TerraDrawPolygonMode, TerraDrawSelectMode,
} from "/static/vendor/terra-draw.js";
import { TerraDrawMapLibreGLAdapter } from "/static/vendor/terra-draw-maplibre-gl-adapter.js";

const DECIMALS = 7; // a hundredth of a metre; terra-draw refuses more than 9
const COLOUR = "#d81b60";
const KEPT = document.getElementById("review-form")?.elements ?? {};

const rounded = (value) => Number(value.toFixed(DECIMALS));
const tidy = (ring) => ring.map(([longitude, latitude]) => [rounded(longitude), rounded(latitude)]);

/** Let a reviewer draw on a detection's map; resolves when it can be drawn on. */
export function letDraw(map, { origin: computedOrigin, outline: computedOutline }) {
  const state = { origin: read(KEPT.origin), outline: read(KEPT.outline) };
  const tools = document.getElementById("draw-tools");
  const form = document.getElementById("drawing-form");
  const said = document.getElementById("drawing-said");
  const draw = new TerraDraw({ adapter: new TerraDrawMapLibreGLAdapter({ map, lib: maplibre, minPixelDragDistanceSelecting: 1 }), modes: modes() });
  draw.start();
  tools.hidden = false;
  put();
  fill();

  draw.on("finish", (id, { action, mode }) => {
    if (action === "draw" && mode === "point") take("point", id);
    if (action === "draw" && mode === "polygon") take("polygon", id);
    if (action !== "draw") take(draw.getSnapshotFeature(id)?.geometry.type === "Point" ? "point" : "polygon", id);
  });
  tools.addEventListener("click", ({ target }) => use(target.closest("[data-tool]")?.dataset.tool));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    takeNumbers();
  });

  /** Choose a tool; the same again puts it away. */
  function use(tool) {
    if (!tool) return;
    const pressed = tools.querySelector(`[data-tool="${tool}"]`);
    const isOn = pressed.getAttribute("aria-pressed") === "true";
    for (const one of tools.querySelectorAll("[aria-pressed]")) one.setAttribute("aria-pressed", "false");
    if (tool === "computed") {
      Object.assign(state, { origin: null, outline: null });
      draw.setMode("static");
      changed(_("Origin and outline are the computed ones."));
      return;
    }
    if (isOn) {
      draw.setMode("static");
      return;
    }
    pressed.setAttribute("aria-pressed", "true");
    if (tool === "redraw") {
      draw.setMode("polygon");
      return;
    }
    if (tool === "edit") state.outline ??= largestPart(computedOutline);
    if (tool === "origin") state.origin ??= tidy([computedOrigin])[0];
    const id = put()[tool === "origin" ? "point" : "polygon"];
    draw.setMode("select");
    if (id !== undefined) draw.selectFeature(id);
    changed("", false);
  }

  /** Take what was drawn in the place of what there was. */
  function take(mode, id) {
    const drawn = draw.getSnapshotFeature(id);
    if (!drawn) return;
    if (mode === "point") {
      state.origin = tidy([drawn.geometry.coordinates])[0];
      changed(_("The origin was moved."), false);
      return;
    }
    state.outline = { type: "Polygon", coordinates: drawn.geometry.coordinates.map(tidy) };
    const isNew = draw.getMode() === "polygon";
    if (isNew) {
      draw.setMode("static");
      for (const one of tools.querySelectorAll("[aria-pressed]")) one.setAttribute("aria-pressed", "false");
    }
    changed(_("The outline was redrawn."), isNew);
  }

  function takeNumbers() {
    const { longitude, latitude, corners } = form.elements;
    const ring = corners.value.trim() ? readCorners(corners.value) : null;
    if (ring === undefined) {
      said.value = _("Each line needs a longitude and a latitude in degrees, and an outline at least three corners.");
      return;
    }
    const isGiven = longitude.value !== "" && latitude.value !== "";
    state.origin = isGiven ? tidy([[Number(longitude.value), Number(latitude.value)]])[0] : null;
    state.outline = ring && { type: "Polygon", coordinates: [ring] };
    changed(_("Taken: what is empty is as computed."));
  }

  /** Tell the page, and show it in the fields and, if asked, on the map again. */
  function changed(sentence, redraw = true) {
    if (redraw) put();
    fill();
    if (sentence) said.value = sentence;
    document.dispatchEvent(new CustomEvent("drawing", { detail: { ...state } }));
  }

  /** Put what is the reviewer's on the map; return the ids. */
  function put() {
    draw.clear();
    const features = [];
    if (state.outline) {
      for (const coordinates of partsOf(state.outline)) {
        features.push({ type: "Feature", geometry: { type: "Polygon", coordinates: coordinates.map(tidy) }, properties: { mode: "polygon" } });
      }
    }
    if (state.origin) {
      features.push({ type: "Feature", geometry: { type: "Point", coordinates: state.origin }, properties: { mode: "point" } });
    }
    const added = draw.addFeatures(features);
    const refused = added.find((one) => !one.valid);
    if (refused) said.value = _("This can't be drawn: {reason}", { reason: refused.reason });
    return { polygon: state.outline ? added[0].id : undefined, point: state.origin ? added.at(-1).id : undefined };
  }

  function fill() {
    const [longitude, latitude] = state.origin ?? ["", ""];
    form.elements.longitude.value = longitude;
    form.elements.latitude.value = latitude;
    const parts = state.outline ? partsOf(state.outline) : [];
    const corners = parts.length ? parts[0][0].slice(0, -1) : [];
    form.elements.corners.value = corners.map((one) => one.join(" ")).join("\n");
    map.getContainer().dataset.origin = state.origin ? state.origin.join(" ") : "computed";
    map.getContainer().dataset.corners = state.outline ? String(corners.length) : "computed";
  }
}

/** Return what a field of the review's form holds; null if nothing. */
function read(field) {
  try {
    return field?.value ? JSON.parse(field.value) : null;
  } catch {
    return null;
  }
}

/** Return a closed ring of lines of numbers; undefined if they are none. */
function readCorners(text) {
  const ring = text.trim().split(/\n+/).map((row) => row.trim().split(/[\s,;]+/).map(Number));
  const isRing = ring.length >= 3 && ring.every(([longitude, latitude, more]) =>
    Math.abs(longitude) <= 180 && Math.abs(latitude) <= 90 && more === undefined);
  if (!isRing) return undefined;
  return tidy([...ring, ring[0]]);
}

const partsOf = (outline) => (outline.type === "Polygon" ? [outline.coordinates] : outline.coordinates);

/** Return the part of an outline with the most corners: what one changes by hand. */
function largestPart(outline) {
  if (!outline) return null;
  const largest = partsOf(outline).reduce((one, other) => (other[0].length > one[0].length ? other : one));
  return { type: "Polygon", coordinates: [tidy(largest[0])] };
}

function modes() {
  const flags = { feature: { draggable: true, coordinates: { midpoints: true, draggable: true, deletable: true } } };
  return [
    new TerraDrawPointMode({ styles: { pointColor: COLOUR, pointWidth: 8, pointOutlineColor: "#ffffff", pointOutlineWidth: 2 } }),
    new TerraDrawPolygonMode({ styles: { fillColor: COLOUR, fillOpacity: 0.1, outlineColor: COLOUR, outlineWidth: 3 } }),
    new TerraDrawSelectMode({
      flags: { point: { feature: { draggable: true } }, polygon: flags },
      styles: { selectedPolygonColor: COLOUR, selectedPolygonFillOpacity: 0.1, selectedPolygonOutlineColor: COLOUR, selectedPolygonOutlineWidth: 3, selectionPointColor: "#ffffff", selectionPointOutlineColor: COLOUR, selectedPointColor: COLOUR, selectedPointWidth: 10 },
    }),
  ];
}

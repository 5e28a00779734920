// What is shown, and its copy in the address: place, zoom, layers, filter, rasters.
//
// MapLibre keeps `at=zoom/latitude/longitude` in the hash by itself; all else is written here.

const PLACE = "at";
const NOTHING = "none"; // chosen, where something is shown otherwise

/** Return the state that the address tells, over what it is otherwise. */
export function readState(otherwise) {
  const told = new URLSearchParams(location.hash.slice(1));
  const state = structuredClone(otherwise);
  for (const name of ["since", "until", "chemical"]) {
    if (told.has(name)) state.filter[name] = told.get(name);
  }
  if (told.has("layers")) state.layers = told.get("layers").split(",").filter(Boolean);
  for (const pair of (told.get("opacity") ?? "").split(",").filter(Boolean)) {
    const [layer, share] = pair.split(":");
    const value = Number(share);
    if (value >= 0 && value <= 1) state.opacity[layer] = value;
  }
  for (const slot of ["a", "b"]) {
    const [quantity = "", chemical = "", look = "", opacity = ""] = (told.get(slot) ?? "").split("~");
    if (quantity === NOTHING) state.slots[slot].quantity = "";
    else if (quantity) {
      state.slots[slot] = { quantity, chemical, look, opacity: clamped(opacity, 0.85) };
    }
  }
  state.isComparing = told.get("compare") === "yes";
  return state;
}

/** Return whether the address says where the map is. */
export function hasPlace() {
  return new URLSearchParams(location.hash.slice(1)).has(PLACE);
}

/** Write a state into the address, without a new entry in the browser's history. */
export function writeState(state) {
  const before = new URLSearchParams(location.hash.slice(1));
  const told = new Map();
  if (before.has(PLACE)) told.set(PLACE, before.get(PLACE));
  told.set("layers", state.layers.join(","));
  const opacity = Object.entries(state.opacity).filter(([, share]) => share !== 1);
  told.set("opacity", opacity.map(([layer, share]) => `${layer}:${share}`).join(","));
  for (const [name, value] of Object.entries(state.filter)) told.set(name, value);
  for (const [name, slot] of Object.entries(state.slots)) {
    const { quantity, chemical, look, opacity: share } = slot;
    told.set(name, quantity ? [quantity, chemical, look, share].join("~") : name === "a" ? NOTHING : "");
  }
  told.set("compare", state.isComparing ? "yes" : "");
  const pairs = [...told].filter(([name, value]) => value || name === "layers");
  // Slashes, commas and tildes stay readable, as MapLibre leaves them.
  const text = pairs.map(([name, value]) => `${name}=${encodeURI(value).replace(/[&#+]/g, encodeURIComponent)}`);
  history.replaceState(history.state, "", `#${text.join("&")}`);
}

function clamped(text, otherwise) {
  const value = Number(text);
  return text !== "" && value >= 0 && value <= 1 ? value : otherwise;
}

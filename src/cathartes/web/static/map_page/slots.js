// The forms that say which rasters are shown: quantity, chemical, look, opacity.

import { _ } from "../texts.js";
import { chemicalName } from "./things.js";

/** Tie a slot's form to its state; `changed` is called when something else is to be shown. */
export function bindSlot(element, slot, { changed, faded }) {
  const at = (role) => element.querySelector(`[data-role="${role}"]`);
  at("quantity").value = slot.quantity;
  at("opacity").value = Math.round(100 * slot.opacity);
  for (const role of ["quantity", "chemical", "look"]) {
    at(role).addEventListener("change", () => {
      slot[role] = at(role).value;
      if (role === "quantity") slot.look = "";
      changed();
    });
  }
  at("opacity").addEventListener("input", () => {
    slot.opacity = Number(at("opacity").value) / 100;
    faded();
  });
}

/** Offer what there is in view; a choice that is there no more becomes the first, or all. */
export function offer(element, slot, rasters, preferred) {
  const at = (role) => element.querySelector(`[data-role="${role}"]`);
  const fitting = rasters.filter(({ quantity }) => quantity === slot.quantity);
  const there = new Set(rasters.map(({ quantity }) => quantity));
  for (const option of at("quantity").options) {
    option.disabled = option.value !== "" && option.value !== slot.quantity && !there.has(option.value);
  }
  const chemicals = [...new Set(fitting.flatMap((one) => one.chemicals))].sort();
  if (fitting.length > 0 && !chemicals.includes(slot.chemical)) {
    const own = fitting.find((one) => !one.has_bands && one.chemicals.length > 0);
    slot.chemical = chemicals.includes(preferred) ? preferred : (own?.chemicals[0] ?? chemicals[0] ?? "");
  }
  fill(at("chemical"), chemicals.map((one) => [one, chemicalName(one)]), slot.chemical);
  const looks = new Map(
    fitting
      .filter((one) => one.chemicals.length === 0 || one.chemicals.includes(slot.chemical))
      .map((one) => [one.observation_id, `${one.look} · ${(one.began_utc ?? "").slice(0, 10)}`]),
  );
  if (fitting.length > 0 && !looks.has(slot.look)) slot.look = "";
  fill(at("look"), [["", _("All in view")], ...looks], slot.look);
  at("look").disabled = looks.size === 0;
}

function fill(select, pairs, chosen) {
  const options = pairs.map(([value, told]) => new Option(told, value, false, value === chosen));
  select.replaceChildren(...options);
  select.disabled = pairs.length === 0;
}

// What the server has of a part of the map.

const WRAP = (degrees) => ((((degrees + 180) % 360) + 360) % 360) - 180;

/** Return what is in view as west,south,east,north in degrees. */
export function boxOf(map) {
  const bounds = map.getBounds();
  const [west, east] = [bounds.getWest(), bounds.getEast()];
  const sides = east - west >= 360 ? [-180, 180] : [WRAP(west), WRAP(east)];
  const [south, north] = [bounds.getSouth(), bounds.getNorth()].map((one) => Math.max(-90, Math.min(90, one)));
  return [sides[0], south, sides[1], north].map((one) => one.toFixed(6)).join(",");
}

/** Return an answer of the map's API; an error's message is what the server says. */
export async function ask(what, told = {}, signal = undefined) {
  const filled = Object.entries(told).filter(([, value]) => value !== "");
  return fetchJson(`/api/v1/map/${what}?${new URLSearchParams(filled)}`, signal);
}

/** Return what is at an address of this host. */
export async function fetchJson(address, signal = undefined) {
  const answer = await fetch(address, { signal, headers: { accept: "application/json" } });
  if (answer.ok) return answer.json();
  const told = await answer.json().catch(() => null);
  throw new Error(told?.error?.message ?? `${answer.status} ${answer.statusText}`);
}

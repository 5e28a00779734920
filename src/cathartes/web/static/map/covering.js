// Which of many images that cover each other are worth laying on a map.

const COLUMNS = 48;
const ROWS = 32;

/** Return those that show ground of a box which none before them shows, at most so many.
 *
 * images: the uppermost first, each with bounds_deg [west, south, east, north]; box: the same of
 * what is in view. It is cut into cells, and an image shows those whose middle it holds.
 */
export function covering(images, box, most) {
  const isShown = new Uint8Array(COLUMNS * ROWS);
  const chosen = [];
  for (const image of images) {
    if (chosen.length === most) break;
    const fresh = cellsIn(image.bounds_deg, box).filter((cell) => !isShown[cell]);
    if (fresh.length === 0) continue;
    for (const cell of fresh) isShown[cell] = 1;
    chosen.push(image);
  }
  return chosen;
}

function cellsIn([west, south, east, north], [left, bottom, right, top]) {
  const columns = between((west - left) / (right - left), (east - left) / (right - left), COLUMNS);
  const rows = between((south - bottom) / (top - bottom), (north - bottom) / (top - bottom), ROWS);
  return rows.flatMap((row) => columns.map((column) => row * COLUMNS + column));
}

/* Numbers of the cells whose middles lie between two shares of the whole; of what is smaller than
 * a cell, the one it lies in. */
function between(from, to, n) {
  const isSmall = (to - from) * n < 1;
  const middle = Math.floor(((from + to) / 2) * n);
  const first = Math.max(0, isSmall ? middle : Math.ceil(from * n - 0.5));
  const last = Math.min(n - 1, isSmall ? middle : Math.floor(to * n - 0.5));
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, k) => first + k);
}

// Dates as colours: cividis, which colour-blind people read too, from the earliest to the latest.

const STOPS = [
  [0, 34, 78], [53, 69, 108], [102, 105, 112], [148, 142, 119], [200, 184, 102], [254, 232, 56],
];

/** Return the colour of a share from 0 to 1. */
export function colourOf(share) {
  const at = Math.min(Math.max(share, 0), 1) * (STOPS.length - 1);
  const low = Math.min(Math.floor(at), STOPS.length - 2);
  const mixed = STOPS[low].map((from, k) => Math.round(from + (at - low) * (STOPS[low + 1][k] - from)));
  return `rgb(${mixed.join(",")})`;
}

/** Return the share of each moment between the first and the last; 0.5 if there is but one. */
export function sharesOf(moments) {
  const times = moments.map((one) => Date.parse(one));
  const known = times.filter(Number.isFinite);
  const first = Math.min(...known);
  const extent = Math.max(...known) - first;
  return times.map((time) => (Number.isFinite(time) && extent > 0 ? (time - first) / extent : 0.5));
}

/** Return the scale as an SVG of so many bars. */
export function scaleBar(bars = 40) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", `0 0 ${bars} 1`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("class", "scale");
  for (let k = 0; k < bars; k += 1) {
    const bar = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    for (const [name, value] of [["x", k], ["width", 1.02], ["height", 1], ["fill", colourOf(k / (bars - 1))]]) {
      bar.setAttribute(name, value);
    }
    svg.append(bar);
  }
  return svg;
}

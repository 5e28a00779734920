// Charts with uPlot: in the page's theme and language, as wide as their place.

import { theme } from "/static/page.js";
import { number } from "/static/texts.js";
import uPlot from "/static/vendor/uplot.js";

const HEIGHT_PX = 240;
const LABEL_FONT = "600 11px system-ui, sans-serif";
const LIGHT = ["#14212b", "#0072b2", "#b84a00", "#1b7f4d", "#8a3f78", "#6b5b00"];
const DARK = ["#e6edf2", "#56b4e9", "#ef9a4a", "#6fcf97", "#d99ac6", "#e3d35c"];
const DASHES = [[], [], [6, 4], [2, 3], [8, 3, 2, 3], [1, 4]];

/** Return colour and dash of the nth line: told apart without colours as well. */
export const line = (n) => ({ stroke: (theme() === "dark" ? DARK : LIGHT)[n % 6], dash: DASHES[n % 6] });

/** Return the colour of bands of uncertainty. */
export const shade = () => (theme() === "dark" ? "rgba(230,237,242,0.18)" : "rgba(20,33,43,0.15)");

/** Return a unit as people write it: W m⁻² sr⁻¹ µm⁻¹ for "W m-2 sr-1 um-1". */
export const unitWords = (unit) => unit.replace(/\bum/g, "µm").replace(/-(\d)/g, (_whole, digit) => `⁻${"⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]}`);

/** Draw a chart in an element, again when the theme or the width changes.
 *
 * made() returns {x, y, height, series, data, bands}: the axes' words, uPlot's series and columns.
 */
export function chart(element, made) {
  let plot = null;
  const draw = () => {
    const { x, y, height = HEIGHT_PX, series, data, bands = [], sync } = made();
    const styles = getComputedStyle(document.documentElement);
    const axis = {
      stroke: styles.getPropertyValue("--muted"),
      grid: { stroke: styles.getPropertyValue("--line"), width: 1 },
      ticks: { stroke: styles.getPropertyValue("--line") },
      values: (_plot, values) => values.map((one) => (one === null ? "" : number(one, 4))),
    };
    const told = (_plot, value) => (value === null || value === undefined ? "–" : number(value));
    plot?.destroy();
    plot = new uPlot(
      {
        width: element.clientWidth,
        height,
        scales: { x: { time: false } },
        axes: [{ ...axis, label: x, labelFont: LABEL_FONT }, { ...axis, label: y, labelFont: LABEL_FONT, size: 70 }],
        series: [{ label: x, value: told }, ...series.map((one) => ({ value: told, spanGaps: false, ...one }))],
        bands,
        cursor: { sync: sync ? { key: sync } : undefined, drag: { x: true, y: false } },
      },
      data,
      element,
    );
    element.dataset.drawn = "true";
  };
  draw();
  document.addEventListener("theme", draw);
  let width = element.clientWidth;
  new ResizeObserver(() => {
    if (element.clientWidth === width) return;
    width = element.clientWidth;
    plot.setSize({ width, height: made().height ?? HEIGHT_PX });
  }).observe(element);
}

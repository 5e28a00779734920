// What a gas log read over time, and what a source explains of it.

import { _ } from "/static/texts.js";
import { chart, line, shade } from "/static/cases/charts.js";

/** Draw a log's series where the page has a place for it. */
export function drawSeries(series) {
  const [start] = series.time_unix_s;
  const edge = (by) => series.enhancement_ppm.map((value, k) => value + by * series.enhancement_sd_ppm[k]);
  chart(document.getElementById("series"), () => ({
    x: _("Seconds"), y: _("Above clean air, ppm"),
    data: [series.time_unix_s.map((time) => time - start), edge(-2), edge(2), series.enhancement_ppm, series.modelled_ppm],
    bands: [{ series: [2, 1], fill: shade() }],
    series: [
      { label: _("−2 σ"), width: 0, points: { show: false } },
      { label: _("+2 σ"), width: 0, points: { show: false } },
      { label: _("measured"), width: 1.5, ...line(0) },
      { label: _("explained by this source"), width: 2, ...line(2) },
    ],
  }));
}

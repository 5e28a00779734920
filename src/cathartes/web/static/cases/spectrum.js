// The spectrum in a plume against its fits, what each leaves below it, and its profile.

import { _ } from "/static/texts.js";
import { chart, line, shade, unitWords } from "/static/cases/charts.js";

const WIDE_GAP = 3; // times the usual step: bands between windows are not joined

/** Draw a plume's spectrum, residuals and profile where the page has places for them. */
export function drawSpectrum(spectrum) {
  const { plume } = spectrum;
  const unit = spectrum.unit === "1" ? _("reflectance") : unitWords(spectrum.unit);
  const { order, gaps } = inOrder(spectrum.wavelength_um);
  const spread = (values) => withGaps(order.map((k) => values[k]), gaps);
  const x = withGaps(order.map((k) => spectrum.wavelength_um[k]), gaps, true);
  const zero = x.map(() => 0);
  const words = plume.fits.map((fit) => `${fit.chemicals.map((name) => _(name.replaceAll("_", " "))).join(" + ")} (${_(fit.relation)})`);
  const at = (values, by) => values.map((value, k) => value + by * plume.signal_sd[k]);

  chart(document.getElementById("spectrum"), () => ({
    x: _("Wavelength, µm"), y: [_("Signal"), unit].join(", "), height: 280, sync: "spectrum",
    data: [x, spread(at(plume.signal, -2)), spread(at(plume.signal, 2)), spread(plume.signal), ...plume.fits.map((fit) => spread(fit.fit))],
    bands: [{ series: [2, 1], fill: shade() }],
    series: [
      { label: _("−2 σ"), width: 0 },
      { label: _("+2 σ"), width: 0 },
      { label: _("signal"), width: 2, ...line(0) },
      ...words.map((label, k) => ({ label, width: 2, show: k < 3, ...line(k + 1) })),
    ],
  }));
  chart(document.getElementById("residual"), () => ({
    x: _("Wavelength, µm"), y: _("Residual"), height: 170, sync: "spectrum",
    data: [x, spread(plume.signal_sd.map((sd) => -2 * sd)), spread(plume.signal_sd.map((sd) => 2 * sd)), zero, ...plume.fits.map((fit) => spread(fit.residual))],
    bands: [{ series: [2, 1], fill: shade() }],
    series: [
      { label: _("−2 σ"), width: 0 },
      { label: _("+2 σ"), width: 0 },
      { label: _("none left"), width: 1, ...line(0) },
      ...words.map((label, k) => ({ label, width: 1.5, show: k < 3, ...line(k + 1) })),
    ],
  }));
  if (plume.profile) drawProfile(plume.profile);
}

function drawProfile(profile) {
  const isColumn = profile.quantity === "column_density_ppm_m";
  const edge = (sign) => profile.mean.map((mean, k) => (mean === null || profile.across_sd[k] === null ? null : mean + sign * profile.across_sd[k]));
  chart(document.getElementById("profile"), () => ({
    x: _("Distance, m"), y: isColumn ? "ppm m" : "ppm m K",
    data: [profile.distance_m, edge(-1), edge(1), profile.mean],
    bands: [{ series: [2, 1], fill: shade() }],
    series: [
      { label: _("less the spread across"), width: 0, points: { show: false } },
      { label: _("plus the spread across"), width: 0, points: { show: false } },
      { label: _("mean"), width: 2, ...line(1), points: { show: true } },
    ],
  }));
}

/** Return bands by wavelength, and after which of them there is a gap. */
function inOrder(wavelength) {
  const order = wavelength.map((_one, k) => k).sort((a, b) => wavelength[a] - wavelength[b]);
  const steps = order.slice(1).map((k, n) => wavelength[k] - wavelength[order[n]]);
  const usual = [...steps].sort((a, b) => a - b)[Math.floor(steps.length / 2)];
  return { order, gaps: new Set(steps.flatMap((step, n) => (step > WIDE_GAP * usual ? [n] : []))) };
}

/** Return values with a null, or for x the middle, in each gap. */
function withGaps(values, gaps, isX = false) {
  return values.flatMap((value, n) => (gaps.has(n) ? [value, isX ? (value + values[n + 1]) / 2 : null] : [value]));
}

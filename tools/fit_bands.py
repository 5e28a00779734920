"""Fit the band tables of the built-in library to published quantitative measurements.

    python tools/fit_bands.py --data $CATHARTES_DATA --out src/cathartes/spectra/data/bands
    python tools/fit_bands.py --data $CATHARTES_DATA --out ... --gas ammonia --gas acetone

One JSON file a gas: band centres, widths and strengths, what they were fitted to, and how well
they give it back. The measurements themselves are not copied and are not needed at run time.
"""

import argparse
import json
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.ndimage import gaussian_filter1d

# The solver and the table of measurements lie beside this script.
from band_solver import FOUR_LN2, Bands, Problem, evaluate, fit
from cathartes.spectra.absorption import AbsorptionSpectrum
from cathartes.spectra.band_model import BASE_RESOLUTION_CM1, BandModel
from cathartes.spectra.fidelity import Fidelity, smoothed_cross_section_cm2, state_fidelity
from measurements import MEASUREMENTS, read_measurement

STEP_CM1 = 0.4


@dataclass(frozen=True)
class Range:
    """One part of the spectrum with its own wishes.

    judged_cm1: where the correlation is asked for; level_cm1: width over which a weak band's
    surroundings count for its weight; floor: share of the strongest level below which weights
    rise no more; correlation: asked at 1 cm-1; weighted: residual's share of the weighted
    target's norm asked.
    """

    fitted_cm1: tuple[float, float]
    judged_cm1: tuple[float, float]
    level_cm1: float
    floor: float
    correlation: float
    weighted: float
    max_bands: int


RANGES = (
    Range((660.0, 1450.0), (740.0, 1340.0), 15.0, 0.02, 0.9999, 0.02, 320),
    Range((4000.0, 7100.0), (4000.0, 7000.0), 30.0, 0.003, 0.999, 0.05, 1000),
)


def fit_segment(spectrum: AbsorptionSpectrum, part: Range, low: float, high: float) -> np.ndarray:
    """Return (band, 3) centre [cm-1], width [cm-1], strength [cm molecule-1] of one segment."""
    grid = low + STEP_CM1 * np.arange(int((high - low) / STEP_CM1) + 1)
    sigma = smoothed_cross_section_cm2(spectrum, grid, BASE_RESOLUTION_CM1)
    good_points = np.isfinite(sigma)
    grid, sigma = grid[good_points], sigma[good_points]
    judged = (grid >= part.judged_cm1[0]) & (grid <= part.judged_cm1[1])
    if judged.sum() < 10:
        judged[:] = True
    scale = sigma[judged].max()
    target = sigma / scale
    level = gaussian_filter1d(np.maximum(target, 0.0), part.level_cm1 / STEP_CM1, mode="nearest")
    weight = 1.0 / np.sqrt(np.maximum(level, 0.0) + part.floor)
    problem = Problem(grid, target, weight)
    norm = float(np.linalg.norm(target * weight))

    def good(bands: Bands) -> bool:
        model = evaluate(grid, bands)
        correlation = np.corrcoef(model[judged], target[judged])[0, 1]
        weighted = float(np.linalg.norm((target - model) * weight)) / norm
        return bool(correlation >= part.correlation and weighted <= part.weighted)

    bands = fit(problem, part.max_bands, good)
    strength = scale * np.exp(bands.log_peak) * bands.fwhm / np.sqrt(FOUR_LN2 / np.pi)
    return np.column_stack([bands.centre, bands.fwhm, strength])


def rounded(table: np.ndarray) -> list[list[float]]:
    """Round to what the fit knows: 0.01 cm-1, three digits, four digits."""
    return [
        [round(float(c), 2), max(float(f"{w:.3g}"), BASE_RESOLUTION_CM1), float(f"{s:.4g}")]
        for c, w, s in table
    ]


def fit_gas(spectrum: AbsorptionSpectrum) -> BandModel:
    """Fit every measured segment of every range."""
    tables, measured = [], []
    for part in RANGES:
        for a, b in spectrum.coverage_cm1:
            low, high = max(a, part.fitted_cm1[0]), min(b, part.fitted_cm1[1])
            if high - low > 5.0:
                tables.append(fit_segment(spectrum, part, low, high))
                measured.append((round(low, 2), round(high, 2)))
    table = np.array(rounded(np.concatenate(tables)))
    return BandModel(table[:, 0], table[:, 1], table[:, 2], tuple(measured))


def as_json(gas: str, spectrum: AbsorptionSpectrum, model: BandModel) -> str:
    """Return the table as text, a band a line."""
    head = {
        "gas": gas,
        "measurement": MEASUREMENTS[gas].file,
        "source": spectrum.source,
        "measured_cm1": model.measured_cm1,
        "resolution_cm1": model.resolution_cm1,
        "fidelity": [_fidelity_row(f) for f in state_fidelity(model, spectrum)],
        "columns": ["centre_cm1", "fwhm_cm1", "strength_cm"],
    }
    lines = [f" {json.dumps(key)}: {json.dumps(value)}," for key, value in head.items()]
    rows = zip(model.centre_cm1, model.fwhm_cm1, model.strength_cm, strict=True)
    bands = ",\n".join(f"  [{c:.2f}, {w:.4g}, {s:.4g}]" for c, w, s in rows)
    return "{\n" + "\n".join(lines) + f'\n "bands": [\n{bands}\n ]\n}}\n'


def _fidelity_row(f: Fidelity) -> dict[str, object]:
    return {
        "low_cm1": f.low_cm1,
        "high_cm1": f.high_cm1,
        "resolution_cm1": f.resolution_cm1,
        "correlation": round(f.correlation, 5),
        "largest_error": round(f.largest_error, 4),
        "integral_ratio": round(f.integral_ratio, 4),
        "absorbing_integral_ratio": round(f.absorbing_integral_ratio, 4),
        "bands_integral_ratio": round(f.bands_integral_ratio, 4),
        "beyond_bands_share": [round(r, 4) for r in f.beyond_bands_share],
        "band_integral_ratio": [round(r, 4) for r in f.band_integral_ratio],
    }


def main() -> int:
    """Fit the gases asked for and write their tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of CATHARTES_DATA")
    parser.add_argument("--out", type=Path, required=True, help="folder for the tables")
    parser.add_argument("--gas", action="append", choices=list(MEASUREMENTS), help="default: all")
    parser.add_argument("--max-bands", type=int, help="fewer bands in the long wave, for a trial")
    options = parser.parse_args()
    if options.max_bands:
        global RANGES  # noqa: PLW0603
        RANGES = (replace(RANGES[0], max_bands=options.max_bands), *RANGES[1:])
    options.out.mkdir(parents=True, exist_ok=True)
    for gas in options.gas or MEASUREMENTS:
        start = time.perf_counter()
        spectrum = read_measurement(options.data / "spectra" / "xsec", gas)
        model = fit_gas(spectrum)
        (options.out / f"{gas}.json").write_text(as_json(gas, spectrum, model), encoding="utf-8")
        took = time.perf_counter() - start
        print(f"{gas}: {len(model)} bands, {took:.1f} s")
        for f in state_fidelity(model, spectrum):
            low, high = f.band_integral_ratio
            print(
                f"   {f.low_cm1:.0f}-{f.high_cm1:.0f} at {f.resolution_cm1:.0f} cm-1: "
                f"r {f.correlation:.5f}, error {f.largest_error:.4f}, "
                f"integral {f.integral_ratio:.4f} ({f.absorbing_integral_ratio:.4f} above zero, "
                f"{f.bands_integral_ratio:.4f} in bands), each {low:.4f}-{high:.4f}",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())

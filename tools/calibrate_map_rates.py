"""Fit the effective wind's numbers on made-up column maps; prints what effective_wind.py holds.

    python tools/calibrate_map_rates.py --maps 200

Seeds 1 to `--maps` (below 1000: tuning), 5 m and 30 m pixels. The origin is the one found with a
wind of 15 degrees' error; speed and height are the true ones, so that the residual is the method's.
"""

import argparse
from dataclasses import dataclass

import numpy as np

from cathartes.locate import effective_wind
from cathartes.locate.column_map import ColumnMap, noise_of
from cathartes.locate.column_mass import mass_per_column_kg_m2
from cathartes.locate.cross_section import cross_section_weights
from cathartes.locate.effective_wind import SourceHeight
from cathartes.locate.integrated_mass import integrated_mass_weights
from cathartes.locate.look_wind import LookWind
from cathartes.locate.origin import find_origin
from cathartes.simulate.column_scene import GAS_G_MOL, ColumnScene, column_scene

DIRECTION_SD_DEG = 15.0


@dataclass(frozen=True, slots=True)
class Row:
    """ln of true rate over uncalibrated flux by each method but for the profile; and lengths."""

    bare: tuple[float, float]
    length_m: tuple[float, float]
    height_m: float
    pixel_m: float


def measure(scene: ColumnScene) -> Row:
    """Return what one made-up map says."""
    column = scene.column_density_ppm_m
    noise = noise_of(column, scene.mask)
    column_map = ColumnMap(column, scene.mask, noise, 0.0, scene.pixel_m)
    wind = LookWind(scene.wind_speed_m_s, 0.0, scene.told_from_deg, DIRECTION_SD_DEG)
    origin_m = find_origin(column_map, wind).likeliest_m
    bare, lengths = [], []
    for weights in (
        integrated_mass_weights(column_map, origin_m),
        cross_section_weights(column_map, origin_m),
    ):
        integral = weights.integral_ppm_m2(column_map) - weights.background_ppm_m2(column_map)[0]
        carried = max(integral, 1e-9) * mass_per_column_kg_m2(GAS_G_MOL)
        bare.append(float(np.log(scene.rate_kg_h / 3600.0 / carried / scene.wind_speed_m_s)))
        lengths.append(weights.length_m)
    return Row((bare[0], bare[1]), (lengths[0], lengths[1]), scene.height_m, scene.pixel_m)


def residuals(rows: list[Row]) -> np.ndarray:
    """Return ln κ of each map and method, (map, 2), with the height known."""
    return np.array(
        [
            [
                bare - np.log(effective_wind.relative_speed(length, known)[0])
                for bare, length in zip(row.bare, row.length_m, strict=True)
            ]
            for row in rows
            for known in (SourceHeight(row.height_m, row.height_m),)
        ]
    )


def fit_spread(residual: np.ndarray, length_px: np.ndarray) -> tuple[float, float]:
    """Return (least_sd, sd_of_a_pixel) by the likelihood of a normal law, on a grid."""
    grid = [(a, b) for a in np.arange(0.02, 0.3, 0.01) for b in np.arange(0.0, 1.2, 0.02)]

    def misfit(pair: tuple[float, float]) -> float:
        variance = pair[0] ** 2 + pair[1] ** 2 / length_px
        return float((np.log(variance) + residual**2 / variance).sum())

    return min(grid, key=misfit)


def main() -> None:
    """Print the numbers."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--maps", type=int, default=200)
    # The rise that gives 5 m and 30 m pixels one kappa is chosen by hand: RISE of the module.
    n_maps = parser.parse_args().maps
    rows = [measure(column_scene(seed, px)) for px in (5.0, 30.0) for seed in range(1, n_maps + 1)]
    pixel = np.array([row.pixel_m for row in rows])
    length_px = np.array([row.length_m[0] for row in rows]) / pixel
    used = effective_wind.RISE
    for rise in (0.01, 0.02, 0.03, 0.05, 0.08):
        effective_wind.RISE = rise
        spread = residuals(rows)
        both = spread.mean(axis=1)
        steps = [round(float(both[pixel == p].mean()), 3) for p in (5.0, 30.0)]
        print(f"rise {rise}: sd {both.std():.3f}, mean of ln kappa at 5 and 30 m {steps}")
    effective_wind.RISE = used
    ln_kappa = residuals(rows)
    for name, values in zip(("INTEGRATED_MASS", "CROSS_SECTION"), ln_kappa.T, strict=True):
        # The mean of Q is to be right, not that of its logarithm.
        kappa = float(1.0 / np.mean(np.exp(-values)))
        least, of_a_pixel = fit_spread(values - np.log(kappa), length_px)
        print(f"{name}: kappa {kappa:.3f}, least_sd {least:.2f}, sd_of_a_pixel {of_a_pixel:.2f}, "
              f"residual sd {values.std():.3f}")  # fmt: skip
    print(f"DISAGREE_SD {(ln_kappa[:, 0] - ln_kappa[:, 1]).std():.2f}")


if __name__ == "__main__":
    main()

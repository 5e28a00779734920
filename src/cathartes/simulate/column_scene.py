"""Made-up column maps with a plume of known origin and rate, as a scan would hand them on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, label, uniform_filter

from cathartes.simulate.meandering import Air, Release, make_eddies, residence_s_m2
from cathartes.simulate.plume import column_per_emission_ppm_m

JUDGING_FROM_SEED = 20_000
"""Seeds below 1000 are for tuning, those from here on for judging."""
GROW_SCORE = 2.5
SEED_SCORE = 5.0
LEAST_PIXELS = 12
GAS_G_MOL = 17.031
"""Of ammonia: the rate scales with it, nothing else depends on it."""


MAST_S = 60.0
"""Least averaging time of the wind."""


@dataclass(frozen=True, slots=True)
class WindError:
    """How far the wind told is from the wind.

    Attributes
    ----------
    speed, direction_deg
        Relative, and [deg]: one standard deviation, or the greatest error.
    bounded
        True: even up to these; False: normal with these standard deviations.
    """

    speed: float = 0.2
    direction_deg: float = 15.0
    bounded: bool = False


DEFAULT_ERROR = WindError()


@dataclass(frozen=True, slots=True)
class ColumnScene:
    """A column map with its truth.

    Attributes
    ----------
    column_density_ppm_m : (line, sample) [ppm m]
        With noise; north up.
    column_density_sd_ppm_m : [ppm m]
        Of a pixel's noise.
    mask : (line, sample) bool
        Outline as a scan draws it.
    pixel_m : [m]
    origins_m : ((east, north), ...) [m]
        Of the upper left corner of the map; the plume's only origin but for mixed scenes.
    rate_kg_h : [kg h-1]
        Of all origins.
    height_m : [m]
        Of the origins above ground.
    air
        As it was.
    wind_speed_m_s, wind_from_deg
        The mean of a mast at the source over the time that the plume in the map has come.
    told_speed_m_s, told_from_deg
        The same with an error.
    """

    column_density_ppm_m: NDArray[np.float64]
    column_density_sd_ppm_m: float
    mask: NDArray[np.bool_]
    pixel_m: float
    origins_m: tuple[tuple[float, float], ...]
    rate_kg_h: float
    height_m: float
    air: Air
    wind_speed_m_s: float
    wind_from_deg: float
    told_speed_m_s: float
    told_from_deg: float


def outline_as_scanned(
    column: NDArray[np.float64], sd: float, near: tuple[int, int]
) -> NDArray[np.bool_]:
    """Return the outline of a plume: 3 x 3 means above `GROW_SCORE` that hold one of `SEED_SCORE`.

    Parameters
    ----------
    column : (line, sample) [ppm m]
    sd : [ppm m]
        Of a pixel.
    near
        (line, sample) of the source: of several outlines the largest within 8 pixels is it.

    Returns
    -------
    (line, sample) bool
        All False if there is none.
    """
    score = uniform_filter(column, 3) * 3.0 / sd
    score = score / (np.median(np.abs(score)) / 0.6745)
    parts, n_parts = label(score > GROW_SCORE, structure=np.ones((3, 3)))
    best = np.zeros(column.shape, dtype=bool)
    for part in range(1, n_parts + 1):
        mask = parts == part
        lines, samples = np.nonzero(mask)
        distance = np.hypot(lines - near[0], samples - near[1]).min()
        if score[mask].max() > SEED_SCORE and distance < 8 and mask.sum() > best.sum():
            best = mask
    return best


def column_scene(
    seed: int,
    pixel_m: float,
    *,
    errors: WindError = DEFAULT_ERROR,
    n_origins: int = 1,
    n_pixels: int = 112,
) -> ColumnScene:
    """Return a made-up map; the same seed gives the same.

    Winds of 1.5 to 9 m/s, turbulence of 0.12 to 0.35, peaks of 8 to 80 standard deviations. A part
    of the noise is clutter, smooth over some pixels.

    Parameters
    ----------
    seed
        Below 1000 for tuning, from `JUDGING_FROM_SEED` on for judging.
    pixel_m : [m]
    errors
        Of the wind told.
    n_origins
        More than one lie 6 to 16 pixels apart across the wind, and the plume is one outline.
    n_pixels
        Side of the map.
    """
    generator = np.random.default_rng([seed, int(pixel_m), n_origins])
    while True:
        scene = _try_scene(generator, pixel_m, errors, n_origins, n_pixels)
        if scene.mask.sum() >= LEAST_PIXELS:
            return scene


def _try_scene(
    generator: np.random.Generator,
    pixel_m: float,
    errors: WindError,
    n_origins: int,
    n_pixels: int,
) -> ColumnScene:
    air = Air(
        wind_speed_m_s=float(np.exp(generator.uniform(np.log(1.5), np.log(9.0)))),
        wind_from_deg=float(generator.uniform(0.0, 360.0)),
        turbulence=float(generator.uniform(0.12, 0.35)),
        eddy_m=float(np.exp(generator.uniform(np.log(60.0), np.log(500.0)))),
        roughness_m=float(np.exp(generator.uniform(np.log(0.01), np.log(0.3)))),
        spread=float(generator.uniform(0.03, 0.09)),
        rise=float(generator.uniform(0.03, 0.1)),
    )
    to = np.deg2rad(air.wind_from_deg + 180.0)
    middle = 0.5 * n_pixels + generator.uniform(-4.0, 4.0, 2)
    line = middle[0] + 0.3 * n_pixels * np.cos(to)
    sample = middle[1] - 0.3 * n_pixels * np.sin(to)
    apart = (np.arange(n_origins) - 0.5 * (n_origins - 1)) * generator.uniform(6.0, 16.0)
    height = float(generator.choice([0.0, 3.0, 8.0]))
    releases = tuple(
        Release(line + a * np.sin(to), sample + a * np.cos(to), height, 0.5 + 0.1 * pixel_m)
        for a in apart
    )
    length_m = generator.uniform(0.5, 1.3) * n_pixels * pixel_m
    shares = generator.uniform(0.6, 1.4, n_origins)
    field = make_eddies(air, 1.6 * pixel_m, generator)
    parts = residence_s_m2(air, field, releases, (n_pixels, n_pixels), pixel_m, length_m, generator)
    clean = sum(s * part for s, part in zip(shares / shares.sum(), parts, strict=True))
    rate_kg_h = float(np.exp(generator.uniform(np.log(3.0), np.log(300.0))))
    column = np.asarray(clean) * rate_kg_h / 3600.0 * column_per_emission_ppm_m(GAS_G_MOL)
    sd = float(column.max() / np.exp(generator.uniform(np.log(8.0), np.log(80.0))))
    source_m = (sample * pixel_m, -line * pixel_m)
    speed, wind_from = field.mast_wind(source_m, max(length_m / air.wind_speed_m_s, MAST_S))
    white = generator.standard_normal(column.shape)
    clutter = gaussian_filter(generator.standard_normal(column.shape), 2.0)
    off = generator.uniform(-1.0, 1.0, 2) if errors.bounded else generator.standard_normal(2)
    noise = sd * (0.95 * white + 0.3 * clutter / clutter.std())
    seen = column + noise
    return ColumnScene(
        column_density_ppm_m=seen,
        column_density_sd_ppm_m=sd,
        mask=outline_as_scanned(seen, sd, (int(line), int(sample))),
        pixel_m=pixel_m,
        origins_m=tuple((r.sample * pixel_m, -r.line * pixel_m) for r in releases),
        rate_kg_h=rate_kg_h,
        height_m=height,
        air=air,
        wind_speed_m_s=speed,
        wind_from_deg=wind_from,
        told_speed_m_s=speed * max(1.0 + errors.speed * float(off[0]), 0.2),
        told_from_deg=(wind_from + errors.direction_deg * float(off[1])) % 360.0,
    )

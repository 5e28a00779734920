"""Plumes over the ground: column density with filaments, meander and growth."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.constants import Avogadro
from scipy.ndimage import map_coordinates

from cathartes.errors import SettingsError
from cathartes.simulate.texture import smooth_field
from cathartes.spectra.absorption import (
    STANDARD_PRESSURE_PA,
    STANDARD_TEMPERATURE_K,
    number_density_per_ppm_m,
)

FAINTEST = 1e-3
"""Columns below this share of the peak are nothing."""
MOST_CELLS = 10**8
"""A plume is made on a grid of its own, of half a pixel; so many cells take some 5 GB."""


@dataclass(frozen=True, slots=True)
class PlumeShape:
    """How a plume lies on the ground.

    Attributes
    ----------
    source_line, source_sample
        Continuous pixel position (centre of the first pixel 0.5, 0.5).
    wind_from_deg : [deg]
        Direction the wind blows from, clockwise from north; lines run from north to south.
    length_m : [m]
        Distance that the gas has come since the release began.
    source_width_m : [m]
        Standard deviation across the wind at the source.
    growth
        Standard deviation gained per distance; 0.1 is neutral air.
    meander
        Standard deviation of the centre line's swing over the plume's own width.
    filaments
        Standard deviation of the logarithm of the column inside: 0 is a smooth Gaussian.
    """

    source_line: float
    source_sample: float
    wind_from_deg: float
    length_m: float
    source_width_m: float
    growth: float
    meander: float
    filaments: float

    def __post_init__(self) -> None:
        if min(self.length_m, self.source_width_m) <= 0 or min(self.growth, self.meander) < 0:
            raise SettingsError(
                f"plume of length {self.length_m} m, source width {self.source_width_m} m, growth "
                f"{self.growth}, meander {self.meander}; lengths must be positive, the rest not "
                "negative."
            )


def column_per_emission_ppm_m(molar_mass_g_mol: float) -> float:
    """Return the column density of 1 kg m-2 of a gas, [ppm m] at 296 K and 1 atm."""
    molecules_m2 = Avogadro / (molar_mass_g_mol * 1e-3)
    per_ppm_m = number_density_per_ppm_m(STANDARD_TEMPERATURE_K, STANDARD_PRESSURE_PA) * 1e4
    return molecules_m2 / per_ppm_m


def unit_plume(
    plume: PlumeShape,
    shape: tuple[int, int],
    pixel_m: float,
    generator: np.random.Generator,
) -> NDArray[np.float64]:
    r"""Return a plume's density whose integral across the wind is one at every distance.

    .. math:: f(s, y) = \frac{1}{N(s)} e^{-(y-y_c(s))^2/2\sigma(s)^2}\,e^{a g(s,y)},
              \qquad \sigma(s) = \sigma_0 + k s^{0.9}

    with a centre line y_c that swings more the farther it comes, a turbulence-like field g whose
    filaments grow with σ, and N(s) making :math:`\int f\,dy = 1`. A column density is
    :math:`f\,Q/U`: the flux across every section is then Q. The far end fades over a fifth of the
    length.

    Parameters
    ----------
    shape
        (line, sample) of the scene.
    pixel_m : [m]

    Returns
    -------
    (line, sample) [m-1], mean over each pixel.

    Raises
    ------
    SettingsError
        If the plume has more than `MOST_CELLS` half pixels.
    """
    step = 0.5 * pixel_m
    widest_m = plume.source_width_m + plume.growth * (plume.length_m + step) ** 0.9
    reach = 4.0 * widest_m * (1.0 + plume.meander)
    if (plume.length_m / step + 2.0) * (2.0 * reach / step + 2.0) > MOST_CELLS:
        raise SettingsError(
            f"plume of length {plume.length_m:g} m, up to {widest_m:.3g} m wide, in pixels of "
            f"{pixel_m:.3g} m: too large to be made in memory; shorten length_m, or lessen "
            "source_width_m, growth or meander."
        )
    along = np.arange(0.0, plume.length_m + step, step)
    width = plume.source_width_m + plume.growth * along**0.9
    reach = 4.0 * float(width.max()) * (1.0 + plume.meander)
    across = np.arange(-reach, reach + step, step)
    centre = plume.meander * width * _swing(generator, along, width)
    eta = (across[None, :] - centre[:, None]) / width[:, None]
    field = np.exp(-0.5 * eta**2)
    if plume.filaments > 0:
        field = field * np.exp(plume.filaments * _filaments(generator, along, width, eta))
    total = field.sum(axis=1, keepdims=True) * step
    fade = np.clip((plume.length_m - along) / (0.2 * plume.length_m), 0.0, 1.0)
    field = field / total * np.sin(0.5 * np.pi * fade)[:, None] ** 2
    return _onto_pixels(plume, field, step, reach, shape, pixel_m)


def _swing(
    generator: np.random.Generator, along: NDArray[np.float64], width: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return a smooth random swing over distance, 0 at the source, slower in a wider plume."""
    phase = np.concatenate([[0.0], np.cumsum(np.diff(along) / width[1:])])
    swing = np.zeros(along.shape)
    for waves, weight in ((0.15, 1.0), (0.35, 0.7), (0.8, 0.35)):
        swing += weight * np.sin(waves * phase + generator.uniform(0.0, 2.0 * np.pi))
    grown = 1.0 - np.exp(-phase / 4.0)
    return np.asarray(grown * swing)


def _filaments(
    generator: np.random.Generator,
    along: NDArray[np.float64],
    width: NDArray[np.float64],
    eta: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return a turbulence-like field on the plume's own coordinates, spread about 1.

    Distances are counted in plume widths, so that eddies grow as the plume does; they are drawn
    out along the wind.
    """
    xi = np.concatenate([[0.0], np.cumsum(np.diff(along) / width[1:])])
    cells = 12
    rows = int(np.ceil(xi[-1] * cells / 2.0)) + 4
    columns = 12 * cells
    total = np.zeros(eta.shape)
    norm = 0.0
    for scale in (0.9, 0.4, 0.18):
        noise = smooth_field(generator, (max(rows, 8), columns), scale * cells)
        weight = scale ** (1.0 / 3.0)
        where = np.stack(
            [np.broadcast_to((xi * cells / 2.0)[:, None], eta.shape), (eta + 6.0) * cells]
        )
        total += weight * map_coordinates(noise, where, order=1, mode="wrap")
        norm += weight**2
    return np.asarray(total / np.sqrt(norm))


def _onto_pixels(
    plume: PlumeShape,
    field: NDArray[np.float64],
    step: float,
    reach: float,
    shape: tuple[int, int],
    pixel_m: float,
) -> NDArray[np.float64]:
    """Return the pixel means of a field given over (distance along, distance across the wind)."""
    azimuth = np.deg2rad(plume.wind_from_deg + 180.0)
    east, north = np.sin(azimuth), np.cos(azimuth)
    total = np.zeros(shape)
    offsets = (np.arange(3) + 0.5) / 3
    for dl in offsets:
        for ds in offsets:
            x = (np.arange(shape[1]) + ds - plume.source_sample) * pixel_m
            y = -(np.arange(shape[0]) + dl - plume.source_line) * pixel_m
            s = x[None, :] * east + y[:, None] * north
            across = -x[None, :] * north + y[:, None] * east
            total += map_coordinates(
                field, [s / step, (across + reach) / step], order=1, mode="constant"
            )
    return total / offsets.size**2


def drop_faint(column: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (line, sample) columns with those below `FAINTEST` of the greatest set to zero."""
    return np.where(column >= FAINTEST * column.max(initial=0.0), column, 0.0)

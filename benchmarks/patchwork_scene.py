"""Thermal scenes that owe nothing to `cathartes.simulate`: a patchwork of measured materials.

Fields with wavy borders, each a mixture of two measured emissivities that changes from place to
place, at a temperature of its own; roofs, some of them hot; striping. How many fields there are, of
how many materials, and how coarse their mixtures are differs from scene to scene.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from scipy.spatial import cKDTree

from cathartes.scenes.cube import ArrayLines, Cube
from cathartes.scenes.radiometry import planck_radiance, planck_slope
from cathartes.simulate.surfaces import TabulatedSurface
from cathartes.spectra.absorption import AbsorptionSpectrum
from cathartes.spectra.response import SpectralBands

SHAPE = (420, 300)
BANDS = SpectralBands(np.linspace(7.7, 12.2, 128), np.full(128, 0.05))
SHOWN_DEPTH = 0.01
"""A plume's pixels are those with a greater optical depth in its strongest band."""


@dataclass(frozen=True)
class GasPlume:
    """A gas's absorption on the bands, (band,) [1/(ppm m)], and the greatest optical depth."""

    absorption: NDArray[np.float64]
    greatest_depth: float

    @classmethod
    def of(cls, spectrum: AbsorptionSpectrum, greatest_depth: float) -> "GasPlume":
        """Blur a measured spectrum to `BANDS`."""
        lam_um = np.linspace(BANDS.centre_um[0] - 0.1, BANDS.centre_um[-1] + 0.1, 20_000)
        fine = np.nan_to_num(spectrum.absorption_per_ppm_m(1e4 / lam_um))
        off = (lam_um - BANDS.centre_um[:, None]) / (BANDS.fwhm_um[:, None] / 2.355)
        weight = np.exp(-0.5 * off**2)
        return cls(weight @ fine / weight.sum(axis=1), greatest_depth)


def patchwork(
    seed: int, materials: Sequence[TabulatedSurface], plumes: Sequence[GasPlume] = ()
) -> tuple[Cube, NDArray[np.intp]]:
    """Make a scene, and the number of each pixel's plume: 0 none, 1 the first.

    Returns
    -------
    cube
        `SHAPE` pixels on `BANDS`, [W m-2 sr-1 um-1].
    labels : (line, sample) int
    """
    rng = np.random.default_rng(seed)
    wavelength_um = BANDS.centre_um
    emissivity, temperature_k = ground(rng, materials)
    air_k = rng.uniform(285.0, 300.0)
    leaving = emissivity * planck_radiance(wavelength_um, temperature_k[..., None])
    leaving += (1.0 - emissivity) * 0.25 * planck_radiance(wavelength_um, 270.0)
    labels = np.zeros(SHAPE, np.intp)
    for number, plume in enumerate(plumes, start=1):
        depth = plume.absorption * columns(rng, plume)[..., None]
        passed = np.exp(-depth)
        plume_k = air_k + rng.uniform(-4.0, 14.0)
        leaving = leaving * passed + (1.0 - passed) * planck_radiance(wavelength_um, plume_k)
        labels[depth.max(axis=-1) > SHOWN_DEPTH] = number
    passed = np.exp(-air_depth(wavelength_um))
    radiance = leaving * passed + (1.0 - passed) * planck_radiance(wavelength_um, air_k - 4.0)
    radiance = seen(rng, radiance, planck_slope(wavelength_um, 300.0)).astype(np.float32)
    cube = Cube(
        name=f"patchwork {seed}",
        shape=(*SHAPE, wavelength_um.size),
        bands=BANDS,
        band_valid=np.ones(wavelength_um.size, bool),
        source=ArrayLines(radiance),
    )
    return cube, labels


def ground(
    rng: np.random.Generator, materials: Sequence[TabulatedSurface]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return emissivity, (line, sample, band), and temperature, (line, sample) [K]."""
    n_fields = int(rng.integers(25, 120))
    n_kinds = int(rng.integers(12, n_fields))
    kinds = rng.choice(len(materials), n_kinds)
    spectra = np.array([1.0 - materials[k].reflectance(BANDS.centre_um) for k in kinds])
    pairs = spectra[rng.integers(0, n_kinds, (n_fields, 2))]
    waves = np.stack([gaussian_filter(rng.normal(size=SHAPE), 6) for _ in SHAPE], axis=-1)
    place = np.moveaxis(np.indices(SHAPE), 0, -1) + 60.0 * waves
    field = cKDTree(rng.uniform(0.0, SHAPE, (n_fields, 2))).query(place)[1]
    coarse = gaussian_filter(rng.normal(size=SHAPE), rng.uniform(0.8, 6.0))
    share = np.clip(0.5 + 0.25 * coarse / coarse.std(), 0.0, 1.0)[..., None]
    emissivity = pairs[field, 0] * share + pairs[field, 1] * (1.0 - share)
    temperature = rng.normal(303.0, rng.uniform(1.5, 5.0), n_fields)[field]
    temperature += 25.0 * gaussian_filter(rng.normal(size=SHAPE), 15)
    temperature += rng.uniform(0.5, 3.0) * gaussian_filter(rng.normal(size=SHAPE), 1)
    for _ in range(rng.integers(4, 25)):
        line, sample = rng.integers(0, np.array(SHAPE) - 20)
        height, width = rng.integers(3, 16, 2)
        roof = slice(line, line + height), slice(sample, sample + width)
        emissivity[roof] = 1.0 - materials[rng.choice(len(materials))].reflectance(BANDS.centre_um)
        temperature[roof] = rng.normal(310.0, 9.0)
    return emissivity, temperature


def columns(rng: np.random.Generator, plume: GasPlume) -> NDArray[np.float64]:
    """Return a torn cone's column density, (line, sample) [ppm m]."""
    line, sample = rng.integers(60, SHAPE[0] - 60), rng.integers(50, SHAPE[1] - 110)
    turn = rng.uniform(-0.6, 0.6)
    down, across = np.indices(SHAPE) - np.array([line, sample])[:, None, None]
    along = across * np.cos(turn) + down * np.sin(turn)
    aside = down * np.cos(turn) - across * np.sin(turn)
    width = 1.0 + 0.13 * np.maximum(along, 0.0)
    column = np.exp(-0.5 * (aside / width) ** 2 - along / 70.0) / width * (along > 0)
    column *= np.exp(2.0 * gaussian_filter(rng.normal(size=SHAPE), 2))
    return np.asarray(column * plume.greatest_depth / (column.max() * plume.absorption.max()))


def air_depth(wavelength_um: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the optical depth of some air: grey, with ends and a few lines."""
    lines = np.abs(gaussian_filter(np.random.default_rng(5).normal(size=400), 1.5))
    return np.asarray(
        0.12
        + 0.25 * np.exp(-(((wavelength_um - 7.6) / 0.35) ** 2))
        + 0.06 * np.exp(-(((wavelength_um - 12.4) / 0.5) ** 2))
        + 0.05 * np.interp(wavelength_um, np.linspace(7.7, 12.2, 400), lines)
    )


def seen(
    rng: np.random.Generator, radiance: NDArray[np.float64], slope: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return radiance with noise of 0.04 to 0.12 K, and each sample's own gain and offset."""
    noise_k = rng.uniform(0.04, 0.12) * np.linspace(1.3, 1.0, slope.size)
    n_samples = radiance.shape[1]
    radiance = radiance + noise_k * slope * rng.normal(size=radiance.shape)
    radiance *= 1.0 + 0.0008 * rng.normal(size=(1, n_samples, 1))
    return np.asarray(radiance + 0.02 * slope * rng.normal(size=(1, n_samples, slope.size)))

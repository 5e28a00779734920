"""Small made-up scenes in memory, with exact radiances and known columns."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from cathartes.detect.gases import GasesOnBands
from cathartes.detect.planes import MemoryPlanes
from cathartes.detect.result import Detections
from cathartes.detect.settings import DetectSettings
from cathartes.detect.step import detect
from cathartes.scenes.cube import ArrayLines, Cube
from cathartes.scenes.radiometry import planck_radiance
from cathartes.spectra.response import SpectralBands

N_BANDS = 48
AIR_K = 305.0
NAMES = ("alphane", "betane", "gammane", "deltane", "epsilane")
PLACES = ((0.12,), (0.3, 0.7), (0.45,), (0.62, 0.2), (0.85,))
"""Band centres of each gas, as parts of the window."""


def absorption(strongest):
    """(gas, band) [ppm-1 m-1]: Gaussian bands, narrow enough to differ from any ground."""
    where = np.linspace(0, 1, N_BANDS)
    return np.array(
        [
            sum(
                strongest / (k + 1) * np.exp(-0.5 * ((where - p) / 0.025) ** 2)
                for k, p in enumerate(places)
            )
            for places in PLACES
        ]
    )


AS_WARM_AS_THE_AIR = DetectSettings(plume_excess_sd_k=2.0)
"""What these scenes' plumes are, and their detector is told so."""


@dataclass(frozen=True)
class Scene:
    """Radiance, gases and the columns that were put into it."""

    values: np.ndarray
    wavelength_um: np.ndarray
    gases: GasesOnBands
    truth_ppm_m: dict[str, np.ndarray]
    air_temperature_k: float | None
    sun_zenith_deg: float | None

    def cube(self, **changes):
        bands = SpectralBands(self.wavelength_um, np.full(N_BANDS, np.ptp(self.wavelength_um) / 40))
        cube = Cube(
            name="made-up",
            shape=self.values.shape,
            bands=bands,
            band_valid=np.ones(N_BANDS, bool),
            source=ArrayLines(self.values.astype(np.float32)),
            air_temperature_k=self.air_temperature_k,
            sun_zenith_deg=self.sun_zenith_deg,
        )
        return replace(cube, **changes)

    def detect(self, settings=None, **changes) -> Detections:
        cube = self.cube(**changes)
        store = MemoryPlanes(cube.n_lines, cube.n_samples)
        return detect(cube, self.gases, settings or AS_WARM_AS_THE_AIR, store)


def columns(shape, plumes):
    """Sum of round plumes, {gas: (line, sample)} from (gas, line, sample, peak)."""
    line, sample = np.ogrid[: shape[0], : shape[1]]
    truth = {}
    for gas, i, j, peak in plumes:
        column = peak * np.exp(-0.5 * ((line - i) ** 2 + (sample - j) ** 2) / 2.0**2)
        truth[gas] = truth.get(gas, 0.0) + column
    return truth


def mixed_ground(rng, shape):
    """Shares of three materials in soft patches, (line, sample, 3)."""
    coarse = rng.normal(0, 1, (shape[0] // 8 + 2, shape[1] // 8 + 2, 3))
    line, sample = np.arange(shape[0]) / 8, np.arange(shape[1]) / 8
    a, b = line.astype(int), sample.astype(int)
    f, g = (line - a)[:, None, None], (sample - b)[None, :, None]
    soft = (1 - f) * ((1 - g) * coarse[a][:, b] + g * coarse[a][:, b + 1])
    soft = soft + f * ((1 - g) * coarse[a + 1][:, b] + g * coarse[a + 1][:, b + 1])
    share = np.exp(soft)
    return share / share.sum(axis=2, keepdims=True)


def emissive_scene(
    seed, plumes=(), shape=(150, 120), air_k=AIR_K, ground_k=293.0, plume_k=None, alike=0.0
):
    """Three materials of smooth emissivity; the three-layer equation, exactly, without air.

    Plumes are as warm as the air unless ``plume_k`` is given. Gammane and deltane absorb the part
    ``alike`` of each other's bands too.
    """
    rng = np.random.default_rng(seed)
    wavelength_um = np.linspace(8.0, 12.0, N_BANDS)
    where = np.linspace(-1, 1, N_BANDS)
    emissivity = 0.98 - 0.03 * np.array([0 * where, (1 + where) / 2, np.exp(-4 * where**2)])
    share = mixed_ground(rng, shape)
    temperature = ground_k + 2.0 * (share[:, :, :1] - 0.33) + rng.normal(0, 0.3, (*shape, 1))
    ground = (share @ emissivity) * planck_radiance(wavelength_um, temperature)
    alpha = absorption(2e-3)
    alpha[[2, 3]] += alike * alpha[[3, 2]]
    gases = GasesOnBands(NAMES, alpha)
    truth = columns(shape, plumes)
    depth = sum(
        (truth[g][:, :, None] * gases.absorption_per_ppm_m[NAMES.index(g)] for g in truth),
        start=np.zeros((1, 1, 1)),
    )
    glow = planck_radiance(wavelength_um, air_k if plume_k is None else plume_k)
    values = ground * np.exp(-depth) - np.expm1(-depth) * glow
    values = values + rng.normal(0, 0.01, values.shape)
    return Scene(values, wavelength_um, gases, truth, air_k, None)


def reflective_scene(seed, plumes=(), shape=(150, 120)):
    """Three materials in uneven light, sun at 30 degrees; Beer-Lambert, exactly."""
    rng = np.random.default_rng(seed)
    wavelength_um = np.linspace(2.05, 2.45, N_BANDS)
    where = np.linspace(0, 1, N_BANDS)
    materials = np.array([1 + 0 * where, 0.5 + where, 1.3 - 0.6 * where**2])
    ground = 4.0 * (mixed_ground(rng, shape) @ materials) * rng.uniform(0.85, 1.15, (*shape, 1))
    gases = GasesOnBands(NAMES, absorption(1e-4))
    truth = columns(shape, plumes)
    factor = 1 / np.cos(np.radians(30)) + 1
    depth = sum(
        (truth[g][:, :, None] * gases.absorption_per_ppm_m[NAMES.index(g)] for g in truth),
        start=np.zeros((1, 1, 1)),
    )
    values = ground * np.exp(-factor * depth)
    values = values + rng.normal(0, 0.015, values.shape)
    return Scene(values, wavelength_um, gases, truth, None, 30.0)


@pytest.fixture
def make_emissive():
    return emissive_scene


@pytest.fixture
def make_reflective():
    return reflective_scene

"""A small library of analytic gases and a small scene, quick enough for every test."""

import numpy as np
import pytest

from cathartes.scenes.instrument import Instrument, load_instrument
from cathartes.simulate.settings import PlumeSettings, SceneSettings
from cathartes.spectra.absorption import AbsorptionSpectrum, Quality
from cathartes.spectra.library import Gas, GasLibrary


def gaussian_gas(name: str, centre_cm1: float, width_cm1: float, peak_cm2: float) -> Gas:
    nu = np.arange(600.0, 5200.0, 0.5)
    sigma = peak_cm2 * np.exp(-0.5 * ((nu - centre_cm1) / width_cm1) ** 2)
    spectrum = AbsorptionSpectrum(
        name, nu, sigma, 296.0, 101_325.0, 0.5, Quality.QUANTITATIVE, "made up"
    )
    return Gas(name, "", "", 17.0, spectrum=spectrum)


@pytest.fixture(scope="session")
def gases() -> GasLibrary:
    return GasLibrary(
        [
            gaussian_gas("alphane", 950.0, 6.0, 8e-19),
            gaussian_gas("betane", 1080.0, 9.0, 5e-19),
            gaussian_gas("swirane", 4400.0, 20.0, 4e-21),
            gaussian_gas("elsewhere", 3000.0, 10.0, 1e-18),
            Gas("nothingane", "", "", 20.0, remark="no spectrum"),
        ]
    )


@pytest.fixture(scope="session")
def hytes() -> Instrument:
    return load_instrument("hytes-like")


@pytest.fixture(scope="session")
def avng() -> Instrument:
    return load_instrument("aviris-ng-like")


@pytest.fixture(scope="session")
def small() -> SceneSettings:
    plume = PlumeSettings(
        gases={"alphane": 1.0, "betane": 0.5}, line=20.5, sample=10.5, peak_ppm_m=400.0,
        length_m=120.0, temperature_difference_k=12.0,
    )  # fmt: skip
    return SceneSettings(name="small", lines=48, samples=40, seed=5, plumes=(plume,))

"""Spectra of plumes that nobody measured."""

import numpy as np
from numpy.typing import NDArray

from cathartes.detect.plume_spectrum import PlumeSpectrum, Relation, SpectrumFit


def made_up_fit(
    relation: Relation, fit: NDArray[np.float64], *chemicals: str, probability: float = 0.97
) -> SpectrumFit:
    amount = np.linspace(40.0, 20.0, len(chemicals))
    return SpectrumFit(chemicals, relation, probability, 1.0, amount, fit, 0.05 * fit, 1.2)


def made_up_spectrum(
    wavelength_um: NDArray[np.float64],
    signal: NDArray[np.float64],
    chemical: str = "ammonia",
    runner_up: str = "",
) -> PlumeSpectrum:
    """Return a spectrum that one chemical explains, and another in part."""
    fits = [made_up_fit(Relation.NAMED, 0.95 * signal, chemical)]
    if runner_up:
        other = made_up_fit(Relation.RUNNER_UP, 0.3 * signal, runner_up, probability=0.02)
        fits.append(other)
    return PlumeSpectrum(
        band=np.arange(wavelength_um.size),
        wavelength_um=wavelength_um,
        measured=1.1 * signal,
        background_sd=np.full(wavelength_um.size, 0.1),
        noise_variance=0.04,
        signal=signal,
        signal_sd=np.full(wavelength_um.size, 0.02),
        fits=tuple(fits),
    )

"""What a little of each gas adds to the radiance of a pixel."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cathartes.detect.window import Regime
from cathartes.errors import NoSignatureError, SettingsError
from cathartes.scenes.radiometry import planck_slope


@dataclass(frozen=True, slots=True)
class Signatures:
    """The bank's signatures, gas by gas.

    Attributes
    ----------
    names : (gas,)
    regime
        Emissive signatures are per ppm m and per kelvin of contrast; reflective ones per ppm m.
    absorption_per_ppm_m : (gas, band) [ppm-1 m-1]
        Thin limit on the used bands.
    level : (band,) [cube's unit (K-1)]
        What a small optical depth changes, per unit of it and of contrast.
    air_mass_factor
        Slant path over vertical path; 1 in the emissive range.
    """

    names: tuple[str, ...]
    regime: Regime
    absorption_per_ppm_m: NDArray[np.float64]
    level: NDArray[np.float64]
    air_mass_factor: float = 1.0

    def __post_init__(self) -> None:
        if not self.names:
            raise NoSignatureError(
                "no gas of the library shows in the bands used; import spectra that cover them "
                "(`cathartes library import`), or give a cube with other bands."
            )

    @property
    def values(self) -> NDArray[np.float64]:
        """The signatures, (signature, band) [cube's unit ppm-1 m-1 (K-1)]."""
        return self.absorption_per_ppm_m * self.level


def emissive_signatures(
    names: tuple[str, ...],
    absorption_per_ppm_m: NDArray[np.float64],
    wavelength_um: NDArray[np.float64],
    ground_temperature_k: float,
    transmittance: NDArray[np.float64],
) -> Signatures:
    r"""Return thin-plume signatures in the thermal infrared, per kelvin of contrast.

    .. math:: s = \alpha\,\tau_a\,\frac{\partial B}{\partial T}(\lambda, T_g)

    since :math:`\Delta L \approx u\,\alpha\,\tau_a\,(B(T_p) - L_g)` and the bracket is near
    :math:`\partial B/\partial T\,(T_p - T_g)` for a contrast of a few tens of kelvins.

    Parameters
    ----------
    absorption_per_ppm_m : (gas, band) [ppm-1 m-1]
    wavelength_um : (band,) [um]
    ground_temperature_k : [K]
        Typical brightness temperature of the scene.
    transmittance : (band,)
        Of the air between plume and sensor.

    References
    ----------
    architecture: "Physics in one page"; linearisation of the three-layer equation.
    """
    level = transmittance * planck_slope(wavelength_um, ground_temperature_k)
    return Signatures(names, Regime.EMISSIVE, absorption_per_ppm_m, level)


def reflective_signatures(
    names: tuple[str, ...],
    absorption_per_ppm_m: NDArray[np.float64],
    mean: NDArray[np.float64],
    air_mass_factor: float,
) -> Signatures:
    r"""Return thin-plume signatures in reflected sunlight.

    .. math:: s = -A\,\alpha\,\mu

    the derivative of :math:`L = L_0 e^{-A\alpha u}` at u = 0 (Thompson 2015; Foote 2020).

    Parameters
    ----------
    absorption_per_ppm_m : (gas, band) [ppm-1 m-1]
    mean : (band,) [cube's unit]
        Mean of the scene.
    air_mass_factor
        1/cos(sun zenith) + 1/cos(view zenith).
    """
    level = -air_mass_factor * mean
    return Signatures(names, Regime.REFLECTIVE, absorption_per_ppm_m, level, air_mass_factor)


def saturated_absorption(
    absorption_per_ppm_m: NDArray[np.float64], optical_depths: tuple[float, ...]
) -> NDArray[np.float64]:
    r"""Return each gas's mean absorption per column density up to stated optical depths.

    .. math:: \alpha_d = \frac{1 - e^{-\alpha u_d}}{u_d}, \qquad u_d = d / \max\alpha

    A dense plume's strong bands saturate while its weak ones still grow: its spectrum has another
    shape than a thin one's.

    Parameters
    ----------
    absorption_per_ppm_m : (gas, band) [ppm-1 m-1]
    optical_depths : (depth,)
        In the strongest band; 0 gives the absorption as it is.

    Returns
    -------
    (depth * gas, band) [ppm-1 m-1]: all gases at the first depth, then at the next.
    """
    rows = []
    for depth in optical_depths:
        if depth == 0.0:
            rows.append(absorption_per_ppm_m)
            continue
        column_ppm_m = depth / absorption_per_ppm_m.max(axis=1, keepdims=True)
        rows.append(-np.expm1(-absorption_per_ppm_m * column_ppm_m) / column_ppm_m)
    return np.vstack(rows)


MAX_DECOY_LIKENESS = 0.6
"""Greatest whitened cosine of a decoy and any gas: with more it would answer to real plumes."""

_TURNS = np.array([sign * step for step in np.arange(0.02, 0.51, 0.02) for sign in (1, -1)])
"""Turns tried, as parts of the window, the smallest first."""


def decoy_absorption(
    absorption_per_ppm_m: NDArray[np.float64],
    decoys_per_gas: int,
    whiten: Callable[[NDArray[np.float64]], NDArray[np.float64]],
) -> NDArray[np.float64]:
    """Return sham absorption spectra: every gas's own, turned round the window.

    A decoy has its gas's widths, heights and number of bands, at places where no gas of the
    library has them: what clutter and noise do to it, they do to the gas. Of the turns tried the
    smallest that look like no gas are taken, since surfaces have their features where gases have;
    where too few do, those that look like one the least.

    Parameters
    ----------
    absorption_per_ppm_m : (gas, band) [ppm-1 m-1]
    decoys_per_gas
        Number of turns, at most 49, and fewer than bands.
    whiten : (signature, band) [ppm-1 m-1] → (signature, band)
        Makes whitened signatures of absorptions, in which likeness is judged.

    Returns
    -------
    (gas * decoys_per_gas, band) [ppm-1 m-1], the decoys of a gas side by side.

    References
    ----------
    Own construction after the target-decoy competition of Elias & Gygi 2007,
    doi 10.1038/nmeth1019; docs/decisions/0012-chance-by-decoys.md.
    """
    n_gases, n_bands = absorption_per_ppm_m.shape
    gases = _unit_rows(whiten(absorption_per_ppm_m))
    decoys = []
    steps = np.round(_TURNS * n_bands).astype(int) % n_bands
    shifts = np.array([step for step in dict.fromkeys(steps.tolist()) if step])
    if shifts.size < decoys_per_gas:
        raise SettingsError(
            f"decoys_per_gas is {decoys_per_gas}; {n_bands} bands give {shifts.size} different "
            "ones: ask for no more."
        )
    for gas in range(n_gases):
        turned = np.array([np.roll(absorption_per_ppm_m[gas], shift) for shift in shifts])
        likeness = np.abs(_unit_rows(whiten(turned)) @ gases.T).max(axis=1)
        order = np.argsort(np.where(likeness < MAX_DECOY_LIKENESS, 0.0, likeness), kind="stable")
        decoys.append(turned[order[:decoys_per_gas]])
    return np.vstack(decoys)


def _unit_rows(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return rows scaled to unit length."""
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))

"""The upper edge of a scene's radiances, where the ground is nearest to black, and its best air."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from cathartes.detect.context import CLEAR_UM
from cathartes.scenes.air_table import BandAir
from cathartes.scenes.radiometry import brightness_temperature_k, planck_radiance

TEMPERATURE_BINS = 25
"""Bins of ground temperature, each with as many pixels."""
UPPER_QUANTILE = 0.9
"""Part of a bin's pixels that lies below its upper edge, where the emissivity is near one."""
EDGE_EMISSIVITY = 0.96
"""Of that edge in the clearest bands. So transmittance comes out 1.6 % too high on 28 tuning
scenes, with a spread of 3 %, and 1.5 % too high under MODTRAN's air; 2.1 % on the former with
0.97."""
EMISSIVITY_STEP_UM = 1.1
"""Elsewhere it may be another, along straight lines between wavelengths so far apart, [um]: what
minerals do is broad, lines of water are narrow."""
EMISSIVITY_SD = 0.02
"""By so much."""
EDGE_ERROR = 0.02
"""How far the edge may lie from the model before a band counts less, [W m-2 sr-1 um-1]: a tenth of
a kelvin."""


class AirModel(Protocol):
    """Air on the instrument's bands by a few numbers, the state."""

    @property
    def limits(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Least and greatest state, each (parameter,)."""

    @property
    def step(self) -> NDArray[np.float64]:
        """By which derivatives are made, (parameter,), as parts of the state."""

    def on_bands(self, state: NDArray[np.float64]) -> BandAir:
        """Return the air of a state, (parameter,), on the bands, each (band,)."""

    def surprise(self, state: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the state, (parameter,), less what was thought, (parameter,), in deviations."""


@dataclass(frozen=True, slots=True)
class AirEdge:
    """The upper edge of a scene's scatter.

    ``radiance`` (bin, band) [W m-2 sr-1 um-1]; ``clear`` (band,) True in the clearest bands;
    ``hats`` (knot, band), along which the emissivity may change.
    """

    radiance: NDArray[np.float64]
    wavelength_um: NDArray[np.float64]
    clear: NDArray[np.bool_]
    hats: NDArray[np.float64]

    @classmethod
    def of_pixels(
        cls, radiance: NDArray[np.float32], wavelength_um: NDArray[np.float64]
    ) -> "AirEdge | None":
        """Find the edge; None without a clear band, with too few pixels, or if nothing glows.

        Parameters
        ----------
        radiance : (pixel, band) [W m-2 sr-1 um-1]
        wavelength_um : (band,) [um]
        """
        clear = (wavelength_um >= CLEAR_UM[0]) & (wavelength_um <= CLEAR_UM[1])
        if not clear.any() or radiance.shape[0] < 4 * TEMPERATURE_BINS:
            return None
        edge = _upper_edge(radiance, wavelength_um, clear)
        return None if edge is None else cls(edge, wavelength_um, clear, _hats(wavelength_um))

    def fit(self, model: AirModel, start: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the state of the air, (parameter,), that fits best, from one, (parameter,)."""
        low, high = model.limits

        def residual(state: NDArray[np.float64]) -> NDArray[np.float64]:
            return self.residual(model, state)

        found = least_squares(
            residual,
            start,
            bounds=(low - 1e-9, high + 1e-9),
            loss=_soft_l1_but_last,  # type: ignore[arg-type]  # stubs: (m,)
            diff_step=model.step,
            max_nfev=60,
        )
        return np.asarray(found.x)

    def cost(self, model: AirModel, state: NDArray[np.float64]) -> float:
        """Return how badly a state, (parameter,), fits, as the fit counts it."""
        return float((np.sqrt(1.0 + self.residual(model, state) ** 2) - 1.0).sum())

    def residual(self, model: AirModel, state: NDArray[np.float64]) -> NDArray[np.float64]:
        r"""Return misfit and surprise of a state, (parameter,): (residual,).

        The edge's emissivity is :math:`\varepsilon + \sum_k c_k \phi_k(\lambda)`, φ the hats over
        `EMISSIVITY_STEP_UM`. It enters linearly, so each state has its best c by

        .. math:: \min_c\ |m - Dc|^2 + |c|^2/\sigma_\varepsilon^2, \qquad
                  D_k = \phi_k\,\tau\,(B(T_g) - L_d)

        m the misfit with ε alone; what remains of it is in the lines.

        References
        ----------
        Golub & Pereyra 1973, doi 10.1137/0710036 (variable projection).
        """
        air = model.on_bands(state)
        transmittance, sky = np.maximum(air.transmittance, 1e-6), air.downwelling
        leaving = (self.radiance - air.path_radiance) / transmittance
        black = (leaving - (1 - EDGE_EMISSIVITY) * sky) / EDGE_EMISSIVITY
        # Each bin's ground temperature from the clearest bands, whatever the air is.
        ground_k = brightness_temperature_k(
            self.wavelength_um[self.clear], np.maximum(black[:, self.clear], 1e-3)
        ).mean(axis=1)
        glow = planck_radiance(self.wavelength_um, ground_k[:, None])
        seen = transmittance * (EDGE_EMISSIVITY * glow + (1 - EDGE_EMISSIVITY) * sky)
        unit = EDGE_ERROR * np.sqrt(len(self.radiance))
        misfit = ((self.radiance - seen - air.path_radiance) / unit).ravel()
        design = self.hats[:, None, :] * (transmittance * (glow - sky) / unit)
        design = EMISSIVITY_SD * design.reshape(len(design), -1)
        change = np.linalg.solve(design @ design.T + np.eye(len(design)), design @ misfit)
        return np.concatenate([misfit - change @ design, change, model.surprise(state)])


def _hats(wavelength_um: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return straight lines between wavelengths: 1 at one knot, 0 at the others, (knot, band)."""
    low, high = float(wavelength_um.min()), float(wavelength_um.max())
    knots = np.linspace(low, high, 1 + max(1, round((high - low) / EMISSIVITY_STEP_UM)))
    return np.array([np.interp(wavelength_um, knots, one) for one in np.eye(knots.size)])


def _upper_edge(
    radiance: NDArray[np.float32], wavelength_um: NDArray[np.float64], clear: NDArray[np.bool_]
) -> NDArray[np.float64] | None:
    """Return the upper edge of each bin of temperature, (bin, band); None if nothing glows.

    The outermost bins hold rare hot and cold things, and are left out.
    """
    temperature_k = brightness_temperature_k(
        float(wavelength_um[clear].mean()), radiance[:, clear].mean(axis=1)
    )
    known = np.isfinite(temperature_k)
    if known.sum() < 4 * TEMPERATURE_BINS:
        return None
    bins = np.array_split(np.argsort(temperature_k[known]), TEMPERATURE_BINS)[1:-1]
    glowing = radiance[known]
    edge = np.array([np.quantile(glowing[b], UPPER_QUANTILE, axis=0) for b in bins])
    return edge if (edge > 0).all() else None


def _soft_l1_but_last(z: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the loss of squared residuals, (residual,), and two derivatives, (3, residual).

    Soft l1, but for the last one, the temperature's: a temperature that gives way to a
    contradiction would be given up just where the ground misleads.
    """
    root = np.sqrt(1.0 + z)
    rho = np.stack([2.0 * (root - 1.0), 1.0 / root, -0.5 / root**3])
    rho[:, -1] = z[-1], 1.0, 0.0
    return rho

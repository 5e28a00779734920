"""Radiance at the sensor in the thermal infrared: three layers, exact.

The ground without a plume is quick, since a band's radiance depends on material and temperature
alone: a table over both is made at high resolution once. Plume pixels are computed at high
resolution one by one.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from cathartes.errors import InputError
from cathartes.scenes.air import ThermalPath
from cathartes.scenes.radiometry import planck_radiance
from cathartes.simulate.gaslayer import GasLayer
from cathartes.simulate.ground import Ground

TEMPERATURE_STEP_K = 2.0
"""Step of the table; interpolated with a cubic, the error is below 1e-7 of the radiance."""
PIXELS_AT_ONCE = 1024


class EmissiveGround:
    """The plume-free scene: radiance of any pixel at the sensor, through a table.

    Parameters
    ----------
    ground
    path : on the grid of ``matrix``
    matrix : (band, point)
        From `cathartes.spectra.response.response_matrix`.

    Raises
    ------
    InputError
        If a ground temperature lies outside 200-1000 K.
    """

    def __init__(
        self, ground: Ground, path: ThermalPath, matrix: sparse.csr_array[np.float64]
    ) -> None:
        temperatures = np.concatenate([ground.first_k.ravel(), ground.second_k.ravel()])
        low, high = float(temperatures.min()), float(temperatures.max())
        if not (low >= 200.0 and high <= 1000.0):
            raise InputError(
                f"ground temperatures from {low:.0f} to {high:.0f} K; 200 to 1000 K are needed."
            )
        self._ground = ground
        self._path = path
        self._matrix = matrix
        self._first_node = low - 2.0 * TEMPERATURE_STEP_K
        self._n_nodes = int(np.ceil((high - self._first_node) / TEMPERATURE_STEP_K)) + 3
        nodes = self._first_node + TEMPERATURE_STEP_K * np.arange(self._n_nodes)
        wavelength_um = 1e4 / path.wavenumber_cm1
        self.emissivity = np.stack([1.0 - s.reflectance(wavelength_um) for s in ground.surfaces])
        black = planck_radiance(wavelength_um[None, :], nodes[:, None])
        rows = []
        for emissivity in self.emissivity:
            leaving = emissivity * black + (1.0 - emissivity) * path.downwelling
            at_sensor = path.transmittance * leaving + path.path_radiance
            rows.append((matrix @ at_sensor.T).T)
        self._table = np.concatenate(rows)

    def _weights(self, pixels: NDArray[np.intp]) -> sparse.csr_array[np.float64]:
        """Return (pixel, material x node): share times Lagrange's cubic weights."""
        ground = self._ground
        share = ground.first_share.ravel()[pixels]
        indices, values = [], []
        for material, temperature_k, part in (
            (ground.first, ground.first_k, share),
            (ground.second, ground.second_k, 1.0 - share),
        ):
            position = (temperature_k.ravel()[pixels] - self._first_node) / TEMPERATURE_STEP_K
            node = np.floor(position).astype(np.intp)
            t = position - node
            base = material.ravel()[pixels] * self._n_nodes + node
            cubic = (
                -t * (t - 1) * (t - 2) / 6,
                (t + 1) * (t - 1) * (t - 2) / 2,
                -(t + 1) * t * (t - 2) / 2,
                (t + 1) * t * (t - 1) / 6,
            )
            indices += [base + k for k in (-1, 0, 1, 2)]
            values += [part * weight for weight in cubic]
        start = np.arange(pixels.size + 1) * len(indices)
        return sparse.csr_array(
            (np.stack(values, axis=1).ravel(), np.stack(indices, axis=1).ravel(), start),
            shape=(pixels.size, self._table.shape[0]),
        )

    def radiance(self, pixels: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return plume-free radiance of flat pixel numbers: (pixel, band) [W m-2 sr-1 um-1]."""
        return np.asarray(self._weights(pixels) @ self._table)

    def leaving_radiance(self, pixels: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return what leaves the ground at high resolution: (pixel, point) [W m-2 sr-1 um-1]."""
        ground, path = self._ground, self._path
        wavelength_um = 1e4 / path.wavenumber_cm1
        share = ground.first_share.ravel()[pixels]
        total = np.zeros((pixels.size, wavelength_um.size))
        for material, temperature_k, part in (
            (ground.first, ground.first_k, share),
            (ground.second, ground.second_k, 1.0 - share),
        ):
            emissivity = self.emissivity[material.ravel()[pixels]]
            black = planck_radiance(wavelength_um[None, :], temperature_k.ravel()[pixels][:, None])
            total += part[:, None] * (emissivity * black + (1.0 - emissivity) * path.downwelling)
        return total

    def radiance_through(
        self,
        pixels: NDArray[np.intp],
        layers: Sequence[GasLayer],
        absorption: Mapping[str, NDArray[np.float64]],
    ) -> NDArray[np.float64]:
        r"""Return the radiance of pixels seen through plumes, the first the lowest.

        .. math:: L = \tau_a \{\tau_p [\varepsilon B(T_g) + (1-\varepsilon) L_d]
                  + (1-\tau_p) B(T_p)\} + L_u, \qquad \tau_p = e^{-\sum_g \alpha_g u_g}

        averaged over each band's response after all products are formed.

        Parameters
        ----------
        pixels : (pixel,)
            Flat numbers.
        absorption : gas name to (point,) [ppm-1 m-1]

        Returns
        -------
        (pixel, band) [W m-2 sr-1 um-1]
        """
        wavelength_um = 1e4 / self._path.wavenumber_cm1
        out = np.empty((pixels.size, self._matrix.shape[0]))
        for start in range(0, pixels.size, PIXELS_AT_ONCE):
            chunk = pixels[start : start + PIXELS_AT_ONCE]
            level = self.leaving_radiance(chunk)
            for layer in layers:
                depth = np.zeros_like(level)
                for gas, column in layer.columns.items():
                    depth += column.ravel()[chunk][:, None] * absorption[gas]
                source = planck_radiance(wavelength_um, layer.temperature_k)
                level = source + (level - source) * np.exp(-depth)
            level = self._path.transmittance * level + self._path.path_radiance
            out[start : start + PIXELS_AT_ONCE] = np.asarray(self._matrix @ level.T).T
        return out

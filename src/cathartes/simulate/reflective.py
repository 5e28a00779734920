"""Radiance at the sensor in sunlight: exact Beer-Lambert along both ways through the plume."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from cathartes.errors import SettingsError
from cathartes.scenes.air import Air, two_way_transmittance
from cathartes.scenes.radiometry import planck_radiance
from cathartes.simulate.gaslayer import GasLayer
from cathartes.simulate.ground import Ground

SUN_TEMPERATURE_K = 5778.0
SUN_SOLID_ANGLE_SR = 6.794e-5
"""Of the sun's disc at one astronomical unit."""
PIXELS_AT_ONCE = 1024


def sun_irradiance(wavelength_um: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sun's irradiance above the air, taken as a black body, (point,) [W m-2 um-1].

    Within 5 % of the measured one beyond 0.5 um; Fraunhofer lines are not in it.
    """
    return planck_radiance(wavelength_um, SUN_TEMPERATURE_K) * SUN_SOLID_ANGLE_SR


def air_mass_factor(sun_zenith_deg: float, view_zenith_deg: float = 0.0) -> float:
    r"""Return :math:`A = 1/\cos\theta_s + 1/\cos\theta_v`.

    Raises
    ------
    SettingsError
        If the sun or the view is 85 degrees or more from the vertical: the flat layers fail there.
    """
    if not (0 <= sun_zenith_deg < 85 and 0 <= view_zenith_deg < 85):
        raise SettingsError(
            f"sun zenith {sun_zenith_deg} deg, view zenith {view_zenith_deg} deg; 0 to 85 are "
            "allowed."
        )
    return float(
        1.0 / np.cos(np.deg2rad(sun_zenith_deg)) + 1.0 / np.cos(np.deg2rad(view_zenith_deg))
    )


class ReflectiveGround:
    r"""The plume-free scene in sunlight, and through plumes.

    .. math:: L_0 = \frac{\rho\,E_s\cos\theta_s}{\pi}\,\tau_{\downarrow\uparrow} + L_{path},
              \qquad L = L_0 \text{ with its first term} \times e^{-A\sum_g \alpha_g u_g}

    The light scattered by the air above (L_path, 3 % of sunlight at 0.55 um and falling as λ^-3)
    does not pass the plume; beyond 1.5 um it is under 1 % of L_0 over land.

    Parameters
    ----------
    matrix : (band, point), on ``wavenumber_cm1``
    """

    def __init__(
        self,
        ground: Ground,
        air: Air,
        altitude_m: float,
        sun_zenith_deg: float,
        wavenumber_cm1: NDArray[np.float64],
        matrix: sparse.csr_array[np.float64],
    ) -> None:
        wavelength_um = 1e4 / wavenumber_cm1
        self._ground = ground
        self._matrix = matrix
        self.air_mass_factor = air_mass_factor(sun_zenith_deg)
        transmittance = two_way_transmittance(air, altitude_m, sun_zenith_deg, wavelength_um)
        light = sun_irradiance(wavelength_um) * np.cos(np.deg2rad(sun_zenith_deg)) / np.pi
        reflectance = np.stack([s.reflectance(wavelength_um) for s in ground.surfaces])
        self._reflected = reflectance * light * transmittance
        self._path = matrix @ (0.03 * light * (wavelength_um / 0.55) ** -3.0 * transmittance)
        self._table = (matrix @ self._reflected.T).T

    def _shares(self, pixels: NDArray[np.intp]) -> sparse.csr_array[np.float64]:
        """Return (pixel, material): share times illumination."""
        ground = self._ground
        share = ground.first_share.ravel()[pixels]
        light = ground.illumination.ravel()[pixels]
        rows = np.concatenate([np.arange(pixels.size)] * 2)
        columns = np.concatenate([ground.first.ravel()[pixels], ground.second.ravel()[pixels]])
        values = np.concatenate([share * light, (1.0 - share) * light])
        return sparse.csr_array(
            (values, (rows, columns)), shape=(pixels.size, self._table.shape[0])
        )

    def radiance(self, pixels: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return plume-free radiance of flat pixel numbers: (pixel, band) [W m-2 sr-1 um-1]."""
        return np.asarray(self._shares(pixels) @ self._table + self._path)

    def radiance_through(
        self,
        pixels: NDArray[np.intp],
        layers: Sequence[GasLayer],
        absorption: Mapping[str, NDArray[np.float64]],
    ) -> NDArray[np.float64]:
        """Return the radiance of pixels seen through plumes: (pixel, band) [W m-2 sr-1 um-1].

        Bands in which no gas absorbs are taken from the quick part.

        Parameters
        ----------
        pixels : (pixel,)
            Flat numbers.
        absorption : gas name to (point,) [ppm-1 m-1]
        """
        out = self.radiance(pixels)
        gases = sorted({gas for layer in layers for gas in layer.columns})
        columns = {
            gas: sum(layer.columns[gas].ravel() for layer in layers if gas in layer.columns)
            for gas in gases
        }
        deepest = np.zeros(self._reflected.shape[1])
        for gas in gases:
            deepest += np.abs(absorption[gas]) * float(np.max(columns[gas]))
        depth_of_band = np.asarray(self._matrix @ (self.air_mass_factor * deepest))
        bands = np.flatnonzero(depth_of_band > 1e-9)
        if bands.size == 0:
            return out
        part = self._matrix[bands]
        points = np.unique(part.indices)
        part = part[:, points]
        for start in range(0, pixels.size, PIXELS_AT_ONCE):
            chunk = pixels[start : start + PIXELS_AT_ONCE]
            depth = np.zeros((chunk.size, points.size))
            for gas in gases:
                depth += np.asarray(columns[gas])[chunk][:, None] * absorption[gas][points]
            level = np.asarray(self._shares(chunk) @ self._reflected[:, points])
            level *= np.exp(-self.air_mass_factor * depth)
            seen = (part @ level.T).T + self._path[bands]
            out[start : start + PIXELS_AT_ONCE, bands] = seen
        return out

"""Air as a user's own radiative transfer has it, and what an instrument's bands make of it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import InputError
from cathartes.spectra.response import SpectralBands, response_matrix

STEPS_PER_WIDTH = 1.5
"""A table needs at least so many steps in the full width of a band: the trapezoidal rule is then
right to 1e-3 over a Gaussian."""
SAME_CENTRE, SAME_WIDTH = 0.25, 0.25
"""Channels stand for a band if a centre lies within this part of the band's width, and the widths
differ by at most this part: steeper than that no edge of the air's lines is."""
LEAST_TRANSMITTANCE = 1e-6
"""Below it a transmittance counts as this, so that its depth is finite."""


@dataclass(frozen=True, slots=True)
class BandAir:
    """What the air does to each band.

    Attributes
    ----------
    transmittance : (..., band)
        From ground to sensor.
    path_radiance : (..., band) [W m-2 sr-1 um-1]
        Of the air between them, at the sensor.
    downwelling : (..., band) [W m-2 sr-1 um-1]
        Sky radiance on the ground, mean over the hemisphere.
    """

    transmittance: NDArray[np.float64]
    path_radiance: NDArray[np.float64]
    downwelling: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class AirTable:
    """Transmittance and radiances of one or more states of the air over wavenumber.

    Attributes
    ----------
    wavenumber_cm1 : (point,) [cm-1], ascending
    transmittance : (water, ozone, point), 0 to 1
    path_radiance : (water, ozone, point) [W m-2 sr-1 um-1], not negative
    downwelling : (water, ozone, point) [W m-2 sr-1 um-1] or None
        Sky radiance on the ground. Without it the sky is taken to glow like the path, which is what
        a sensor far above sees.
    water_g_cm2 : (water,) [g cm-2], ascending
        NaN if there is one state, whose water is not stated.
    ozone_atm_cm : (ozone,) [atm cm], ascending
        The same of ozone.
    fwhm_um : (point,) [um] or None
        Widths, if the values are averages over an instrument's channels already.

    Raises
    ------
    InputError
        If shapes or orders contradict each other, or a value can't be.
    """

    wavenumber_cm1: NDArray[np.float64]
    transmittance: NDArray[np.float64]
    path_radiance: NDArray[np.float64]
    downwelling: NDArray[np.float64] | None
    water_g_cm2: NDArray[np.float64]
    ozone_atm_cm: NDArray[np.float64]
    fwhm_um: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        for name in self.__dataclass_fields__:
            values = getattr(self, name)
            if values is not None:
                values = np.array(values, dtype=np.float64)
                values.setflags(write=False)
                object.__setattr__(self, name, values)
        shape = (self.water_g_cm2.size, self.ozone_atm_cm.size, self.wavenumber_cm1.size)
        self._check_shapes(shape)
        for axis, word in (
            (self.wavenumber_cm1, "wavenumbers"),
            (self.water_g_cm2, "water columns"),
            (self.ozone_atm_cm, "ozone columns"),
        ):
            stated = axis.size == 1 or bool((np.diff(axis) > 0).all())
            if not stated:
                raise InputError(
                    f"air table: {word} {axis.min():g} to {axis.max():g} do not ascend; each once, "
                    "in ascending order, is needed: sort them, and leave out what is there twice."
                )
        self._check_values()

    def _check_shapes(self, shape: tuple[int, int, int]) -> None:
        of_states = [self.transmittance, self.path_radiance]
        of_states += [] if self.downwelling is None else [self.downwelling]
        widths = shape[2] if self.fwhm_um is None else self.fwhm_um.size
        if any(values.shape != shape for values in of_states) or widths != shape[2] or 0 in shape:
            found = ", ".join(str(values.shape) for values in of_states)
            raise InputError(
                f"air table: values of shape {found}; {shape} (water, ozone, point) is needed, and "
                "one width a point or none."
            )

    def _check_values(self) -> None:
        tau = self.transmittance
        finite = all(
            np.isfinite(values).all()
            for values in (self.wavenumber_cm1, tau, self.path_radiance, self.downwelling)
            if values is not None
        )
        if not finite:
            raise InputError("air table: a value is not a finite number; cut such points out.")
        if tau.min() < 0 or tau.max() > 1:
            raise InputError(
                f"air table: transmittances from {tau.min():g} to {tau.max():g}; 0 to 1 is needed "
                f"({'per cent: divide by 100' if tau.max() > 1.5 else 'cut or correct the rest'})."
            )
        if self.path_radiance.min() < 0 or (
            self.downwelling is not None and self.downwelling.min() < 0
        ):
            raise InputError("air table: a radiance is negative; 0 or more is needed: correct it.")

    @property
    def n_states(self) -> int:
        """Number of states of the air."""
        return int(self.water_g_cm2.size * self.ozone_atm_cm.size)

    def on_bands(self, bands: SpectralBands) -> BandAir:
        r"""Return each state's air on an instrument's bands, (water, ozone, band).

        A band averages radiance, which is linear in transmittance and in path radiance, so both are
        averaged as they are; the sky's light is averaged as it arrives, through the air:

        .. math:: \tau_b = \int R_b\,\tau, \qquad L_{u,b} = \int R_b\,L_u, \qquad
                  L_{d,b} = \frac{1}{\tau_b}\int R_b\,\tau\,L_d

        where the light that leaves the ground changes little within a band. Channels of the
        instrument itself are taken as they are.

        Raises
        ------
        InputError
            If the table does not reach a band, or is too coarse for it.
        """
        sky = self.path_radiance if self.downwelling is None else self.downwelling
        arriving = self.transmittance * sky
        if self.fwhm_um is None:
            self._check_covers(bands)
            response = response_matrix(bands, self.wavenumber_cm1).toarray()
            tau, up, down = (
                values @ response.T for values in (self.transmittance, self.path_radiance, arriving)
            )
        else:
            self._check_channels(bands, self.fwhm_um)
            # The channel's centre may lie a little beside the band's.
            order, x = slice(None, None, -1), 1e4 / self.wavenumber_cm1[::-1]
            tau, up, down = (
                np.apply_along_axis(
                    lambda row: np.interp(bands.centre_um, x, row), 2, values[..., order]
                )
                for values in (self.transmittance, self.path_radiance, arriving)
            )
        return BandAir(tau, up, down / np.maximum(tau, LEAST_TRANSMITTANCE))

    def _check_covers(self, bands: SpectralBands) -> None:
        wavelength_um = 1e4 / self.wavenumber_cm1[::-1]
        low, high = bands.centre_um - bands.fwhm_um, bands.centre_um + bands.fwhm_um
        outside = (low < wavelength_um[0]) | (high > wavelength_um[-1])
        if outside.any():
            raise InputError(
                f"air table: reaches from {wavelength_um[0]:.4f} to {wavelength_um[-1]:.4f} um, "
                f"and {outside.sum()} of {len(bands)} bands searched lie outside, between "
                f"{bands.centre_um[outside].min():.4f} and {bands.centre_um[outside].max():.4f} "
                f"um; {low.min():.4f} to {high.max():.4f} um (each band and its width on both "
                "sides) is needed: compute it further, or leave these bands out (--bad-bands)."
            )
        # Of each band, the widest gap between points in its full width.
        first = np.searchsorted(wavelength_um, bands.centre_um - bands.fwhm_um / 2, "right") - 1
        last = np.searchsorted(wavelength_um, bands.centre_um + bands.fwhm_um / 2, "left")
        step_um = np.array(
            [np.diff(wavelength_um[a : b + 1]).max() for a, b in zip(first, last, strict=True)]
        )
        coarse = step_um > bands.fwhm_um / STEPS_PER_WIDTH
        if coarse.any():
            worst = int(np.argmax(step_um / bands.fwhm_um))
            raise InputError(
                f"air table: {step_um[worst]:.4f} um between points at "
                f"{bands.centre_um[worst]:.4f} um, where a band is {bands.fwhm_um[worst]:.4f} um "
                f"wide; at most two thirds of that is needed ({coarse.sum()} bands): compute it at "
                "a finer step. If the points are the instrument's own channels, state their widths "
                "in a column 'fwhm [um]'."
            )

    def _check_channels(self, bands: SpectralBands, fwhm_um: NDArray[np.float64]) -> None:
        channel_um = 1e4 / self.wavenumber_cm1
        nearest = np.abs(channel_um[:, None] - bands.centre_um).argmin(axis=0)
        off_um = np.abs(channel_um[nearest] - bands.centre_um)
        width_um = fwhm_um[nearest]
        wrong = (off_um > SAME_CENTRE * bands.fwhm_um) | (
            np.abs(width_um - bands.fwhm_um) > SAME_WIDTH * bands.fwhm_um
        )
        if wrong.any():
            b = int(np.argmax(wrong))
            raise InputError(
                f"air table: its channels are another instrument's: the nearest to the band at "
                f"{bands.centre_um[b]:.4f} um, {bands.fwhm_um[b]:.4f} um wide, is at "
                f"{channel_um[nearest[b]]:.4f} um and {width_um[b]:.4f} um wide ({wrong.sum()} of "
                f"{len(bands)} bands searched have none of their own); a channel within a quarter "
                "of each band's width is needed: compute the air for these bands, or at high "
                "resolution."
            )


@dataclass(frozen=True, slots=True)
class AirStates:
    """A table's states on an instrument's bands, and all states between them.

    Attributes
    ----------
    water_g_cm2 : (water,) [g cm-2]
    ozone_atm_cm : (ozone,) [atm cm]
    values : (water, ozone, 3, band)
        Optical depth, path radiance and downwelling radiance.
    """

    water_g_cm2: NDArray[np.float64]
    ozone_atm_cm: NDArray[np.float64]
    values: NDArray[np.float64]

    @classmethod
    def of_table(cls, table: AirTable, bands: SpectralBands) -> "AirStates":
        """Bring a table to an instrument's bands; raises as `AirTable.on_bands`."""
        air = table.on_bands(bands)
        depth = -np.log(np.maximum(air.transmittance, LEAST_TRANSMITTANCE))
        values = np.stack([depth, air.path_radiance, air.downwelling], axis=2)
        return cls(table.water_g_cm2, table.ozone_atm_cm, values)

    def at(self, water_g_cm2: float, ozone_atm_cm: float) -> BandAir:
        """Return the air of a state, each (band,), between the table's depths and radiances.

        An axis of one state is that state, whatever is asked; beyond the others' ends they hold.
        """
        values = self.values
        for axis, asked in ((self.water_g_cm2, water_g_cm2), (self.ozone_atm_cm, ozone_atm_cm)):
            if axis.size == 1:
                values = values[0]
                continue
            low = int(np.clip(np.searchsorted(axis, asked) - 1, 0, axis.size - 2))
            share = np.clip((asked - axis[low]) / (axis[low + 1] - axis[low]), 0.0, 1.0)
            values = (1.0 - share) * values[low] + share * values[low + 1]
        depth, up, down = values
        return BandAir(np.exp(-depth), up, down)

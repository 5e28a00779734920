"""What the two columns of a spectrum file are, and what makes a cross-section of them."""

import re
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import InputError, UnitError
from cathartes.spectra.absorption import Quality, number_density_per_ppm_m
from cathartes.spectra.readers.sample import Sample
from cathartes.units import wavelength_factor_um

CM1 = "cm-1"

SHAPE_ONLY_PEAK_CM2 = 1e-18
"""A spectrum without an amount is scaled to this greatest value, which means nothing."""

LEAST_TRANSMITTANCE = 0.005
"""What is darker is taken for this: an optical depth over 5.3 was never measured, only drawn."""

MOST_TRANSMITTANCE = 2.0
"""What is brighter is no fault of a baseline: it is in per cent."""

_PLAUSIBLE_CM1 = (50.0, 50_000.0)
_LN10 = float(np.log(10.0))


class Ordinate(StrEnum):
    """What the values of a spectrum are."""

    CROSS_SECTION = "cross_section_cm2"
    ABSORPTION = "absorption_per_ppm_m"
    ABSORPTION_BASE_10 = "absorption_base10_per_ppm_m"
    ABSORBANCE = "absorbance"
    TRANSMITTANCE = "transmittance"


_ORDINATES: dict[str, tuple[Ordinate, float]] = {
    "crosssectioncm2": (Ordinate.CROSS_SECTION, 1.0),
    "crosssectioncm2molecule": (Ordinate.CROSS_SECTION, 1.0),
    "crosssectioncm2molecule1": (Ordinate.CROSS_SECTION, 1.0),
    "crosssectioncm2permolecule": (Ordinate.CROSS_SECTION, 1.0),
    "sigmacm2permolecule": (Ordinate.CROSS_SECTION, 1.0),
    "cm2molecule": (Ordinate.CROSS_SECTION, 1.0),
    "cm2molecule1": (Ordinate.CROSS_SECTION, 1.0),
    "crosssectionm2molecule": (Ordinate.CROSS_SECTION, 1e4),
    "crosssectionm2molecule1": (Ordinate.CROSS_SECTION, 1e4),
    "absorptionperppmm": (Ordinate.ABSORPTION, 1.0),
    "absorptionperppmmbasee": (Ordinate.ABSORPTION, 1.0),
    "absorptionppm1m1basee": (Ordinate.ABSORPTION, 1.0),
    "absorptionbase10perppmm": (Ordinate.ABSORPTION_BASE_10, 1.0),
    "absorptionperppmmbase10": (Ordinate.ABSORPTION_BASE_10, 1.0),
    "absorptionppm1m1base10": (Ordinate.ABSORPTION_BASE_10, 1.0),
    "micromolmol1m1base10": (Ordinate.ABSORPTION_BASE_10, 1.0),
    "ppm1m1base10": (Ordinate.ABSORPTION_BASE_10, 1.0),
    "absorbance": (Ordinate.ABSORBANCE, 1.0),
    "absorbancebase10": (Ordinate.ABSORBANCE, 1.0),
    "transmittance": (Ordinate.TRANSMITTANCE, 1.0),
    "transmission": (Ordinate.TRANSMITTANCE, 1.0),
    "percenttransmittance": (Ordinate.TRANSMITTANCE, 0.01),
    "transmittance%": (Ordinate.TRANSMITTANCE, 0.01),
    "%transmittance": (Ordinate.TRANSMITTANCE, 0.01),
    "%t": (Ordinate.TRANSMITTANCE, 0.01),
}


def parse_ordinate(title: str, where: str) -> tuple[Ordinate, float]:
    """Return what a column's title says its values are, and the factor to that unit.

    Raises
    ------
    UnitError
        If it says no unit, no base of the logarithm, or nothing that is known.
    """
    key = re.sub(r"[^a-z0-9%]", "", title.lower().replace("absorptioncross", "cross"))
    key = key.replace("absorptioncrosssection", "crosssection")
    if key in _ORDINATES:
        return _ORDINATES[key]
    if "ppm" in key or "micromolmol" in key:
        advice = (
            "absorption per ppm m needs the base of its logarithm: call it absorption_per_ppm_m "
            "(base e) or absorption_base10_per_ppm_m"
        )
    elif "cross" in key or "sigma" in key:
        advice = "a cross-section needs its unit: call it cross_section_cm2 if it is cm2 molecule-1"
    else:
        advice = f"use one of {', '.join(Ordinate)}"
    raise UnitError(f"{where} says {title.strip()!r}; {advice}.")


def parse_axis(title: str, where: str, values: NDArray[np.float64]) -> str:
    """Return the unit of a spectral axis: ``cm-1`` or a unit of length.

    Parameters
    ----------
    title
        What the file calls the axis.
    where
        The file, for messages.
    values : (point,)
        The axis, to say which unit would suit it.

    Raises
    ------
    UnitError
        If the title has no unit or none that is known; says what the values look like.
    """
    key = re.sub(r"[^a-z0-9]", "", title.lower().replace("µ", "u").replace("μ", "u"))
    kind, unit = re.fullmatch(r"(wavenumbers?|wavelengths?|)(\w*)", key, re.ASCII).groups()  # type: ignore[union-attr]
    if unit in {"cm1", "1cm", "percm"} or (unit in {"cm", ""} and kind.startswith("wavenumber")):
        if unit:
            return CM1
    elif unit:
        try:
            wavelength_factor_um(unit)
        except UnitError:
            pass
        else:
            return unit
    looks = " or ".join(_fitting_units(values)) or "no unit at all"
    raise UnitError(
        f"{where} says {title.strip()!r}, which is no unit of wavenumber or wavelength; values "
        f"from {values.min():g} to {values.max():g} would fit {looks}: state it, for example as "
        "wavenumber_cm1 or wavelength_um."
    )


def _to_cm1(values: NDArray[np.float64], unit: str) -> NDArray[np.float64]:
    if unit == CM1:
        return values
    with np.errstate(all="ignore"):
        return 1e4 / (values * wavelength_factor_um(unit))


def _fitting_units(values: NDArray[np.float64]) -> list[str]:
    low, high = _PLAUSIBLE_CM1
    return [
        unit
        for unit in (CM1, "um", "nm")
        if ((_to_cm1(values, unit) >= low) & (_to_cm1(values, unit) <= high)).all()
    ]


def to_ascending_cm1(
    axis: NDArray[np.float64], values: NDArray[np.float64], unit: str, where: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return axis and values by ascending wavenumber.

    Parameters
    ----------
    axis : (point,) [unit], ascending or descending
    values : (point,)
    unit
        ``cm-1`` or a length.

    Returns
    -------
    wavenumber_cm1 : (point,) [cm-1], strictly ascending
    values : (point,)

    Raises
    ------
    UnitError
        If the axis can't be in that unit: outside 50-50 000 cm-1.
    InputError
        If something is not a number, there is one point or none, or the axis turns.
    """
    if axis.size < 2 or axis.size != values.size:
        raise InputError(
            f"{where} holds {axis.size} points; a spectrum needs at least 2, so fetch or export it "
            "again."
        )
    if not (np.isfinite(axis).all() and np.isfinite(values).all()):
        bad = int(np.flatnonzero(~(np.isfinite(axis) & np.isfinite(values)))[0])
        raise InputError(
            f"{where}: point {bad + 1} of {axis.size} is not a finite number "
            f"({axis[bad]:g}, {values[bad]:g}); cut such points out of the file."
        )
    nu = _to_cm1(axis, unit)
    low, high = _PLAUSIBLE_CM1
    if not ((nu >= low) & (nu <= high)).all():
        looks = " or ".join(_fitting_units(axis))
        raise UnitError(
            f"{where}: an axis from {axis.min():g} to {axis.max():g} can't be in {unit}; "
            + (f"it looks like {looks}: state that." if looks else "correct axis and unit.")
        )
    if nu[0] > nu[-1]:
        nu, values = nu[::-1], values[::-1]
    if not (np.diff(nu) > 0).all():
        turn = int(np.flatnonzero(np.diff(nu) <= 0)[0])
        raise InputError(
            f"{where}: the axis turns or repeats at {nu[turn]:.4f} cm-1; sort it and remove "
            "doubles."
        )
    return nu, values


def to_cross_section(
    ordinate: Ordinate, values: NDArray[np.float64], sample: Sample
) -> tuple[NDArray[np.float64], Quality]:
    r"""Return the cross-section that the values stand for, and how far to trust it.

    .. math::
        \sigma = \frac{\alpha}{N_1}, \qquad \sigma = \frac{A_{10} \ln 10}{N_1}, \qquad
        \sigma = \frac{A \ln 10}{N}, \qquad \sigma = \frac{-\ln \tau}{N}

    with N_1 the molecules per cm² of 1 ppm m at the sample's T and P (2.479e15 at 296 K, 1 atm)
    and N the sample's column. Without N the shape alone is kept, its peak at 1e-18.

    Parameters
    ----------
    ordinate
    values : (point,) [as the ordinate says]
        A transmittance below `LEAST_TRANSMITTANCE` is taken for that: a lower bound of the gas's.
    sample

    Returns
    -------
    cross_section_cm2 : (point,) [cm2 molecule-1]
    quality

    Raises
    ------
    InputError
        If the amount is stated per volume of air and the pressure is 0.
    UnitError
        If a transmittance is in per cent.
    """
    if ordinate is Ordinate.CROSS_SECTION:
        return values, Quality.QUANTITATIVE
    if ordinate in (Ordinate.ABSORPTION, Ordinate.ABSORPTION_BASE_10):
        per_ppm_m_cm2 = number_density_per_ppm_m(sample.temperature_k, sample.pressure_pa)
        if not per_ppm_m_cm2 > 0:
            raise InputError(
                f"absorption per ppm m means nothing at {sample.pressure_pa:g} Pa; correct the "
                "stated pressure."
            )
        factor = _LN10 if ordinate is Ordinate.ABSORPTION_BASE_10 else 1.0
        with np.errstate(all="ignore"):
            return values * (factor / per_ppm_m_cm2), Quality.QUANTITATIVE
    if ordinate is Ordinate.ABSORBANCE:
        with np.errstate(all="ignore"):
            optical_depth = values * _LN10
    else:
        if float(np.percentile(values, 99)) > MOST_TRANSMITTANCE:
            raise UnitError(
                f"a transmittance of {values.max():g} was found, at most about 1 is possible; if "
                "it is in per cent call it percent_transmittance."
            )
        optical_depth = -np.log(np.maximum(values, LEAST_TRANSMITTANCE))
    if sample.column_cm2 is not None:
        if not sample.column_cm2 > 0:
            raise InputError(
                f"a column of gas means nothing at {sample.pressure_pa:g} Pa; correct the stated "
                "pressure."
            )
        return optical_depth / sample.column_cm2, Quality.SEMI_QUANTITATIVE
    peak = float(np.abs(optical_depth).max())
    scale = SHAPE_ONLY_PEAK_CM2 / peak if peak > 0 else 1.0
    return optical_depth * scale, Quality.SHAPE_ONLY

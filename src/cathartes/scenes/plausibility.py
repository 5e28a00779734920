"""Whether band centres and radiances can be right in the unit they are said to have.

Nothing here changes a number: a check raises, and its message names the unit that would fit.
"""

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import UnitError
from cathartes.scenes.radiometry import (
    EMISSIVE_FROM_UM,
    brightness_temperature_k,
    planck_radiance,
)
from cathartes.units import radiance_factor, wavelength_factor_um

SHORTEST_UM, LONGEST_UM = 0.2, 30.0
"""No airborne imaging spectrometer has a band outside."""

COLDEST_K, HOTTEST_K = 150.0, 600.0
"""Brightness temperatures outside are not ground, cloud or plume, but a wrong unit or a fault."""

_NARROWEST_SHARE, _WIDEST_SHARE = 2e-5, 0.5
"""Of a band's width in its centre. Fourier spectrometers that fly reach 1e-4 (0.1 cm-1 at 10 um);
imaging spectrometers have 1e-3 to 1e-2, which nm taken for um, or um for nm, puts outside."""

_POSSIBLE_MEDIAN_K = (225.0, 450.0)
"""Half of a scene's pixels outside means a wrong unit: a tenth of the radiance makes 300 K at most
221 K (at 7.5 um), ten times the radiance at least 467 K."""
_LIKELY_K = (220.0, 380.0)
_LIKELY_REFLECTANCE = (3e-3, 1.2)
_POSSIBLE_REFLECTANCE = (1e-4, 5.0)
_WORDS = {"um": "micrometres", "nm": "nanometres", "mm": "millimetres", "m": "metres"}
_WAVENUMBER_UNITS = frozenset({"cm-1", "1/cm", "cm^-1", "wavenumber", "wavenumbers"})
_USUAL_RADIANCE_UNITS = (
    "W m-2 sr-1 um-1",
    "uW cm-2 sr-1 nm-1",
    "W m-2 sr-1 nm-1",
    "mW m-2 sr-1 um-1",
    "W cm-2 sr-1 um-1",
    "uW cm-2 sr-1 um-1",
    "W m-2 sr-1 m-1",
)
_SUN_TEMPERATURE_K = 5772.0
_SUN_SOLID_ANGLE_SR = 6.794e-5


def to_wavelength_um(values: NDArray[np.float64], unit: str) -> NDArray[np.float64]:
    """Return band centres in micrometres, checked.

    Parameters
    ----------
    values : (band,) [unit]
    unit
        A length, or a wavenumber unit such as ``cm-1``; "" if the file names none.

    Returns
    -------
    (band,) [um], in the order given

    Raises
    ------
    UnitError
        If no unit is named, it is unknown, or a centre would lie outside 0.2-30 um; the message
        names the unit that fits.
    """
    if not unit.strip() or unit.strip().lower() in {"unknown", "index", "none"}:
        raise UnitError(
            f"the file names no unit for its {values.size} band centres; last band centre is "
            f"{values[-1]:g}; {_suggest_wavelength(values)}."
        )
    if is_wavenumber(unit):
        centre = 1e4 / np.where(values > 0, values, np.nan)
    else:
        centre = values * wavelength_factor_um(unit)
    outside = np.flatnonzero(~is_possible_centre(centre))
    if outside.size:
        worst = int(outside[-1])
        which = "last band centre" if worst == values.size - 1 else f"centre of band {worst}"
        raise UnitError(
            f"{which} is {values[worst]:g} {unit.strip()}, outside {SHORTEST_UM:g}-"
            f"{LONGEST_UM:g} um; {_suggest_wavelength(values)}."
        )
    return centre


def to_fwhm_um(
    widths: NDArray[np.float64], unit: str, centre_um: NDArray[np.float64]
) -> NDArray[np.float64]:
    r"""Return band widths in micrometres, checked against the centres.

    A width in wavenumber becomes :math:`\Delta\lambda = \lambda^2\,\Delta\nu / 10^4`.

    Parameters
    ----------
    widths : (band,) [unit]
    unit
        A length or a wavenumber unit.
    centre_um : (band,) [um]

    Returns
    -------
    (band,) [um]

    Raises
    ------
    UnitError
        If a band can't be so wide, or so narrow, at its wavelength.
    """
    factor = centre_um**2 / 1e4 if is_wavenumber(unit) else wavelength_factor_um(unit)
    fwhm = np.asarray(widths * factor)
    check_fwhm(fwhm, centre_um)
    return fwhm


def check_fwhm(fwhm_um: NDArray[np.float64], centre_um: NDArray[np.float64]) -> None:
    """Raise an error if band widths can't be right beside their centres.

    Then the two lists have different units: a factor of 1000 between nm and um does not fit between
    the narrowest and the widest bands of one kind of instrument.

    Parameters
    ----------
    fwhm_um : (band,) [um]
        Of another length than the centres, or not positive, it is left to those who check that.
    centre_um : (band,) [um]

    Raises
    ------
    UnitError
        If a band is wider than half its centre, or narrower than 1/50000 of it.
    """
    if fwhm_um.shape != centre_um.shape:
        return
    share = fwhm_um / centre_um
    impossible = np.flatnonzero(~is_possible_width(share) & (share > 0))
    if not impossible.size:
        return
    worst = int(impossible[0])
    times = {"1000 times as wide": 1e3, "a thousandth as wide": 1e-3}
    hint = next((f", as bands {words} would be" for words, factor in times.items()
                 if is_possible_width(share * factor).all()), "")  # fmt: skip
    raise UnitError(
        f"band {worst} is centred at {centre_um[worst]:g} um and said to be {fwhm_um[worst]:g} um "
        f"wide; between 1/{1 / _NARROWEST_SHARE:.0f} and {_WIDEST_SHARE:g} of the centre is "
        f"possible{hint}. Band centres and widths seem to have different units: give both in the "
        "same one in the header, or pass --fwhm."
    )


def is_possible_width(share: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return True for each band's width over its centre, (band,), that an instrument can have."""
    return np.asarray((share >= _NARROWEST_SHARE) & (share <= _WIDEST_SHARE))


def is_wavenumber(unit: str) -> bool:
    """Return True for the spellings of cm-1."""
    return unit.strip().lower().replace(" ", "") in _WAVENUMBER_UNITS


def fwhm_from_spacing_um(centre_um: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the distance to each band's nearer neighbour on the band axis.

    A stand-in where a file states no widths: instruments sample at about one width a band.

    Parameters
    ----------
    centre_um : (band,) [um]

    Returns
    -------
    (band,) [um]

    Raises
    ------
    UnitError
        With fewer than two bands, or two of the same centre.
    """
    gaps = np.abs(np.diff(centre_um))
    if gaps.size == 0 or not (gaps > 0).all():
        raise UnitError(
            f"the file states no band widths and {centre_um.size} band centres that do not "
            "differ everywhere, so widths can't be taken from their spacing: add 'fwhm' to the "
            "header or pass --fwhm."
        )
    return np.asarray(np.minimum(np.append(gaps, gaps[-1]), np.insert(gaps, 0, gaps[0])))


def check_radiance(
    radiance: NDArray[np.floating], centre_um: NDArray[np.float64], unit: str
) -> None:
    """Raise if a sample of radiances can't be right in the unit that it is said to have.

    Beyond 5 um the brightness temperature decides, below it the reflectance that the sun would
    need; both by the median over the sample, so that single faults do not matter. A sample
    without positive numbers says nothing and passes: `sanity` reports it.

    Parameters
    ----------
    radiance : (pixel, band) [W m-2 sr-1 um-1], by the stated unit
    centre_um : (band,) [um]
    unit
        The stated unit.

    Raises
    ------
    UnitError
        With the unit that would give believable numbers.
    """
    typical, emissive = _typical_level(radiance, centre_um)
    low, high = _POSSIBLE_MEDIAN_K if emissive else _POSSIBLE_REFLECTANCE
    if np.isnan(typical) or low <= typical <= high:
        return
    raw = np.asarray(radiance, dtype=np.float64) / radiance_factor(unit)
    raise UnitError(
        f"radiance said to be in {unit} gives {_in_words(typical, emissive=emissive)}; "
        f"{low:g} to {high:g} {'K ' if emissive else ''}is possible. "
        f"{suggest_radiance_unit(raw, centre_um)}"
    )


def suggest_radiance_unit(values: NDArray[np.floating], centre_um: NDArray[np.float64]) -> str:
    """Return a sentence that names the units in which a sample of numbers would be believable.

    Parameters
    ----------
    values : (pixel, band), in an unknown unit
    centre_um : (band,) [um]
    """
    raw = np.asarray(values, dtype=np.float64)
    usable = raw[np.isfinite(raw)]
    hint = ""
    if usable.size and np.median(centre_um) < EMISSIVE_FROM_UM and 0.01 < np.median(usable) < 1:
        hint = (
            " Numbers between 0 and 1 may well be reflectances: then pass --quantity reflectance."
        )
    fits = []
    for unit in _USUAL_RADIANCE_UNITS:
        level = raw * radiance_factor(unit)
        typical, emissive = _typical_level(level, centre_um)
        low, high = _LIKELY_K if emissive else _LIKELY_REFLECTANCE
        if low <= typical <= high:
            fits.append(f"'{unit}' ({_in_words(typical, emissive=emissive)})")
    if not fits:
        return (
            "No usual unit of radiance makes these numbers believable: check the file's scale "
            "factor, or say --quantity reflectance if that is what they are."
        )
    units = " or ".join(fits)
    return f"Believable would be {units}: correct the header or pass --radiance-unit.{hint}"


def is_possible_centre(centre_um: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return True for each band centre, (band,) [um], that an airborne instrument can have."""
    return np.asarray((centre_um >= SHORTEST_UM) & (centre_um <= LONGEST_UM))


def _is_possible(centre_um: NDArray[np.float64]) -> bool:
    return bool(is_possible_centre(centre_um).all())


def _suggest_wavelength(values: NDArray[np.float64]) -> str:
    for unit, word in _WORDS.items():
        if _is_possible(values * wavelength_factor_um(unit)):
            return (
                f"that looks like {word}: pass --wavelength-unit {unit} or correct "
                "'wavelength units'"
            )
    if (values > 0).all() and _is_possible(1e4 / values):
        return (
            "that looks like wavenumbers: pass --wavelength-unit cm-1 or correct 'wavelength units'"
        )
    return "no unit of length makes all of them possible: correct the wavelength list"


def _typical_level(
    radiance: NDArray[np.floating], centre_um: NDArray[np.float64]
) -> tuple[float, bool]:
    """Return the median brightness temperature [K] or apparent reflectance, and whether emissive.

    Apparent reflectance is π L / E with the sun a black body of 5772 K overhead: low by the
    atmosphere and the sun's height, good enough for factors of ten.
    """
    emissive = bool(np.median(centre_um) > EMISSIVE_FROM_UM)
    chosen = (centre_um > EMISSIVE_FROM_UM) == emissive
    level = np.asarray(radiance, dtype=np.float64)[:, chosen]
    usable = np.isfinite(level) & (level > 0)
    if not usable.any():
        return float("nan"), emissive
    if emissive:
        believed = brightness_temperature_k(centre_um[chosen], level)
    else:
        sun = _SUN_SOLID_ANGLE_SR * planck_radiance(centre_um[chosen], _SUN_TEMPERATURE_K)
        believed = np.pi * level / sun
    return float(np.median(believed[usable])), emissive


def _in_words(typical: float, *, emissive: bool) -> str:
    if emissive:
        return f"a median brightness temperature of {typical:.0f} K"
    return f"a median apparent reflectance of {typical:.2g}"

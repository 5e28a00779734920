"""Measured materials from an ENVI spectral library, such as isofit's ECOSTRESS mixtures."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import HeaderError, InputError, UnitError
from cathartes.scenes.readers.envi_header import EnviHeader, find_pair, read_header
from cathartes.scenes.readers.envi_lines import RawLayout, read_numbers
from cathartes.simulate.surfaces import SurfaceFile, SurfaceSet, TabulatedSurface
from cathartes.units import wavelength_factor_um

_DARK_THERMAL = 0.06
_MIRROR_THERMAL = 0.35
_SPECTRAL_LIBRARY = "envi spectral library"
_LIMITS_UM = (0.2, 50.0)


@dataclass(frozen=True, slots=True)
class _Table:
    """``wavelength_um`` (point,) [um], ascending; ``reflectance`` (spectrum, point)."""

    wavelength_um: NDArray[np.float64]
    reflectance: NDArray[np.float64]


def read_measured_surfaces(
    path: Path, surface_set: str = "all", count: int = 24, seed: int = 1
) -> SurfaceSet:
    """Read reflectances from an ENVI spectral library, and choose some of them.

    Both ways of storing one are read: type ``ENVI Spectral Library``, a sample a wavelength, and an
    image of one sample, a band a wavelength. Values are reflectance, or emissivity where the
    ``z plot titles`` say so; wavelengths are sorted and doubled ones dropped. Which spectra may be
    chosen depends on the half (even numbers are ``a``, odd ones ``b``), which of them on the seed.
    The family is told from the thermal mean: ``metal`` beyond 35 % reflectance, ``soil`` above
    6 %, else ``vegetation``; so that landscapes get their fields, roads and roofs from this set
    alone.

    Parameters
    ----------
    path
        Of the header (``.hdr``), or of the data beside it.

    Raises
    ------
    InputError
        If the file can't be read, is no spectral library, its size contradicts its header, or it
        holds no spectrum between 0 and 1 in that half.
    """
    if surface_set not in {"a", "b", "all"}:
        raise InputError(f"surface set {surface_set!r}; 'a', 'b' and 'all' exist.")
    pair = find_pair(path) if path.is_file() else None
    if pair is None:
        raise InputError(
            f"{path}: an ENVI header and its data beside it are needed; one is missing."
        )
    try:
        table = _read_table(read_header(pair[0]), pair[1])
        files = tuple(
            SurfaceFile(file.name, hashlib.sha256(file.read_bytes()).hexdigest()) for file in pair
        )
    except OSError as error:
        raise InputError(f"{path}: can't be read ({error.strerror or error}).") from error
    values = table.reflectance
    usable = np.flatnonzero(
        np.isfinite(values).all(axis=1) & (values.min(axis=1) >= 0) & (values.max(axis=1) <= 1)
    )
    n_usable = usable.size
    if surface_set != "all":
        usable = usable[usable % 2 == (0 if surface_set == "a" else 1)]
    if usable.size == 0:
        raise InputError(
            f"{path.name}: {n_usable} of {len(values)} spectra have all values between 0 and 1, "
            f"none of them in surface set {surface_set!r}; reflectances are needed: check data "
            "type, byte order and reflectance scale factor in the header."
        )
    chosen = np.sort(
        np.random.default_rng(seed).choice(usable, size=min(count, usable.size), replace=False)
    )
    return SurfaceSet(
        tuple(
            TabulatedSurface(
                f"measured-{number}", _family(table, number), table.wavelength_um, values[number]
            )
            for number in chosen
        ),
        files,
    )


def _family(table: _Table, number: int) -> str:
    thermal = table.wavelength_um > 7.0
    level = float(table.reflectance[number, thermal].mean()) if thermal.any() else 0.0
    if level > _MIRROR_THERMAL:
        return "metal"
    return "soil" if level > _DARK_THERMAL else "vegetation"


def _read_table(header: EnviHeader, data: Path) -> _Table:
    layout = RawLayout.of(header, data)
    if data.stat().st_size != layout.n_bytes:
        raise InputError(
            f"{data.name} holds {data.stat().st_size} bytes, its header promises "
            f"{layout.n_bytes}; correct lines, samples, bands or data type."
        )
    numbers = read_numbers(layout).astype(np.float64)
    if header.text("file type").lower() == _SPECTRAL_LIBRARY and numbers.shape[2] == 1:
        values = numbers[:, :, 0]
    elif numbers.shape[1] == 1:
        values = numbers[:, 0, :]
    else:
        raise InputError(
            f"{header.path.name}: {layout.shape[0]} lines, {layout.shape[1]} samples, "
            f"{layout.shape[2]} bands; a spectral library with a line a spectrum is needed, its "
            "wavelengths along samples (type ENVI Spectral Library) or along bands (one sample)."
        )
    values = values / (header.number("reflectance scale factor") or 1.0)
    if "emissivity" in header.text("z plot titles").lower():
        values = 1.0 - values
    wavelength_um = _wavelength_um(header, values.shape[1])
    wavelength_um, order = np.unique(wavelength_um, return_index=True)
    return _Table(wavelength_um, values[:, order])


def _wavelength_um(header: EnviHeader, n_points: int) -> NDArray[np.float64]:
    """Return (point,) [um]; without a unit, numbers tell it: 0.2 to 50 um is 200 to 50,000 nm.

    Raises
    ------
    HeaderError
        If there are not as many wavelengths as values.
    UnitError
        If they are neither in that range in um nor in nm, or not in the unit stated.
    """
    name, listed = header.path.name, header.numbers("wavelength")
    n_listed = 0 if listed is None else listed.size
    if listed is None or n_listed != n_points:
        raise HeaderError(
            f"{name}: {n_listed} wavelengths and {n_points} values a spectrum; as many of each "
            "are needed."
        )
    low, high = _LIMITS_UM
    unit = header.text("wavelength units")
    for factor in [wavelength_factor_um(unit)] if unit else [1.0, 1e-3]:
        wavelength_um = listed * factor
        if low <= wavelength_um.min() and wavelength_um.max() <= high:
            return np.asarray(wavelength_um)
    raise UnitError(
        f"{name}: wavelengths from {listed.min():g} to {listed.max():g} {unit or 'without unit'}; "
        f"{low:g} to {high:g} um are needed: correct 'wavelength units' in the header."
    )

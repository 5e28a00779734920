"""Measured materials from an ENVI spectral library, such as isofit's ECOSTRESS mixtures."""

from pathlib import Path

import numpy as np

from cathartes.errors import InputError
from cathartes.simulate.surfaces import TabulatedSurface
from cathartes.units import wavelength_factor_um

_DARK_THERMAL = 0.06
_MIRROR_THERMAL = 0.35


def _header(path: Path) -> dict[str, str]:
    """Return the fields of an ENVI header, lists without their braces."""
    fields: dict[str, str] = {}
    text = path.read_text("utf-8", errors="replace").partition("\n")[2]
    while text.strip():
        key, _, rest = text.partition("=")
        rest = rest.lstrip()
        if rest.startswith("{"):
            value, _, text = rest[1:].partition("}")
        else:
            value, _, text = rest.partition("\n")
        if key.strip():
            fields[key.strip().lower()] = value.strip()
    return fields


def read_measured_surfaces(
    path: Path, surface_set: str = "all", count: int = 24, seed: int = 1
) -> tuple[TabulatedSurface, ...]:
    """Read reflectances from an ENVI spectral library, and choose some of them.

    Values are reflectance; wavelengths are sorted and doubled ones dropped. Which spectra may be
    chosen depends on the half (even numbers are ``a``, odd ones ``b``), which of them on the seed.
    The family is told from the thermal mean: ``metal`` beyond 35 % reflectance, ``soil`` above
    6 %, else ``vegetation``; so that landscapes get their fields, roads and roofs from this set
    alone.

    Parameters
    ----------
    path
        Of the header (``.hdr``); the data lie beside it without the suffix.

    Raises
    ------
    InputError
        If the file is no spectral library of 32-bit numbers, or its size contradicts its header.
    """
    if surface_set not in {"a", "b", "all"}:
        raise InputError(f"surface set {surface_set!r}; 'a', 'b' and 'all' exist.")
    data = path.with_suffix("")
    if not path.is_file() or not data.is_file():
        raise InputError(f"{path} and {data.name} beside it are needed; one is missing.")
    fields = _header(path)
    missing = [key for key in ("lines", "samples", "bands", "wavelength") if key not in fields]
    if missing or fields.get("data type") != "4":
        raise InputError(
            f"{path.name}: fields {missing} are missing or the data type is not 4 (float32); a "
            "spectral library of 32-bit numbers is needed."
        )
    lines, samples, bands = (int(fields[key]) for key in ("lines", "samples", "bands"))
    values = np.fromfile(data, dtype="<f4", offset=int(fields.get("header offset", "0")))
    if samples != 1 or values.size != lines * bands:
        raise InputError(
            f"{data.name} holds {values.size} numbers; {lines} spectra of {bands} bands in one "
            "column are needed."
        )
    factor = wavelength_factor_um(fields.get("wavelength units", "nm"))
    wavelength_um = np.array([float(word) for word in fields["wavelength"].split(",")]) * factor
    table = values.reshape(lines, bands).astype(np.float64)
    wavelength_um, order = np.unique(wavelength_um, return_index=True)
    table = table[:, order]
    usable = np.flatnonzero(
        np.isfinite(table).all(axis=1) & (table.min(axis=1) >= 0) & (table.max(axis=1) <= 1)
    )
    if surface_set != "all":
        usable = usable[usable % 2 == (0 if surface_set == "a" else 1)]
    chosen = np.sort(
        np.random.default_rng(seed).choice(usable, size=min(count, usable.size), replace=False)
    )
    thermal = wavelength_um > 7.0
    surfaces = []
    for number in chosen:
        level = float(table[number, thermal].mean()) if thermal.any() else 0.0
        family = "vegetation"
        if level > _MIRROR_THERMAL:
            family = "metal"
        elif level > _DARK_THERMAL:
            family = "soil"
        surfaces.append(
            TabulatedSurface(f"measured-{number}", family, wavelength_um, table[number])
        )
    return tuple(surfaces)

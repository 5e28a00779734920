"""Files of a user's own radiative transfer: a plain table with units, or MODTRAN's channel output.

The formats are in docs/reference/air-tables.md.
"""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import HeaderError, InputError, UnitError, UnknownFormatError
from cathartes.scenes.air_table import AirTable
from cathartes.scenes.plausibility import is_wavenumber, to_fwhm_um, to_wavelength_um
from cathartes.scenes.radiometry import brightness_temperature_k
from cathartes.units import is_per_wavenumber, normalise_unit, radiance_factor

COLUMNS = {
    "wavelength": "um",
    "wavenumber": "cm-1",
    "transmittance": "1",
    "path_radiance": "W m-2 sr-1 um-1",
    "downwelling_radiance": "W m-2 sr-1 um-1",
    "fwhm": "um",
    "water": "g cm-2",
    "ozone": "atm cm",
}
"""The columns of a table, and a unit that each may have."""
_NEEDED = ("transmittance", "path_radiance")
_FIXED_UNIT = ("transmittance", "water", "ozone")
_EXAMPLE = "wavenumber [cm-1], transmittance, path_radiance [W m-2 sr-1 um-1]"
_HEADING = re.compile(r'\s*"?\s*(\w+)\s*(?:\[([^\]]*)\])?\s*"?\s*')
_SEPARATOR = re.compile(r"[,;\t]")

POSSIBLE_SOURCE_K = (180.0, 345.0)
"""Path radiance over emissivity of the path is a black body's of the air: as cold as the highest,
as warm as the lowest."""
_THERMAL_UM = (7.0, 14.5)
_RADIANCE_UNITS = (
    "W m-2 sr-1 um-1", "uW cm-2 sr-1 nm-1", "mW m-2 sr-1 nm-1", "W cm-2 sr-1 um-1",
    "W cm-2 sr-1 nm-1", "mW m-2 sr-1 (cm-1)-1", "W cm-2 sr-1 (cm-1)-1",
)  # fmt: skip

_CHANNEL_MARK = "LOS CHAN"
_CHANNEL_UNITS = ("(NANOMETERS)", "(W SR-1 CM-2)")
_CHANNEL_ROW = re.compile(r"\s*\d+\.\d+(?:\s+\S+){25}.*")
_CHANNEL_FWHM = re.compile(r"FWHM:\s*([\d.]+)\s*NM")
# Columns of MODTRAN's channel output, counted from 0.
_CENTRE_NM, _WIDTH_NM, _EMITTED, _SCATTERED, _REFLECTED, _TRANSMITTANCE, _EMISSIVITY = (
    0, 8, 11, 12, 16, 24, 25,
)  # fmt: skip


def read_air_table(path: str | Path) -> AirTable:
    """Read a table of the air; the content tells the format.

    Raises
    ------
    InputError
        If the file can't be read, or its values can't be.
    UnknownFormatError
        If it is neither a table with named columns nor MODTRAN's channel output.
    HeaderError
        If a column is missing, unknown or there twice, or the states are no full grid.
    UnitError
        If a unit is missing or unknown, or a radiance can't be in the unit stated.
    """
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise InputError(
            f"air table {file}: can't be read ({error.strerror or error}); name a file of "
            "transmittance and path radiance (docs/reference/air-tables.md)."
        ) from error
    lines = text.splitlines()
    try:
        if any(_CHANNEL_MARK in line for line in lines[:5]):
            return _read_channels(lines)
        return _read_columns(lines)
    except InputError as error:
        raise type(error)(f"{file.name}: {error}") from error


def _read_columns(lines: Sequence[str]) -> AirTable:
    """Return the table of a text with named columns."""
    filled = [(i, line) for i, line in enumerate(lines, 1) if line.strip() and line[0] != "#"]
    if not filled or not re.search(r"wave(length|number)", filled[0][1].lower()):
        raise UnknownFormatError(
            "air table: neither MODTRAN's channel output nor a table whose first line names its "
            f"columns; a line like '{_EXAMPLE}' is needed above the numbers."
        )
    units = _headings(filled[0][1])
    rows = np.array([_row(line, len(units), number) for number, line in filled[1:]])
    if len(rows) < 2:
        raise InputError(f"air table: {len(rows)} rows of numbers; at least 2 are needed.")
    column = dict(zip(units, rows.T, strict=True))
    axis = "wavelength" if "wavelength" in column else "wavenumber"
    wavelength_um = to_wavelength_um(column[axis], units[axis])
    if "fwhm" in column:
        column["fwhm"] = to_fwhm_um(column["fwhm"], units["fwhm"], wavelength_um)
    for name in {"path_radiance", "downwelling_radiance"} & set(column):
        column[name] = to_canonical_radiance(column[name], units[name], wavelength_um)
    column[axis] = 1e4 / wavelength_um
    table = _grid(column, column[axis])
    check_path_radiance(table, units["path_radiance"])
    return table


def _headings(line: str) -> dict[str, str]:
    """Return the unit of each column by name, in the file's order."""
    units: dict[str, str] = {}
    for cell in _SEPARATOR.split(line):
        match = _HEADING.fullmatch(cell)
        name = match[1].lower() if match else cell.strip()
        if match is None or name not in COLUMNS or name in units:
            why = "is there twice" if name in units else f"is none of {', '.join(COLUMNS)}"
            raise HeaderError(
                f"air table: column {cell.strip()!r} {why}; a line like '{_EXAMPLE}' is needed: "
                "rename the column, or cut it out."
            )
        unit = (match[2] or "").strip()
        if name in _FIXED_UNIT:
            if unit != COLUMNS[name] and not (name == "transmittance" and not unit):
                raise UnitError(
                    f"air table: column {cell.strip()!r}; '{name} [{COLUMNS[name]}]' is needed: "
                    "convert it, and state its unit."
                )
        elif not unit:
            raise UnitError(
                f"air table: column {name!r} states no unit; one in brackets is needed, such as "
                f"'{name} [{COLUMNS[name]}]'."
            )
        units[name] = unit
    if ("wavelength" in units) == ("wavenumber" in units):
        raise HeaderError("air table: a wavelength or a wavenumber is needed; name one column so.")
    if "wavenumber" in units and not is_wavenumber(units["wavenumber"]):
        raise UnitError(f"air table: wavenumber in {units['wavenumber']!r}; cm-1 is needed.")
    if "wavelength" in units and is_wavenumber(units["wavelength"]):
        raise UnitError("air table: a wavelength in cm-1; name the column 'wavenumber [cm-1]'.")
    missing = [name for name in _NEEDED if name not in units]
    if missing:
        raise HeaderError(
            f"air table: no column {' or '.join(missing)}; a line like '{_EXAMPLE}' is needed."
        )
    return units


def _row(line: str, n_columns: int, number: int) -> list[float]:
    cells = _SEPARATOR.split(line)
    try:
        row = [float(cell) for cell in cells]
    except ValueError:
        row = []
    if len(row) != n_columns or not np.isfinite(row).all():
        raise InputError(
            f"air table: line {number}, {line.strip()[:40]!r}, is not {n_columns} finite numbers; "
            "correct it, or cut it out."
        )
    return row


def to_canonical_radiance(
    values: NDArray[np.float64], unit: str, wavelength_um: NDArray[np.float64]
) -> NDArray[np.float64]:
    r"""Return radiances in W m-2 sr-1 um-1.

    Those per wavenumber become ones per wavelength by :math:`L_\lambda = 10^4 L_\nu/\lambda^2`.

    Parameters
    ----------
    values : (..., point) [unit]
    wavelength_um : (point,) [um]

    Raises
    ------
    UnitError
        If the unit is no spectral radiance.
    """
    plain = re.sub(r"\(\s*cm-1\s*\)\s*\^?-1", "cm", unit)  # per cm-1, however it is bracketed
    plain = re.sub(r"/\s*\(?\s*cm-1\s*\)?\s*$", " cm", plain)
    words = normalise_unit(plain).split()
    if len(words) == 4 and words[-1] in {"cm", "cm-1"} and is_per_wavenumber(plain):
        per_um = radiance_factor(" ".join([*words[:3], "um-1"]))
        return np.asarray(values * per_um * 1e4 / wavelength_um**2)
    return np.asarray(values * radiance_factor(unit))


def _grid(column: dict[str, NDArray[np.float64]], nu: NDArray[np.float64]) -> AirTable:
    """Return the table of rows of states: water by ozone by wavenumber, in any order."""
    unstated = np.full(nu.size, np.nan)
    water, ozone = column.get("water", unstated), column.get("ozone", unstated)
    axes = [np.unique(values) for values in (water, ozone, nu)]
    shape = tuple(axis.size for axis in axes)
    order = np.lexsort((nu, ozone, water))
    whole = nu.size == int(np.prod(shape)) and all(
        np.array_equal(values[order].reshape(shape), np.broadcast_to(axis, shape), equal_nan=True)
        for values, axis in zip(
            (water, ozone, nu), np.meshgrid(*axes, indexing="ij", sparse=True), strict=True
        )
    )
    if not whole:
        raise HeaderError(
            f"air table: {nu.size} rows for {shape[0]} water columns, {shape[1]} ozone columns and "
            f"{shape[2]} wavelengths; each of all {int(np.prod(shape))} combinations is needed "
            "once: compute what is missing, or cut out what is there twice."
        )
    cube = {name: values[order].reshape(shape) for name, values in column.items()}
    fwhm = cube.get("fwhm")
    if fwhm is not None and not np.allclose(fwhm, fwhm[:1, :1]):
        raise HeaderError(
            "air table: a channel has another width in another state; one width a channel is "
            "needed: correct the column 'fwhm'."
        )
    return AirTable(
        wavenumber_cm1=axes[2],
        transmittance=cube["transmittance"],
        path_radiance=cube["path_radiance"],
        downwelling=cube.get("downwelling_radiance"),
        water_g_cm2=axes[0],
        ozone_atm_cm=axes[1],
        fwhm_um=None if fwhm is None else fwhm[0, 0],
    )


def check_path_radiance(table: AirTable, unit: str) -> None:
    r"""Check that the air would have a temperature: :math:`L_u/(1-\tau)` is its Planck radiance.

    Raises
    ------
    UnitError
        If that is no temperature of air in the thermal infrared: the unit is another one.
    """
    wavelength_um = 1e4 / table.wavenumber_cm1
    thermal = (wavelength_um > _THERMAL_UM[0]) & (wavelength_um < _THERMAL_UM[1])
    emissivity = 1.0 - table.transmittance[..., thermal]
    seen = emissivity > max(0.05, float(np.quantile(emissivity, 0.75)) if thermal.any() else 1.0)
    if not seen.any():
        return
    at_um = np.broadcast_to(wavelength_um[thermal], emissivity.shape)[seen]
    source = table.path_radiance[..., thermal][seen] / emissivity[seen]
    low_k, high_k = POSSIBLE_SOURCE_K

    def air_k(values: NDArray[np.float64]) -> float:
        return float(np.nanmedian(brightness_temperature_k(at_um, np.maximum(values, 1e-12))))

    found_k = air_k(source)
    if low_k <= found_k <= high_k:
        return
    as_stated = source / to_canonical_radiance(np.ones_like(source), unit, at_um)
    fits = [
        other
        for other in _RADIANCE_UNITS
        if low_k <= air_k(to_canonical_radiance(as_stated, other, at_um)) <= high_k
    ]
    hint = f"they look like {' or '.join(fits)}: state that" if fits else "check them"
    raise UnitError(
        f"air table: path radiances in {unit} would be those of air at {found_k:.0f} K (their "
        f"median over 1 - transmittance); {low_k:g} to {high_k:g} K is needed: {hint}."
    )


def _read_channels(lines: Sequence[str]) -> AirTable:
    """Return the one state of MODTRAN's channel output (``.chn``)."""
    head = " ".join(lines[:5])
    rows = [line for line in lines if _CHANNEL_ROW.fullmatch(line)]
    if any(unit not in head for unit in _CHANNEL_UNITS):
        raise UnitError(
            f"air table: MODTRAN's channel output without {' and '.join(_CHANNEL_UNITS)} in its "
            "headings; channels in nanometres and radiances per channel are needed: write the "
            "values into a table with units instead (docs/reference/air-tables.md)."
        )
    widths = [_CHANNEL_FWHM.search(line) for line in rows]
    if len(rows) < 2 or not all(widths):
        raise HeaderError(
            f"air table: MODTRAN's channel output with {len(rows)} channels, "
            f"{sum(w is not None for w in widths)} of which state their FWHM; 2 or more, each with "
            "its FWHM in the description, are needed."
        )
    values = np.array([[float(word) for word in line.split()[:26]] for line in rows])
    values = values[np.argsort(-values[:, _CENTRE_NM])]
    fwhm_um = np.array([float(w[1]) for w in widths if w])[
        np.argsort([-float(line.split()[0]) for line in rows])
    ]
    per_um = 1e4 / (values[:, _WIDTH_NM] * 1e-3)  # W cm-2 sr-1 of the whole channel
    tau = values[:, _TRANSMITTANCE]
    reflectance = 1.0 - values[:, _EMISSIVITY]
    sky = None
    if reflectance.min() > 0.1:  # else the ground reflects too little to tell
        arriving = values[:, _REFLECTED] * per_um / reflectance
        sky = (arriving / np.maximum(tau, 1e-3))[None, None]
    return AirTable(
        wavenumber_cm1=1e7 / values[:, _CENTRE_NM],
        transmittance=tau[None, None],
        path_radiance=((values[:, _EMITTED] + values[:, _SCATTERED]) * per_um)[None, None],
        downwelling=sky,
        water_g_cm2=np.array([np.nan]),
        ozone_atm_cm=np.array([np.nan]),
        fwhm_um=1e-3 * fwhm_um,
    )

"""A user's own gases: one plain CSV file each in a folder, over and above the built-in library."""

import contextlib
import math
import os
import re
import secrets
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from cathartes.errors import HeaderError, InputError, OutputError
from cathartes.spectra.absorption import (
    STANDARD_PRESSURE_PA,
    STANDARD_TEMPERATURE_K,
    AbsorptionSpectrum,
    Quality,
)
from cathartes.spectra.library import Gas, name_key
from cathartes.spectra.readers import plain_csv

FOLDER_VARIABLE = "CATHARTES_LIBRARY"
MOST_CM2 = 1e-13
"""More than the sharpest lines of any gas have: such numbers are of another unit."""


def library_folder(environment: Mapping[str, str] | None = None) -> Path:
    """Return where a user's spectra are kept.

    Parameters
    ----------
    environment
        Where ``CATHARTES_LIBRARY`` may name the folder; by default the process's own. Without it,
        the platform's place for a user's data.
    """
    env = os.environ if environment is None else environment
    if env.get(FOLDER_VARIABLE):
        return Path(env[FOLDER_VARIABLE])
    home = Path(env.get("HOME") or env.get("USERPROFILE") or Path.home())
    if sys.platform == "win32":
        data = Path(env.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        data = home / "Library" / "Application Support"
    else:
        data = Path(env.get("XDG_DATA_HOME") or home / ".local" / "share")
    return data / "cathartes" / "spectra"


def choose_spectrum(
    spectra: Iterable[AbsorptionSpectrum],
    temperature_k: float = STANDARD_TEMPERATURE_K,
    pressure_pa: float = STANDARD_PRESSURE_PA,
) -> AbsorptionSpectrum:
    """Return the spectrum measured nearest to a temperature, then to a pressure.

    Collections split a gas's bands into blocks of their own: what was measured at the same
    temperature and pressure in other ranges is joined to it.

    Raises
    ------
    InputError
        If there is none, or they are of several gases.
    """
    spectra = tuple(spectra)
    names = sorted({spectrum.gas for spectrum in spectra})
    if len(names) != 1:
        raise InputError(
            f"spectra of {', '.join(names) or 'no gas'} were found; one gas is needed: name it "
            "with --gas."
        )
    nearest = min(
        spectra,
        key=lambda s: (abs(s.temperature_k - temperature_k), abs(s.pressure_pa - pressure_pa)),
    )
    parts = [nearest]
    for other in spectra:
        if _is_same_sample(other, nearest) and not any(_overlap(other, part) for part in parts):
            parts.append(other)
    return nearest if len(parts) == 1 else _join(parts)


def _is_same_sample(first: AbsorptionSpectrum, second: AbsorptionSpectrum) -> bool:
    """Return True if temperatures are the same within 1 K and pressures within 1 %."""
    return (
        abs(first.temperature_k - second.temperature_k) <= 1.0
        and abs(first.pressure_pa - second.pressure_pa) <= 0.01 * second.pressure_pa
        and first.quality is second.quality is not Quality.SHAPE_ONLY
    )


def _overlap(first: AbsorptionSpectrum, second: AbsorptionSpectrum) -> bool:
    a, b = first.wavenumber_cm1, second.wavenumber_cm1
    return bool(a[0] <= b[-1] and b[0] <= a[-1])


def _join(parts: list[AbsorptionSpectrum]) -> AbsorptionSpectrum:
    """Return spectra of one sample in ranges that don't overlap as one; the first's words hold."""
    parts_up = sorted(parts, key=lambda s: float(s.wavenumber_cm1[0]))
    ranges = ", ".join(f"{s.wavenumber_cm1[0]:.0f}-{s.wavenumber_cm1[-1]:.0f}" for s in parts_up)
    return replace(
        parts[0],
        wavenumber_cm1=np.concatenate([s.wavenumber_cm1 for s in parts_up]),
        cross_section_cm2=np.concatenate([s.cross_section_cm2 for s in parts_up]),
        resolution_cm1=max(s.resolution_cm1 for s in parts),
        source=f"{parts[0].source}; joined from blocks of {ranges} cm-1",
    )


def import_spectrum(
    spectrum: AbsorptionSpectrum,
    folder: Path,
    *,
    entry: Gas | None = None,
    replace: bool = False,
) -> Path:
    """Keep a spectrum in a user's folder, and return its file.

    The file is written beside its place and renamed, so that no half of one is ever found.

    Parameters
    ----------
    spectrum
    folder
        Made if it is not there.
    entry
        Formula, CAS number, molar mass, aliases and remark to keep with it; its spectrum is not
        looked at.
    replace
        True lets a gas of that name be overwritten.

    Raises
    ------
    InputError
        If the gas's name can't be one of the library, or the spectrum does not absorb.
    OutputError
        If there is such a gas already, or the folder can't be written.
    """
    name = spectrum.gas if entry is None else entry.name
    checked = Gas(name, "", "", math.nan)
    _check_absorbs(spectrum)
    path = folder / f"{checked.name}.csv"
    if path.exists() and not replace:
        raise OutputError(
            f"{folder} has a spectrum of {name} already; replace it with --replace, or give this "
            "one another name with --gas."
        )
    text = plain_csv.format_csv(spectrum, {"gas": name, **_describe(entry)})
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(path, text.encode("utf-8"))
    except OSError as error:
        raise OutputError(
            f"{path} can't be written ({error.strerror}); name a writable folder in "
            f"{FOLDER_VARIABLE}."
        ) from error
    return path


def _check_absorbs(spectrum: AbsorptionSpectrum) -> None:
    least, greatest = spectrum.cross_section_cm2.min(), spectrum.cross_section_cm2.max()
    if greatest > MOST_CM2 and spectrum.quality is not Quality.SHAPE_ONLY:
        raise InputError(
            f"spectrum of {spectrum.gas}: its cross-section reaches {greatest:.2g} cm2 a molecule, "
            f"and no gas has {MOST_CM2:g}: is it in another unit?"
        )
    if greatest > 0 and greatest >= -least:
        return
    turned = "its sign seems to be turned: turn it back" if least < 0 else "look at its numbers"
    raise InputError(
        f"spectrum of {spectrum.gas}: its cross-section reaches from {least:.2g} to "
        f"{greatest:.2g} cm2; a gas takes light away, which is a positive one: {turned}."
    )


def write_whole(path: Path, content: bytes) -> None:
    """Write a file beside its place, then rename it; a failure leaves what was there before.

    Raises
    ------
    OSError
        If it can't be written.
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with beside.open("xb") as stream:
            stream.write(content)
        beside.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise


def read_imported(folder: Path) -> tuple[Gas, ...]:
    """Return the gases of a user's folder by name; none if there is no such folder.

    A gas whose file states no molar mass has a NaN there, and its remark says so.

    Raises
    ------
    InputError
        If the folder can't be read, or a file is not one that `import_spectrum` or a careful user
        wrote, or two of them are of one gas.
    """
    found: dict[str, tuple[Gas, Path]] = {}
    for path in imported_files(folder):
        gas = _read_own(path)
        _, first = found.setdefault(name_key(gas.name), (gas, path))
        if first is not path:
            raise InputError(
                f"{first.name} and {path.name} in {folder} are both of {gas.name}; delete one, "
                "or correct '# gas:' in it."
            )
    return tuple(gas for gas, _ in found.values())


def imported_files(folder: Path) -> tuple[Path, ...]:
    """Return the files of a user's folder that `read_imported` reads; none if it is not there.

    Raises
    ------
    InputError
        If the folder can't be read.
    """
    if not folder.is_dir():
        return ()
    try:
        # Not by glob, to which a folder that may not be read is an empty one.
        paths = sorted(folder.iterdir())
    except OSError as error:
        raise InputError(
            f"{folder} can't be read ({error.strerror}); make it readable, or name another one in "
            f"{FOLDER_VARIABLE}."
        ) from error
    return tuple(
        path for path in paths if path.name.endswith(".csv") and not path.name.startswith(".")
    )


def _read_own(path: Path) -> Gas:
    try:
        return _read_gas(path)
    except InputError as error:
        raise type(error)(
            f"your own gas in {path} can't be used: {error} Correct the file, or delete it."
        ) from error


def _describe(entry: Gas | None) -> dict[str, str]:
    if entry is None:
        return {}
    described = {
        "formula": entry.formula,
        "cas": entry.cas,
        "aliases": "; ".join(entry.aliases),
        "remark": entry.remark,
    }
    if math.isfinite(entry.molar_mass_g_mol):
        described["molar_mass_g_mol"] = repr(float(entry.molar_mass_g_mol))
    return described


def _read_gas(path: Path) -> Gas:
    (spectrum,) = plain_csv.read(path)
    header = plain_csv.read_header(path)
    mass_g_mol, remark = math.nan, header.get("remark", "")
    if "molar_mass_g_mol" in header:
        mass_g_mol = _mass_g_mol(header["molar_mass_g_mol"], path.name)
    elif not remark:
        remark = "molar mass not stated: no mass can be computed"
    # A comma without a blank is part of a name: 1,2-dimethylbenzene.
    stated = re.split(r";|,(?=\s|$)", header.get("aliases", ""))
    aliases = tuple(alias.strip() for alias in stated if alias.strip())
    return Gas(
        name=spectrum.gas,
        formula=header.get("formula", ""),
        cas=header.get("cas", ""),
        molar_mass_g_mol=mass_g_mol,
        aliases=aliases,
        spectrum=spectrum,
        remark=remark,
    )


def _mass_g_mol(text: str, file_name: str) -> float:
    try:
        mass = float(text)
    except ValueError:
        mass = math.nan
    if not 1.0 <= mass <= 2000.0:
        raise HeaderError(
            f"{file_name}: '# molar_mass_g_mol: {text}' is no molar mass; a number from 1 to 2000 "
            "without a unit is needed: correct it."
        )
    return mass

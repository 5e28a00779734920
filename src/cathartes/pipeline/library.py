"""The calls behind ``cathartes library``: each command is one of them, `library_list` and so on."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import InputError, SettingsError
from cathartes.pipeline.gas_library import working_library
from cathartes.products.library_plot import plot_library
from cathartes.scenes.instrument import load_instrument
from cathartes.spectra import fetch as fetching
from cathartes.spectra.absorption import AbsorptionSpectrum
from cathartes.spectra.builtin import BandTable, builtin_tables
from cathartes.spectra.imported import choose_spectrum, import_spectrum, library_folder
from cathartes.spectra.library import Gas, GasLibrary
from cathartes.spectra.lookalikes import find_twins, lookalike_matrix, worst_pairs
from cathartes.spectra.readers import read_spectra
from cathartes.spectra.visibility import Visibility, search_visible

_FETCHED = "fetched"


@dataclass(frozen=True, slots=True)
class ListedGas:
    """A gas, and whether an instrument sees it; None if none was named."""

    gas: Gas
    visibility: Visibility | None


@dataclass(frozen=True, slots=True)
class ShownGas:
    """A gas, and the band model that is shipped for it; None if another spectrum stands for it."""

    gas: Gas
    table: BandTable | None


@dataclass(frozen=True, slots=True)
class LookAlikes:
    """How alike gases look to an instrument.

    Attributes
    ----------
    names : (gas,)
    correlation : (gas, gas)
        1 on the diagonal; NaN where too few bands know both.
    pairs
        (gas, gas, correlation), the worst first.
    left_out
        Gases without a spectrum in these bands.
    """

    names: tuple[str, ...]
    correlation: NDArray[np.float64]
    pairs: tuple[tuple[str, str, float], ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImportedGas:
    """A spectrum that was kept.

    Attributes
    ----------
    name, spectrum, path
        Under which name, what, and where.
    n_blocks
        How many its file holds.
    twins
        Gases of the library that look like it under another name.
    other_conditions
        Temperatures and pressures of the file's other blocks, in words.
    """

    name: str
    spectrum: AbsorptionSpectrum
    path: Path
    n_blocks: int
    twins: tuple[str, ...]
    other_conditions: tuple[str, ...]


def library_list(instrument: str | Path | None = None) -> tuple[ListedGas, ...]:
    """Return the gases, and with an instrument which of them it sees and why not the others."""
    library = working_library()
    if instrument is None:
        return tuple(ListedGas(gas, None) for gas in library)
    seen = search_visible(library, load_instrument(instrument).bands)
    return tuple(ListedGas(gas, found) for gas, found in zip(library, seen, strict=True))


def library_show(gas: str) -> ShownGas:
    """Return what is known of a gas, by its name, formula, CAS number or alias."""
    entry = working_library()[gas]
    shipped = builtin_tables().get(entry.name)
    # A user's own spectrum replaces the band model; its fidelity then means nothing here.
    same = shipped is not None and shipped.model is entry.spectrum
    return ShownGas(entry, shipped if same else None)


def library_plot(
    gases: Iterable[str],
    out: str | Path,
    *,
    instrument: str | Path | None = None,
    range_cm1: tuple[float, float] | None = None,
) -> tuple[Gas, ...]:
    """Draw the absorption of gases as PNG, and return them; see `plot_library`.

    Raises
    ------
    SettingsError
        If the range does not rise, or no gas is named.
    """
    if range_cm1 is not None and not 0 < range_cm1[0] < range_cm1[1] < math.inf:
        raise SettingsError(
            f"--range {range_cm1[0]:g} {range_cm1[1]:g}: two rising positive wavenumbers are "
            "needed, like --range 700 1400."
        )
    chosen = tuple(working_library().select(gases))
    if not chosen:
        raise SettingsError("no gas was named; at least one is needed to draw.")
    bands = None if instrument is None else load_instrument(instrument).bands
    plot_library(chosen, Path(out), bands=bands, range_cm1=range_cm1)
    return chosen


def library_compare(instrument: str | Path, gases: Iterable[str] = ()) -> LookAlikes:
    """Return which gases look alike to an instrument; of the whole library if none is named.

    Raises
    ------
    SettingsError
        If a single gas was named.
    """
    library, named = working_library(), tuple(gases)
    chosen = library.select(named) if named else library
    if len(chosen) < 2:
        raise SettingsError(f"only {chosen.names[0]} was named; two or more are needed to compare.")
    names, correlation = lookalike_matrix(chosen, load_instrument(instrument).bands)
    left_out = tuple(gas.name for gas in chosen if gas.name not in names)
    return LookAlikes(names, correlation, worst_pairs(names, correlation), left_out)


def library_import(
    file: str | Path,
    *,
    gas: str | None = None,
    format: str | None = None,  # noqa: A002  # as `read_spectra`
    temperature_k: float | None = None,
    pressure_pa: float | None = None,
    replace: bool = False,
) -> ImportedGas:
    """Add a measured spectrum to the user's own gases; see `import_spectrum`.

    Parameters
    ----------
    file
        A spectrum in any known format.
    gas, temperature_k, pressure_pa
        Name in the library [K] [Pa]; of the sample, where the file does not say.
    format
        Reader to use; None takes the one that knows the file.
    replace
        Overwrite a gas imported before.

    Raises
    ------
    InputError
        If the gas is named by a formula that isomers share.
    """
    spectra = read_spectra(
        Path(file), gas=gas, format=format, temperature_k=temperature_k, pressure_pa=pressure_pa
    )
    spectrum = choose_spectrum(spectra)
    folder = library_folder()
    known = working_library(folder)  # the folder is made if it is not there
    entry = _found(spectrum.gas, known)
    if entry is not None and known.is_formula(spectrum.gas) and _may_have_isomers(entry.formula):
        raise InputError(
            f"the gas is named by its formula {spectrum.gas} alone, which isomers share; if it is "
            f"{entry.name}, say --gas {entry.name}, else give its own name."
        )
    path = import_spectrum(spectrum, folder, entry=entry, replace=replace)
    name = spectrum.gas if entry is None else entry.name
    new = Gas(name, "", "", math.nan, spectrum=spectrum)
    conditions = {_conditions(block) for block in spectra} - {_conditions(spectrum)}
    return ImportedGas(
        name=name,
        spectrum=spectrum,
        path=path,
        n_blocks=len(spectra),
        twins=tuple(twin for twin, _ in find_twins(new, known)),
        other_conditions=tuple(sorted(conditions)),
    )


def _conditions(spectrum: AbsorptionSpectrum) -> str:
    return f"{spectrum.temperature_k:g} K {spectrum.pressure_pa:.0f} Pa"


def _may_have_isomers(formula: str) -> bool:
    """Return True if a formula has two carbon atoms or more."""
    carbon = re.search(r"C(?![a-z])(\d*)", formula)
    return carbon is not None and int(carbon.group(1) or 1) > 1


def library_fetch(
    publisher: str,
    gas: str,
    *,
    range_cm1: tuple[float, float] = (700.0, 1400.0),
    index: int = 0,
    folder: str | Path | None = None,
) -> Path:
    """Fetch a spectrum from its publisher, and return its file; nothing is imported by it.

    Parameters
    ----------
    publisher
        ``hitran`` or ``nist``.
    gas
        ``nist``: a gas of the library, or a CAS number; ``hitran``: a formula.
    range_cm1 : (low, high) [cm-1]
        ``hitran``: what is fetched.
    index
        ``nist``: which of several spectra.
    folder
        Where the file is kept; None takes one in the folder of the user's gases.

    Raises
    ------
    SettingsError
        If the publisher is neither.
    NoConnectionError
        If it can't be reached.
    """
    place = library_folder() / _FETCHED if folder is None else Path(folder)
    match publisher.lower():
        case "nist":
            entry = _found(gas, working_library(library_folder()))
            cas = gas if entry is None or not entry.cas else entry.cas
            return fetching.fetch_nist(cas, place, index=index)
        case "hitran":
            return fetching.fetch_hitran(gas, range_cm1, place)
        case _:
            raise SettingsError(f"publisher {publisher!r}: hitran or nist is needed.")


def _found(name: str, library: GasLibrary) -> Gas | None:
    return library[name] if name in library else None  # noqa: SIM401  # it has no get

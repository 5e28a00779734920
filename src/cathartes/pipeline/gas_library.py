"""The library at work: what is built in, and what the user has imported."""

import os
from pathlib import Path

from cathartes.errors import InputError
from cathartes.spectra.builtin import builtin_library
from cathartes.spectra.imported import FOLDER_VARIABLE, library_folder, read_imported
from cathartes.spectra.library import GasLibrary


def working_library(folder: str | Path | None = None) -> GasLibrary:
    """Return the built-in gases and the user's own, which replace built-in ones of their name.

    Parameters
    ----------
    folder
        Where imported spectra are kept; None takes `library_folder`.

    Raises
    ------
    InputError
        If a file of the user's is none of a gas, or ``CATHARTES_LIBRARY`` names no folder: the
        built-in gases alone would not be what was asked for.
    """
    library = builtin_library()
    place = library_folder() if folder is None else Path(folder)
    if folder is None and os.environ.get(FOLDER_VARIABLE) and not place.is_dir():
        raise InputError(
            f"{FOLDER_VARIABLE} names {place}, and there is no such folder; make it, correct the "
            "name, or unset it to use the built-in gases."
        )
    for gas in read_imported(place) if place.is_dir() else ():
        library = library.with_gas(gas)
    return library

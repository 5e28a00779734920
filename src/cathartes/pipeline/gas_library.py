"""The library at work: what is built in, and what the user has imported."""

from pathlib import Path

from cathartes.spectra.builtin import builtin_library
from cathartes.spectra.imported import library_folder, read_imported
from cathartes.spectra.library import GasLibrary


def working_library(folder: Path | None = None) -> GasLibrary:
    """Return the built-in gases and the user's own, which replace built-in ones of their name.

    Parameters
    ----------
    folder
        Where imported spectra are kept; None takes `library_folder`.
    """
    library = builtin_library()
    place = library_folder() if folder is None else folder
    for gas in read_imported(place) if place.is_dir() else ():
        library = library.with_gas(gas)
    return library

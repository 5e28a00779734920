"""All gases at hand: the built-in ones and those that a user has imported."""

from pathlib import Path

from cathartes.spectra.builtin import builtin_library
from cathartes.spectra.imported import library_folder, read_imported
from cathartes.spectra.library import GasLibrary


def available_library(folder: Path | None = None) -> GasLibrary:
    """Return the built-in library with a user's own gases, which win over built-in ones.

    Parameters
    ----------
    folder
        Where the user's spectra are; None takes `library_folder`.

    Raises
    ------
    InputError
        If a file in the folder can't be read.
    """
    library = builtin_library()
    for gas in read_imported(library_folder() if folder is None else folder):
        library = library.with_gas(gas)
    return library

"""Where the real data lie, and the measured spectra among them: shared by the benchmarks."""

import gzip
import os
import re
from dataclasses import replace
from pathlib import Path

import numpy as np

from cathartes.spectra.absorption import AbsorptionSpectrum, Quality
from cathartes.spectra.builtin import builtin_library, builtin_tables
from cathartes.spectra.library import GasLibrary


def data_folder(needed: str) -> Path:
    """Return the folder of real data, CATHARTES_DATA or ``../shared/data``.

    Raises
    ------
    SystemExit
        If what is needed is not in it.
    """
    folder = Path(os.environ.get("CATHARTES_DATA", "../shared/data"))
    if not (folder / needed).is_dir():
        raise SystemExit(f"real data not found at {folder / needed}: set CATHARTES_DATA.")
    return folder


def measured_spectrum(data: Path, gas: str) -> AbsorptionSpectrum:
    """Return the measured cross-section that a built-in gas was fitted to, at its own resolution.

    Parameters
    ----------
    data
        Folder of real data.
    gas
        Name in the built-in library.
    """
    path = data / "spectra" / "xsec" / f"{builtin_tables()[gas].measurement}.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        comment = lines.readline()
        table = np.loadtxt(lines, delimiter=",", skiprows=1)
    table = table[np.argsort(table[:, 0], kind="stable")]
    temperature = re.search(r"(\d{3}(?:\.\d+)?) K", comment)
    resolution = re.search(r"resolution ~?([\d.]+)", comment)
    return AbsorptionSpectrum(
        gas,
        table[:, 0],
        np.clip(table[:, 1], 0.0, None),
        float(temperature.group(1)) if temperature else 296.0,
        101_325.0,
        float(resolution.group(1)) if resolution else 0.5,
        Quality.QUANTITATIVE,
        comment.strip("# \n"),
    )


def measured_library(data: Path) -> GasLibrary:
    """Return the built-in library with the measured spectra in place of the band models."""
    library = builtin_library()
    for gas in builtin_tables():
        library = library.with_gas(replace(library[gas], spectrum=measured_spectrum(data, gas)))
    return library

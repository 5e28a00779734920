"""The names of the files in an output folder: the contract's, and safe for every file system.

A gas may be called ``1,1,1-trichloroethane`` or ``HFC-134a/152a``. In a file name every character
outside ``A-Z a-z 0-9 . _ -`` becomes one ``-``. The full name stands in the file's own metadata and
in `summary.json`.
"""

import re
from collections.abc import Iterable

SUMMARY = "summary.json"
LABELS = "labels.tif"
PLUMES_GEOJSON = "plumes.geojson"
PLUMES_GPKG = "plumes.gpkg"
PLUMES_CSV = "plumes.csv"
SOURCES_GEOJSON = "sources.geojson"
SOURCES_GPKG = "sources.gpkg"
SOURCES_PLOT = "sources.png"
SOURCES_FILES = (SOURCES_GEOJSON, SOURCES_GPKG, SOURCES_PLOT)
SOURCE_PROBABILITY = "source_probability"
ORIGINS = "origins.npz"
QUICKLOOK = "quicklook.png"
LAYER_FOLDER = "layers"
CHEMICAL_ID = f"{LAYER_FOLDER}/chemical_id.tif"
CHEMICAL_PROBABILITY = f"{LAYER_FOLDER}/chemical_probability.tif"

_LONGEST = 80


def chemical_stem(chemical: str) -> str:
    """Return a chemical's name as it may stand in a file name.

    >>> chemical_stem("1,1,1-trichloroethane")
    '1-1-1-trichloroethane'
    >>> chemical_stem("acetic_acid")
    'acetic_acid'
    >>> chemical_stem("../R 134a")
    'R-134a'
    """
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", chemical)
    stem = re.sub(r"-{2,}", "-", stem).strip("-._")[:_LONGEST].rstrip("-._")
    return stem or "gas"


def chemical_stems(chemicals: Iterable[str]) -> dict[str, str]:
    """Return name to stem for all chemicals of a scan, no two alike even if case is ignored.

    Two names that would share a stem get ``-2``, ``-3`` in the order given.
    """
    stems: dict[str, str] = {}
    taken: set[str] = set()
    for chemical in dict.fromkeys(chemicals):
        base = stem = chemical_stem(chemical)
        number = 1
        while stem.lower() in taken:
            number += 1
            stem = f"{base}-{number}"
        taken.add(stem.lower())
        stems[chemical] = stem
    return stems


def layer_path(stem: str, quantity: str) -> str:
    """Return where a layer lies in the output folder, with forward slashes."""
    return f"{LAYER_FOLDER}/{stem}_{quantity}.tif"


def origin_path(source: int) -> str:
    """Return where the image of a plume's origin lies, by the source's number."""
    return f"{LAYER_FOLDER}/source_{source}_probability.tif"

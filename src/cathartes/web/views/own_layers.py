"""The operator's own layers: files of one folder, known by a hash of their name alone."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from cathartes.errors import EvidenceError

_KINDS = {".pmtiles": "pmtiles", ".tif": "raster", ".tiff": "raster"}


@dataclass(frozen=True, slots=True)
class OwnLayer:
    """A layer.

    Attributes
    ----------
    id
        By which it is asked for.
    name
        File name without its ending.
    kind
        ``pmtiles`` or ``raster``.
    """

    id: str
    name: str
    kind: str


def own_layers(folder: Path | None) -> list[OwnLayer]:
    """Return the layers of a folder, by name; none if there is no folder."""
    return [
        OwnLayer(_id_of(path), path.stem, _KINDS[path.suffix.lower()]) for path in _files_of(folder)
    ]


def own_layer_file(folder: Path | None, layer_id: str, kind: str) -> Path:
    """Return a layer's file.

    The id is compared with those of the files that are there, and never becomes a path.

    Raises
    ------
    EvidenceError
        If there is none.
    """
    for path in _files_of(folder):
        if _id_of(path) == layer_id and _KINDS[path.suffix.lower()] == kind:
            return path
    raise EvidenceError(f"no layer {layer_id!r}; the map lists those there are.")


def _files_of(folder: Path | None) -> list[Path]:
    """Return the files that are layers; links that lead out of the folder are none."""
    if folder is None or not folder.is_dir():
        return []
    inside = folder.resolve()
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in _KINDS and path.is_file() and path.resolve().parent == inside
    )


def _id_of(path: Path) -> str:
    return hashlib.sha256(path.name.encode()).hexdigest()[:16]

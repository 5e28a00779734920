"""The places of a large casebook in a file, so that its first map need not wait for the database.

The file is a cache of what the database says, and is never asked for anything else: it names the
audit's entry up to which it is true, by number and hash. Numbers of rows are a database's inner
matter, so that a casebook that was restored since has no use for it.
"""

import hashlib
import json
import os
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import numpy as np

from cathartes.casework.audit import Checkpoint
from cathartes.store.interface import Casebook
from cathartes.store.interface_map import Placed

_NAME = "places.npz"
_FORMAT = "cathartes-places/1"
_ARRAYS = {
    "row_id": (np.int64, ()),
    "box_deg": (np.float64, (4,)),
    "time_s": (np.float64, (2,)),
    "value": (np.float64, ()),
    "set_code": (np.int32, ()),
}
"""Types of the arrays of `Placed`, and their shapes beyond the rows."""
_RENUMBERS = "casebook.restore"


def places_file(where: str) -> Path:
    """Return where a casebook's places are kept.

    Beside a database of this machine; of a server, in the user's folder for caches, which
    ``XDG_CACHE_HOME`` moves, under a hash of the address.
    """
    if "://" not in where:
        return Path(where) / _NAME
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return caches / "cathartes" / f"{hashlib.sha256(where.encode()).hexdigest()[:16]}-{_NAME}"


def write_places(path: Path, placed: Mapping[str, Placed], head: Checkpoint) -> None:
    """Write places as they were at an entry of the audit: beside, then renamed.

    For nobody else to read. Where there is no room or no right to write, none are kept.
    """
    told = {
        "format": _FORMAT,
        "number": head.number,
        "hash": head.hash,
        "sets": {kind: [sorted(one) for one in of.sets] for kind, of in placed.items()},
    }
    arrays = {
        f"{kind}.{name}": getattr(of, name) for kind, of in placed.items() for name in _ARRAYS
    }
    part = path.with_name(f".{path.name}.part-{uuid4().hex[:8]}")
    with suppress(OSError):  # it is a cache
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as to:
                np.savez(to, told=np.array(json.dumps(told)), **arrays)
            part.rename(path)
        finally:
            part.unlink(missing_ok=True)


def read_places(path: Path, casebook: Casebook) -> tuple[dict[str, Placed], int] | None:
    """Return the places of a file, and the number of the audit's entry up to which they are true.

    None if there is no such file, if it is damaged or another version's, or if the casebook is
    another one, or was restored since.
    """
    try:
        # each array has a sum that is checked as it is read
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            told = json.loads(str(file["told"]))
            if told["format"] != _FORMAT or not _is_of(casebook, told["number"], told["hash"]):
                return None
            placed = {
                kind: Placed(
                    **{name: file[f"{kind}.{name}"] for name in _ARRAYS},
                    sets=tuple(frozenset(one) for one in sets),
                )
                for kind, sets in told["sets"].items()
            }
    except (OSError, EOFError, KeyError, TypeError, ValueError, zipfile.BadZipFile):
        return None
    return (placed, told["number"]) if all(map(_fits, placed.values())) else None


def _is_of(casebook: Casebook, number: int, sha256: str) -> bool:
    """Return whether a casebook's audit leads over an entry, and no row was renumbered since."""
    entries = casebook.audit_entries(number - 1)
    first = next(entries, None)
    if first is None or (first.number, first.hash) != (number, sha256):
        return False
    return all(entry.action != _RENUMBERS for entry in entries)


def _fits(placed: Placed) -> bool:
    """Return whether arrays are of their types, and as many rows each."""
    n = len(placed.row_id)
    return all(
        array.dtype == kind and array.shape == (n, *beyond)
        for name, (kind, beyond) in _ARRAYS.items()
        for array in (getattr(placed, name),)
    ) and bool(np.all((placed.set_code >= 0) & (placed.set_code < len(placed.sets))))

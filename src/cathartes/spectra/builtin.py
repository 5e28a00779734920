"""The built-in library: band models of our own, so that a fresh machine can work."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

import numpy as np

from cathartes.spectra.band_model import BandModel
from cathartes.spectra.fidelity import Fidelity
from cathartes.spectra.library import Gas, GasLibrary

_PAIRS = ("beyond_bands_share", "band_integral_ratio")


@dataclass(frozen=True, slots=True)
class BandTable:
    """A band model as shipped.

    Attributes
    ----------
    model
        The bands.
    measurement
        Name of the measurement's file, for whoever has it and wants to fit again.
    fidelity
        How well the model gave that measurement back when it was fitted.
    """

    model: BandModel
    measurement: str
    fidelity: tuple[Fidelity, ...]


@cache
def builtin_library() -> GasLibrary:
    """Return the library that is shipped: gases with band models, then those nobody can see.

    The order is that of ``data/gases.toml``. Made once and kept; it can't be changed, so a
    caller's own gases go into a copy (`GasLibrary.with_gas`).
    """
    tables = builtin_tables()
    return GasLibrary(
        Gas(
            name,
            entry["formula"],
            entry["cas"],
            entry["molar_mass_g_mol"],
            tuple(entry.get("aliases", ())),
            tables[name].model if name in tables else None,
            entry.get("remark", ""),
        )
        for name, entry in _entries().items()
    )


@cache
def builtin_tables() -> Mapping[str, BandTable]:
    """Return the shipped band tables by gas name."""
    folder = resources.files("cathartes.spectra") / "data" / "bands"
    tables = {}
    for name, entry in _entries().items():
        file = folder / f"{name}.json"
        if file.is_file():
            table = json.loads(file.read_text(encoding="utf-8"))
            tables[name] = _band_table(table, _ranges(entry.get("transparent_cm1", ())))
    return MappingProxyType(tables)


def _band_table(
    table: dict[str, Any], transparent_cm1: tuple[tuple[float, float], ...]
) -> BandTable:
    figures = np.array(table["bands"], dtype=np.float64)
    model = BandModel(
        figures[:, 0],
        figures[:, 1],
        figures[:, 2],
        _ranges(table["measured_cm1"]),
        transparent_cm1,
        f"Cathartes band model, fitted to: {table['source']}",
        table["resolution_cm1"],
    )
    fidelity = tuple(
        Fidelity(**{**row, **{pair: tuple(row[pair]) for pair in _PAIRS}})
        for row in table["fidelity"]
    )
    return BandTable(model, table["measurement"], fidelity)


def _ranges(pairs: Any) -> tuple[tuple[float, float], ...]:
    return tuple((float(low), float(high)) for low, high in pairs)


@cache
def _entries() -> dict[str, dict[str, Any]]:
    file = resources.files("cathartes.spectra") / "data" / "gases.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))

"""The library of gases: what is known of each, found by name, formula, CAS number or alias."""

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cathartes.errors import InputError, UnknownGasError
from cathartes.spectra.absorption import STANDARD_PRESSURE_PA, STANDARD_TEMPERATURE_K, Quality

RESERVED = "unknown"
"""No gas is called so: a plume of none of the library is."""


class GasSpectrum(Protocol):
    """What the library needs of a spectrum: a measured one or a band model."""

    @property
    def quality(self) -> Quality:
        """How far its amounts may be trusted."""

    @property
    def resolution_cm1(self) -> float:
        """Finest resolution it is good for, [cm-1]."""

    @property
    def coverage_cm1(self) -> tuple[tuple[float, float], ...]:
        """Ranges with data, [cm-1]."""

    @property
    def source(self) -> str:
        """Where it comes from."""

    def absorption_per_ppm_m(
        self,
        wavenumber_cm1: ArrayLike,
        temperature_k: float = STANDARD_TEMPERATURE_K,
        pressure_pa: float = STANDARD_PRESSURE_PA,
    ) -> NDArray[np.float64]:
        """Return (point,) [ppm-1 m-1], base e; NaN outside its coverage."""


@dataclass(frozen=True, slots=True)
class Gas:
    """One entry of the library.

    Attributes
    ----------
    name
        Lower case, words joined by ``_`` or ``-`` as chemists write them: ``acetic_acid``,
        ``1-butanol``, ``R-134a``. It names files and columns.
    spectrum
        None where no usable spectrum exists; ``remark`` then says why the gas can't be seen.
    molar_mass_g_mol : [g mol-1]
    remark
        What a user must know: where its bands lie, why an instrument can't see it.
    """

    name: str
    formula: str
    cas: str
    molar_mass_g_mol: float
    aliases: tuple[str, ...] = ()
    spectrum: GasSpectrum | None = None
    remark: str = ""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9,_-]*", self.name):
            raise InputError(
                f"gas name {self.name!r}: only letters, digits, ',', '_' and '-' are allowed, "
                "since it names files; write blanks as '_'."
            )
        if self.name.lower() == RESERVED:
            raise InputError(
                f"gas name {self.name!r}: a plume of no gas of the library is called so; give it "
                "another name."
            )


def name_key(text: str) -> str:
    """Return what two spellings of a gas's name have in common: no case, no blank, - or _."""
    return re.sub(r"[\s_\-]+", "", text).lower()


class GasLibrary:
    """Gases in a fixed order, found by name, formula, CAS number or alias."""

    def __init__(self, gases: Iterable[Gas]) -> None:
        self._gases = tuple(gases)
        self._index: dict[str, Gas] = {}
        # Names win over aliases and CAS numbers, and those over formulas, which isomers share.
        for gas in self._gases:
            if name_key(gas.name) in self._index:
                raise InputError(f"the library holds {gas.name!r} twice; names must differ.")
            self._index[name_key(gas.name)] = gas
        for gas in self._gases:
            for other in (*gas.aliases, gas.cas):
                if other:
                    self._index.setdefault(name_key(other), gas)
        self._isomers: dict[str, list[Gas]] = {}
        for gas in self._gases:
            if gas.formula and name_key(gas.formula) not in self._index:
                self._isomers.setdefault(name_key(gas.formula), []).append(gas)

    def __iter__(self) -> Iterator[Gas]:
        return iter(self._gases)

    def __len__(self) -> int:
        return len(self._gases)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and (
            name_key(name) in self._index or name_key(name) in self._isomers
        )

    def is_formula(self, name: str) -> bool:
        """Return True if gases of this formula are held, and none of this name or alias."""
        return name_key(name) in self._isomers

    def __getitem__(self, name: str) -> Gas:
        """Return the gas of a name, formula, CAS number or alias.

        Raises
        ------
        UnknownGasError
            With the nearest names, if there is none; with all, if a formula is of several gases.
        """
        gas = self._index.get(name_key(name))
        isomers = self._isomers.get(name_key(name), [])
        if len(isomers) > 1:
            raise UnknownGasError(
                f"{name!r} is the formula of {', '.join(g.name for g in isomers)}; name one."
            )
        if isomers:
            return isomers[0]
        if gas is None:
            near = difflib.get_close_matches(name_key(name), self._index, n=3, cutoff=0.5)
            hint = (
                f" Nearest: {', '.join(sorted({self._index[n].name for n in near}))}."
                if near
                else ""
            )
            raise UnknownGasError(
                f"no gas {name!r} in the library of {len(self)} gases.{hint} "
                "`cathartes library list` shows them, `cathartes library import` adds one."
            )
        return gas

    @property
    def names(self) -> tuple[str, ...]:
        """Names in the library's order."""
        return tuple(gas.name for gas in self._gases)

    def select(self, names: Iterable[str]) -> "GasLibrary":
        """Return a library of these gases alone, in this order; one named twice is there once."""
        return GasLibrary({self[name].name: self[name] for name in names}.values())

    def with_gas(self, gas: Gas) -> "GasLibrary":
        """Return a library in which this gas is added, or replaces the one of its name."""
        others = [g for g in self._gases if name_key(g.name) != name_key(gas.name)]
        return GasLibrary([*others, gas])

"""The Traffic Light Protocol 2.0: how far a recipient may pass on what it is told.

References
----------
FIRST, "Traffic Light Protocol (TLP), FIRST Standards Definitions and Usage Guidance",
version 2.0, 2022.
"""

from enum import Enum
from functools import total_ordering
from typing import Self

from cathartes.errors import SettingsError


@total_ordering
class Tlp(Enum):
    """A label, strictly ordered: the later, the fewer may know.

    CLEAR: anybody. GREEN: the recipient's community. AMBER: its organisation and its clients, who
    need it. AMBER+STRICT: its organisation alone. RED: the persons who were told, nobody else.
    """

    CLEAR = "CLEAR"
    GREEN = "GREEN"
    AMBER = "AMBER"
    AMBER_STRICT = "AMBER+STRICT"
    RED = "RED"

    @property
    def label(self) -> str:
        """As the standard has it written: ``TLP:AMBER+STRICT``."""
        return f"TLP:{self.value}"

    def __str__(self) -> str:
        return self.label

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Tlp):
            return NotImplemented
        return _ORDER[self] < _ORDER[other]

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Return the label that a text names, with or without ``TLP:``.

        Raises
        ------
        SettingsError
            If it names none.
        """
        word = text.strip().upper().removeprefix("TLP:")
        try:
            return cls(word)
        except ValueError as error:
            there = ", ".join(one.value for one in cls)
            raise SettingsError(f"TLP label {text!r}: {there} are there; choose one.") from error


_ORDER = {one: rank for rank, one in enumerate(Tlp)}


def marking(tlp: Tlp, *, is_exercise: bool) -> str:
    """Return what stands on everything that goes out: the label, and first EXERCISE on a drill."""
    return f"EXERCISE · {tlp.label}" if is_exercise else tlp.label

"""What an autopilot wrote: messages by topic, and how its clock since boot becomes UTC."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import HeaderError
from cathartes.scenes.records.flags import Flag


@dataclass(frozen=True, slots=True)
class FlightRecord:
    """An autopilot's log.

    Attributes
    ----------
    name
        The file's.
    kind
        "PX4 ULog" or "ArduPilot DataFlash".
    messages
        By topic a structured array (message,); of several instances of a topic the first bears its
        name, others ``name.1`` and so on.
    clock
        Field of the time since boot [us] in every message.
    flags
        What was wrong with the file.
    """

    name: str
    kind: str
    messages: Mapping[str, NDArray[Any]]
    clock: str
    flags: tuple[Flag, ...] = ()

    def has(self, topic: str, *fields: str) -> bool:
        """Return True if there are messages of a topic with these fields."""
        names = self.messages[topic].dtype.names if topic in self.messages else None
        return names is not None and set(fields) <= set(names)

    def field(self, topic: str, name: str) -> NDArray[np.float64]:
        """Return one field of a topic, (message,), in the file's unit.

        Raises
        ------
        HeaderError
            If there is none.
        """
        if not self.has(topic, name):
            known = (
                ", ".join(self.messages[topic].dtype.names or ())
                if topic in self.messages
                else f"topics {', '.join(sorted(self.messages))}"
            )
            raise HeaderError(f"{self.name} ({self.kind}) has no {topic}.{name}; it has {known}.")
        return np.asarray(self.messages[topic][name], np.float64)

    def boot_s(self, topic: str) -> NDArray[np.float64]:
        """Return the time since boot of a topic's messages, (message,) [s]."""
        return self.field(topic, self.clock) * 1e-6

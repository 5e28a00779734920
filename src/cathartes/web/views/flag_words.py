"""What flags mean, for one who has to judge a detection by them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class FlagView:
    """A flag and what it means; `meaning` is "" where the flag is a sentence of its own."""

    word: str
    meaning: str


FLAG_MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        "cut by the scene's edge": "The plume goes on outside: size, maximum and origin are of "
        "the part seen.",
        "plume temperature assumed": "No air temperature was known: column densities rest on an "
        "assumed contrast.",
        "sign contradicts plume temperature": "Seen in emission where the temperatures ask for "
        "absorption, or the reverse: a plume that is not as warm as the air, or no plume.",
        "optically thick": "The column density is a lower bound: a strong band is near saturation.",
        "contrast too small for a column density": "Plume and ground may be equally warm; the "
        "name stands.",
        "look-alike possible": "Another gas explains the spectrum nearly as well.",
        "another chemical in a part of it": "Pixels side by side show another chemical: perhaps "
        "two sources whose plumes run into one outline.",
        "library spectrum has no amounts": "The gas's spectrum in the library is shape only.",
        "several alike in the scene": "Three or more plumes of one chemical: see whether they lie "
        "on one kind of roof or field. Surfaces come in numbers, vents seldom do.",
        "gases leave a part unexplained": "And it ends as ground does, at a border: rare ground "
        "leaves as much, plumes hardly ever do. Look at the residual, and at the ground.",
        "chance assumed, not measured": "The scene gives too few peaks to count chance on: what "
        "is expected by chance is a guess.",
        "gas over much of the scene": "Hardly any ground is without this gas: how much there is "
        "beside the least of it is known, that least is not.",
        "too few pixels to know the ground": "The background is mostly guessed, and so is all "
        "that follows from it.",
        "source may lie where gas can't be seen": "The ground upwind has little contrast with the "
        "gas: the source may be farther upwind than its ellipse says.",
        "rate methods disagree": "Mass and cross-sections give rates that are too far apart: cut, "
        "mixed, or not fed by one steady source.",
        "continues a plume upwind": "All its sources are another plume's: it is a piece of that.",
    }
)
"""Of each flag that a detection may bear, in short."""


def flag_views(flags: Sequence[str]) -> tuple[FlagView, ...]:
    """Return flags with what they mean."""
    return tuple(FlagView(one, FLAG_MEANINGS.get(one, "")) for one in flags)

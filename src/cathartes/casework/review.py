"""A review: what one person said of one detection. It is never changed; a new mind is a new one."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import hypot

from shapely import MultiPolygon

from cathartes.errors import ReviewError
from cathartes.sites.offset import offset_m
from cathartes.sites.place import Place

FARTHEST_M = 20_000.0
"""Of what a reviewer draws from the detection."""
LONGEST_NOTE = 4000
"""Characters of a note."""

_LOCAL = "local:"


def person_of(actor: str) -> str:
    """Return which person an actor is.

    The machine's account ``ana``, as ``local:ana`` in a casebook without accounts, and the user
    ana are one: two reviews by them are not two persons' reviews.
    """
    return actor.removeprefix(_LOCAL)


class Verdict(StrEnum):
    """Whether it is a real plume."""

    PLUME = "plume"
    NOT_A_PLUME = "not a plume"
    DOUBT = "doubt"


class RateVerdict(StrEnum):
    """Whether a rate may be given: one source, no stagnant wind, an origin that is known."""

    MAY_BE_GIVEN = "may be given"
    MAY_NOT_BE_GIVEN = "may not be given"


class Confidence(StrEnum):
    """How sure the reviewer is; what is low is kept, and never released."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    VERY_HIGH = "very high"

    @property
    def rank(self) -> int:
        """From 0, higher is surer."""
        return list(Confidence).index(self)


class Flag(StrEnum):
    """What a reviewer saw that speaks for or against."""

    SHAPE = "shape"
    """It does not look like a plume that drifts."""
    ARTEFACT = "artefact"
    """Striping, cloud edge, shadow, hot roof, a surface known to be bad."""
    SAME_SHAPE = "same shape on other dates"
    """What stays is ground: a real plume drifts."""
    BACKGROUND = "background"
    """The ground around it is not like the ground under it."""
    MISFIT = "spectral misfit"
    OTHER_CHEMICAL = "other chemical likelier"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a reviewer says; who and when are added where it is kept.

    Attributes
    ----------
    verdict
    confidence
    rate
        The second question, which is asked of a plume, and only then; else None.
    flags
        In the order of `Flag`, each once.
    note
        In the reviewer's words; "" if none.
    origin_deg : (2,)
        Longitude and latitude where the reviewer has its origin, [deg]; None: as computed.
    outline
        As the reviewer drew it, longitude first; None: as computed.

    Raises
    ------
    ReviewError
        If the two questions are not answered, or the note or the drawing can't be kept.
    """

    verdict: Verdict
    confidence: Confidence
    rate: RateVerdict | None = None
    flags: tuple[Flag, ...] = ()
    note: str = ""
    origin_deg: tuple[float, float] | None = None
    outline: MultiPolygon | None = None

    def __post_init__(self) -> None:
        if (self.rate is not None) != (self.verdict is Verdict.PLUME):
            asked = "whether a rate may be given is to be said of a plume, and only of a plume"
            raise ReviewError(f"verdict {self.verdict.value!r}: {asked}.")
        if list(self.flags) != [flag for flag in Flag if flag in self.flags]:
            raise ReviewError("flags: each at most once, in their order, is needed.")
        if len(self.note) > LONGEST_NOTE:
            raise ReviewError(
                f"note of {len(self.note)} characters; at most {LONGEST_NOTE} are kept: shorten it."
            )
        if "\0" in self.note:
            raise ReviewError("note: it has a zero byte, which is no text; write it again.")
        if self.origin_deg is not None:
            longitude_deg, latitude_deg = self.origin_deg
            if not (-180 <= longitude_deg <= 180 and -90 <= latitude_deg <= 90):
                raise ReviewError(
                    f"origin at longitude {longitude_deg:g}, latitude {latitude_deg:g}; degrees "
                    "are needed, longitude first."
                )
        if self.outline is not None:
            _check_outline(self.outline)


@dataclass(frozen=True, slots=True)
class Review:
    """A judgement as it was kept.

    Attributes
    ----------
    id
    detection_id, detection_sha256
        What was judged: the hash is of the detection's whole content.
    reviewer
    moment_utc
    was_blind
        Whether the reviewer could not have seen what others said.
    judgement
    """

    id: str
    detection_id: str
    detection_sha256: str
    reviewer: str
    moment_utc: datetime
    was_blind: bool
    judgement: Judgement

    @property
    def person(self) -> str:
        """Who reviewed, whichever way they came in."""
        return person_of(self.reviewer)


def check_new(judgement: Judgement, place: Place) -> None:
    """Check a new judgement of a detection at a place; ReviewError if it can't be meant.

    Notes have printable characters and new lines: no others turn or hide what stands beside them.
    Origin and outline lie within `FARTHEST_M` of the place.
    """
    odd = [one for one in judgement.note if not (one.isprintable() or one in "\n\r\t")]
    if odd:
        raise ReviewError(
            f"note: the character U+{ord(odd[0]):04X} is not printable; take it out of the note."
        )
    corners = [] if judgement.origin_deg is None else [judgement.origin_deg]
    if judgement.outline is not None:
        west_deg, south_deg, east_deg, north_deg = judgement.outline.bounds
        corners += [(west_deg, south_deg), (east_deg, north_deg)]
    for longitude_deg, latitude_deg in corners:
        apart = offset_m(place.longitude_deg, place.latitude_deg, longitude_deg, latitude_deg)
        if hypot(*map(float, apart)) > FARTHEST_M:
            raise ReviewError(
                f"drawn at longitude {longitude_deg:g}, latitude {latitude_deg:g}: more than "
                f"{FARTHEST_M / 1000:g} km from the detection at {place.longitude_deg:g}, "
                f"{place.latitude_deg:g}; correct the numbers, longitude first."
            )


def _check_outline(outline: MultiPolygon) -> None:
    if outline.is_empty or not outline.is_valid:
        raise ReviewError("outline: it is empty or crosses itself; draw it again.")
    west_deg, south_deg, east_deg, north_deg = outline.bounds
    if not (-180 <= west_deg <= east_deg <= 180 and -90 <= south_deg <= north_deg <= 90):
        raise ReviewError(
            f"outline from longitude {west_deg:g} to {east_deg:g}, latitude {south_deg:g} to "
            f"{north_deg:g}; degrees are needed, longitude first."
        )

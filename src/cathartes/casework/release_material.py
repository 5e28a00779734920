"""What a release is made of: all that is known, before anything is withheld."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from math import isfinite

from cathartes.casework.mandate import Mandate
from cathartes.casework.review import Flag
from cathartes.casework.settlement import Settlement
from cathartes.casework.tlp import Tlp
from cathartes.errors import ReleaseError
from cathartes.sites.detection import Detection
from cathartes.sites.emitter import LawfulEmitter
from cathartes.sites.observation import Observation
from cathartes.sites.site import Site

LONGEST_MESSAGE = 4000
"""Characters."""
NO_GROUND = 255
"""Grey where an image shows nothing."""
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class Notice(StrEnum):
    """What a release is to what was told before; the words of CAP in lower case."""

    ALERT = "alert"
    """Nothing was told of it yet."""
    UPDATE = "update"
    """It takes the place of what was told."""
    CANCEL = "cancel"
    """What was told holds no more."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who releases: an id without spaces or commas, and the name by which partners know it."""

    id: str
    name: str

    def __post_init__(self) -> None:
        _check_id("sender", self.id)
        _check_text("sender's name", self.name)


def to_minute(moment: datetime) -> datetime:
    """Return the minute in which a moment lies, UTC: nothing finer is told."""
    return moment.astimezone(UTC).replace(second=0, microsecond=0)


@dataclass(frozen=True, slots=True)
class Earlier:
    """A release to the same partner that this one replaces or recalls, or that led to one."""

    release_id: str
    issued_utc: datetime

    def __post_init__(self) -> None:
        _check_id("earlier release", self.release_id)
        _check_moment(f"earlier release {self.release_id}", self.issued_utc)


@dataclass(frozen=True, slots=True)
class Seen:
    """One detection attributed to the site, the look that showed it, and what reviewers said."""

    detection: Detection
    observation: Observation
    settlement: Settlement
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the place that showed nothing there, or was inconclusive.

    Attributes
    ----------
    observation
    smallest_rate_kg_h, smallest_column_ppm_m : by chemical
        That it would have found at the place with a probability of 0.95; infinite where none.
    """

    observation: Observation
    smallest_rate_kg_h: Mapping[str, float] = field(default_factory=dict)
    smallest_column_ppm_m: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlumeSpectrum:
    """A plume's mean spectrum, clear of the ground, and the library's that fits it best.

    Attributes
    ----------
    wavelength_um : (band,)
    measured, fitted : (band,)
        In standard deviations of the background: no unit of a sensor.
    """

    wavelength_um: tuple[float, ...]
    measured: tuple[float, ...]
    fitted: tuple[float, ...]

    def __post_init__(self) -> None:
        every = (self.wavelength_um, self.measured, self.fitted)
        if len({len(one) for one in every}) != 1 or not self.wavelength_um:
            raise ReleaseError("spectrum: three series of one length are needed, not empty.")
        if not all(isfinite(value) for one in every for value in one):
            raise ReleaseError("spectrum: a value is not finite; leave such bands out.")


@dataclass(frozen=True, slots=True)
class GroundImage:
    """A grey image of the ground, its pixels equally far apart in longitude and latitude.

    Attributes
    ----------
    west_deg, south_deg, east_deg, north_deg
        Outer edges.
    width, height
        In pixels.
    grey
        One byte a pixel, rows from north to south; `NO_GROUND` where nothing is known.
    """

    west_deg: float
    south_deg: float
    east_deg: float
    north_deg: float
    width: int
    height: int
    grey: bytes

    def __post_init__(self) -> None:
        if not (self.west_deg < self.east_deg and self.south_deg < self.north_deg):
            raise ReleaseError("image: edges in the order west, south, east, north are needed.")
        if min(self.width, self.height) < 1 or len(self.grey) != self.width * self.height:
            raise ReleaseError(
                f"image: {len(self.grey)} bytes for {self.width} by {self.height} pixels; one each "
                "is needed."
            )


@dataclass(frozen=True, slots=True)
class ReleaseMaterial:
    """Everything that bears on a release; `content_for` takes from it what a partner may have.

    Attributes
    ----------
    release_id
        Tells nothing: letters, digits, ``. _ -``, none of them an id of something else.
    notice
    sender
    drafted_utc
        When; stands on the release as its time of issue, to the minute.
    tlp
    is_exercise
    site
        None of a recall, which tells of none: it may be gone by then.
    seen
        Every detection attributed to the site.
    looks
        The other looks at it, in order of time.
    mandates
        Under which all of this was flown.
    emitters
        Lawful ones near the site.
    spectrum
        Of the last sighting that has one.
    ground
    message
        Words to the partner, which go out as they are; "" if none.
    earlier, reason
        What an update replaces or a recall takes back, and why; empty of an alert.

    Raises
    ------
    ReleaseError
        If any of this can't be.
    """

    release_id: str
    notice: Notice
    sender: Sender
    drafted_utc: datetime
    tlp: Tlp
    is_exercise: bool
    site: Site | None
    seen: tuple[Seen, ...]
    mandates: tuple[Mandate, ...]
    looks: tuple[Look, ...] = ()
    emitters: tuple[LawfulEmitter, ...] = ()
    spectrum: PlumeSpectrum | None = None
    ground: GroundImage | None = None
    message: str = ""
    earlier: tuple[Earlier, ...] = ()
    reason: str = ""

    def __post_init__(self) -> None:
        _check_id("release", self.release_id)
        _check_moment(f"release {self.release_id}", self.drafted_utc)
        is_first = self.notice is Notice.ALERT
        if not is_first and not self.reason.strip():
            raise ReleaseError(
                "an update or a recall needs its reason: say why what was told is replaced or "
                "taken back."
            )
        if is_first != (not self.earlier) or is_first != (not self.reason):
            raise ReleaseError(
                f"release {self.release_id}: {self.notice.value} with {len(self.earlier)} earlier "
                f"releases and the reason {self.reason!r}; an update or a recall needs both, an "
                "alert neither."
            )
        if self.site is None and self.notice is not Notice.CANCEL:
            raise ReleaseError(f"release {self.release_id}: no site; only a recall has none.")
        for what, text in (("message", self.message), ("reason", self.reason)):
            if text:
                _check_text(what, text)


def _check_id(what: str, told: str) -> None:
    if not _ID.fullmatch(told):
        raise ReleaseError(
            f"{what} {told!r}: an id of up to 64 letters, digits and . _ - is needed."
        )


def _check_text(what: str, text: str) -> None:
    if not text.strip():
        raise ReleaseError(f"{what}: it has nothing that can be read; write something.")
    if len(text) > LONGEST_MESSAGE:
        raise ReleaseError(
            f"{what}: it has {len(text)} characters; up to {LONGEST_MESSAGE} are taken: shorten it."
        )
    for letter in text:
        if not letter.isprintable() and letter != "\n":
            raise ReleaseError(
                f"{what}: it has the character U+{ord(letter):04X}, which can't be seen; take it "
                "out."
            )


def _check_moment(what: str, moment: datetime) -> None:
    if moment.tzinfo is None:
        raise ReleaseError(f"{what}: {moment} has no time zone; add Z.")

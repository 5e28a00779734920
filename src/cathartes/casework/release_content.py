"""Exactly what a partner will see, and nothing else; an approval is bound to its SHA-256.

Every file of a package is made from this value alone, so that what is not in it can't be in them.
Its JSON is the schema: `products/data/release-content-1.schema.json` is made from these classes.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal

import rfc8785
from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked

from cathartes.casework.grid_cell import GridCell, Ring
from cathartes.casework.likelihood import Likelihood
from cathartes.casework.release_material import Earlier, Notice, Sender
from cathartes.errors import PackageError

SCHEMA: Literal["cathartes-release/1"] = "cathartes-release/1"
DATUM = "WGS 84"
ALWAYS_WITHHELD = (
    "exact_place", "exact_times", "platform_and_track", "sensor_identity_and_noise", "sortie",
    "raw_data_and_file_names", "persons", "other_recipients", "software_and_machines",
)  # fmt: skip
"""What no release tells, whatever a partner may have."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """For whom it is, and nobody else."""

    id: str
    name: str
    country: str


@dataclass(frozen=True, slots=True)
class GeneralPlace:
    """A place as exactly as it is told.

    Attributes
    ----------
    cell
        The fixed cell that it lies in, with its centre and its square.
    datum
    radius_m
        About the cell's centre, which holds the place with the probability `within`.
    within
    """

    cell: GridCell
    datum: str
    radius_m: float
    within: float


@dataclass(frozen=True, slots=True)
class Interval:
    """A number and the ends of its interval of 90 %."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Period:
    """A day or an hour, UTC, in which something was."""

    begin_utc: datetime
    hours: Literal[1, 24]


@dataclass(frozen=True, slots=True)
class ColumnDensity:
    """Mean over a plume, with its standard deviation, [ppm m]."""

    mean_ppm_m: float
    sd_ppm_m: float | None


@dataclass(frozen=True, slots=True)
class Chemical:
    """A chemical with the greatest probability that it had in a plume, given a real plume."""

    name: str
    probability: float | None


@dataclass(frozen=True, slots=True)
class Smallest:
    """What an empty look would have found of a chemical; None where not known, or nothing."""

    chemical: str
    rate_kg_h: float | None
    column_ppm_m: float | None


@dataclass(frozen=True, slots=True)
class EmptyLooks:
    """How often one looked: `n_looks` conclusive ones, `n_empty` of them without a finding.

    Attributes
    ----------
    n_looks, n_empty
    n_inconclusive
        Or showed something that no review confirmed.
    smallest
        The best that any empty look could have found; () if not known, or chemicals are withheld.
    """

    n_looks: int
    n_empty: int
    n_inconclusive: int
    smallest: tuple[Smallest, ...]


@dataclass(frozen=True, slots=True)
class NearEmitter:
    """A lawful emitter.

    Attributes
    ----------
    name, kind
    distance_m
        From the cell's centre, in whole cells.
    chemicals
        () if withheld, or not known.
    """

    name: str
    kind: str
    distance_m: int
    chemicals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What all lines of one kind add to the log-odds, natural logarithm."""

    kind: str
    log_odds: float


@dataclass(frozen=True, slots=True)
class Spectrum:
    """See `release_material.PlumeSpectrum`; wavelengths to 0.01 µm."""

    wavelength_um: tuple[float, ...]
    measured: tuple[float, ...]
    fitted: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Image:
    """A grey image about the cell's centre, north up along the grid.

    Attributes
    ----------
    side_m
        Length of each side.
    pixels
        On each side.
    grey
        Rows from north to south, base64 in JSON; 255 where nothing is known.
    """

    side_m: int
    pixels: int
    grey: bytes


@dataclass(frozen=True, slots=True)
class Finding:
    """What is told of a site; None of what is withheld or not known.

    Attributes
    ----------
    reference
        The same in every release of this site to this partner, another one to another.
    place
    likelihood
        That it is a place of the kind looked for, in the IPCC's words.
    is_lawful_likely
        Whether a lawful emitter explains it.
    probability
    reviewers_confidence
        ``medium``, ``high`` or ``very high``.
    chemicals
    rate_kg_h
        Of the last sighting of which a rate may be given.
    first_seen, last_seen
    plume_cells
        All cells that the plume of the last sighting touched: polygons, each the outer ring and
        those of holes.
    column_density
        Of the same plume.
    spectrum
    image
    empty_looks
    emitters
        The nearest first.
    flags
        What reviewers remarked.
    evidence
    sensor_kinds
        ``imaging spectrometer``, ``gas-sensor log``.
    """

    reference: str
    place: GeneralPlace
    likelihood: Likelihood
    is_lawful_likely: bool
    probability: Interval | None = None
    reviewers_confidence: str | None = None
    chemicals: tuple[Chemical, ...] | None = None
    rate_kg_h: Interval | None = None
    first_seen: Period | None = None
    last_seen: Period | None = None
    plume_cells: tuple[tuple[Ring, ...], ...] | None = None
    column_density: ColumnDensity | None = None
    spectrum: Spectrum | None = None
    image: Image | None = None
    empty_looks: EmptyLooks | None = None
    emitters: tuple[NearEmitter, ...] | None = None
    flags: tuple[str, ...] | None = None
    evidence: tuple[Evidence, ...] | None = None
    sensor_kinds: tuple[str, ...] | None = None


@checked(frozen=True, config=ConfigDict(ser_json_bytes="base64", val_json_bytes="base64"))
class ReleaseContent:
    """All that a partner is told in one release.

    Attributes
    ----------
    schema
    release_id, notice, earlier, reason, issued_utc, sender, message
        As in `ReleaseMaterial`.
    recipient
    language
        In which the texts are.
    tlp
        Label of the Traffic Light Protocol 2.0, without ``TLP:``.
    is_exercise
    mandate_ids
        Under which the partner may be told.
    finding
        None of a recall.
    withheld
        Names of what this partner is not told: fields, then `ALWAYS_WITHHELD`.
    """

    release_id: str
    notice: Notice
    issued_utc: datetime
    sender: Sender
    recipient: Recipient
    language: Literal["en", "es"]
    tlp: Literal["CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"]
    is_exercise: bool
    mandate_ids: tuple[str, ...]
    finding: Finding | None
    withheld: tuple[str, ...]
    message: str = ""
    earlier: tuple[Earlier, ...] = ()
    reason: str = ""
    schema: Literal["cathartes-release/1"] = SCHEMA

    @property
    def canonical_json(self) -> bytes:
        """The content as canonical JSON (RFC 8785)."""
        return rfc8785.dumps(_adapter().dump_python(self, mode="json"))

    @property
    def sha256(self) -> str:
        """Of the canonical JSON: what an approval is bound to."""
        return hashlib.sha256(self.canonical_json).hexdigest()


@cache
def _adapter() -> TypeAdapter[ReleaseContent]:
    return TypeAdapter(ReleaseContent)


def content_from_json(text: bytes) -> ReleaseContent:
    """Return a content from its JSON.

    Raises
    ------
    PackageError
        If it is none.
    """
    try:
        return _adapter().validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"]) or "the whole"
        raise PackageError(
            f"content of a release: {error.error_count()} values break its schema, the first at "
            f"{where}: {first['msg']}. Ask the sender for the package again."
        ) from error


def content_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the content."""
    schema = _adapter().json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}

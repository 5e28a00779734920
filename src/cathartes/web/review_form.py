"""What a reviewer's form says, as it was typed, and the judgement that it is."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal, TypeVar

from fastapi import Form
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from shapely import MultiPolygon, Polygon

from cathartes.casework.review import (
    Confidence,
    Flag,
    Judgement,
    RateVerdict,
    Verdict,
)
from cathartes.errors import ReviewError

_Word = TypeVar("_Word", bound=StrEnum)
_Degrees = Annotated[float, Field(allow_inf_nan=False)]
_Position = tuple[_Degrees, _Degrees]
_Ring = Annotated[list[_Position], Field(min_length=4)]
_Rings = Annotated[list[_Ring], Field(min_length=1)]

LARGEST_DRAWING = 200_000
"""Characters of an outline: some 5,000 corners."""


class DrawnPolygon(BaseModel):
    """A polygon of GeoJSON, longitude first."""

    model_config = ConfigDict(extra="forbid")
    type: Literal["Polygon"]
    coordinates: _Rings


class DrawnMultiPolygon(BaseModel):
    """Several polygons of GeoJSON, longitude first."""

    model_config = ConfigDict(extra="forbid")
    type: Literal["MultiPolygon"]
    coordinates: Annotated[list[_Rings], Field(min_length=1)]


Drawn = Annotated[DrawnPolygon | DrawnMultiPolygon, Field(discriminator="type")]
"""An outline as a reviewer drew it."""

_DRAWN: TypeAdapter[DrawnPolygon | DrawnMultiPolygon] = TypeAdapter(Drawn)
_ORIGIN: TypeAdapter[_Position] = TypeAdapter(_Position)


@dataclass(frozen=True, slots=True)
class Typed:
    """A form as it was filled in, whether or not it says something; "" where it does not.

    Attributes
    ----------
    verdict, rate, confidence, flags, note
    origin
        ``[longitude, latitude]``.
    outline
        GeoJSON, a Polygon or MultiPolygon.
    """

    verdict: str = ""
    rate: str = ""
    confidence: str = ""
    flags: tuple[str, ...] = ()
    note: str = ""
    origin: str = ""
    outline: str = ""


def typed_form(
    verdict: Annotated[str, Form(max_length=40)] = "",
    rate: Annotated[str, Form(max_length=40)] = "",
    confidence: Annotated[str, Form(max_length=40)] = "",
    flags: Annotated[list[str] | None, Form(max_length=20)] = None,
    note: Annotated[str, Form()] = "",  # too long a one is said to be so, beside it
    origin: Annotated[str, Form(max_length=200)] = "",
    outline: Annotated[str, Form(max_length=LARGEST_DRAWING)] = "",
) -> Typed:
    """Return what a form says, as FastAPI reads it."""
    text = note.replace("\r\n", "\n")  # browsers send the lines of a form so
    return Typed(verdict, rate, confidence, tuple(flags or ()), text, origin, outline)


def judgement_of(typed: Typed) -> Judgement:
    """Return what a form says.

    The second question is asked of a plume alone: an answer that was chosen before the verdict
    was changed does not count.

    Raises
    ------
    ReviewError
        If a question is not answered, or something can't be read.
    """
    verdict = _word(Verdict, typed.verdict, "whether it is a real plume")
    rate = None
    if verdict is Verdict.PLUME:
        rate = _word(RateVerdict, typed.rate, "whether a rate may be given")
    chosen = {_word(Flag, one, "flags") for one in typed.flags}
    return Judgement(
        verdict,
        _word(Confidence, typed.confidence, "how sure you are"),
        rate,
        tuple(flag for flag in Flag if flag in chosen),
        typed.note.strip(),
        _origin(typed.origin),
        _outline(typed.outline),
    )


def outline_of(drawn: DrawnPolygon | DrawnMultiPolygon) -> MultiPolygon:
    """Return a drawn outline as a geometry."""
    several = [drawn.coordinates] if isinstance(drawn, DrawnPolygon) else drawn.coordinates
    return MultiPolygon([Polygon(rings[0], rings[1:]) for rings in several])


def _word(kind: type[_Word], told: str, question: str) -> _Word:
    if told not in set(kind):
        found = f"{told!r} is no answer" if told else "it was not answered"
        raise ReviewError(f"{question}: {found}; choose one of: {', '.join(kind)}.")
    return kind(told)


def _origin(told: str) -> tuple[float, float] | None:
    if not told:
        return None
    try:
        return _ORIGIN.validate_json(told)
    except ValidationError as error:
        raise ReviewError(
            "origin: it can't be read; [longitude, latitude] in degrees is needed. Drag it again."
        ) from error


def _outline(told: str) -> MultiPolygon | None:
    if not told:
        return None
    try:
        return outline_of(_DRAWN.validate_json(told))
    except ValidationError as error:
        raise ReviewError(
            "outline: it can't be read; a polygon in GeoJSON is needed. Draw it again."
        ) from error

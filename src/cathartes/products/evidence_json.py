"""Evidence as JSON: how its numbers are kept, how it is read back, and its schema."""

import json
from collections.abc import Iterable
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from cathartes.errors import EvidenceError

SIGNIFICANT_DIGITS = 6

Series: TypeAlias = tuple[float, ...]
SeriesWithGaps: TypeAlias = tuple[float | None, ...]


class EvidencePart(BaseModel):
    """A part of a JSON file of evidence: frozen, and valid at birth."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", allow_inf_nan=False, validate_by_name=True,
        validate_by_alias=True, serialize_by_alias=True,
    )  # fmt: skip


Model = TypeVar("Model", bound=EvidencePart)


def evidence_text(evidence: EvidencePart) -> str:
    """Return the content of a file; equal evidence gives equal bytes."""
    told = evidence.model_dump(mode="json", by_alias=True)
    return json.dumps(told, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n"


def read_evidence(content: bytes, model: type[Model], what: str) -> Model:
    """Return what a file holds.

    Parameters
    ----------
    content
        Its bytes.
    model
    what
        It should be, for the message.

    Raises
    ------
    EvidenceError
        If it is none, or of another major version.
    """
    try:
        return model.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"]) or "the whole"
        raise EvidenceError(
            f"{what} can't be read: {error.error_count()} values break its schema, the first at "
            f"{where}: {first['msg']}. Run cathartes casebook check; evidence of another version "
            "is read by the version that wrote it."
        ) from error


def json_schema(model: type[EvidencePart]) -> str:
    """Return the JSON Schema of a file as text, as it is shipped."""
    schema = model.model_json_schema(by_alias=True, mode="serialization")
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def rounded(value: float) -> float:
    """Return a number to as many digits as are kept."""
    return float(f"{value:.{SIGNIFICANT_DIGITS}g}")


def series(values: NDArray[np.float64]) -> Series:
    """Return finite numbers as they are kept."""
    return tuple(rounded(float(value)) for value in values)


def series_with_gaps(values: NDArray[np.float64]) -> SeriesWithGaps:
    """Return numbers as they are kept, None in the place of those that are not finite."""
    return tuple(rounded(float(value)) if np.isfinite(value) else None for value in values)


def check_lengths(what: str, n: int, many: Iterable[SeriesWithGaps]) -> None:
    """Raise ValueError, which becomes the reader's error, unless all series are so long."""
    others = {len(values) for values in many} - {n}
    if others:
        raise ValueError(f"{what}: series of {n} and of {min(others)} values; one length is needed")

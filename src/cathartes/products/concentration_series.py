"""`concentration_series.json`: what a log read block by block, and what its sources explain of it.

The models are the schema. `data/concentration-series-1.schema.json` is made from them. Within the
major version 1 members may be added, none removed or given another meaning.
"""

from typing import Literal, Self

import numpy as np
from pydantic import ConfigDict, Field, model_validator

from cathartes.locate.log_silence import LogEvidence
from cathartes.products.evidence_json import (
    EvidencePart,
    Series,
    check_lengths,
    read_evidence,
    series,
)
from cathartes.scenes.local_frame import LocalFrame

CONCENTRATION_SERIES = "concentration_series.json"
CONCENTRATION_SERIES_SCHEMA: Literal["cathartes-concentration-series/1"] = (
    "cathartes-concentration-series/1"
)


class SourceSeries(EvidencePart):
    """One source's part."""

    number: int = Field(ge=1, description="the detection's, in its observation")
    distance_m: Series = Field(description="of each block from the source, on the ground")
    modelled_ppm: Series = Field(description="what the best explanation gives it of the block")

    @model_validator(mode="after")
    def _of_one_length(self) -> Self:
        check_lengths("source", len(self.distance_m), [self.modelled_ppm])
        return self


class GasSeries(EvidencePart):
    """One gas of a log in blocks of a few seconds, in the order of its sensors' times."""

    chemical: str
    time_unix_s: tuple[float, ...] = Field(description="of each block's middle")
    longitude_deg: tuple[float, ...]
    latitude_deg: tuple[float, ...]
    height_m: Series = Field(description="of the sensor, in the log's own zero")
    enhancement_ppm: Series = Field(
        description="mean above clean air, as the explanation takes it to be"
    )
    enhancement_sd_ppm: Series = Field(description="of its error by noise and baseline")
    sources: tuple[SourceSeries, ...] = Field(description="those that are detections")

    @model_validator(mode="after")
    def _of_one_length(self) -> Self:
        many = [self.longitude_deg, self.latitude_deg, self.height_m, self.enhancement_ppm,
                self.enhancement_sd_ppm, *(one.distance_m for one in self.sources)]  # fmt: skip
        check_lengths(self.chemical, len(self.time_unix_s), many)
        return self


class ConcentrationSeries(EvidencePart):
    """The whole of `concentration_series.json`."""

    model_config = ConfigDict(title="Cathartes concentration series, version 1")

    schema_version: Literal["cathartes-concentration-series/1"] = Field(
        default=CONCENTRATION_SERIES_SCHEMA, alias="schema"
    )
    gases: tuple[GasSeries, ...]


def gas_series(
    chemical: str,
    evidence: LogEvidence,
    frame: LocalFrame,
    sources: dict[int, tuple[int, tuple[float, float]]],
) -> GasSeries:
    """Return what is kept of one gas.

    Parameters
    ----------
    chemical
    evidence
        Of the log.
    frame
        Where its metres are counted from.
    sources : place in the evidence → (number of the detection, (east, north) [m])
    """
    blocks = evidence.blocks
    place_m = blocks.centre_m()
    longitude, latitude = frame.to_lon_lat(place_m[:, 0], place_m[:, 1])
    time = evidence.start_unix_s + blocks.averaged(blocks.time_s)
    return GasSeries(
        chemical=chemical,
        time_unix_s=tuple(round(float(t), 2) for t in time),
        longitude_deg=tuple(round(float(one), 7) for one in longitude),
        latitude_deg=tuple(round(float(one), 7) for one in latitude),
        height_m=series(place_m[:, 2]),
        enhancement_ppm=series(evidence.problem.misfit.mean_ppm),
        enhancement_sd_ppm=series(evidence.problem.misfit.all_sd_ppm),
        sources=tuple(
            SourceSeries(
                number=number,
                distance_m=series(np.hypot(*(place_m[:, :2] - np.array(at)).T)),
                modelled_ppm=series(evidence.found_ppm[k]),
            )
            for k, (number, at) in sources.items()
        ),
    )


def read_concentration_series(content: bytes) -> ConcentrationSeries:
    """Return what a piece of evidence of role ``concentration_series`` holds.

    Raises
    ------
    EvidenceError
        If it is none, or of another major version.
    """
    return read_evidence(content, ConcentrationSeries, "a concentration series")

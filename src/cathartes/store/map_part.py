"""The casebook's places as arrays, and its marks, for a map."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import shapely
from sqlalchemy import Row, Select, Text, case, extract, select, type_coerce

from cathartes.sites.observation import LookOutcome, ObservationKind
from cathartes.store.interface_map import (
    DetectionMark,
    LookMark,
    OwnedAsset,
    Placed,
    SiteMark,
    SourceMark,
)
from cathartes.store.part import CasebookPart, batches
from cathartes.store.rows_results import asset_of, place_of
from cathartes.store.tables import assets, detections, observations, sites, sources

_CHUNK = 50_000
OUTCOMES = tuple(LookOutcome)
"""Their numbers, as the value of a placed look."""


class MapPart(CasebookPart):
    """What a map is made of; see `cathartes.store.interface_map.MapBook`."""

    def placed_detections(self) -> Placed:
        """Return where all detections are."""
        of = detections.c
        seen = _seconds(of.seen_utc)
        wanted = select(
            of.row_id, of.chemical, of.longitude_deg, of.latitude_deg, seen, seen, of.snr
        )
        return self._placed(wanted, lambda told: frozenset((told,)))

    def placed_sites(self) -> Placed:
        """Return where all sites are."""
        of = sites.c
        chemicals = type_coerce(of.chemicals, Text)
        time = (_seconds(of.first_seen_utc), _seconds(of.last_seen_utc))
        wanted = select(
            of.row_id, chemicals, of.longitude_deg, of.latitude_deg, *time, of.probability
        )
        return self._placed(wanted, lambda told: frozenset(json.loads(told)))

    def placed_looks(self) -> Placed:
        """Return which ground all observations cover."""
        of = observations.c
        box = (of.west_deg, of.south_deg, of.east_deg, of.north_deg)
        began = _seconds(of.began_utc)
        told = type_coerce(of.sensitivities, Text)
        number = case({one.value: n for n, one in enumerate(OUTCOMES)}, value=of.outcome)
        wanted = select(of.row_id, told, *box, began, began, number)
        return self._placed(
            wanted.where(of.west_deg.is_not(None)),
            lambda told: frozenset(one["chemical"] for one in json.loads(told)),
        )

    def _placed(self, wanted: Select[Any], chemicals_of: Callable[[str], frozenset[str]]) -> Placed:
        """Return rows of (number, chemicals' text, point or box, two times, value) as arrays."""
        codes: dict[frozenset[str], int] = {}
        code_of_text: dict[str, int] = {}
        numbers, reals, set_codes = [], [], []
        with self._database.read() as connection:
            result = connection.execution_options(yield_per=_CHUNK).execute(wanted)
            for rows in result.partitions():
                row_id, texts, *columns = zip(*rows, strict=True)
                for text in set(texts) - code_of_text.keys():
                    code_of_text[text] = codes.setdefault(chemicals_of(text), len(codes))
                numbers.append(np.array(row_id, np.int64))
                reals.append(np.column_stack([np.array(one, np.float64) for one in columns]))
                set_codes.append(np.array([code_of_text[text] for text in texts], np.int32))
        real = np.concatenate(reals) if reals else np.empty((0, 7))
        place = real[:, :-3]
        return Placed(
            np.concatenate(numbers) if numbers else np.empty(0, np.int64),
            place if place.shape[1] == 4 else np.hstack((place, place)),
            real[:, -3:-1],
            real[:, -1],
            np.concatenate(set_codes) if set_codes else np.empty(0, np.int32),
            tuple(codes),
        )

    def detection_marks(self, row_ids: Sequence[int]) -> tuple[DetectionMark, ...]:
        """Return the detections of these rows, the newest first."""
        of = detections.c
        names = ("id", "observation_id", "longitude_deg", "latitude_deg")
        wanted = select(*(of[name] for name in names), of.seen_utc, of.chemical, of.snr)
        rows = self._rows(
            wanted.order_by(of.seen_utc.desc().nulls_last(), of.id), of.row_id, row_ids
        )
        return tuple(
            DetectionMark(
                row.id,
                row.observation_id,
                row.longitude_deg,
                row.latitude_deg,
                row.seen_utc,
                row.chemical,
                row.snr,
            )
            for row in rows
        )

    def source_marks(self, detection_rows: Sequence[int]) -> tuple[SourceMark, ...]:
        """Return the sources of the detections of these rows, by id."""
        joined = sources.join(detections, detections.c.id == sources.c.detection_id)
        wanted = select(sources, detections.c.chemical, detections.c.seen_utc)
        rows = self._rows(
            wanted.select_from(joined).order_by(sources.c.id), detections.c.row_id, detection_rows
        )
        return tuple(
            SourceMark(
                row.id, row.detection_id, row.chemical, row.seen_utc, place_of(row), row.probability
            )
            for row in rows
        )

    def site_marks(self, row_ids: Sequence[int]) -> tuple[SiteMark, ...]:
        """Return the sites of these rows, the most probable first."""
        wanted = select(sites).order_by(sites.c.probability.desc(), sites.c.id)
        return tuple(
            SiteMark(
                row.id,
                row.longitude_deg,
                row.latitude_deg,
                tuple(row.chemicals),
                row.n_detections,
                row.n_looks,
                row.last_seen_utc,
                row.probability,
                row.probability_low,
                row.probability_high,
                row.explained_by,
            )
            for row in self._rows(wanted, sites.c.row_id, row_ids)
        )

    def look_marks(self, row_ids: Sequence[int]) -> tuple[LookMark, ...]:
        """Return the observations of these rows, the newest first."""
        of = observations.c
        named = (of.id, of.sortie_id, of.name, of.kind, of.began_utc, of.outcome, of.reason)
        wanted = select(*named, of.footprint, of.sensitivities).where(of.footprint.is_not(None))
        rows = self._rows(wanted.order_by(*_newest()), of.row_id, row_ids)
        return tuple(
            LookMark(
                row.id,
                row.sortie_id,
                row.name,
                ObservationKind(row.kind),
                row.began_utc,
                LookOutcome(row.outcome),
                row.reason,
                shapely.from_wkb(row.footprint),
                tuple(one["chemical"] for one in row.sensitivities),
            )
            for row in rows
        )

    def assets_of_looks(self, row_ids: Sequence[int]) -> tuple[OwnedAsset, ...]:
        """Return what evidence the observations of these rows have, the newest first."""
        wanted = _owned().order_by(*_newest(), assets.c.position)
        return tuple(map(_owned_asset, self._rows(wanted, observations.c.row_id, row_ids)))

    def owners_of_asset(self, sha256: str) -> tuple[OwnedAsset, ...]:
        """Return which present observations name a piece of evidence, by id."""
        wanted = _owned().where(assets.c.sha256 == sha256).order_by(observations.c.id)
        with self._database.read() as connection:
            return tuple(map(_owned_asset, connection.execute(wanted).all()))

    def _rows(self, wanted: Select[Any], row_id: Any, row_ids: Sequence[int]) -> list[Row[Any]]:
        with self._database.read() as connection:
            return [
                row
                for some in batches([int(one) for one in row_ids])
                for row in connection.execute(wanted.where(row_id.in_(some)))
            ]


def _seconds(moment: Any) -> Any:
    """Return a moment as seconds since 1970."""
    return extract("epoch", moment)


def _newest() -> tuple[Any, ...]:
    return observations.c.began_utc.desc().nulls_last(), observations.c.name, observations.c.id


def _owned() -> Select[Any]:
    joined = assets.join(observations, observations.c.id == assets.c.observation_id)
    return select(assets, observations.c.sortie_id).select_from(joined)


def _owned_asset(row: Row[Any]) -> OwnedAsset:
    return OwnedAsset(asset_of(row), row.observation_id, row.sortie_id)

"""One gas log under its mandate: masked, inverted, and turned into a record with detections."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from pydantic import JsonValue
from shapely import LineString, MultiPoint, MultiPolygon

from cathartes.errors import InputError, MandateError
from cathartes.locate.log_reach import smallest_rates_kg_h
from cathartes.locate.result import Interval, LogSources
from cathartes.locate.result import Outcome as LogOutcome
from cathartes.pipeline.location import locate
from cathartes.pipeline.mandate_mask import log_within
from cathartes.pipeline.observation_work import ObservationWork
from cathartes.pipeline.observed import EvidenceFile, Observed, place_about
from cathartes.pipeline.progress import Progress
from cathartes.products.file_names import SOURCES_GEOJSON, SOURCES_PLOT, SUMMARY
from cathartes.products.location import POSTERIOR, Located
from cathartes.products.outline import polygons_of
from cathartes.products.sensitivity import SMALLEST_RATE, map_of_places, write_sensitivity
from cathartes.scenes.local_frame import LocalFrame
from cathartes.scenes.logs.gas_log import GasLog
from cathartes.sites.detection import (
    Candidate,
    Detection,
    DetectionKind,
    PlaceMethod,
    Rate,
    Source,
)
from cathartes.sites.observation import LookOutcome, Masked, Sensitivity

SENSITIVITY = "sensitivity.tif"
_ROLES = {SOURCES_GEOJSON: "sources", POSTERIOR: "posterior", SOURCES_PLOT: "plot"}
_CLOCKS = ("timings_s", "files")
REACH_M = 300.0
"""So far about the track a log is asked what it could have seen: puffs are followed no farther."""
MOST_PLACES = 400
LEAST_SPACING_M = 10.0


@dataclass(slots=True)
class _Allowed:
    """Leaves out rows as logs are read, and keeps account of them."""

    work: ObservationWork
    logs: list[GasLog]
    masked: Masked

    def within(self, log: GasLog) -> GasLog:
        """Return what of a log the mandate covers.

        Raises
        ------
        MandateError
            If that is nothing.
        """
        allowed = log_within(self._of_interest(log), self.work.mandate)
        self.masked = _added(self.masked, allowed.masked)
        if allowed.log is None:
            lost = allowed.masked
            raise MandateError(
                f"Mandate {self.work.mandate.id} covers none of the {lost.n_total} rows of "
                f"{log.name}: {lost.n_outside_area} lie outside the area, {lost.n_outside_time} "
                "were taken outside its time."
            )
        self.logs.append(allowed.log)
        return allowed.log

    def _of_interest(self, log: GasLog) -> GasLog:
        """Return a log with the gases of the mandate alone; all if it names none."""
        wanted = self.work.mandate.chemicals
        if not wanted:
            return log
        if not set(wanted).intersection(log.chemicals):
            raise MandateError(
                f"{log.name} has {', '.join(log.chemicals)}, and mandate {self.work.mandate.id} is "
                f"for {', '.join(wanted)}: nothing of it was analysed."
            )
        return log.of_chemicals(wanted)


def observe_log(work: ObservationWork, folder: Path, progress: Progress) -> Observed:
    """Return what a log shows of what its mandate covers.

    Parameters
    ----------
    work
    folder
        To work in; whoever called removes it.
    progress
        Who watches.

    Raises
    ------
    CathartesError
        If nothing can be said; the caller makes a record of the reason.
    """
    entry, result = work.entry, folder / "location"
    allowed = _Allowed(work, [], Masked())
    try:
        located = locate(
            [work.folder / name for name in entry.files],
            result,
            wind=work.wind or None,
            mapping=work.path_of(entry.mapping),
            wind_mapping=Path(work.wind_mapping) if work.wind_mapping else None,
            track=work.path_of(entry.track),
            settings=work.locate_settings(),
            progress=progress,
            within=allowed.within,
        )
    except MandateError as error:
        return Observed(
            work.record(
                LookOutcome.INCONCLUSIVE,
                str(error),
                settings=work.settings(),
                masked=allowed.masked,
            )
        )
    summary = json.loads((result / SUMMARY).read_text(encoding="utf-8"))
    begins, ends = _span(allowed.logs)
    detections = tuple(_detections(work, located, begins))
    seen_from = _SeenFrom.of(located, allowed.logs)
    reason = _reason(located, detections)
    outcome = LookOutcome.DETECTIONS if detections else LookOutcome.NOTHING_FOUND
    observation = work.record(
        LookOutcome.INCONCLUSIVE if reason else outcome,
        reason,
        settings=work.settings(),
        began_utc=begins,
        ended_utc=ends,
        footprint=seen_from.footprint,
        masked=allowed.masked,
    )
    observation = replace(
        observation,
        sensitivities=tuple(
            Sensitivity(gas.chemical, smallest_rate_kg_h=_finite(gas.detectable_kg_h))
            for gas in located.gases
        ),
        remarks=tuple(flag.message for flag in located.flags)
        + tuple(f"{gas.chemical}: {word}" for gas in located.gases for word in gas.warnings),
    )
    return Observed(
        observation, detections, _evidence(folder, result, summary, seen_from),
        summary["timings_s"],
    )  # fmt: skip


def _reason(located: Located, detections: tuple[Detection, ...]) -> str:
    """Return why a log says neither a place nor that there is nothing; "" if it does.

    Clean air that the log could have told from gas is an answer; anything else is none.
    """
    if detections:
        return ""
    doubts = [gas for gas in located.gases if gas.evidence is None]
    return "; ".join(f"{gas.chemical}: {gas.why}" for gas in doubts)


def _detections(work: ObservationWork, located: Located, seen_utc: datetime) -> Iterable[Detection]:
    """Yield a detection for each source that was placed."""
    number = 0
    for gas in located.gases:
        if gas.outcome is not LogOutcome.LOCATED or gas.posterior is None:
            continue
        for k, found in enumerate(gas.sources):
            number += 1
            name = f"{work.observation_id}-{number}"
            place = place_about(
                located.frame,
                gas.posterior.place_m[:, k, :2].mean(axis=0),
                np.cov(gas.posterior.place_m[:, k, :2].T),
            )
            yield Detection(
                id=name,
                observation_id=work.observation_id,
                number=number,
                kind=DetectionKind.LOG_SOURCE,
                seen_utc=seen_utc,
                chemical=gas.chemical,
                candidates=(Candidate(gas.chemical, 1.0),),  # the sensor's own word
                false_alarm_probability=None,
                expected_by_chance=None,
                snr=None,
                outline=None,
                sources=(
                    Source(
                        f"{name}.1", place, PlaceMethod.POSTERIOR,
                        probability=min(found.probability, 1.0), rate=_rate(found.rate_kg_h),
                    ),
                ),
                flags=gas.warnings,
                properties=_properties(gas, k),
            )  # fmt: skip


def _rate(interval: Interval) -> Rate:
    return Rate(interval.median, interval.p05, interval.p95)


def _properties(gas: LogSources, number: int) -> dict[str, JsonValue]:
    source = gas.sources[number]
    return {
        "model": gas.model,
        "height_m": source.height_m.median,
        "height_m_p05": source.height_m.p05,
        "height_m_p95": source.height_m.p95,
    }


@dataclass(frozen=True, slots=True)
class _SeenFrom:
    """Ground about a track, and what could have been seen there.

    Attributes
    ----------
    footprint
        Where any gas of so much could have been seen; None without an answer.
    frame
    place_m : (place, 2) [m]
    spacing_m : [m]
    rate_kg_h : chemical → (place,) [kg h-1]
    """

    footprint: MultiPolygon | None
    frame: LocalFrame
    place_m: NDArray[np.float64]
    spacing_m: float
    rate_kg_h: dict[str, NDArray[np.float64]]

    @classmethod
    def of(cls, located: Located, logs: list[GasLog]) -> "_SeenFrom":
        """Return what the logs could have seen, within reach of their track."""
        frame = located.frame
        track = [np.column_stack(frame.to_east_north(log.longitude_deg, log.latitude_deg))
                 for log in logs]  # fmt: skip
        near = shapely.union_all([_near(rows) for rows in track])
        west, south, east, north = near.bounds
        area_m2 = (east - west) * (north - south)
        spacing = max(LEAST_SPACING_M, float(np.sqrt(area_m2 / MOST_PLACES)))
        x, y = np.meshgrid(np.arange(west, east, spacing) + spacing / 2,
                           np.arange(south, north, spacing) + spacing / 2)  # fmt: skip
        place_m = np.column_stack([x.ravel(), y.ravel()])
        place_m = place_m[shapely.contains_xy(near, place_m[:, 0], place_m[:, 1])]
        rates = {
            gas.chemical: smallest_rates_kg_h(gas.evidence, place_m)
            for gas in located.gases
            if gas.evidence is not None
        }
        seen = [np.isfinite(rate) for rate in rates.values()]
        shown = place_m[np.any(seen, axis=0)] if seen else place_m[:0]
        cells = [shapely.box(*(p - spacing / 2), *(p + spacing / 2)) for p in shown]
        return cls(_on_ground(cells, frame), frame, place_m, spacing, rates)


def _near(track_m: NDArray[np.float64]) -> shapely.Geometry:
    """Return the ground within reach of a track, (row, 2) [m]."""
    rows = np.unique(track_m.round(), axis=0)
    shape = LineString(track_m) if len(rows) > 1 else MultiPoint(rows)
    return shapely.buffer(shapely.simplify(shape, REACH_M / 20), REACH_M)


def _on_ground(cells: list[shapely.Polygon], frame: LocalFrame) -> MultiPolygon | None:
    if not cells:
        return None
    whole = shapely.simplify(shapely.union_all(cells), 1e-6)

    def to_lon_lat(place_m: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(frame.to_lon_lat(place_m[:, 0], place_m[:, 1])).round(7)

    return MultiPolygon(polygons_of(shapely.make_valid(shapely.transform(whole, to_lon_lat))))


def _evidence(
    folder: Path, result: Path, summary: dict[str, JsonValue], seen: _SeenFrom
) -> tuple[EvidenceFile, ...]:
    """Return the files to be kept, none of which tells the time of the run."""
    steady = {key: value for key, value in summary.items() if key not in _CLOCKS}
    text = json.dumps(steady, indent=1, ensure_ascii=False)
    (folder / SUMMARY).write_text(text + "\n", encoding="utf-8")
    files = [EvidenceFile(folder / SUMMARY, "summary")]
    files += [
        EvidenceFile(path, _ROLES.get(path.name, "source_probability"))
        for path in sorted(result.iterdir())
        if path.name in _ROLES or path.suffix == ".tif"
    ]
    if seen.rate_kg_h and seen.place_m.size:
        values = {
            (SMALLEST_RATE, chemical): rate.astype(np.float32)
            for chemical, rate in seen.rate_kg_h.items()
        }
        longitude, latitude = seen.frame.to_lon_lat(seen.place_m[:, 0], seen.place_m[:, 1])
        path = folder / SENSITIVITY
        write_sensitivity(path, map_of_places(longitude, latitude, seen.spacing_m, values))
        files.append(EvidenceFile(path, "sensitivity"))
    return tuple(files)


def _span(logs: list[GasLog]) -> tuple[datetime, datetime]:
    if not logs:
        raise InputError("no log was read; name at least one in files.")
    first = min(float(log.time_unix_s[0]) for log in logs)
    last = max(float(log.time_unix_s[-1]) for log in logs)
    return datetime.fromtimestamp(first, UTC), datetime.fromtimestamp(last, UTC)


def _added(one: Masked, other: Masked) -> Masked:
    return Masked(
        one.n_total + other.n_total,
        one.n_outside_area + other.n_outside_area,
        one.n_outside_time + other.n_outside_time,
        one.n_without_place + other.n_without_place,
    )


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None

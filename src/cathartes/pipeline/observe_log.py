"""One gas log under its mandate: masked, inverted, and turned into a record with detections."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from pydantic import JsonValue

from cathartes.errors import InputError, MandateError, NumericalError
from cathartes.locate.result import Interval, LogSources
from cathartes.locate.result import Outcome as LogOutcome
from cathartes.pipeline.location import locate
from cathartes.pipeline.log_look import LogLook, ground_about
from cathartes.pipeline.look_track import log_track
from cathartes.pipeline.mandate_keep import kept_under
from cathartes.pipeline.mandate_mask import log_within
from cathartes.pipeline.observation_work import ObservationWork
from cathartes.pipeline.observed import EvidenceFile, Observed, outcome_of, place_about
from cathartes.pipeline.progress import Progress
from cathartes.products.concentration_series import (
    CONCENTRATION_SERIES,
    ConcentrationSeries,
    gas_series,
)
from cathartes.products.evidence_json import evidence_text
from cathartes.products.file_names import SOURCES_GEOJSON, SOURCES_PLOT, SUMMARY
from cathartes.products.location import POSTERIOR, Located
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
    except (InputError, MandateError, NumericalError) as error:
        return _without_location(allowed, work.reason_of(error, folder), folder)
    begins, ends = _span(allowed.logs)
    found = tuple(_detections(work, located, begins))
    kept = kept_under(work.mandate, found)
    look = LogLook.of(located, allowed.logs, work.mandate.area)
    reason = "" if found else _reason(located)
    observation = work.record(
        outcome_of(kept.detections, reason),
        reason,
        began_utc=begins,
        ended_utc=ends,
        footprint=look.footprint or ground_about(allowed.logs, work.mandate.area),
        masked=allowed.masked,
        sensitivities=tuple(
            Sensitivity(gas.chemical, smallest_rate_kg_h=_finite(gas.detectable_kg_h))
            for gas in located.gases
        ),
        remarks=(
            *kept.remarks,
            *(flag.message for flag in located.flags),
            *(f"{gas.chemical}: {word}" for gas in located.gases for word in gas.warnings),
        ),
    )
    told = json.loads((result / SUMMARY).read_text(encoding="utf-8"))
    files = [
        *_evidence(folder, result, told, all_inside=kept.all_inside),
        *log_track(folder, allowed.logs),
    ]
    told_series = _series(located, kept.detections) if kept.all_inside else None
    if told_series is not None:
        path = folder / CONCENTRATION_SERIES
        path.write_text(evidence_text(told_series), encoding="utf-8")
        files.append(EvidenceFile(path, "concentration_series"))
    if look.write(folder / SENSITIVITY):
        files.append(EvidenceFile(folder / SENSITIVITY, "sensitivity"))
    return Observed(observation, kept.detections, tuple(files), told["timings_s"])


def _without_location(allowed: _Allowed, reason: str, folder: Path) -> Observed:
    """Return the record of logs that were read, perhaps, and could not be inverted."""
    begins, ends = _span(allowed.logs) if allowed.logs else (None, None)
    record = allowed.work.record(
        LookOutcome.INCONCLUSIVE,
        reason,
        began_utc=begins,
        ended_utc=ends,
        footprint=ground_about(allowed.logs, allowed.work.mandate.area),
        masked=allowed.masked,
    )
    return Observed(record, files=log_track(folder, allowed.logs))


def _reason(located: Located) -> str:
    """Return why a log says neither a place nor that there is nothing; "" if it does.

    Clean air that the log could have told from gas is an answer; anything else is none.
    """
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


def _series(located: Located, kept: Sequence[Detection]) -> ConcentrationSeries | None:
    """Return the readings of every gas of which anything can be said; None without any."""
    numbers = {one.number for one in kept}
    number, gases = 0, []
    for gas in located.gases:
        sources = {}
        if gas.outcome is LogOutcome.LOCATED and gas.posterior is not None:
            place_m = gas.posterior.place_m.mean(axis=0)
            sources = {
                k: (number + k + 1, (float(place_m[k, 0]), float(place_m[k, 1])))
                for k in range(len(gas.sources))
                if number + k + 1 in numbers
            }
            number += len(gas.sources)
        if gas.evidence is not None:
            gases.append(gas_series(gas.chemical, gas.evidence, located.frame, sources))
    return ConcentrationSeries(gases=tuple(gases)) if gases else None


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


def _evidence(
    folder: Path, result: Path, told: dict[str, JsonValue], *, all_inside: bool
) -> Iterable[EvidenceFile]:
    """Yield the files to be kept, none of which tells the time of the run.

    Parameters
    ----------
    folder, result
        To work in, and that of the location.
    told
        The location's summary.
    all_inside
        False leaves out what shows places of sources.
    """
    steady = {key: value for key, value in told.items() if key not in _CLOCKS}
    text = json.dumps(steady, indent=1, ensure_ascii=False)
    (folder / SUMMARY).write_text(text + "\n", encoding="utf-8")
    yield EvidenceFile(folder / SUMMARY, "summary")
    for path in sorted(result.iterdir()) if all_inside else ():
        if path.name in _ROLES or path.suffix == ".tif":
            yield EvidenceFile(path, _ROLES.get(path.name, "source_probability"))


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

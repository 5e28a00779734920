"""From logs and scans of several times to sorties, and from those to sources in common."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from cathartes.errors import InputError
from cathartes.locate.log_view import view_of_log
from cathartes.locate.map_silence import MapSilence, detectable_rate_kg_h
from cathartes.locate.map_view import map_sighting, perhaps_upwind_m
from cathartes.locate.result import LogSources
from cathartes.locate.settings import LocateSettings
from cathartes.locate.sorties import Sortie, View
from cathartes.locate.step import locate_sources
from cathartes.locate.together import locate_together
from cathartes.pipeline.plume_map import HIDDEN_WITHIN_PX
from cathartes.products.common_location import CommonGas
from cathartes.products.origins import ScanLook
from cathartes.scenes.local_frame import LocalFrame
from cathartes.scenes.logs.enhancement import Enhancement
from cathartes.scenes.logs.gas_log import GasLog
from cathartes.scenes.records.times import iso_text
from cathartes.scenes.wind.history import WindHistory

SORTIE_GAP_S = 3600.0
"""Logs and scans farther apart in time are of different sorties: sources may have been switched."""
LARGEST_SITE_M = 5000.0
"""Logs and scans with a wider gap between them are of two sites, whose winds differ."""


@dataclass(frozen=True, slots=True)
class Flown:
    """What was flown at one time.

    Attributes
    ----------
    logs
        Above their baselines.
    wind
        Of their time; None without logs.
    scans
        Of that time.
    """

    logs: tuple[Enhancement, ...]
    wind: WindHistory | None
    scans: tuple[ScanLook, ...]

    @property
    def start_unix_s(self) -> float:
        """When it began; NaN if that is not known."""
        starts = [float(one.log.time_unix_s[0]) for one in self.logs]
        starts += [_unix_s(scan) for scan in self.scans]
        return min(starts)

    @property
    def name(self) -> str:
        """When it began, else the names of its scans."""
        start = self.start_unix_s
        if np.isfinite(start):
            return iso_text(round(start))
        return ", ".join(scan.name for scan in self.scans)


def _unix_s(scan: ScanLook) -> float:
    return float("nan") if scan.start_utc is None else scan.start_utc.timestamp()


def logs_by_time(logs: Sequence[GasLog]) -> list[list[GasLog]]:
    """Return the logs of each sortie: those that overlap in time, or nearly follow each other."""
    groups: list[list[GasLog]] = []
    until = -np.inf
    for log in sorted(logs, key=lambda one: (float(one.time_unix_s[0]), one.name)):
        if not groups or log.time_unix_s[0] > until + SORTIE_GAP_S:
            groups.append([])
        groups[-1].append(log)
        until = max(until, float(log.time_unix_s[-1]))
    return groups


def with_scans(
    flown: Sequence[tuple[tuple[Enhancement, ...], WindHistory]], scans: Sequence[ScanLook]
) -> list[Flown]:
    """Return all sorties: a scan within `SORTIE_GAP_S` of logs, or of another scan, joins them.

    A scan whose time is not known is a sortie of its own.
    """
    spans = [
        (
            min(float(one.log.time_unix_s[0]) for one in logs),
            max(float(one.log.time_unix_s[-1]) for one in logs),
        )
        for logs, _ in flown
    ]
    joined: list[list[ScanLook]] = [[] for _ in flown]
    for scan in sorted(scans, key=lambda one: (np.nan_to_num(_unix_s(one), nan=np.inf), one.name)):
        time = _unix_s(scan)
        near = [
            k for k, (start, stop) in enumerate(spans)
            if start - SORTIE_GAP_S <= time <= stop + SORTIE_GAP_S
        ]  # fmt: skip
        if near:
            start, stop = spans[near[0]]
            spans[near[0]] = (min(start, time), max(stop, time))
            joined[near[0]].append(scan)
        else:
            spans.append((time, time))
            joined.append([scan])
    logs = [*flown, *[((), None)] * (len(joined) - len(flown))]
    return [Flown(*each, tuple(of)) for each, of in zip(logs, joined, strict=True)]


def check_one_site(logs: Sequence[GasLog], scans: Sequence[ScanLook], frame: LocalFrame) -> None:
    """Check that everything was flown about one site.

    Raises
    ------
    InputError
        If two are farther apart than `LARGEST_SITE_M`, naming both.
    """
    reach: list[tuple[str, np.ndarray]] = [
        (log.name, np.column_stack(frame.to_east_north(log.longitude_deg, log.latitude_deg)))
        for log in logs
    ]
    reach += [
        (
            scan.name,
            np.column_stack(frame.to_east_north(scan.tiles.longitude_deg, scan.tiles.latitude_deg)),
        )
        for scan in scans
    ]
    boxes = [(name, at.min(axis=0), at.max(axis=0)) for name, at in reach if at.size]
    for k, (name, low, high) in enumerate(boxes):
        for other, other_low, other_high in boxes[k + 1 :]:
            gap = np.maximum(np.maximum(low - other_high, other_low - high), 0.0)
            if np.hypot(*gap) > LARGEST_SITE_M:
                raise InputError(
                    f"{name} and {other} are {np.hypot(*gap) / 1000:.1f} km apart; what is located "
                    f"together has to be of one site, {LARGEST_SITE_M / 1000:g} km at most: locate "
                    "them separately."
                )


def locate_in_common(
    chemical: str,
    molar_mass_g_mol: float,
    flown: Sequence[Flown],
    frame: LocalFrame,
    settings: LocateSettings,
    on_stage: Callable[[str, float], None],
) -> CommonGas:
    """Return the sources of one gas by all sorties.

    Parameters
    ----------
    chemical, molar_mass_g_mol
        The gas.
    flown
        Sorties; those that did not look for the gas are left out.
    frame
        Where east and north are counted from.
    settings
    on_stage
        Told the name of each stage and 0.
    """
    sorties: list[Sortie] = []
    alone: dict[str, LogSources] = {}
    for sortie in flown:
        views: list[View] = []
        logs = [one for one in sortie.logs if chemical in one.log.chemicals]
        if logs and sortie.wind is not None:
            found = locate_sources(
                logs, sortie.wind, chemical, molar_mass_g_mol, frame, settings, on_stage
            )
            alone[sortie.name] = found
            views.append(view_of_log(", ".join(one.log.name for one in logs), found))
        views += [
            _view_of_scan(scan, chemical, molar_mass_g_mol, frame, settings.seed)
            for scan in sortie.scans
            if chemical in scan.tiles.detectable_column_ppm_m
        ]
        if views:
            sorties.append(Sortie(sortie.name, sortie.start_unix_s, tuple(views)))
    return CommonGas(locate_together(chemical, sorties, settings, on_stage), alone)


def _view_of_scan(
    scan: ScanLook, chemical: str, molar_mass_g_mol: float, frame: LocalFrame, seed: int
) -> View:
    """Return what a scan says of one gas."""
    rng = np.random.default_rng(seed)
    sightings = []
    for origin in scan.origins:
        if origin.chemical != chemical:
            continue
        place = np.column_stack(frame.to_east_north(origin.longitude_deg, origin.latitude_deg))
        if origin.may_be_hidden:
            reach_m = HIDDEN_WITHIN_PX * scan.pixel_m
            place = perhaps_upwind_m(place, scan.wind.wind_from_deg, reach_m, rng)
        sightings.append(
            map_sighting(
                f"{scan.name} {origin.label}",
                place,
                origin.probability,
                rate=origin.rate_kg_h,
                rng=rng,
                height_m=origin.height_m,
            )
        )
    tiles = scan.tiles
    detectable = np.asarray(tiles.detectable_column_ppm_m[chemical], np.float64)
    return View(
        scan.name,
        tuple(sightings),
        MapSilence(
            np.column_stack(frame.to_east_north(tiles.longitude_deg, tiles.latitude_deg)),
            tiles.tile_m,
            detectable_rate_kg_h(detectable, scan.pixel_m, scan.wind, molar_mass_g_mol),
        ),
    )

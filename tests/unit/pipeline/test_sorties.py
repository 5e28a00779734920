"""Which logs and scans are of one sortie, and of one site."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from cathartes.errors import InputError
from cathartes.locate.look_wind import LookWind
from cathartes.pipeline.sorties import check_one_site, logs_by_time, with_scans
from cathartes.products.origins import LookTiles, ScanLook
from cathartes.scenes.logs.enhancement import estimate_enhancement
from cathartes.scenes.logs.gas_log import GasLog
from cathartes.simulate.flights import FRAME, START_UNIX_S, FlightSettings, simulate_flight

FLIGHT = simulate_flight(510, FlightSettings(n_sources=0))
START = datetime.fromtimestamp(START_UNIX_S, UTC)


def log(name: str, *, later_s: float = 0.0, north_deg: float = 0.0) -> GasLog:
    return replace(
        FLIGHT.log, name=name, time_unix_s=FLIGHT.log.time_unix_s + later_s,
        latitude_deg=FLIGHT.log.latitude_deg + north_deg,
    )  # fmt: skip


def scan(name: str, start: datetime | None, *, north_deg: float = 0.0) -> ScanLook:
    tiles = LookTiles(np.array([7.1]), np.array([46.8 + north_deg]), 40.0, {})
    return ScanLook(name, start, LookWind(3.0, 0.5, 200.0, 10.0), 5.0, (), tiles)


def names(groups: list[list[GasLog]]) -> list[list[str]]:
    return [[one.name for one in group] for group in groups]


def test_logs_that_overlap_or_follow_within_an_hour_are_one_sortie() -> None:
    logs = [log("c", later_s=20_000.0), log("b", later_s=3000.0), log("a"), log("a2", later_s=5.0)]
    assert names(logs_by_time(logs)) == [["a", "a2", "b"], ["c"]]
    assert names(logs_by_time(logs[::-1])) == [["a", "a2", "b"], ["c"]]
    assert logs_by_time([]) == []


def test_a_scan_joins_the_sortie_of_its_time() -> None:
    above = (estimate_enhancement(FLIGHT.log),)
    scans = [
        scan("during", START + timedelta(minutes=10)),
        scan("next day", START + timedelta(days=1)),
        scan("next day too", START + timedelta(days=1, minutes=30)),
        scan("some day", None),
    ]
    flown = with_scans([(above, FLIGHT.wind)], scans)
    assert [[one.name for one in sortie.scans] for sortie in flown] == [
        ["during"], ["next day", "next day too"], ["some day"],
    ]  # fmt: skip
    assert [len(sortie.logs) for sortie in flown] == [1, 0, 0]
    assert flown[2].name == "some day"
    assert flown[0].start_unix_s == START_UNIX_S


def test_scans_chain_as_logs_do() -> None:
    """Each is within an hour of the one before, the last is not of the first."""
    scans = [scan(name, START + timedelta(days=2, minutes=50 * k)) for k, name in enumerate("abc")]
    (flown,) = with_scans([], scans)
    assert [one.name for one in flown.scans] == ["a", "b", "c"]
    after = scan("after", START + timedelta(seconds=865, minutes=50))
    later = scan("later", START + timedelta(seconds=865, minutes=100))
    (joined,) = with_scans([((estimate_enhancement(FLIGHT.log),), FLIGHT.wind)], [later, after])
    assert [one.name for one in joined.scans] == ["after", "later"]


def test_sites_far_apart_are_refused_with_the_distance() -> None:
    with pytest.raises(InputError, match=r"here and there are 10\.\d km apart"):
        check_one_site([log("here"), log("there", north_deg=0.1)], [], FRAME)
    with pytest.raises(InputError, match="locate them separately"):
        check_one_site([log("here")], [scan("map", None, north_deg=0.1)], FRAME)
    check_one_site([log("here"), log("there", north_deg=0.01)], [scan("map", None)], FRAME)

"""A mandate says who allows what, where and when; what can't be is refused at birth."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import shapely

from cathartes.casework.mandate import Mandate
from cathartes.errors import MandateError

BEGIN, END = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 8, 1, tzinfo=UTC)
MANDATE = Mandate(
    id="M-1",
    authority="a prosecutor",
    reference="1/2026",
    valid_from_utc=BEGIN,
    valid_until_utc=END,
    area=shapely.box(8.0, 49.0, 8.1, 49.1),
    retention_days=30,
)
BOW_TIE = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"id": "two words"}, "letters, digits"),
        ({"authority": "  "}, "no authority"),
        ({"reference": ""}, "no reference"),
        ({"valid_until_utc": BEGIN}, "not after"),
        ({"valid_from_utc": BEGIN.replace(tzinfo=None)}, "no time zone"),
        ({"retention_days": 0}, "1 to 36525 are needed"),
        ({"retention_days": 10**9}, "1 to 36525 are needed"),
        ({"area": BOW_TIE}, r"Self-intersection.*does not cross itself"),
        ({"area": shapely.Polygon()}, "is empty"),
        ({"area": shapely.box(-179.0, 0.0, 179.0, 1.0)}, r"180th meridian.*MultiPolygon"),
        ({"area": shapely.box(490000, 5400000, 491000, 5401000)}, "in degrees are needed"),
    ],
)
def test_what_cant_be_is_refused_with_what_is_needed(change: dict, said: str) -> None:
    with pytest.raises(MandateError, match=said):
        replace(MANDATE, **change)


def test_it_covers_from_its_first_moment_to_the_last_before_its_end() -> None:
    tick = timedelta(microseconds=1)
    assert MANDATE.covers(BEGIN)
    assert not MANDATE.covers(BEGIN - tick)
    assert MANDATE.covers(END - tick)
    assert not MANDATE.covers(END)


def test_one_that_ended_still_allows_work_on_what_was_flown_in_its_time() -> None:
    MANDATE.check_in_force(END + timedelta(days=10))


def test_one_that_has_not_begun_allows_nothing() -> None:
    with pytest.raises(MandateError, match="not in force yet"):
        MANDATE.check_in_force(BEGIN - timedelta(days=1))


def test_one_that_was_revoked_allows_nothing_more_and_says_why() -> None:
    moment = BEGIN + timedelta(days=3)
    revoked = replace(MANDATE, revoked_utc=moment, revoked_why="by letter")
    with pytest.raises(
        MandateError, match=r"UTC: by letter. Nothing more may be analysed or released"
    ):
        revoked.check_in_force(END)
    assert revoked.covers(moment - timedelta(seconds=1))
    assert not revoked.covers(moment)


def test_it_keeps_for_its_days() -> None:
    assert MANDATE.keeps_until(BEGIN) == BEGIN + timedelta(days=30)
    assert MANDATE.keeps_until(datetime.max.replace(tzinfo=UTC)) == datetime.max.replace(tzinfo=UTC)


def test_its_area_may_lie_on_both_sides_of_the_180th_meridian() -> None:
    east, west = shapely.box(179.9, 0.0, 180.0, 1.0), shapely.box(-180.0, 0.0, -179.9, 1.0)
    assert replace(MANDATE, area=shapely.MultiPolygon([east, west])).area.area > 0

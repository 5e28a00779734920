"""Detections by place and time: both ways to answer agree with a slow simple twin, page by page."""

from datetime import timedelta

import numpy as np
import pytest

import made_up_casebook as made_up
from cathartes.errors import CasebookError
from cathartes.store import detections_part
from cathartes.store.interface import Box
from made_up_casebook import ME, NOW, begin, record
from quick_casebooks import filled_once

BOXES = (Box(0, 0, 10, 10), Box(2, 2, 5, 4), Box(3, 3, 3, 3), Box(20, 20, 30, 30))


@pytest.fixture
def filled(casebook):
    """Return a casebook with detections on a grid of places and times, with ties, some untimed."""
    fill(casebook)
    return casebook


@filled_once
def fill(casebook):
    rng = np.random.default_rng(5)
    begin(casebook)
    for number in range(3):
        times = [None if hour == 7 else NOW + timedelta(hours=hour) for hour in range(8)]
        found = [
            made_up.detection(
                f"o{number}",
                n,
                seen=times[rng.integers(8)],
                places=tuple(
                    map(tuple, rng.integers(0, 11, (1 + n % 2, 2)).astype(float).tolist())
                ),
            )
            for n in range(1, 41)
        ]
        record(casebook, f"o{number}", found)


def slow_twin(casebook, box, since):
    """Return the ids of what lies in a box, newest first, by looking at everything."""

    def inside(one):
        place = one.sources[0].place
        return (
            box.west_deg <= place.longitude_deg <= box.east_deg
            and box.south_deg <= place.latitude_deg <= box.north_deg
        )

    found = [
        each.detection
        for observation in casebook.observations()
        for each in casebook.detections_of(observation.id)
    ]
    found = [one for one in found if inside(one)]
    if since is not None:
        found = [one for one in found if one.seen_utc is not None and one.seen_utc >= since]
    found.sort(key=lambda one: one.id)
    found.sort(key=lambda one: (one.seen_utc is None, -(one.seen_utc or NOW).timestamp()))
    return [one.id for one in found]


@pytest.mark.parametrize("few", [0, 10**9], ids=["by time", "by place"])
def test_pages_are_what_looking_at_everything_finds(filled, few, monkeypatch):
    monkeypatch.setattr(detections_part, "_FEW", few)
    n_found = 0
    for box in BOXES:
        for since in (None, NOW, NOW + timedelta(hours=3), NOW + timedelta(hours=9)):
            wanted = slow_twin(filled, box, since)
            whole = filled.detections_in(box, since)
            assert [one.detection.id for one in whole] == wanted
            paged, after = [], ""
            while page := filled.detections_in(box, since, limit=7, after=after):
                assert len(page) <= 7
                paged += page
                after = page[-1].detection.id
            assert tuple(paged) == whole
            n_found += len(wanted)
    assert n_found > 200


def test_a_page_after_what_is_not_there_is_an_error(filled):
    with pytest.raises(CasebookError, match="no detection 'o9-1'"):
        filled.detections_in(BOXES[0], after="o9-1")


def test_sources_near_are_all_of_a_box_by_time_and_id(filled):
    filled.put_sites([made_up.site("a", ["o0-1.1", "o1-2.1"])], [], ME, NOW)
    for box in BOXES:
        found = filled.sources_near(box)
        wanted = [
            (one.detection.seen_utc is None, one.detection.seen_utc or NOW, source.id)
            for observation in filled.observations()
            for one in filled.detections_of(observation.id)
            for source in one.detection.sources
            if box.west_deg <= source.place.longitude_deg <= box.east_deg
            and box.south_deg <= source.place.latitude_deg <= box.north_deg
        ]
        assert [one.source.id for one in found] == [one_id for *_, one_id in sorted(wanted)]
        for one in found:
            assert one.source in one.detection.sources
            assert one.site_id == ("a" if one.source.id in {"o0-1.1", "o1-2.1"} else "")

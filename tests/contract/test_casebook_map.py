"""What every casebook tells a map: places of all, and marks of some."""

from datetime import timedelta

import numpy as np
import pytest
from shapely import MultiPolygon, box

import made_up_casebook as made_up
from cathartes.sites.observation import Asset, LookOutcome
from cathartes.store.map_part import OUTCOMES
from made_up_casebook import ME, NOW
from quick_casebooks import filled_once


@pytest.fixture
def filled(casebook):
    fill(casebook)
    return casebook


@filled_once
def fill(casebook):
    casebook.add_mandate(made_up.mandate(), ME, NOW)
    casebook.put_sortie(made_up.sortie(), ME, NOW)
    later = NOW + timedelta(days=1)
    found = [
        made_up.detection("o1", 1, places=((-103.1, 20.2), (-103.11, 20.2))),
        made_up.detection("o1", 2, seen=None, snr=None, places=((-103.05, 20.25),)),
        made_up.detection("o1", 3, seen=later),
    ]
    asset = Asset("12" * 32, "score", "score.tif", "image/tiff", 77, "acetone")
    made_up.record(casebook, "o1", found, assets=(asset,))
    areas = MultiPolygon([box(-103.2, 20.1, -103.15, 20.15), box(-103.0, 20.2, -102.9, 20.3)])
    made_up.record(casebook, "o2", footprint=areas, assets=(asset,), began_utc=later)
    made_up.record(
        casebook, "o3", footprint=None, outcome=LookOutcome.INCONCLUSIVE, reason="dark", assets=()
    )
    sites = [
        made_up.site("site-a", ["o1-1.1"], probability=0.3),
        made_up.site("site-b", ["o1-2.1"], longitude=-103.05, chemicals=("ammonia", "acetone")),
    ]
    casebook.put_sites(sites, [], ME, NOW)


def test_detections_have_the_place_of_their_first_source(filled):
    placed = filled.placed_detections()
    assert placed.box_deg.shape == (3, 4)
    np.testing.assert_array_equal(placed.box_deg[:, :2], placed.box_deg[:, 2:])
    marks = filled.detection_marks(placed.row_id.tolist())
    assert [one.id for one in marks] == ["o1-3", "o1-1", "o1-2"]
    by_row = {
        one.id: row for row in placed.row_id.tolist() for one in filled.detection_marks([row])
    }
    at = {row: n for n, row in enumerate(placed.row_id.tolist())}
    for mark in marks:
        n = at[by_row[mark.id]]
        assert placed.box_deg[n, :2].tolist() == [mark.longitude_deg, mark.latitude_deg]
        seen_s = np.nan if mark.seen_utc is None else int(mark.seen_utc.timestamp())
        np.testing.assert_array_equal(np.floor(placed.time_s[n]), [seen_s, seen_s])
        np.testing.assert_array_equal(placed.value[n], np.nan if mark.snr is None else mark.snr)
        assert placed.sets[placed.set_code[n]] == {mark.chemical}


def test_sources_of_detections_are_found_by_the_rows_of_these(filled):
    placed = filled.placed_detections()
    marks = filled.source_marks(placed.row_id.tolist())
    assert [one.id for one in marks] == ["o1-1.1", "o1-1.2", "o1-2.1", "o1-3.1"]
    found = filled.detection("o1-1").detection
    assert [one.place for one in marks[:2]] == [one.place for one in found.sources]
    assert {one.detection_id for one in marks[:2]} == {"o1-1"}


def test_sites_have_all_their_chemicals(filled):
    placed = filled.placed_sites()
    marks = filled.site_marks(placed.row_id.tolist())
    assert [one.id for one in marks] == ["site-b", "site-a"]  # the most probable first
    assert sorted(placed.value.tolist()) == [0.3, 0.5]
    assert {placed.sets[code] for code in placed.set_code.tolist()} == {
        frozenset({"acetone"}),
        frozenset({"acetone", "ammonia"}),
    }
    assert marks[0].chemicals == ("ammonia", "acetone")


def test_looks_have_the_box_of_all_their_ground_and_those_without_ground_are_left_out(filled):
    placed = filled.placed_looks()
    boxes = {mark.id: n for n, row in enumerate(placed.row_id) for mark in filled.look_marks([row])}
    assert sorted(boxes) == ["o1", "o2"]
    assert placed.box_deg[boxes["o2"]].tolist() == [-103.2, 20.1, -102.9, 20.3]
    assert OUTCOMES[int(placed.value[boxes["o1"]])] is LookOutcome.DETECTIONS
    assert OUTCOMES[int(placed.value[boxes["o2"]])] is LookOutcome.NOTHING_FOUND
    marks = filled.look_marks(placed.row_id.tolist())
    assert [one.id for one in marks] == ["o2", "o1"]
    assert marks[0].footprint.equals(filled.observation("o2").footprint)
    assert marks[1].chemicals == ("acetone", "ammonia")


def test_assets_know_who_names_them(filled):
    rows = filled.placed_looks().row_id.tolist()
    assert [one.observation_id for one in filled.assets_of_looks(rows)] == ["o2", "o1"]
    owners = filled.owners_of_asset("12" * 32)
    assert [(one.observation_id, one.sortie_id) for one in owners] == [("o1", "S1"), ("o2", "S1")]
    assert owners[0].asset == filled.observation("o1").assets[0]
    filled.remove_observations(["o1"], "test", ME, NOW)
    assert [one.observation_id for one in filled.owners_of_asset("12" * 32)] == ["o2"]
    assert filled.owners_of_asset("34" * 32) == ()


def test_rows_that_are_gone_have_no_marks(filled):
    rows = filled.placed_detections().row_id.tolist()
    filled.remove_observations(["o1"], "test", ME, NOW)
    assert filled.detection_marks(rows) == ()
    assert filled.source_marks(rows) == ()
    assert filled.placed_detections().row_id.size == 0


def test_an_empty_casebook_has_no_places(casebook):
    for placed in (casebook.placed_detections(), casebook.placed_sites(), casebook.placed_looks()):
        assert placed.box_deg.shape == (0, 4)
        assert placed.time_s.shape == (0, 2)
        assert placed.sets == ()

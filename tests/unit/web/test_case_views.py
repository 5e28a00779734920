"""What the pages of cases draw and tell: laws of the numbers of charts, places and standings."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point, box
from shapely.geometry import shape

from cathartes.casework.review import Confidence
from cathartes.casework.roles import Role, Subject
from cathartes.casework.settlement import ReviewState, Settlement
from cathartes.sites.offset import offset_m
from cathartes.sites.place import Place
from cathartes.web.charts import (
    BAR_WIDTH,
    ROSE_RADIUS,
    evidence_bars,
    sector_path,
    timeline,
    wind_roses,
)
from cathartes.web.evidence_file import download_name, safe_media_type
from cathartes.web.views.looks_over import LookOver, WindView
from cathartes.web.views.shapes import box_about, offset_to_area, place_view
from cathartes.web.views.site import EvidenceView
from cathartes.web.views.verdicts import OPEN, site_standing, standing
from cathartes.web.visitor import Visitor
from made_up_casebook import NOW

HERE = Place(-103.1, 20.2, 400.0, 100.0, 120.0)


def look(here="detections", moment=NOW, rate=3.0, from_deg=None):
    wind = None if from_deg is None else WindView(3.0, 0.5, from_deg, 10.0)
    return LookOver(
        "o1", "line-1", "S1", "cube", moment, here, "", (), None, "acetone", rate, wind
    )  # fmt: skip


def visitor(*roles):
    return Visitor(Subject("ana", frozenset(roles)), "Ana", None)


@given(st.lists(st.floats(-30, 30), min_size=1, max_size=12))
def test_bars_are_as_long_as_their_log_odds_and_begin_at_zero(log_odds):
    lines = [EvidenceView("prior", one, "", "", "", None) for one in log_odds]
    largest = max(abs(one) for one in log_odds) or 1.0
    for value, bar in zip(log_odds, evidence_bars(lines), strict=True):
        assert bar.width == pytest.approx(BAR_WIDTH / 2 * abs(value) / largest)
        assert bar.is_for == (value >= 0)
        inner_end = bar.x if bar.is_for else bar.x + bar.width
        assert inner_end == pytest.approx(BAR_WIDTH / 2)


def test_petals_lie_where_the_wind_comes_from_and_their_area_is_their_count():
    looks = [look(from_deg=d) for d in (0, 359, 4, 90)] + [
        look("nothing found", from_deg=180),
        look("inconclusive", from_deg=180),
        look("nothing found"),
    ]
    seen, unseen = wind_roses(looks)
    assert [(one.from_deg, one.n) for one in seen.petals] == [(0, 3), (90, 1)]
    assert [(one.from_deg, one.n) for one in unseen.petals] == [(180, 1)]
    radius = [float(one.path.split("A")[1].split()[0]) for one in (*seen.petals, *unseen.petals)]
    assert radius[0] == pytest.approx(ROSE_RADIUS)
    assert np.square(radius[1:]) * 3 == pytest.approx(ROSE_RADIUS**2, rel=1e-3)
    east = sector_path(90, 10, 50).removeprefix("M0 0L").split("A")[0].split()
    assert float(east[0]) > 0
    assert abs(float(east[1])) < 10


def test_roses_of_no_wind_are_empty():
    assert [one.petals for one in wind_roses([look()])] == [(), ()]


def test_the_timeline_has_later_to_the_right_and_what_sees_more_below():
    moments = [NOW, NOW + timedelta(days=10), NOW + timedelta(days=40)]
    drawn = timeline([look(moment=m, rate=r) for m, r in zip(moments, (0.5, 5, 50), strict=True)])
    x, y = zip(*((one.x, one.y) for one in drawn.marks), strict=True)
    assert x[0] < x[1] < x[2]
    assert (x[2] - x[1]) / (x[1] - x[0]) == pytest.approx(3)
    assert y[0] > y[1] > y[2]
    assert y[0] - y[1] == pytest.approx(y[1] - y[2])  # decades are alike
    labels = {tick.label: tick.at for tick in drawn.rates}
    assert labels["100"] <= y[2] < labels["10"] < y[1] < labels["1"] < y[0] <= labels["0.1"]


def test_the_timeline_counts_what_it_can_not_show():
    drawn = timeline([look(), look(moment=None), look("inconclusive", rate=None)])
    assert len(drawn.marks) == 2
    assert drawn.n_untimed == 1
    assert drawn.marks[1].y == drawn.lane_y
    assert timeline([look(moment=None)]) is None


def test_the_ellipse_of_a_place_holds_nine_in_ten():
    """10,000 draws: the share within has a standard deviation of 0.003."""
    drawn = np.random.default_rng(1).multivariate_normal((0, 0), HERE.covariance_m2, 10_000)
    ring = np.array(place_view(HERE).ellipse["coordinates"][0])
    corners = np.stack(offset_m(HERE.longitude_deg, HERE.latitude_deg, *ring.T), axis=1)
    ellipse = shape({"type": "Polygon", "coordinates": [corners.tolist()]})
    within = np.mean([ellipse.contains(Point(one)) for one in drawn])
    assert within == pytest.approx(0.9, abs=0.012)


def test_an_area_is_as_far_as_its_nearest_point():
    assert offset_to_area(HERE, box(-103.2, 20.1, -103.0, 20.3)).distance_m == 0
    area = box(-103.08, 20.21, -103.07, 20.22)
    edge = np.linspace(0, 1, 2001)
    rim = [area.exterior.interpolate(float(one), normalized=True) for one in edge]
    east, north = offset_m(-103.1, 20.2, [p.x for p in rim], [p.y for p in rim])
    found = offset_to_area(HERE, area)
    assert found.distance_m == pytest.approx(np.hypot(east, north).min(), rel=1e-3)
    assert 0 < found.bearing_deg < 90


@given(st.floats(-180, 180), st.floats(-85, 85))
def test_boxes_stay_on_earth(longitude, latitude):
    about = box_about(Place(longitude, latitude, 1.0, 1.0), 1000.0)
    assert -180 <= about.west_deg <= longitude <= about.east_deg <= 180
    assert -90 <= about.south_deg < latitude < about.north_deg <= 90


CANDIDATE, IN_REVIEW = Settlement(), Settlement(ReviewState.IN_REVIEW, reviewers=("ben",))
CONFIRMED = Settlement(ReviewState.CONFIRMED, Confidence.HIGH, True, ("ben", "eva"))
REJECTED = Settlement(ReviewState.REJECTED, Confidence.HIGH, None, ("ben", "eva"))


@pytest.mark.parametrize("settled", [CANDIDATE, IN_REVIEW])
def test_to_who_may_review_a_detection_is_open_until_it_is_settled(settled):
    assert standing(visitor(Role.ANALYST), settled).state == OPEN
    assert standing(visitor(Role.AUDITOR), settled).state == settled.state.value


@pytest.mark.parametrize(
    ("settlements", "told"),
    [
        ([CANDIDATE], OPEN),
        ([CANDIDATE, IN_REVIEW], OPEN),
        ([REJECTED, IN_REVIEW], OPEN),
        ([REJECTED, CANDIDATE], OPEN),
        ([REJECTED, REJECTED], "rejected"),
        ([CONFIRMED, IN_REVIEW], "confirmed"),
    ],
)
def test_a_site_tells_an_analyst_nothing_of_what_is_open(settlements, told):
    assert site_standing(visitor(Role.ANALYST), settlements).state == told


def test_downloads_are_nothing_that_runs():
    assert safe_media_type("text/html") == "application/octet-stream"
    assert safe_media_type("image/svg+xml") == "application/octet-stream"
    assert safe_media_type("IMAGE/TIFF; application=geotiff") == "image/tiff"
    assert download_name("../../etc/passwd") == "_.._etc_passwd"
    assert download_name('a"\r\nset-cookie: x') == "a_set-cookie_ x"
    assert download_name("...") == "evidence"
    assert download_name("a\u202egnp.exe") == "a_gnp.exe"  # would be shown as aexe.png
    assert download_name("ñandú.tif") == "ñandú.tif"


def test_a_whole_turn_is_a_circle():
    assert sector_path(0, 180, 10).count("A") == 2

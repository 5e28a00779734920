"""Mandates and flight plans from GeoJSON: what can't be is refused before it is kept for good."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cathartes.errors import InputError, MandateError
from cathartes.pipeline.authority_files import read_mandate, read_plan

SQUARE = {"type": "Polygon", "coordinates": [[[8, 49], [8.1, 49], [8.1, 49.1], [8, 49.1], [8, 49]]]}
MANDATE = {
    "id": "M1", "authority": "District court", "reference": "12/2026",
    "valid_from": "2026-01-01", "valid_until": "2027-01-01", "retention_days": 90,
}  # fmt: skip
PLAN = {
    "id": "p1",
    "mandate": "M1",
    "begins": "2026-05-01T08:00:00Z",
    "ends": "2026-05-01T09:00:00Z",
}
NOW = datetime(2026, 4, 1, tzinfo=UTC)


def written(tmp_path: Path, geometry: object, properties: dict[str, object]) -> Path:
    path = tmp_path / "a.geojson"
    feature = {"type": "Feature", "geometry": geometry, "properties": properties}
    path.write_text(json.dumps(feature), "utf-8")
    return path


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"retention_days": True}, "retention_days is True"),
        ({"partners": ["Fiscalía"]}, "partners.0 is 'Fiscalía'"),
        ({"authority": "x" * 501}, "authority is"),
        ({"valid_until": "9999-12-31T23:59:59-12:00"}, "no moment that a calendar has in UTC"),
    ],
)
def test_a_mandate_that_can_t_be_meant_is_refused(tmp_path, change, words):
    assert read_mandate(written(tmp_path, SQUARE, MANDATE)).retention_days == 90
    with pytest.raises(MandateError, match=words):
        read_mandate(written(tmp_path, SQUARE, MANDATE | change))


BOW = {"type": "Polygon", "coordinates": [[[8, 49], [8.1, 49.1], [8.1, 49], [8, 49.1], [8, 49]]]}
FAR = {"type": "LineString", "coordinates": [[0, 0], [1e9, 1]]}
POINT = {"type": "Point", "coordinates": [8, 49]}


@pytest.mark.parametrize(
    ("route", "words"),
    [
        (POINT, "route is a Point; lines, or areas"),
        ({"type": "GeometryCollection", "geometries": [POINT]}, "route is a GeometryCollection"),
        (BOW, r"Polygon \(Self-intersection.*do not cross themselves"),
        (FAR, "longitude and latitude in degrees"),
    ],
)
def test_a_route_is_lines_or_areas_on_the_globe(tmp_path, route, words):
    assert read_plan(written(tmp_path, SQUARE, PLAN), NOW).mandate_id == "M1"
    with pytest.raises(MandateError, match=words):
        read_plan(written(tmp_path, route, PLAN), NOW)


def test_a_plan_has_a_name_that_files_and_pages_can_bear(tmp_path):
    with pytest.raises(MandateError, match="id is"):
        read_plan(written(tmp_path, SQUARE, PLAN | {"id": "../x y"}), NOW)


def test_brackets_without_end_are_no_json(tmp_path):
    (tmp_path / "deep.geojson").write_text("[" * 100_000, "utf-8")
    with pytest.raises(InputError, match="not JSON"):
        read_mandate(tmp_path / "deep.geojson")

import json
import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from importlib.resources import files
from pathlib import Path

import pytest

from cathartes.errors import HeaderError, InputError, UnknownFormatError
from cathartes.products.layer_choice import LayerChoice
from cathartes.products.scan import RunRecord, write_scan
from cathartes.products.summary import (
    GasSearchedFacts,
    ScanSummary,
    read_summary,
    summary_json_schema,
    without_folders,
)

QUICK_PICTURES = True


@pytest.fixture
def folder(tmp_path: Path, scan: Callable) -> Path:
    cube, detections = scan((6, 8), 1)
    started = datetime(2024, 5, 1, 14, tzinfo=timezone(timedelta(hours=2)))
    record = RunRecord((), {"out": "/srv/maria/out", "depth": 3}, started, {"detect": 1.5})
    write_scan(tmp_path, cube, detections, record, layers=LayerChoice.NONE)
    return tmp_path


def change(folder: Path, **members: object) -> None:
    path = folder / "summary.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | members))


def test_a_summary_comes_back_as_it_was_written(folder: Path) -> None:
    summary = read_summary(folder)
    assert summary == ScanSummary.model_validate_json((folder / "summary.json").read_text())
    assert summary.schema_version == "cathartes-scan-summary/1"
    assert summary.started_utc == datetime(2024, 5, 1, 12, tzinfo=UTC)
    assert summary.timings_s["detect"] == 1.5
    assert "products" in summary.timings_s
    assert summary.counts.pixels_in_plumes == 15


def test_the_shipped_schema_is_the_models() -> None:
    shipped = files("cathartes.products").joinpath("data/summary-1.schema.json").read_text()
    assert shipped == summary_json_schema(), (
        "the models changed: write summary_json_schema() to data/summary-1.schema.json"
    )


def test_times_are_written_in_utc(folder: Path) -> None:
    written = json.loads((folder / "summary.json").read_text())
    assert written["started_utc"] == "2024-05-01T12:00:00Z"
    assert written["scene"]["start_utc"] == "2024-05-01T12:03:04Z"


def test_an_infinite_sensitivity_is_null() -> None:
    gas = GasSearchedFacts(name="R-134a", necl_median_ppm_m=math.inf, score_threshold=5.0)
    assert json.loads(gas.model_dump_json())["necl_median_ppm_m"] is None


def test_members_added_later_are_no_error(folder: Path) -> None:
    change(folder, weather="fair")
    assert read_summary(folder).counts.plumes == 1


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ("cathartes-scan-summary/2", "this program reads version 1; use the version"),
        ("cathartes-scan-summary", "schema is 'cathartes-scan-summary'; a summary.json with"),
        ("other/1", "schema is 'other/1'"),
        (None, "schema is None"),
        (7, "schema is 7"),
    ],
)
def test_other_schemas_are_refused(folder: Path, schema: object, said: str) -> None:
    change(folder, schema=schema)
    with pytest.raises(UnknownFormatError, match=said):
        read_summary(folder)


@pytest.mark.parametrize("text", ["", "{", "[1]", '"a"', '{"schema": '])
def test_what_is_no_summary_is_refused(folder: Path, text: str) -> None:
    (folder / "summary.json").write_text(text)
    with pytest.raises(UnknownFormatError, match=r"summary\.json"):
        read_summary(folder)


def test_bytes_that_are_no_text_are_refused(folder: Path) -> None:
    (folder / "summary.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UnknownFormatError, match="not UTF-8"):
        read_summary(folder)


def test_a_missing_summary_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="name a folder that cathartes scan wrote"):
        read_summary(tmp_path)


def test_a_broken_member_is_named(folder: Path) -> None:
    change(folder, outcome="maybe")
    with pytest.raises(HeaderError, match=r"1 values break .* the first at outcome"):
        read_summary(folder)


def test_settings_do_not_tell_whose_machine_it_was(folder: Path) -> None:
    text = (folder / "summary.json").read_text()
    assert read_summary(folder).settings == {"out": "out", "depth": 3}
    assert "maria" not in text
    assert str(folder) not in text


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("/srv/maria/scene.hdr", "scene.hdr"),
        ("/srv/maria/my scenes/", "my scenes"),
        ("C:\\Users\\maria\\scene.hdr", "scene.hdr"),
        ("\\\\server\\share\\a.hdr", "a.hdr"),
        ("~/a.hdr", "a.hdr"),
        ("file:///srv/maria/a.hdr", "a.hdr"),
        ("scenes/a.hdr", "scenes/a.hdr"),
        ("uW/cm^2/sr/nm", "uW/cm^2/sr/nm"),
        (["/a/b", {"c": "/d/e"}], ["b", {"c": "e"}]),
        (1.5, 1.5),
        (None, None),
    ],
)
def test_absolute_paths_are_cut_to_names(value: object, kept: object) -> None:
    assert without_folders(value) == kept  # type: ignore[arg-type]

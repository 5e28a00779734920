"""``cathartes locate`` from a log to a folder that keeps the contract."""

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyogrio
import pyogrio.raw
import pytest
import rasterio
from pyproj import Transformer
from shapely.geometry import Point, shape

import cathartes
from cathartes.cli.main import main
from cathartes.errors import InputError, OutputError, SettingsError
from cathartes.simulate.flights import FRAME, simulate_flight

SETTINGS = cathartes.LocateSettings(chains=16, grid_m=12.0)


def write_log(path: Path, *, wind: bool = True) -> None:
    log = simulate_flight(501).log
    columns = {
        "time_utc": [datetime.fromtimestamp(t, UTC).isoformat() for t in log.time_unix_s],
        "longitude_deg": log.longitude_deg.round(7),
        "latitude_deg": log.latitude_deg.round(7),
        "altitude_agl_m": log.altitude_agl_m.round(2),
        "methane_ppm": log.concentration_ppm[0].round(4),
    }
    if wind:
        columns["wind_speed_m_s"] = log.wind_speed_m_s.round(2)
        columns["wind_from_deg"] = log.wind_from_deg.round(1) % 360
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))


def test_a_log_becomes_a_folder_that_keeps_the_contract(tmp_path: Path) -> None:
    log, out = tmp_path / "flight.csv", tmp_path / "located"
    write_log(log)
    cathartes.locate(log, out, settings=SETTINGS)
    assert {p.name for p in out.iterdir()} == {
        "summary.json", "sources.geojson", "sources.gpkg", "posterior.npz", "sources.png",
        "methane_source_probability.tif",
    }  # fmt: skip
    summary = json.loads((out / "summary.json").read_text("utf-8"))
    assert summary["outcome"] == "located"
    (gas,) = summary["chemicals"]
    assert gas["total_rate_kg_h_p05"] < gas["total_rate_kg_h"] < gas["total_rate_kg_h_p95"]
    assert {"lag_s", "wind_offset_deg"} <= gas.keys()
    assert {"timings_s", "settings", "inputs"} <= summary.keys()
    assert len(summary["inputs"][0]["sha256"]) == 64
    features = json.loads((out / "sources.geojson").read_text("utf-8"))["features"]
    points = {f["properties"]["id"]: f for f in features if f["geometry"]["type"] == "Point"}
    regions = {f["properties"]["id"]: f for f in features if f["geometry"]["type"] == "Polygon"}
    assert points.keys() == regions.keys()
    for name, point in points.items():
        keys = {"id", "chemical", "probability", "rate_kg_h", "rate_kg_h_p05", "rate_kg_h_p95",
                "height_m"}  # fmt: skip
        assert keys <= point["properties"].keys()
        assert regions[name]["properties"]["region"] == 0.9
        assert shape(regions[name]["geometry"]).contains(Point(point["geometry"]["coordinates"]))
    (truth,) = simulate_flight(501).sources
    first = points["methane-1"]["geometry"]["coordinates"]
    east, north = FRAME.to_east_north(*first)
    assert np.hypot(east - truth.east_m, north - truth.north_m) < 40.0
    particles = np.load(out / "posterior.npz")
    assert particles["methane/longitude_deg"].shape == particles["methane/rate_kg_h"].shape
    table = pyogrio.raw.read(out / "sources.gpkg", layer="sources")
    assert list(table[3][list(table[0]["fields"]).index("id")]) == list(points)
    assert pyogrio.read_info(out / "sources.gpkg", layer="regions")["features"] == len(regions)
    with rasterio.open(out / "methane_source_probability.tif") as image:
        expected = image.read(1)
        to_image = Transformer.from_crs("EPSG:4326", image.crs, always_xy=True)
        row, column = image.index(*to_image.transform(*first))
    assert expected.sum() == pytest.approx(len(points), abs=0.02)
    assert expected[row, column] > 0.5 * expected.max()


def test_an_older_result_is_replaced_and_what_was_added_to_it_is_kept(tmp_path: Path) -> None:
    log, out = tmp_path / "flight.csv", tmp_path / "located"
    write_log(log)
    log.write_text("\n".join(log.read_text("utf-8").splitlines()[:2]) + "\n")  # soon done
    cathartes.locate(log, out, settings=SETTINGS)
    cathartes.locate(log, out, settings=SETTINGS, overwrite=True)
    (out / "notes.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"notes\.txt"):
        cathartes.locate(log, out, settings=SETTINGS, overwrite=True)
    assert (out / "notes.txt").read_text() == "mine"


def test_a_log_without_wind_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    write_log(tmp_path / "flight.csv", wind=False)
    with pytest.raises(InputError, match="--wind"):
        cathartes.locate(tmp_path / "flight.csv", tmp_path / "located")
    assert [p.name for p in tmp_path.iterdir()] == ["flight.csv"]


@pytest.mark.parametrize("wind", [None, "3±1,245±10"])
def test_a_wind_s_mapping_without_its_file_is_refused(tmp_path: Path, wind: str | None) -> None:
    """Told of a file that is not there, it would be passed over in silence."""
    write_log(tmp_path / "flight.csv")
    (tmp_path / "mast.toml").write_text("", "utf-8")
    with pytest.raises(SettingsError, match="says what a wind's file holds"):
        cathartes.locate(
            tmp_path / "flight.csv",
            tmp_path / "out",
            wind=wind,
            wind_mapping=tmp_path / "mast.toml",
        )
    assert not (tmp_path / "out").exists()


def test_one_log_given_twice_does_not_count_twice(tmp_path: Path) -> None:
    for name in ("flight.csv", "copy.csv"):
        write_log(tmp_path / name)
    with pytest.raises(InputError, match=r"flight and copy hold the same rows.*give each log once"):
        cathartes.locate([tmp_path / "flight.csv", tmp_path / "copy.csv"], tmp_path / "located")


def test_a_log_that_lies_below_the_ground_is_refused(tmp_path: Path) -> None:
    write_log(tmp_path / "flight.csv")
    with (tmp_path / "flight.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    with (tmp_path / "low.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(
            {**row, "altitude_agl_m": float(row["altitude_agl_m"]) - 90.0} for row in rows
        )
    with pytest.raises(InputError, match=r"low: 8\d\d of 8\d\d rows lie below the ground"):
        cathartes.locate(tmp_path / "low.csv", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_one_gas_under_two_names_is_not_two_sources(tmp_path: Path) -> None:
    write_log(tmp_path / "flight.csv")
    text = (tmp_path / "flight.csv").read_text("utf-8").splitlines()
    twice = [f"{line},{'CH4_ppm' if n == 0 else '2.0'}" for n, line in enumerate(text)]
    (tmp_path / "twice.csv").write_text("\n".join(twice) + "\n", "utf-8")
    with pytest.raises(InputError, match="methane and CH4 are two names of one gas"):
        cathartes.locate(tmp_path / "twice.csv", tmp_path / "out")


def test_one_background_is_not_that_of_two_gases(tmp_path: Path) -> None:
    write_log(tmp_path / "flight.csv")
    text = (tmp_path / "flight.csv").read_text("utf-8").splitlines()
    both = [f"{line},{'ammonia_ppm' if n == 0 else 0.01}" for n, line in enumerate(text)]
    (tmp_path / "flight.csv").write_text("\n".join(both), "utf-8")
    with pytest.raises(SettingsError, match=r"1\.9 ppm is stated for methane, .*--gas"):
        cathartes.locate(
            tmp_path / "flight.csv",
            tmp_path / "located",
            settings=cathartes.LocateSettings(background_ppm=1.9),
        )


def test_a_foreign_folder_is_not_replaced(tmp_path: Path) -> None:
    write_log(tmp_path / "flight.csv")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "diary.txt").write_text("mine")
    with pytest.raises(OutputError, match="not empty"):
        cathartes.locate(tmp_path / "flight.csv", tmp_path / "out", settings=SETTINGS)
    assert (tmp_path / "out" / "diary.txt").read_text() == "mine"


def test_a_given_place_is_said_and_has_no_region(tmp_path: Path) -> None:
    write_log(tmp_path / "flight.csv")
    (truth,) = simulate_flight(501).sources
    longitude, latitude = (float(x) for x in FRAME.to_lon_lat(truth.east_m, truth.north_m))
    out = tmp_path / "rate"
    cathartes.locate(
        tmp_path / "flight.csv", out, source_at=[(longitude, latitude, 2.0)], settings=SETTINGS
    )
    summary = json.loads((out / "summary.json").read_text("utf-8"))
    assert summary["outcome"] == "place given"
    assert summary["source_at"] == [[longitude, latitude, 2.0]]
    (feature,) = json.loads((out / "sources.geojson").read_text("utf-8"))["features"]
    assert feature["geometry"]["type"] == "Point"
    assert feature["properties"]["place_given"] is True
    (gas,) = summary["chemicals"]
    assert gas["total_rate_kg_h_p05"] < truth.emission_kg_h < gas["total_rate_kg_h_p95"]


def test_what_the_command_line_says_reaches_the_search(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_log(tmp_path / "flight.csv")
    out = tmp_path / "located"
    words = ["locate", str(tmp_path / "flight.csv"), "--out", str(out), "--quiet"]
    said = ["--most-sources", "1", "--roughness-m", "0.1", "--seed", "4", "--json"]
    assert main([*words, *said]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [gas["n_sources"] for gas in told["chemicals"]] == [1]
    assert (told["settings"]["most_sources"], told["settings"]["seed"]) == (1, 4)
    assert told["settings"]["air"]["roughness_m"] == 0.1
    assert main([*words, "--overwrite", "--most-sources", "0"]) != 0
    assert "0 sources at most" in capsys.readouterr().err


def test_a_log_whose_wind_is_nowhere_known_is_refused(tmp_path: Path) -> None:
    log = tmp_path / "flight.csv"
    write_log(log)
    head, *lines = log.read_text("utf-8").splitlines()
    log.write_text("\n".join([head, *(line.rsplit(",", 2)[0] + ",," for line in lines)]) + "\n")
    with pytest.raises(InputError, match="--wind"):
        cathartes.locate(log, tmp_path / "located")
    assert [p.name for p in tmp_path.iterdir()] == ["flight.csv"]


def test_a_log_of_one_row_is_an_answer(tmp_path: Path) -> None:
    log, out = tmp_path / "flight.csv", tmp_path / "located"
    write_log(log)
    log.write_text("\n".join(log.read_text("utf-8").splitlines()[:2]) + "\n")
    located = cathartes.locate(log, out, settings=SETTINGS)
    assert str(located.outcome) == "cannot locate"
    assert json.loads((out / "summary.json").read_text("utf-8"))["reason"] == "drift"

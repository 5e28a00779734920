"""The contract of the output folder: names, types, units and meanings, for every kind of scan.

What `docs/reference/output-folder.md` promises is checked here file by file. A test that has to be
changed here means that readers of the folder break: a new major version.
"""

import csv
import hashlib
import json
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import jsonschema
import numpy as np
import pyogrio
import pytest
import rasterio
import rasterio.features
import rasterio.warp
import shapely
from numpy.typing import NDArray

from cathartes import __version__
from cathartes.detect import describe, naming
from cathartes.detect.atmosphere import AirOrigin, Atmosphere
from cathartes.detect.pixelwise import NamedPixels
from cathartes.detect.result import Detections, GasSearched, Outcome, Plume
from cathartes.detect.tails import FalseAlarmLaw, ParetoTail
from cathartes.products.folder import OutputFolder
from cathartes.products.layer_choice import LayerChoice, LayerGrid
from cathartes.products.plume_table import column_unit
from cathartes.products.scan import RunRecord, fingerprint_inputs, write_scan
from cathartes.products.summary import GasNotVisible, ScanSummary, read_summary
from cathartes.products.vector import plume_features
from cathartes.scenes.cube import ArrayLines, Cube
from cathartes.scenes.geometry import AffineGeometry
from cathartes.scenes.igm import IgmGeometry
from cathartes.scenes.unplaced import not_georeferenced_is_fine
from cathartes.spectra.response import SpectralBands
from made_up_spectra import made_up_spectrum

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "output-folder.md"
SHAPE = (60, 80)
GASES = ("ammonia", "1,1,1-trichloroethane", "R-134a")
LAYER_UNITS = {
    "score": "1",
    "column_density_ppm_m": "ppm m",
    "column_density_sd_ppm_m": "ppm m",
    "necl_ppm_m": "ppm m",
    "detectable_column_ppm_m": "ppm m",
}
PLUME_TYPES: dict[str, tuple[type, ...]] = {
    "id": (int,), "chemical": (str,), "probability": (float,), "alternatives": (list,),
    "expected_by_chance": (float,), "snr_max": (float,), "n_pixels": (int,),
    "line_min": (int,), "line_max": (int,), "sample_min": (int,), "sample_max": (int,),
    "origin_line": (float,), "origin_sample": (float,), "origin_lon": (float, type(None)),
    "origin_lat": (float, type(None)), "column_density_max_ppm_m": (float, type(None)),
    "column_density_mean_ppm_m": (float, type(None)),
    "column_density_sd_ppm_m": (float, type(None)), "thermal_contrast": (int,), "flags": (list,),
    "false_alarm_probability": (float, type(None)),
    "column_density_low_ppm_m": (float, type(None)),
    "column_density_high_ppm_m": (float, type(None)),
    "plume_temperature_k": (float, type(None)), "plume_temperature_sd_k": (float, type(None)),
    "n_strong_pixels": (int,),
    "share_agreeing": (float, type(None)), "parts": (list,),
    "n_sources": (int, float, type(None)), "source_lon": (float, type(None)),
    "source_lat": (float, type(None)), "source_radius_m": (float, type(None)),
    "rate_kg_h": (float, type(None)), "rate_kg_h_p05": (float, type(None)),
    "rate_kg_h_p95": (float, type(None)), "rate_reason": (str,),
}  # fmt: skip

NO_TAIL = FalseAlarmLaw.measure(np.linspace(0.0, 3.0, 100, dtype=np.float32))
WITH_TAIL = replace(NO_TAIL, tail=ParetoTail(9.0, 3.0, 0.1), tail_share=0.01)


NAMED = NamedPixels(
    np.array([1, 1, 2]), np.array([11, 12, 20]), np.array([1, 1, 2]), np.array([0.99, 0.5, 0.75])
)
"""Two pixels of the second gas searched, one of the third."""


class Planes:
    """Images made from their names."""

    def read(self, name: str) -> NDArray[np.float32]:
        line, sample = np.indices(SHAPE)
        return (line * 100 + sample + len(name)).astype(np.float32)


def made_up_plume(plume_id: int, chemical: str, labels: NDArray[np.int32]) -> Plume:
    line, sample = np.nonzero(labels == plume_id)
    known = chemical != "unknown"
    band = np.linspace(7.5, 12, 32)
    return Plume(
        plume_id, chemical, 0.9, (("methanol", 0.08), ("unknown", 0.02)), 1e-7, 1e-6, 31.5,
        line.size,
        int(line.min()), int(line.max()), int(sample.min()), int(sample.max()),
        line.min() + 0.5, sample.min() + 0.5,
        900.0 if known else np.nan, 420.0 if known else np.nan, 35.0 if known else np.nan,
        -1, ("cut by the scene's edge",),
        made_up_spectrum(band, np.sin(band), chemical, "methanol"),
        n_strong_pixels=60, share_agreeing=0.75 if known else np.nan,
        parts=(("R-134a", 40),) if known else (),
    )  # fmt: skip


def made_up_scan(outcome: Outcome) -> Detections:
    labels = np.zeros(SHAPE, dtype=np.int32)
    plumes: tuple[Plume, ...] = ()
    if outcome is Outcome.DETECTIONS:
        labels[0:9, 10:30] = 1
        labels[3:5, 12:14] = 0
        labels[30, 40] = labels[31, 41] = 2
        plumes = tuple(
            made_up_plume(i, c, labels) for i, c in ((1, "1,1,1-trichloroethane"), (2, "unknown"))
        )
    return Detections(
        labels=labels,
        plumes=plumes,
        gases=tuple(
            GasSearched(*facts, 5.25, law, 7.0 * facts[1], 0.25)
            for *facts, law in zip(
                GASES, (12.5, 12.5, np.inf), (WITH_TAIL, NO_TAIL, NO_TAIL), strict=True
            )
        ),
        chance_measured=True,
        outcome=outcome,
        reason="no contrast anywhere" if outcome is Outcome.INCONCLUSIVE else "",
        planes=Planes(),
        air=Atmosphere(np.full(8, 0.8), np.ones(8), AirOrigin.SCENE, 1.5, 0.3, 295.0),
        named=NAMED if plumes else NamedPixels.none(),
    )


GEOMETRIES = {
    "no geometry": None,
    "north up": AffineGeometry((3.0, 0, 5e5, 0, -3.0, 4.4e6), "EPSG:32613", SHAPE),
    "rotated": AffineGeometry((4.0, 3.0, 5e5, 3.0, -4.0, 4.4e6), "EPSG:32733", SHAPE),
}


CASES = [
    *((geometry, Outcome.DETECTIONS) for geometry in GEOMETRIES),
    ("north up", Outcome.NOTHING_FOUND),
    ("no geometry", Outcome.INCONCLUSIVE),
]


@pytest.fixture(scope="module", params=CASES, ids=" and ".join)
def written(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Cube, Detections]:
    """Return an output folder, and what was put into it."""
    geometry, outcome = request.param
    place = tmp_path_factory.mktemp("contract")
    (place / "line07.hdr").write_bytes(b"abc")
    cube = Cube(
        "line07", (*SHAPE, 32), SpectralBands(np.linspace(7.5, 12, 32), np.full(32, 0.1)),
        np.arange(32) > 1, ArrayLines(np.zeros((1, 1, 32), dtype=np.float32)),
        start_utc=datetime(2024, 5, 1, 12, tzinfo=UTC), geometry=GEOMETRIES[geometry],
        instrument="HyTES", paths=(str(place / "line07.hdr"),),
    )  # fmt: skip
    detections = made_up_scan(outcome)
    record = RunRecord(
        fingerprint_inputs(cube), {"layers": "all"}, datetime(2024, 6, 1, tzinfo=UTC),
        {"read": 0.5, "detect": 1.25}, (GasNotVisible(name="toluene", reason="no band"),),
        {"n_values": 4800, "n_negative": 0},
    )  # fmt: skip
    with OutputFolder(place / "out") as folder:
        write_scan(folder, cube, detections, record, layers=LayerChoice.ALL)
    return place / "out", cube, detections


Written = tuple[Path, Cube, Detections]


def test_the_folder_holds_exactly_the_contracts_files(written: Written) -> None:
    folder, _, detections = written
    found = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    stems = ("ammonia", "1-1-1-trichloroethane", "R-134a")
    layers = {f"layers/{stem}_{quantity}.tif" for stem in stems for quantity in LAYER_UNITS}
    if detections.plumes:
        layers |= {"layers/chemical_id.tif", "layers/chemical_probability.tif"}
    assert found == layers | {
        "summary.json", "plumes.geojson", "plumes.gpkg", "plumes.csv", "labels.tif",
        "quicklook.png",
    }  # fmt: skip


def test_the_summary_obeys_the_shipped_schema(written: Written) -> None:
    folder, _, _ = written
    schema = json.loads(
        files("cathartes.products").joinpath("data/summary-1.schema.json").read_text()
    )
    jsonschema.Draft202012Validator.check_schema(schema)
    summary = json.loads((folder / "summary.json").read_text())
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    jsonschema.Draft202012Validator(schema, format_checker=checker).validate(summary)
    assert summary["schema"] == "cathartes-scan-summary/1"


def test_the_summary_says_what_was_done(written: Written) -> None:
    folder, cube, detections = written
    summary = read_summary(folder)
    assert summary.outcome is detections.outcome
    assert summary.reason == detections.reason
    assert summary.software.version == __version__
    (given,) = summary.inputs
    assert (given.name, given.sha256) == ("line07.hdr", hashlib.sha256(b"abc").hexdigest())
    assert summary.scene.instrument == "HyTES"
    assert summary.scene.bands_used == 30
    assert summary.scene.has_geometry == (cube.geometry is not None)
    assert set(summary.timings_s) == {"read", "detect", "products"}
    assert [g.name for g in summary.gases_searched] == list(GASES)
    assert summary.gases_searched[0].necl_median_ppm_m == 12.5
    assert summary.gases_searched[2].necl_median_ppm_m is None
    assert summary.gases_searched[0].score_threshold == 5.25
    # By hand: the root of u² + β ((P / 0.01)^-ξ - 1) / ξ, 0.01 in the tail; none without a tail.
    assert summary.gases_searched[0].score_at_false_alarm == pytest.approx(
        {"1e-3": 4.09485, "1e-4": 5.15236, "1e-5": 6.23361}, abs=1e-5
    )
    assert summary.gases_searched[1].score_at_false_alarm == dict.fromkeys(("1e-3", "1e-4", "1e-5"))
    assert summary.gases_not_visible[0].name == "toluene"
    assert summary.counts.plumes == len(detections.plumes) == len(summary.plumes)
    assert summary.counts.pixels_in_plumes == np.count_nonzero(detections.labels)


def test_the_hashes_are_those_of_the_files(written: Written) -> None:
    folder, _, _ = written
    summary = read_summary(folder)
    listed = {file.path: file.sha256 for file in summary.files}
    found = {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in folder.rglob("*")
        if p.is_file() and p.name != "summary.json"
    }
    assert listed == found


def test_the_summary_does_not_tell_where_it_was_made(written: Written) -> None:
    folder, _, _ = written
    text = (folder / "summary.json").read_text()
    assert str(folder.parent) not in text
    assert "/" not in "".join(file.name for file in read_summary(folder).inputs)


def test_plumes_in_geojson(written: Written) -> None:
    folder, cube, detections = written
    collection = json.loads((folder / "plumes.geojson").read_text())
    assert collection["type"] == "FeatureCollection"
    assert collection["schema"] == "cathartes-plumes/1"
    assert collection["coordinate_space"] == ("wgs84" if cube.geometry else "pixel")
    assert [f["id"] for f in collection["features"]] == [p.id for p in detections.plumes]
    for feature, plume in zip(collection["features"], detections.plumes, strict=True):
        properties = feature["properties"]
        assert list(properties) == list(PLUME_TYPES)
        for name, value in properties.items():
            assert isinstance(value, PLUME_TYPES[name]), name
        assert properties["alternatives"] == [
            {"name": "methanol", "probability": 0.08}, {"name": "unknown", "probability": 0.02},
        ]  # fmt: skip
        outline = shapely.geometry.shape(feature["geometry"])
        assert outline.is_valid
        west, south, east, north = outline.bounds
        if cube.geometry is None:
            assert (west, south) == (plume.sample_min, plume.line_min)
            assert (east, north) == (plume.sample_max + 1, plume.line_max + 1)
            assert properties["origin_lon"] is None
        else:
            lon, lat = cube.geometry.to_lon_lat([plume.origin_line], [plume.origin_sample])
            assert properties["origin_lon"] == pytest.approx(lon[0], abs=1e-7)
            assert properties["origin_lat"] == pytest.approx(lat[0], abs=1e-7)
            assert outline.contains(shapely.Point(lon[0], lat[0]))


def test_plumes_in_geopackage_and_csv_are_those_of_geojson(written: Written) -> None:
    folder, cube, _ = written
    features = json.loads((folder / "plumes.geojson").read_text())["features"]
    info, _, outlines, columns = pyogrio.raw.read(folder / "plumes.gpkg", layer="plumes")
    assert list(info["fields"]) == list(PLUME_TYPES)
    assert info["geometry_type"] == "MultiPolygon"
    assert (info["crs"] == "EPSG:4326") == (cube.geometry is not None)
    rows = list(csv.DictReader((folder / "plumes.csv").read_text().splitlines()))
    assert len(columns[0]) == len(rows) == len(features)
    for i, feature in enumerate(features):
        for name, column in zip(PLUME_TYPES, columns, strict=True):
            value = feature["properties"][name]
            if isinstance(value, list):
                assert json.loads(column[i]) == json.loads(rows[i][name]) == value
            elif value is None:
                assert np.isnan(column[i])
                assert rows[i][name] == ""
            else:
                assert column[i] == value
                assert type(value)(rows[i][name]) == value
        same = shapely.equals(
            shapely.from_wkb(outlines[i]), shapely.geometry.shape(feature["geometry"])
        )
        assert same


def test_the_geopackage_is_a_sound_database(written: Written) -> None:
    folder, _, _ = written
    connection = sqlite3.connect(folder / "plumes.gpkg")
    try:
        assert connection.execute("pragma integrity_check").fetchall() == [("ok",)]
        (application,) = connection.execute("pragma application_id").fetchone()
        assert application.to_bytes(4, "big") == b"GPKG"
        metadata = connection.execute("select metadata from gpkg_metadata").fetchall()
        assert any("ppm m" in text for (text,) in metadata), "units travel with the table"
    finally:
        connection.close()


def test_labels_are_in_the_sensors_grid(written: Written) -> None:
    folder, _, detections = written
    with not_georeferenced_is_fine(), rasterio.open(folder / "labels.tif") as dataset:
        assert dataset.dtypes == ("int32",)
        assert dataset.nodata == 0
        assert dataset.crs is None
        np.testing.assert_array_equal(dataset.read(1), detections.labels)


def test_each_layer_has_unit_scale_and_grid(written: Written) -> None:
    folder, cube, _ = written
    listed = {file.path: file for file in read_summary(folder).files}
    for path in sorted((folder / "layers").iterdir()):
        if path.stem.startswith("chemical_"):
            continue
        quantity = path.stem.split("_", 1)[1]
        with not_georeferenced_is_fine(), rasterio.open(path) as dataset:
            assert dataset.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
            assert dataset.dtypes == ("float32",)
            assert np.isnan(dataset.nodata)
            assert dataset.units == (LAYER_UNITS[quantity],)
            assert (dataset.scales, dataset.offsets) == ((1.0,), (0.0,))
            chemical = dataset.tags()["CHEMICAL"]
            assert chemical in GASES
            assert dataset.descriptions[0].endswith(f": {chemical}")
            says_sign = "negative where a gas absorbs the ground's heat" in dataset.descriptions[0]
            assert says_sign == (quantity == "score")
            expected = Planes().read(f"{quantity}/{chemical}")
            np.testing.assert_array_equal(dataset.read(1), expected)
            if cube.geometry is None:
                assert dataset.crs is None
            else:
                assert dataset.crs.to_string() == cube.geometry.crs
                assert tuple(dataset.transform)[:6] == cube.geometry.transform
        file = listed[f"layers/{path.name}"]
        assert (file.chemical, file.quantity) == (chemical, quantity)
        assert file.unit == LAYER_UNITS[quantity]
        assert file.grid == ("map" if cube.geometry else "sensor")


def test_the_chemicals_of_strong_pixels_have_a_legend(written: Written) -> None:
    folder, cube, detections = written
    legend = {"1": GASES[0], "2": GASES[1], "3": GASES[2]}
    assert read_summary(folder).chemical_legend == legend
    if not detections.plumes:
        return
    with (
        not_georeferenced_is_fine(),
        rasterio.open(folder / "layers/chemical_id.tif") as numbers,
        rasterio.open(folder / "layers/chemical_probability.tif") as probability,
    ):
        assert (numbers.dtypes, numbers.nodata) == (("int32",), 0)
        assert json.loads(numbers.tags()["LEGEND"]) == legend
        expected = np.zeros(SHAPE, dtype=np.int32)
        expected[1, 11:13], expected[2, 20] = 2, 3
        np.testing.assert_array_equal(numbers.read(1), expected)
        sure = probability.read(1)
        np.testing.assert_array_equal(np.isfinite(sure), expected > 0)
        assert (sure[1, 11], sure[1, 12], sure[2, 20]) == pytest.approx((0.99, 0.5, 0.75))
        for dataset in (numbers, probability):
            assert dataset.units == ("1",)
            assert (dataset.crs is None) == (cube.geometry is None)
    listed = {file.path: file for file in read_summary(folder).files}
    for name in ("chemical_id", "chemical_probability"):
        file = listed[f"layers/{name}.tif"]
        assert (file.chemical, file.quantity, file.unit) == (None, name, "1")
        assert file.grid == ("map" if cube.geometry else "sensor")


def test_the_quicklook_is_a_png(written: Written) -> None:
    folder, _, _ = written
    assert (folder / "quicklook.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_map_and_outline_lie_on_each_other(tmp_path: Path) -> None:
    """Rationale: two ways to the ground, by map grid and by corner, must meet.

    Expected: the outline, brought back to the layer's grid, covers the plume's pixels exactly.
    """
    geometry = GEOMETRIES["rotated"]
    assert geometry is not None
    detections = made_up_scan(Outcome.DETECTIONS)
    cube = Cube(
        "line07", (*SHAPE, 32), SpectralBands(np.linspace(7.5, 12, 32), np.full(32, 0.1)),
        np.ones(32, dtype=bool), ArrayLines(np.zeros((1, 1, 32), dtype=np.float32)),
        geometry=geometry,
    )  # fmt: skip
    record = RunRecord((), {}, datetime(2024, 6, 1, tzinfo=UTC), {})
    write_scan(tmp_path, cube, detections, record, layers=LayerChoice.FOUND, grid=LayerGrid.MAP)
    feature = json.loads((tmp_path / "plumes.geojson").read_text())["features"][0]
    with rasterio.open(tmp_path / "layers/1-1-1-trichloroethane_score.tif") as dataset:
        projected = rasterio.warp.transform_geom("OGC:CRS84", dataset.crs, feature["geometry"])
        burnt = rasterio.features.rasterize(
            [projected], out_shape=dataset.shape, transform=dataset.transform
        )
    np.testing.assert_array_equal(burnt == 1, detections.labels == 1)


def test_the_reference_page_names_every_file_column_and_member() -> None:
    page = REFERENCE.read_text(encoding="utf-8")
    named = [
        "summary.json", "plumes.geojson", "plumes.gpkg", "plumes.csv", "labels.tif",
        "quicklook.png", *(f"layers/<chemical>_{quantity}.tif" for quantity in LAYER_UNITS),
        "layers/chemical_id.tif", "layers/chemical_probability.tif", *PLUME_TYPES,
        *(f.alias or n for n, f in ScanSummary.model_fields.items()),
    ]  # fmt: skip
    assert [name for name in named if f"`{name}`" not in page] == []


def test_the_reference_page_explains_every_flag() -> None:
    page = REFERENCE.read_text(encoding="utf-8")
    words = vars(describe) | vars(naming)
    flags = [value for name, value in words.items() if name.endswith("_FLAG")]
    assert len(flags) >= 6
    assert [flag for flag in flags if f"| `{flag}` |" not in page] == []


def test_the_reference_page_states_every_columns_unit() -> None:
    page = REFERENCE.read_text(encoding="utf-8")
    rows = [row.split("|") for row in page.splitlines() if row.startswith("| `")]
    stated = {row[1].strip(" `"): row[3].strip() for row in rows if len(row) == 6}
    assert {name: stated[name] for name in PLUME_TYPES} == {
        name: column_unit(name) for name in PLUME_TYPES
    }


def test_map_and_outline_agree_on_a_swaying_flight_line(tmp_path: Path) -> None:
    """Rationale: with a place for every pixel the map shows nearest pixels, the outline corners.

    Expected: both cover the same ground but for cells at the outline's edge: of a plume of 9 by 20
    pixels with 58 edge pixels, half a cell on either side of it, so under 30 of about 176 cells.
    """
    line, sample = np.indices(SHAPE) + 0.5
    east = 3.0 * sample + 4.0 * np.sin(line / 9)
    north = -3.0 * line + 2.0 * np.cos(line / 7)
    geometry = IgmGeometry(17.0 + east / 75_000, 47.0 + north / 111_200)
    detections = made_up_scan(Outcome.DETECTIONS)
    features = plume_features(detections, geometry)
    index = geometry.map_index()
    mapped = index.resample((detections.labels == 1).astype(np.float32)) == 1
    outline = shapely.geometry.mapping(features.outlines[0])
    projected = rasterio.warp.transform_geom("OGC:CRS84", index.grid.crs, outline)
    burnt = rasterio.features.rasterize(
        [projected],
        out_shape=index.grid.shape,
        transform=rasterio.transform.Affine(*index.grid.transform),
    )
    assert features.outlines[0].is_valid
    assert np.count_nonzero(mapped) > 150
    assert np.count_nonzero(mapped != (burnt == 1)) < 30

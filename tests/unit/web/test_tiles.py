"""Tiles of rasters: the right colour at the right place, to those who may, and no other file."""

import io

import numpy as np
import pytest
import rasterio
from PIL import Image
from pyproj import Transformer

import made_up_casebook as made_up
import web_desk
from cathartes.sites.observation import Asset
from cathartes.web.settings import ServeSettings
from made_up_rasters import NORTH_M, PIXEL_M, TIFF, WEST_M, record_rasters, write_raster
from web_desk import client_of

ZOOM = 16


def place_of(column: float, row: float) -> tuple[float, float]:
    """Return longitude and latitude of a place in the made-up rasters."""
    to_degrees = Transformer.from_crs("EPSG:32613", "EPSG:4326", always_xy=True)
    return to_degrees.transform(WEST_M + PIXEL_M * column, NORTH_M - PIXEL_M * row)


def tile_at(longitude: float, latitude: float, zoom: int = ZOOM) -> tuple[int, int, int, int]:
    """Return column and row of a tile, and of the pixel in it: the web map's own formula."""
    x = (longitude + 180) / 360 * 2**zoom
    phi = np.radians(latitude)
    y = (1 - np.arcsinh(np.tan(phi)) / np.pi) / 2 * 2**zoom
    return int(x), int(y), int(x % 1 * 256), int(y % 1 * 256)


def pixel(client, sha256, column, row, **told):
    """Return the colour that a raster's pixel has on the map."""
    x, y, across, down = tile_at(*place_of(column, row))
    answer = client.get(f"/tiles/{sha256}/{ZOOM}/{x}/{y}.png", params=told)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/png"
    return Image.open(io.BytesIO(answer.content)).convert("RGBA").getpixel((across, down))


def test_a_pixel_has_the_colour_of_its_value_where_it_lies(tmp_path):
    """The score rises from west to east: with the range 0 to 10, half-way is the middle colour."""
    with web_desk.desk(tmp_path) as desk:
        sha256 = record_rasters(desk, tmp_path / "r")["score"]
        ana = client_of(desk, "ana")
        colours = ana.get(f"/tiles/{sha256}/legend.json").json()["colours"]
        for column, stop in ((0.5, 0), (19.5, 5), (39.5, 10)):
            told = pixel(ana, sha256, column, 20.5, low=0.3, high=10.3)
            wanted = [int(colours[stop][n : n + 2], 16) for n in (1, 3, 5)]
            assert np.abs(np.array(told[:3]) - wanted).max() < 12
            assert told[3] == 255


def test_what_has_no_value_or_lies_outside_is_transparent(tmp_path):
    with web_desk.desk(tmp_path) as desk:
        hashes = record_rasters(desk, tmp_path / "r")
        ana = client_of(desk, "ana")
        assert pixel(ana, hashes["column_density_ppm_m"], 2.5, 20.5)[3] == 0
        assert pixel(ana, hashes["column_density_ppm_m"], 30.5, 20.5)[3] == 255
        assert pixel(ana, hashes["score"], -3.0, 20.5)[3] == 0
        assert pixel(ana, hashes["score"], 30_000.0, 20.5)[3] == 0


def test_legends_have_range_and_unit_and_go_both_ways_from_zero_only_where_there_is_a_sign(
    tmp_path,
):
    with web_desk.desk(tmp_path) as desk:
        hashes = record_rasters(desk, tmp_path / "r")
        ana = client_of(desk, "ana")
        legend = {role: ana.get(f"/tiles/{one}/legend.json").json() for role, one in hashes.items()}
        signed = legend["column_density_ppm_m"]
        assert (signed["low"], signed["unit"]) == (-signed["high"], "ppm m")
        assert signed["colour_map"] != legend["score"]["colour_map"]
        assert legend["score"]["low"] == 0
        assert 9.5 < legend["score"]["high"] < 10.5
        assert legend["context"]["colours"][0] == "#000000"
        band = {"band": "detectable_column_ppm_m/acetone"}
        second = ana.get(f"/tiles/{hashes['sensitivity']}/legend.json", params=band).json()
        assert second["high"] > 1.8 * legend["sensitivity"]["high"]
        assert (
            ana.get(f"/tiles/{hashes['sensitivity']}/legend.json?band=no/band").status_code == 404
        )
        west, south, east, north = legend["score"]["bounds_deg"]
        longitude, latitude = place_of(20, 20)
        assert west < longitude < east
        assert south < latitude < north


def test_a_tile_never_changes_and_is_asked_for_once(tmp_path):
    with web_desk.desk(tmp_path) as desk:
        sha256 = record_rasters(desk, tmp_path / "r")["score"]
        ana = client_of(desk, "ana")
        x, y, *_ = tile_at(*place_of(20, 20))
        address = f"/tiles/{sha256}/{ZOOM}/{x}/{y}.png"
        first = ana.get(address)
        assert "immutable" in first.headers["cache-control"]
        assert "private" in first.headers["cache-control"]
        again = ana.get(address, headers={"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert ana.get(f"{address}?high=2").headers["etag"] != first.headers["etag"]


def test_collectors_see_tiles_of_their_own_sorties_alone(tmp_path):
    with web_desk.desk(tmp_path) as desk:
        own = record_rasters(desk, tmp_path / "r", "r1", "S1")["score"]
        others = record_rasters(desk, tmp_path / "q", "q9", "S2")["score"]
        x, y, *_ = tile_at(*place_of(20, 20))
        cora = client_of(desk, "cora")
        for rest in (f"{ZOOM}/{x}/{y}.png", "legend.json"):
            assert cora.get(f"/tiles/{own}/{rest}").status_code == 200
            assert cora.get(f"/tiles/{others}/{rest}").status_code == 403
            assert client_of(desk, "ada").get(f"/tiles/{own}/{rest}").status_code == 403
            assert client_of(desk, "pia").get(f"/tiles/{own}/{rest}").status_code == 403


def test_a_sortie_whose_entry_the_audit_has_not_is_no_collectors_own(tmp_path, monkeypatch):
    with web_desk.desk(tmp_path) as desk:
        own = record_rasters(desk, tmp_path / "r", "r1", "S1")["score"]
        cora, ana = client_of(desk, "cora"), client_of(desk, "ana")
        assert cora.get(f"/tiles/{own}/legend.json").status_code == 200
        monkeypatch.setattr(type(desk.casebook), "audit_of", lambda *_: ())
        assert cora.get(f"/tiles/{own}/legend.json").status_code == 403
        assert ana.get(f"/tiles/{own}/legend.json").status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/tiles/{sha}/25/0/0.png",
        "/tiles/{sha}/999999999999/0/0.png",
        "/tiles/{sha}/16/65536/0.png",
        "/tiles/{sha}/3/0/8.png",
        "/tiles/{sha}/-1/0/0.png",
        "/tiles/{sha}/3/a/0.png",
        "/tiles/{sha}/3/1/1.png?low=nan",
        "/tiles/{sha}/3/1/1.png?high=inf",
        "/tiles/{sha}/3/1/1.png?colours=rainbow",
        "/tiles/{sha}/3/1/1.png?band=" + "x" * 300,
        "/tiles/..%2f..%2fcasebook.sqlite/3/1/1.png",
        "/tiles/../casebook.sqlite/3/1/1.png",
        "/tiles/" + "g" * 64 + "/3/1/1.png",
        "/tiles/" + "A" * 64 + "/3/1/1.png",
        "/tiles/" + "ab" * 32 + "/3/1/1.png",
        "/tiles/" + "ab" * 32 + "%00/3/1/1.png",
        "/tiles/http:%2f%2f192.0.2.1%2fa.tif/3/1/1.png",
        "/tiles/{sha}/legend.json?band=/etc/passwd",
    ],
)
def test_addresses_that_are_none_are_refused(tmp_path, address):
    with web_desk.desk(tmp_path) as desk:
        sha256 = record_rasters(desk, tmp_path / "r")["score"]
        answer = client_of(desk, "ana").get(address.format(sha=sha256))
        assert 400 <= answer.status_code < 500, address


def test_only_rasters_that_a_present_look_names_are_served(tmp_path):
    with web_desk.desk(tmp_path) as desk:
        sha256 = record_rasters(desk, tmp_path / "r")["score"]
        stray = desk.evidence.put(write_raster(tmp_path / "stray.tif", np.ones((4, 4))))
        ana = client_of(desk, "ana")
        assert ana.get(f"/tiles/{sha256}/legend.json").status_code == 200
        assert ana.get(f"/tiles/{stray}/legend.json").status_code == 404
        desk.casebook.remove_observations(["r1"], "test", made_up.ME, made_up.NOW)
        assert ana.get(f"/tiles/{sha256}/legend.json").status_code == 404


@pytest.mark.parametrize("kind", ["vrt", "text", "other"])
def test_a_file_that_only_calls_itself_a_geotiff_leads_nowhere(tmp_path, kind):
    """A VRT that points at another file is the known way to make GDAL read what it should not."""
    secret = write_raster(tmp_path / "secret.tif", np.full((40, 40), 7.0))
    path = tmp_path / "bad.tif"
    if kind == "vrt":
        with rasterio.open(secret) as dataset:
            told = dataset.transform.to_gdal()
        path.write_text(
            f'<VRTDataset rasterXSize="40" rasterYSize="40"><SRS>EPSG:32613</SRS><GeoTransform>'
            f'{", ".join(map(str, told))}</GeoTransform><VRTRasterBand dataType="Float32" band="1">'
            f"<SimpleSource><SourceFilename>{secret}</SourceFilename></SimpleSource>"
            "</VRTRasterBand></VRTDataset>"
        )
        with rasterio.open(path) as dataset:
            assert dataset.read(1)[0, 0] == 7.0  # GDAL, left to itself, would
    elif kind == "text":
        path.write_text("no raster")
    else:
        Image.new("RGB", (8, 8)).save(path, "PNG")
    with web_desk.desk(tmp_path) as desk:
        sha256 = desk.evidence.put(path)
        asset = Asset(sha256, "score", "bad.tif", TIFF, path.stat().st_size, "acetone")
        made_up.record(desk.casebook, "r1", assets=(asset,))
        ana = client_of(desk, "ana")
        x, y, *_ = tile_at(*place_of(20, 20))
        for rest in ("legend.json", f"{ZOOM}/{x}/{y}.png"):
            assert ana.get(f"/tiles/{sha256}/{rest}").status_code == 404


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_a_raster_in_the_sensors_grid_says_that_it_lies_on_no_map(tmp_path):
    path = write_raster(tmp_path / "sensor.tif", np.ones((4, 4)), crs=None)
    with web_desk.desk(tmp_path) as desk:
        sha256 = desk.evidence.put(path)
        asset = Asset(sha256, "score", "sensor.tif", TIFF, path.stat().st_size, "acetone")
        made_up.record(desk.casebook, "r1", assets=(asset,))
        ana = client_of(desk, "ana")
        assert ana.get(f"/tiles/{sha256}/legend.json").json()["bounds_deg"] is None
        assert ana.get(f"/tiles/{sha256}/3/1/1.png").status_code == 404


def test_own_layers_are_known_by_id_and_nothing_else_is_served(tmp_path):
    folder = tmp_path / "layers"
    folder.mkdir()
    (folder / "roads.pmtiles").write_bytes(bytes(range(256)))
    (folder / "notes.txt").write_text("secret")
    write_raster(folder / "relief.tif", np.tile(np.arange(40.0), (40, 1)))
    outside = write_raster(tmp_path / "outside.tif", np.ones((4, 4)))
    (folder / "link.tif").symlink_to(outside)
    (folder / "below").mkdir()
    with web_desk.desk(tmp_path, settings=ServeSettings(layers=folder)) as desk:
        ana = client_of(desk, "ana")
        layers = {one["name"]: one for one in ana.get("/api/v1/map/layers").json()}
        assert sorted(layers) == ["relief", "roads"]
        roads, relief = layers["roads"]["id"], layers["relief"]["id"]
        part = ana.get(f"/layers/{roads}.pmtiles", headers={"range": "bytes=10-19"})
        assert (part.status_code, part.content) == (206, bytes(range(10, 20)))
        x, y, across, down = tile_at(*place_of(39.5, 20))
        answer = ana.get(f"/layers/{relief}/{ZOOM}/{x}/{y}.png")
        told = Image.open(io.BytesIO(answer.content)).convert("RGBA").getpixel((across, down))
        assert told == (255, 255, 255, 255)
        for address in (
            "/layers/..%2fcasebook.sqlite.pmtiles",
            "/layers/notes.txt",
            "/layers/0000000000000000.pmtiles",
            f"/layers/{relief}.pmtiles",
            f"/layers/{roads}/3/1/1.png",
            f"/layers/{relief}/30/1/1.png",
        ):
            assert 400 <= ana.get(address).status_code < 500, address
        assert client_of(desk, "cora").get(f"/layers/{roads}.pmtiles").status_code == 403

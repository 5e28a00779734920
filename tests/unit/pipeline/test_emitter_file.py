"""Lists of lawful emitters as offices keep them, and what is wrong with some."""

import json

import numpy as np
import pyogrio.raw
import pytest
import shapely
from pyproj import Transformer

from cathartes.errors import InputError, UnknownFormatError
from cathartes.pipeline.emitter_file import read_emitters

SQUARE = shapely.box(-103.36, 20.64, -103.34, 20.66)
KNOWN = {"ammonia", "methane", "acetone"}


def write_geojson(path, geometry, **properties):
    feature = {"type": "Feature", "properties": properties, "geometry": geometry}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    return path


def write_csv(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_a_geojson_gives_its_polygon_and_chemicals(tmp_path) -> None:
    """Chemicals as text or as a list, geometry in three dimensions: all are met with."""
    ring = [[*xy, 1500.0] for xy in SQUARE.exterior.coords]
    for number, chemicals in enumerate(("ammonia; methane", ["ammonia", "methane"])):
        path = write_geojson(
            tmp_path / f"{number}.geojson", {"type": "Polygon", "coordinates": [ring]},
            id="d1", name="Dairy", kind="dairy farm", chemicals=chemicals, source="register",
        )  # fmt: skip
        [one] = read_emitters(path, KNOWN)
        assert (one.id, one.name, one.kind, one.source) == ("d1", "Dairy", "dairy farm", "register")
        assert one.chemicals == ("ammonia", "methane")
        assert one.area.equals(SQUARE)
        assert not one.area.has_z


def test_a_geopackage_in_metres_comes_back_in_degrees(tmp_path) -> None:
    path = tmp_path / "works.gpkg"
    to_utm = Transformer.from_crs(4326, 32613, always_xy=True)
    utm = shapely.transform(SQUARE, lambda at: np.stack(to_utm.transform(*at.T), axis=1))
    pyogrio.raw.write(
        path, geometry=np.array([shapely.to_wkb(utm)], dtype=object),
        field_data=[np.array(["Works"], dtype=object), np.array(["works"], dtype=object),
                    np.array([None], dtype=object)],
        fields=np.array(["name", "kind", "chemicals"], dtype=object), driver="GPKG",
        geometry_type="Polygon", crs="EPSG:32613", dataset_options={"VERSION": "1.2"},
    )  # fmt: skip
    [one] = read_emitters(path)
    assert shapely.hausdorff_distance(one.area, SQUARE) < 1e-8
    assert one.chemicals == ()
    assert one.id == "Works -103.36000,20.64000"


def test_a_csv_gives_points_and_polygons(tmp_path) -> None:
    path = write_csv(
        tmp_path / "list.csv",
        "Name,Kind,Chemicals,Longitude,Latitude,wkt,remark\n"
        "Dairy,dairy farm,ammonia;methane,-103.35,20.65,,big\n"
        'Works,works,,,,"POLYGON ((0 0, 1 0, 1 1, 0 0))",\n',
    )
    dairy, works = read_emitters(path, KNOWN)
    assert (dairy.area.x, dairy.area.y) == (-103.35, 20.65)
    assert dairy.chemicals == ("ammonia", "methane")
    assert works.area.geom_type == "Polygon"


CSV = "name,kind,chemicals,longitude,latitude\nDairy,farm,ammonia,-103.35,20.65\n"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("-103.35,20.65", "20.65,-103.35", "row 1: its place is 20.65, -103.35; longitude, then"),
        ("-103.35,20.65", '"-103,35","20,65"', "longitude '-103,35'.*with a point"),
        ("-103.35,20.65", "nan,20.65", "longitude 'nan'"),
        ("ammonia", "amonia", "no 'amonia'; did you mean 'ammonia'"),
        ("ammonia", "dust", "no 'dust'; leave it out"),
        ("chemicals", "chemical", "column 'chemical'; did you mean 'chemicals'"),
        ("longitude,latitude", "x,y", "no columns longitude and latitude, nor wkt"),
        ("Dairy,farm", ",farm", "row 1: no name"),
        ("Dairy,farm", "Dairy,", "row 1: no kind"),
        ("Dairy,farm,ammonia,-103.35,20.65\n", "", "no row"),
        (".65\n", ".65\nDairy,farm,ammonia,-103.35,20.65\n", "rows 1 and 2 both have the id"),
    ],
)
def test_what_is_wrong_with_a_csv_is_said(tmp_path, old, new, message) -> None:
    with pytest.raises(InputError, match=message):
        read_emitters(write_csv(tmp_path / "list.csv", CSV.replace(old, new, 1)), KNOWN)


def test_a_polygon_that_crosses_itself_is_refused(tmp_path) -> None:
    bow = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}
    path = write_geojson(tmp_path / "bow.geojson", bow, name="Bow", kind="works")
    with pytest.raises(InputError, match=r"row 1: its polygon: Self-intersection"):
        read_emitters(path)


def test_a_line_is_no_place(tmp_path) -> None:
    line = {"type": "LineString", "coordinates": [[0, 0], [1, 1]]}
    path = write_geojson(tmp_path / "pipe.geojson", line, name="Pipe", kind="works")
    with pytest.raises(InputError, match="LineString; a point or a polygon"):
        read_emitters(path)


def test_a_feature_without_a_place_is_refused(tmp_path) -> None:
    path = write_geojson(tmp_path / "none.geojson", None, name="None", kind="works")
    with pytest.raises(InputError, match="row 1: its polygon: is empty"):
        read_emitters(path)


def test_other_files_are_refused(tmp_path) -> None:
    with pytest.raises(UnknownFormatError, match=r"ends in \.shp"):
        read_emitters(tmp_path / "list.shp")
    with pytest.raises(InputError, match="no such file"):
        read_emitters(tmp_path / "list.csv")
    for name in ("broken.geojson", "broken.gpkg"):
        (tmp_path / name).write_text("{")
        with pytest.raises(InputError, match="can't be read"):
            read_emitters(tmp_path / name)
    (tmp_path / "latin.csv").write_bytes(b"name,kind\nCaf\xe9,shop\n")
    with pytest.raises(InputError, match="UTF-8"):
        read_emitters(tmp_path / "latin.csv")


def test_a_ring_that_is_not_closed_is_told(tmp_path):
    feature = {
        "type": "Feature",
        "properties": {"name": "Dairy", "chemicals": "ammonia"},
        "geometry": {"type": "Polygon", "coordinates": [[[8, 49], [8.1, 49], [8.1, 49.1]]]},
    }
    path = tmp_path / "open.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    with pytest.raises(InputError, match=r"row 1: its polygon.*close its rings"):
        read_emitters(path, KNOWN)

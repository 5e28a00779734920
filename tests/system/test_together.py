"""Thermal and short-wave cubes of one sortie, and two vents of one thermal cube, from files on."""

import contextlib
import io
import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import shapely
from runs import Run

import cathartes
from cathartes.cli.main import main
from cathartes.errors import InputError, OutputError, SettingsError
from cathartes.pipeline.scan import quick
from cathartes.pipeline.simulated import BUILTIN
from cathartes.products.layer_choice import LayerGrid
from cathartes.products.raster import read_image
from cathartes.simulate.settings import LandscapeSettings, PlumeSettings, SceneSettings

ROOM = {"lines": 180, "samples": 160, "altitude_m": 1500.0, "pixel_m": 3.0, "wind_from_deg": 270.0}
SHAPE = {"length_m": 260.0, "source_width_m": 6.0, "growth": 0.12}
AMMONIA = PlumeSettings(gases={"ammonia": 1.0}, line=50.5, sample=30.5, peak_ppm_m=800.0, **SHAPE)
METHANE = PlumeSettings(gases={"methane": 1.0}, line=110.5, sample=30.5, peak_ppm_m=2500.0, **SHAPE)
SF6 = PlumeSettings(gases={"SF6": 1.0}, line=150.5, sample=60.5, peak_ppm_m=8.0, **SHAPE)
TIMES = {"thermal": "2024-05-01T10:00:00Z", "swir": "2024-05-01T10:02:00Z"}
PLUMES = {"thermal": (AMMONIA, METHANE, SF6), "swir": (AMMONIA,)}
"""Methane has gone when the short-wave cube is taken; SF6 can't be seen in it."""
SEARCHED = ("ammonia", "methane", "SF6", "carbon_monoxide", "ethanol", "methanol")
LIKE_ETHANOL = ("ethanol", "methanol", "isopropanol", "acetic_acid", "ammonia", "SF6")
GASES = [word for gas in SEARCHED for word in ("-g", gas)]


@pytest.fixture(scope="module")
def flight(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with two cubes of one place, two minutes apart."""
    folder = tmp_path_factory.mktemp("flight")
    for name, instrument, seed in (("thermal", "hytes-like", 31), ("swir", "aviris-ng-like", 32)):
        scene = SceneSettings(name=name, seed=seed, instrument=instrument, plumes=PLUMES[name],
                              **ROOM)  # fmt: skip
        cathartes.simulate(scene, folder / "scenes" / name, surfaces=BUILTIN)
        made = folder / "scenes" / name / "scene.hdr"
        text = made.read_text() + f"acquisition time = {TIMES[name]}\n"
        (folder / f"{name}.hdr").write_text(text)
        shutil.copy(made.with_suffix(".img"), folder / f"{name}.img")
    return folder


@dataclass(frozen=True)
class Compared:
    """The output folder of both cubes, and what the command printed."""

    out: Path
    printed: str


@pytest.fixture(scope="module")
def compared(flight: Path) -> Compared:
    """Scan both cubes together, by the command."""
    cubes = [str(flight / "thermal.hdr"), str(flight / "swir.hdr")]
    printed = io.StringIO()
    words = ["scan", *cubes, "--together", "--out", str(flight / "out"), "-q", *GASES]
    with contextlib.redirect_stdout(printed):
        assert main(words) == 0
    return Compared(flight / "out", printed.getvalue())


def test_a_plume_that_both_see_is_told_once_with_both_looks(compared: Compared) -> None:
    (place,) = [p for p in cathartes.read_together(compared.out / "together").places
                if p.chemical == "ammonia"]  # fmt: skip
    assert place.agreement == "both"
    assert place.probability is not None
    assert place.probability > 0.99
    assert [(look.window, look.said, look.chemical) for look in place.looks] == [
        ("emissive", "plume", "ammonia"), ("reflective", "plume", "ammonia"),
    ]  # fmt: skip
    assert place.distance_m == 0.0
    assert place.time_difference_s == 120.0
    # √2 · 10 m, and 120 s of 0.5 m/s, at most 50 m; 0.9 · 2^(-120/3600).
    assert place.tolerance_m == pytest.approx(14.142 + 50.0, abs=0.01)
    assert place.still_there == pytest.approx(0.8794, abs=1e-4)
    assert {e.gas for e in place.expected} == {"ammonia"}


def test_what_the_other_should_have_seen_counts_and_what_it_can_t_see_does_not(
    compared: Compared,
) -> None:
    places = {p.chemical: p for p in cathartes.read_together(compared.out / "together").places}
    methane, sf6 = places["methane"], places["SF6"]
    assert methane.agreement == "one against the other"
    assert [look.said for look in methane.looks] == ["plume", "no plume"]
    (expected,) = [e for e in methane.expected if e.gas == "methane"]
    assert expected.folder == "swir"
    assert expected.score is not None
    assert expected.seen is not None
    assert expected.probability is not None
    assert expected.score > expected.seen
    assert 0.12 < expected.probability < 1.0, "it may have gone: never less than 1 - p"
    assert sf6.agreement == "one"
    assert [look.said for look in sf6.looks] == ["plume", "could not see it"]
    assert sf6.expected == ()


def test_scans_are_as_without_the_comparison(compared: Compared, flight: Path) -> None:
    alone = flight / "alone"
    cathartes.scan(flight / "swir.hdr", alone, settings=cathartes.ScanSettings(gases=SEARCHED))
    for name in ("plumes.csv", "plumes.geojson"):
        assert (alone / name).read_bytes() == (compared.out / "swir" / name).read_bytes()


def test_the_map_of_places_holds_their_plumes(compared: Compared) -> None:
    places = json.loads((compared.out / "together" / "together.geojson").read_text())
    assert places["schema"] == "cathartes-together/1"
    outlines = {
        (scan, feature["id"]): shapely.geometry.shape(feature["geometry"])
        for scan in ("thermal", "swir")
        for feature in json.loads((compared.out / scan / "plumes.geojson").read_text())["features"]
    }
    read = cathartes.read_together(compared.out / "together").places
    assert [f["properties"]["id"] for f in places["features"]] == [p.id for p in read]
    for feature, place in zip(places["features"], read, strict=True):
        outline = shapely.geometry.shape(feature["geometry"])
        assert outline.is_valid
        for look in place.looks:
            if look.plume_id is not None:
                missing = outlines[look.folder, look.plume_id].difference(outline)
                assert missing.area < 1e-12  # square degrees: 0.01 m²
        assert outline.distance(shapely.Point(place.longitude_deg, place.latitude_deg)) < 1e-6


def test_the_command_prints_the_places(compared: Compared) -> None:
    row = r"ammonia +1\.00 +ammonia (?:0\.[789]\d|1\.00) +ammonia 1\.00 +both +49\.0"
    assert re.search(row, compared.printed), compared.printed
    assert "The looks were 120 s apart." in compared.printed


def test_the_python_call_and_json_tell_the_same(flight: Path, run: Run, tmp_path: Path) -> None:
    cubes = [str(flight / "thermal.hdr"), str(flight / "swir.hdr")]
    words = ["--together", "--quick", "-g", "ammonia", "--position-error-m", "5", "--json"]
    said = run("scan", *cubes, *words, "--out", str(tmp_path / "o"))
    assert said.code == 0, said.err
    told = json.loads(said.out)["together"]
    assert told["schema"] == "cathartes-together/1"
    assert told["settings"]["position_error_m"] == 5.0
    called = cathartes.scan_together(
        cubes,
        tmp_path / "p",
        settings=quick(cathartes.ScanSettings(gases=("ammonia",))),
        together=cathartes.TogetherSettings(position_error_m=5.0),
    )
    assert json.loads(called.model_dump_json(by_alias=True)) == told


def without_map(flight: Path, folder: Path) -> Path:
    """Return the short-wave cube without its geometry."""
    text = (flight / "swir.hdr").read_text()
    bare = re.sub(r"(?ms)^(map info|coordinate system string) = \{.*?\}\n", "", text)
    assert bare != text
    (folder / "bare.hdr").write_text(bare)
    (folder / "bare.img").symlink_to(flight / "swir.img")
    return folder / "bare.hdr"


def test_cubes_that_can_t_be_compared_are_an_error_before_any_work(
    flight: Path, tmp_path: Path
) -> None:
    thermal, bare = flight / "thermal.hdr", without_map(flight, tmp_path)
    with pytest.raises(InputError, match=r"bare\.hdr: has no geometry, .* --igm or --glt"):
        cathartes.scan_together([thermal, bare], tmp_path / "o")
    with pytest.raises(InputError, match=r"all 1 are emissive; name at least one of each"):
        cathartes.scan_together([thermal], tmp_path / "o")
    for end in (".hdr", ".img"):
        shutil.copy(thermal.with_suffix(end), tmp_path / f"together{end}")
    with pytest.raises(SettingsError, match=r"would both be written .* rename the cube's file"):
        cathartes.scan_together([flight / "swir.hdr", tmp_path / "together.hdr"], tmp_path / "o")
    assert not (tmp_path / "o").exists()


def test_a_folder_that_is_not_ours_is_an_error_before_any_work(
    flight: Path, tmp_path: Path
) -> None:
    (tmp_path / "o" / "together").mkdir(parents=True)
    (tmp_path / "o" / "together" / "notes.txt").touch()
    with pytest.raises(OutputError, match=r"is not empty \(holds notes\.txt\)"):
        cathartes.scan_together([flight / "thermal.hdr", flight / "swir.hdr"], tmp_path / "o")
    assert not (tmp_path / "o" / "thermal").exists()


def test_nothing_is_compared_if_a_scan_fails(flight: Path, run: Run, tmp_path: Path) -> None:
    """The thermal cube's folder is taken; the other one is scanned all the same."""
    (tmp_path / "o" / "thermal").mkdir(parents=True)
    (tmp_path / "o" / "thermal" / "notes.txt").touch()
    cubes = [str(flight / "thermal.hdr"), str(flight / "swir.hdr")]
    words = ["--together", "--quick", "-g", "ammonia", "--out", str(tmp_path / "o")]
    said = run("scan", *cubes, *words)
    assert said.code == OutputError.exit_code
    assert "Not compared with each other, since a scan failed." in said.out
    assert (tmp_path / "o" / "swir" / "summary.json").is_file()
    assert not (tmp_path / "o" / "together").exists()


def test_an_option_of_the_comparison_needs_it(run: Run, flight: Path) -> None:
    said = run("scan", str(flight / "swir.hdr"), "--position-error-m", "5")
    assert said.code != 0
    assert "add --together" in said.err


def test_two_vents_whose_plumes_run_into_one_outline_are_told_apart(tmp_path: Path) -> None:
    """Rationale: ethanol and methanol are look-alikes; 14 pixels apart they make one outline.

    Expected: it is flagged, and where one gas is five times as strong as the other, each as a part
    of its peak, 95 % of the strong pixels bear its name.
    """
    peaks = {"ethanol": 2000.0, "methanol": 1200.0}
    scene = SceneSettings(
        name="vents", seed=74, lines=200, samples=160, wind_from_deg=270.0,
        landscape=LandscapeSettings(surface_set="a"),
        plumes=tuple(
            PlumeSettings(gases={gas: 1.0}, line=line, sample=40.5, peak_ppm_m=peak, growth=0.15,
                          temperature_difference_k=12.0, length_m=260.0, source_width_m=6.0)
            for (gas, peak), line in zip(peaks.items(), (80.5, 94.5), strict=True)
        ),
    )  # fmt: skip
    cathartes.simulate(scene, tmp_path / "scene", surfaces=BUILTIN)
    summary = cathartes.scan(
        tmp_path / "scene" / "scene.hdr",
        tmp_path / "out",
        settings=cathartes.ScanSettings(gases=LIKE_ETHANOL, grid=LayerGrid.SENSOR),
    )
    plume = max(summary.plumes, key=lambda p: p.snr_max or 0.0)
    assert "another chemical in a part of it" in plume.flags
    legend = {name: int(number) for number, name in summary.chemical_legend.items()}
    number = read_image(tmp_path / "out" / "layers" / "chemical_id.tif")
    mine = (read_image(tmp_path / "out" / "labels.tif") == plume.id) & (number > 0)
    truth = cathartes.read_truth(tmp_path / "scene")
    one, two = (
        truth.column_density_ppm_m[truth.gases.index(gas)][mine] / peak
        for gas, peak in peaks.items()
    )
    clear = (one > 5 * two) | (two > 5 * one)
    wanted = np.where(one > two, legend["ethanol"], legend["methanol"])
    assert min((one > 5 * two).sum(), (two > 5 * one).sum()) > 100, "both are in the outline"
    assert (number[mine][clear] == wanted[clear]).mean() > 0.95

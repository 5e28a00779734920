"""The scan as a Python call: cubes in memory, folders, settings, remarks, progress."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import zarr
from threadpoolctl import threadpool_info

import cathartes
from cathartes.detect.result import Detections
from cathartes.detect.settings import DetectSettings
from cathartes.detect.step import detect
from cathartes.errors import SettingsError
from cathartes.pipeline.inspected import InspectedLines
from cathartes.pipeline.scan import ScanSettings, quick, scan, usable_cores
from cathartes.pipeline.settings_file import read_scan_settings
from cathartes.products.fingerprint import sha256_of
from cathartes.products.layer_choice import LayerChoice, LayerGrid
from cathartes.scenes.cube import ArrayLines, Cube
from cathartes.scenes.instrument import load_instrument
from cathartes.scenes.radiometry import planck_radiance


def ground(n_lines: int = 30, n_samples: int = 24) -> np.ndarray:
    """Return (line, sample, band) radiance [W m-2 sr-1 um-1] of ground of about 295 K."""
    generator = np.random.default_rng(11)
    centre_um = load_instrument("lwir-drone-like").bands.centre_um
    temperature_k = 295.0 + 3.0 * generator.standard_normal((n_lines, n_samples, 1))
    noise = 1.0 + 1e-3 * generator.standard_normal((n_lines, n_samples, centre_um.size))
    return np.asarray(planck_radiance(centre_um, temperature_k) * noise, dtype=np.float32)


def cube(**other: object) -> Cube:
    """Return a cube in memory."""
    values = ground()
    bands = load_instrument("lwir-drone-like").bands
    facts = {"air_temperature_k": 290.0} | other
    return Cube(
        name="yard", shape=values.shape, bands=bands, band_valid=np.ones(len(bands), dtype=bool),
        source=ArrayLines(values), **facts,
    )  # fmt: skip


ONE_GAS = ScanSettings(gases=("SF6", "NH3"))


def test_a_cube_in_memory_needs_no_file(tmp_path: Path) -> None:
    summary = scan(cube(), tmp_path / "out", settings=ONE_GAS)
    assert summary.inputs == ()
    assert summary.scene.name == "yard"
    assert {gas.name for gas in summary.gases_searched} == {"ammonia", "SF6"}


def test_words_are_taken_as_the_command_takes_them(tmp_path: Path) -> None:
    """At the Python prompt one writes "none", and a word that is no choice is no "all"."""
    told = ScanSettings(layers="none", grid="sensor", atmosphere="a.csv", wind_mapping="w.toml")
    meant = ScanSettings(
        layers=LayerChoice.NONE,
        grid=LayerGrid.SENSOR,
        atmosphere=Path("a.csv"),
        wind_mapping=Path("w.toml"),
    )
    assert told == meant
    assert told.layers is LayerChoice.NONE
    assert isinstance(told.atmosphere, Path)
    with pytest.raises(SettingsError, match=r"layers is 'al'; one of all, found, .* is needed"):
        ScanSettings(layers="al")
    scan(cube(), tmp_path / "out", settings=replace(ONE_GAS, layers="none"))
    assert not (tmp_path / "out" / "layers").exists()


def test_gases_are_kept_under_their_names(tmp_path: Path) -> None:
    """An alias in the settings is no riddle in the summary."""
    summary = scan(cube(), tmp_path / "out", settings=ONE_GAS)
    assert sorted(summary.settings["gases"]) == ["SF6", "ammonia"]


def test_the_settings_win_over_what_the_cube_says_of_the_air(tmp_path: Path) -> None:
    told = ScanSettings(gases=("SF6",), detect=DetectSettings(plume_temperature_k=300.0))
    summary = scan(cube(), tmp_path / "out", settings=told)
    assert summary.settings["detect"]["plume_temperature_k"] == 300.0  # type: ignore[index,call-overload]


def test_the_threads_that_search_change_nothing(tmp_path: Path) -> None:
    blocks = DetectSettings(block_bytes=4 * 24 * 80 * 7)
    found = []
    for workers in (1, 3):
        told = replace(ONE_GAS, workers=workers, layers=LayerChoice.ALL, detect=blocks)
        summary = scan(cube(), tmp_path / f"out{workers}", settings=told)
        assert summary.settings["workers"] == workers
        layers = sorted((tmp_path / f"out{workers}" / "layers").glob("*.tif"))
        found.append([(path.name, sha256_of(path)) for path in layers])
    assert len(found[0]) == 10
    assert found[0] == found[1]


def test_all_usable_cores_search_with_one_numerical_thread_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[int, set[int]]] = []

    def watched(*words: object, **named: object) -> Detections:
        pools = {p["num_threads"] for p in threadpool_info() if p["user_api"] == "blas"}
        seen.append((int(words[5]), pools))  # type: ignore[call-overload]
        return detect(*words, **named)

    monkeypatch.setattr("cathartes.pipeline.scan.detect", watched)
    scan(cube(), tmp_path / "out", settings=ONE_GAS)
    assert seen == [(usable_cores(), {1})]


@pytest.mark.parametrize("layers", [LayerChoice.NONE, LayerChoice.FOUND])
def test_amounts_everywhere_are_made_only_for_who_reads_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, layers: LayerChoice
) -> None:
    """Who is told of detections may read any image, whatever is written."""
    asked: list[object] = []

    def watched(*words: object, **named: object) -> Detections:
        asked.append(named["images"])
        return detect(*words, **named)

    monkeypatch.setattr("cathartes.pipeline.scan.detect", watched)
    told = replace(ONE_GAS, layers=layers)
    scan(cube(), tmp_path / "alone", settings=told)
    scan(cube(), tmp_path / "watched", settings=told, on_detections=lambda *_: None)
    assert asked == [layers is LayerChoice.FOUND, True]


def test_who_is_told_of_detections_can_read_their_images_and_stop_the_scan(tmp_path: Path) -> None:
    """It happens beside the writing, and nothing is left of a scan that it stops."""
    read: list[np.ndarray] = []

    def take(_: Cube, __: object, found: Detections) -> None:
        read.append(found.planes.read("score/SF6"))
        if len(read) > 1:
            raise SettingsError("no more of these")

    scan(cube(), tmp_path / "out", settings=ONE_GAS, on_detections=take)
    assert read[0].shape == cube().shape[:2]
    with pytest.raises(SettingsError, match="no more of these"):
        scan(cube(), tmp_path / "stopped", settings=ONE_GAS, on_detections=take)
    assert not (tmp_path / "stopped").exists()


def test_fewer_than_no_threads_are_refused() -> None:
    with pytest.raises(SettingsError, match="workers is -1; a number of threads, or 0"):
        ScanSettings(workers=-1)


def test_a_quick_scan_gives_up_what_the_guide_says_and_nothing_else() -> None:
    told = quick(replace(ONE_GAS, layers=LayerChoice.ALL))
    usual = {name: getattr(DetectSettings(), name) for name in
             ("sample_bytes", "optical_depths", "unknown_chemicals", "faint_plumes")}  # fmt: skip
    assert replace(told.detect, **usual) == DetectSettings()
    assert told.detect.optical_depths == (0.0,)
    assert not told.detect.unknown_chemicals
    assert not told.detect.faint_plumes
    assert told.detect.sample_bytes < DetectSettings().sample_bytes
    assert told.layers is LayerChoice.NONE
    assert told.gases == ONE_GAS.gases
    small = replace(ONE_GAS, detect=DetectSettings(sample_bytes=1))
    assert quick(small).detect.sample_bytes == 1


@pytest.mark.parametrize("looked", [True, False])
def test_what_was_not_looked_for_is_said(tmp_path: Path, looked: bool) -> None:
    told = replace(ONE_GAS, detect=DetectSettings(unknown_chemicals=looked, faint_plumes=looked))
    summary = scan(cube(), tmp_path / "out", settings=told)
    for name in ("unknown_chemicals", "faint_plumes"):
        said = any(f"were not looked for ({name})" in line for line in summary.remarks)
        assert said is not looked


def test_the_summary_returned_is_the_one_written(tmp_path: Path) -> None:
    summary = scan(cube(), tmp_path / "out", settings=ONE_GAS)
    assert summary == cathartes.read_summary(tmp_path / "out")


def test_a_store_of_many_files_is_one_input(tmp_path: Path) -> None:
    group = zarr.open_group(tmp_path / "flight.zarr", mode="w")
    bands = load_instrument("lwir-drone-like").bands
    array = group.create_array("radiance", data=ground(), chunks=(10, 24, 80))
    array.attrs["units"] = "W m-2 sr-1 um-1"
    group.create_array("wavelength_um", data=bands.centre_um)
    group.create_array("fwhm_um", data=bands.fwhm_um)
    summary = scan(tmp_path / "flight.zarr", tmp_path / "out", settings=ONE_GAS)
    (stored,) = summary.inputs
    assert stored.name == "flight.zarr"
    assert (stored.sha256, stored.size_bytes) == sha256_of(tmp_path / "flight.zarr")


def test_the_bar_of_products_counts_the_images_written(tmp_path: Path) -> None:
    class Bars:
        total = 0
        done = 0

        def stage(self, name: str, total: int):
            from contextlib import nullcontext

            if name != "products":
                return nullcontext(lambda units: None)
            self.total = total
            return nullcontext(self.add)

        def add(self, units: int) -> None:
            self.done += units

    bars = Bars()
    scan(cube(), tmp_path / "out", settings=ScanSettings(gases=("SF6", "ammonia"),
         layers=LayerChoice.ALL), progress=bars)  # fmt: skip
    assert bars.total == bars.done == 10


def test_each_line_is_looked_over_once() -> None:
    values = ground()
    values[3, 2, 5] = -1.0
    whole = InspectedLines.of_cube(
        Cube("yard", values.shape, load_instrument("lwir-drone-like").bands,
             np.ones(80, dtype=bool), ArrayLines(values))
    )  # fmt: skip
    for start, stop in ((0, 10), (5, 20), (0, 30), (0, 30)):
        whole.read_lines(start, stop)
    counted = whole.report()
    assert counted.n_values == values.size
    assert counted.n_negative == 1


def test_settings_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "scan.toml"
    path.write_text('gases = ["SF6"]\nlayers = "all"\n[detect]\nmin_pixels = 9\n')
    settings = read_scan_settings(path)
    assert settings.gases == ("SF6",)
    assert settings.layers is LayerChoice.ALL
    assert settings.detect == DetectSettings(min_pixels=9)


@pytest.mark.parametrize(("text", "says"), [
    ("[detect]\nmin_pixel = 9\n", "'min_pixel' is not a setting. Did you mean 'min_pixels'?"),
    ("layers = 'some'\n", "layers is 'some'; 'all', 'found', 'detectability' or 'none' is needed."),
    ("gases = 'ammonia'\n", "gases is 'ammonia'; a list, like [1, 3] or ['ammonia'], is needed."),
    ("detect = 3\n", "detect is 3; a table of settings is needed."),
    ("gases = [", "can't be read as TOML"),
    ("[detect]\nplume_temperature_k = 20.0\n", "kelvins between 150 and 1500"),
])  # fmt: skip
def test_a_wrong_settings_file_says_where(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "scan.toml"
    path.write_text(text)
    with pytest.raises(SettingsError, match=re.escape(says)):
        read_scan_settings(path)


def test_the_settings_of_a_summary_can_be_used_again(tmp_path: Path) -> None:
    """All but how the file was opened, which has its own options."""
    scan(cube(), tmp_path / "out", settings=ONE_GAS)
    stored = json.loads((tmp_path / "out" / "summary.json").read_text())["settings"]
    stored.pop("open")
    from pydantic import TypeAdapter

    again = TypeAdapter(ScanSettings).validate_python(stored)
    assert sorted(again.gases) == ["SF6", "ammonia"]
    assert again.detect.plume_temperature_k == 290.0

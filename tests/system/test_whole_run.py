"""A scene with known plumes, scanned and judged from the command line alone."""

import json
import shutil
from pathlib import Path

import pytest
from runs import Run, left_in

from cathartes.products.summary import read_summary

RARE = 0.01
"""A plume of which chance makes so few in a scene is not one of chance, [1]."""


@pytest.fixture(scope="module")
def result(yard: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the output folder of the small scene, with what an evaluation of pixels needs."""
    from cathartes.cli.main import main

    out = tmp_path_factory.mktemp("scanned") / "yard-plumes"
    words = ["scan", str(yard / "scene.hdr"), "--out", str(out), "--layers", "all"]
    assert main([*words, "--grid", "sensor", "--quiet"]) == 0
    return out


def test_the_strong_plume_is_found_named_and_measured(run: Run, result: Path, yard: Path) -> None:
    """Rationale: SF6 at an optimal SNR of 22 stands far out of any clutter; the truth is known.

    The mean column density over the outline found is held against the true mean over the same
    pixels; three stated standard deviations of a pixel bound it generously, but a wrong sign, unit
    or contrast misses by far more.
    """
    said = run("evaluate", result, yard, "--false-alarm-probability", "1e-3", "--json")
    assert said.code == 0, said.err
    judged = json.loads(said.out)
    assert (judged["n_found"], judged["n_missed"], judged["n_identified"]) == (1, 0, 1)
    # Chance may make plumes, but none that chance hardly makes.
    false = judged["scenes"][0]["false"]
    assert [f["chemical"] for f in false if f["expected_by_chance"] < RARE] == []
    plume = judged["scenes"][0]["plumes"][0]
    found = plume["found"]
    assert found["chemical"] == "SF6"
    assert found["probability"] > 0.9
    error = found["column_density_mean_ppm_m"] - plume["column_density_true_ppm_m"]
    assert abs(error) < 3 * found["column_density_sd_ppm_m"]
    assert plume["column_density_true_ppm_m"] > 0.5
    # The strongest part lies within the plume's width and some pixels of its source.
    assert abs(found["origin_line"] - 50.5) < 25
    assert abs(found["origin_sample"] - 30.5) < 45


def test_pixels_of_strong_gas_stand_out(run: Run, result: Path, yard: Path) -> None:
    """Rationale: at an optimal SNR of 8 a threshold of about 3 standard deviations is passed."""
    words = ("--false-alarm-probability", "1e-3", "--json")
    judged = json.loads(run("evaluate", result, yard, *words).out)
    strong = [b for b in judged["detection"] if b["snr_from"] >= 8 and b["n_pixels"]]
    assert strong
    assert min(b["probability"] for b in strong) > 0.9
    (gas,) = judged["gases"]
    assert gas["gas"] == "SF6"
    assert gas["auc"] > 0.9
    assert gas["column"]["slope"] > 0
    # One scene and one gas: the threshold of all is the gas's own, and so is the area.
    assert judged["pixels"]["detection"] == judged["detection"]
    assert judged["pixels"]["auc"] == gas["auc"]
    assert judged["columns"]["n_pixels"] == gas["column"]["n_pixels"]
    assert judged["columns"]["within_2_sd"] == judged["within_2_sd"]
    # Thick and thin are told by the library's SF6 on the cube's bands, and together are some.
    assert judged["columns"]["n_to_dense"] > 0
    assert judged["names"]["main_right"] == {"count": 1, "of": 1, "share": 1.0}
    assert judged["false_per_clean_megapixel"] >= judged["false_per_megapixel"]


def test_the_evaluation_for_people_says_the_same(run: Run, result: Path, yard: Path) -> None:
    said = run("evaluate", result, yard, "--plumes-only")
    assert said.code == 0
    assert "1 of 1 visible plumes found, 1 of them named rightly" in said.out
    assert "[ppm m]" in said.out


def test_two_pairs_are_pooled(run: Run, result: Path, yard: Path, tmp_path: Path) -> None:
    again = shutil.copytree(result, tmp_path / "again")
    judged = json.loads(run("evaluate", result, yard, again, yard, "--plumes-only", "--json").out)
    assert (judged["n_scenes"], judged["n_pixels"]) == (2, 2 * 96 * 128)
    assert judged["n_found"] == 2
    assert judged["confusion"] == [{"true": "SF6", "said": "SF6", "count": 2}]


def test_the_summary_tells_everything_about_the_run(result: Path) -> None:
    summary = read_summary(result)
    assert {file.name for file in summary.inputs} == {"scene.hdr", "scene.img"}
    # What the cube decided is filled in: the air's temperature and the grid.
    detect = summary.settings["detect"]
    assert isinstance(detect, dict)
    assert detect["plume_temperature_k"] == 295.0
    assert detect["plume_temperature_sd_k"] == 8.0, "a plume may be warmer than the air"
    assert summary.settings["grid"] == "sensor"
    assert summary.settings["layers"] == "all"
    assert {"open", "fingerprint", "products"} <= set(summary.timings_s)
    assert summary.counts.gases_searched * 5 + 3 == sum(f.quantity is not None
                                                         for f in summary.files)  # fmt: skip


def test_layers_on_a_map_cannot_judge_pixels(run: Run, yard: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run("scan", yard / "scene.hdr", "--out", out, "--gas", "SF6", "--quiet").code == 0
    said = run("evaluate", out, yard)
    assert said.code == 2
    assert "scan again with --layers all --grid sensor" in said.err
    assert "--plumes-only" in said.err
    assert run("evaluate", out, yard, "--plumes-only").code == 0


def test_a_result_of_another_scene_is_refused(run: Run, result: Path, tmp_path: Path) -> None:
    settings = tmp_path / "other.toml"
    settings.write_text('name = "other"\nlines = 20\nsamples = 20\n')
    assert run("simulate", settings, "--out", tmp_path / "other").code == 0
    said = run("evaluate", result, tmp_path / "other")
    assert said.code == 10
    assert "is the result of another cube than" in said.err


def test_an_odd_number_of_folders_is_refused(run: Run, result: Path) -> None:
    said = run("evaluate", result)
    assert said.code == 2
    assert "pairs of a result and its scene are needed" in said.err


BUILTIN = ("--surfaces", "builtin")


def test_an_empty_scene_is_searched_and_nothing_is_claimed(
    run: Run, yard: Path, tmp_path: Path
) -> None:
    settings = yard.parent / "yard.toml"
    empty = tmp_path / "empty"
    assert run("simulate", settings, "--out", empty, "--without-plumes", "-q", *BUILTIN).code == 0
    words = ("--max-expected-by-chance", RARE)
    said = run("scan", empty / "scene.hdr", "--out", tmp_path / "out", *words)
    assert said.code == 0
    assert "nothing found." in said.out
    assert "Noise of a pixel's column density" in said.out
    assert "SF6" in said.out
    assert left_in(tmp_path) == ["empty", "out"]

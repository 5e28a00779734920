"""Scenes over measured emissivities, from the command line."""

import json

import pytest

from cathartes.cli.main import main
from cathartes.pipeline.simulated import MEASURED, choose_surfaces
from cathartes.products.fingerprint import sha256_of
from cathartes.scenes.instrument import load_instrument
from cathartes.simulate.folder import read_truth
from cathartes.simulate.settings import SceneSettings
from cathartes.simulate.surfaces import builtin_surfaces

SETTINGS = """
name = "measured-ground"
seed = 3
lines = 24
samples = 32
[[plumes]]
line = 12.5
sample = 8.5
peak_ppm_m = 20.0
gases = { SF6 = 1.0 }
"""


@pytest.fixture
def header(data_dir):
    """Return the header of the measured reflectances, or skip the test."""
    path = data_dir / MEASURED
    if not path.is_file():
        pytest.skip(f"measured reflectances not found: {path}")
    return path


def simulated(tmp_path, name, *words):
    """Return truth and truth.json of a scene that the command line made."""
    scene = tmp_path / "scene.toml"
    scene.write_text(SETTINGS, encoding="utf-8")
    out = tmp_path / name
    assert main(["simulate", str(scene), "--out", str(out), *words]) == 0
    return read_truth(out), json.loads((out / "truth.json").read_text("utf-8"))


def is_built_in(truth):
    built_in = {surface.name for surface in builtin_surfaces("all")}
    return {name in built_in or name.rsplit("-", 1)[0] in built_in for name in truth.materials}


def test_the_ground_can_be_of_measured_spectra(tmp_path, header, capsys):
    """ECOSTRESS reflectances: no material of the built-in set is in the scene's truth."""
    truth, said = simulated(tmp_path, "out", "--surfaces", str(header))
    assert "measured reflectances of ecostress_library_with_mixtures.hdr" in capsys.readouterr().out
    assert is_built_in(truth) == {False}
    assert truth.snr.max() > 1
    assert said["surface_files"] == [
        {"name": file.name, "sha256": sha256_of(file)[0]}
        for file in (header, header.with_suffix(""))
    ]


def test_measured_spectra_are_taken_where_there_are_any(tmp_path, header, monkeypatch, capsys):
    """Left to itself, simulate takes CATHARTES_DATA's real ones; told so, the built-in ones."""
    monkeypatch.setenv("CATHARTES_DATA", str(header.parents[1]))
    by_itself, named = (
        simulated(tmp_path, name, *words)[1]["surface_files"]
        for name, words in (("auto", ()), ("named", ("--surfaces", str(header))))
    )
    assert by_itself == named
    assert len(by_itself) == 2
    capsys.readouterr()
    truth, said = simulated(tmp_path, "builtin", "--surfaces", "builtin")
    assert "Ground of built-in materials." in capsys.readouterr().out
    assert is_built_in(truth) == {True}
    assert said["surface_files"] == []
    monkeypatch.delenv("CATHARTES_DATA")
    without, _ = simulated(tmp_path, "without")
    assert without.materials == truth.materials
    cubes = [(tmp_path / name / "scene.img").read_bytes() for name in ("builtin", "without")]
    assert cubes[0] == cubes[1]


@pytest.mark.parametrize(
    ("instrument", "measured"),
    [("hytes-like", True), ("lwir-drone-like", True), ("aviris-ng-like", False)],
)
def test_sunlit_ground_stays_built_in(header, instrument, measured):
    environment = {"CATHARTES_DATA": str(header.parents[1])}
    chosen = choose_surfaces("auto", SceneSettings(), load_instrument(instrument), environment)
    assert (chosen is not None) == measured


def test_a_folder_without_them_leaves_the_built_in_ones(tmp_path):
    instrument = load_instrument("hytes-like")
    for environment in ({}, {"CATHARTES_DATA": ""}, {"CATHARTES_DATA": str(tmp_path)}):
        assert choose_surfaces("auto", SceneSettings(), instrument, environment) is None


@pytest.mark.parametrize("words", ["nowhere.hdr", "bultin"])
def test_a_missing_library_of_surfaces_is_an_error(words, tmp_path, capsys):
    assert main(["simulate", "demo", "--out", str(tmp_path / "out"), "--surfaces", words]) == 10
    assert f"surfaces {words}: no such file; name the header" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()

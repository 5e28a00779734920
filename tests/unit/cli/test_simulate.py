"""The words of ``cathartes simulate``."""

import json
from pathlib import Path

import pytest

from cathartes.cli.main import main
from cathartes.simulate.presets import PRESETS


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """Return the settings file of a tiny scene with one plume."""
    path = tmp_path / "tiny.toml"
    path.write_text(
        'name = "tiny"\nlines = 24\nsamples = 20\ninstrument = "lwir-drone-like"\n[[plumes]]\n'
        "gases = { SF6 = 1.0 }\nline = 12.5\nsample = 4.5\npeak_ppm_m = 20.0\nlength_m = 30.0\n"
    )
    return path


def test_the_list_holds_every_preset(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--list"]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in PRESETS)
    assert main(["simulate", "--list", "--json"]) == 0
    assert set(json.loads(capsys.readouterr().out)["presets"]) == set(PRESETS)


def test_what_is_in_the_scene_is_said(
    tiny: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["simulate", str(tiny), "--out", str(tmp_path / "s")]) == 0
    out = capsys.readouterr().out
    assert "tiny: 24 x 20 pixels, 80 bands of lwir-drone-like, seed 1; 1 plume." in out
    assert "SF6 20" in out
    assert "12.5, 4.5" in out
    assert sorted(p.name for p in (tmp_path / "s").iterdir()) == [
        "scene.hdr", "scene.img", "truth.json", "truth.npz",
    ]  # fmt: skip


def test_json_seed_and_an_empty_scene(
    tiny: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["simulate", str(tiny), "--out", str(tmp_path / "s"), "--seed", "7", "--json"]
    assert main([*words, "--without-plumes"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["settings"]["seed"] == 7
    assert told["plumes"] == []
    assert told["cube"] == str(tmp_path / "s" / "scene.hdr")
    kept = json.loads((tmp_path / "s" / "truth.json").read_text())
    assert kept["settings"] == told["settings"]


@pytest.mark.parametrize(("scene", "says"), [
    ("dmeo", "dmeo: is no preset (demo, hytes, swir) and no settings file"),
    ("none.toml", "no scene file"),
])  # fmt: skip
def test_no_such_scene(scene: str, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", scene]) == 2
    assert says in capsys.readouterr().err


def test_a_folder_that_is_taken_is_refused_before_the_work(
    tiny: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["simulate", str(tiny), "--out", str(tmp_path)]) == 40
    assert "--overwrite" in capsys.readouterr().err

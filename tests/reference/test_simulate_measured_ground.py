"""Scenes over measured emissivities, from the command line."""

from cathartes.cli.main import main
from cathartes.simulate.folder import read_truth
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


def test_the_ground_can_be_of_measured_spectra(tmp_path, data_dir, capsys):
    """ECOSTRESS reflectances: no material of the built-in set is in the scene's truth."""
    scene = tmp_path / "scene.toml"
    scene.write_text(SETTINGS, encoding="utf-8")
    header = data_dir / "emissivity_noise" / "ecostress_library_with_mixtures.hdr"
    words = ["simulate", str(scene), "--out", str(tmp_path / "out"), "--surfaces", str(header)]
    assert main(words) == 0
    capsys.readouterr()
    truth = read_truth(tmp_path / "out")
    built_in = {surface.name for surface in builtin_surfaces("all")}
    assert truth.materials
    assert not {name for name in truth.materials if name.rsplit("-", 1)[0] in built_in}
    assert truth.snr.max() > 1


def test_a_missing_library_of_surfaces_is_an_error(tmp_path, capsys):
    words = ["simulate", "demo", "--out", str(tmp_path / "out"), "--surfaces", "nowhere.hdr"]
    assert main(words) == 10
    assert "nowhere.hdr" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()

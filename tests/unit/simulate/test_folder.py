"""Scenes on disk: read back equal by our own readers; nothing half-written; damage is named."""

import json

import numpy as np
import pytest

from cathartes.errors import InputError
from cathartes.scenes.open import open_cube
from cathartes.simulate.folder import CUBE_NAME, read_truth, write_scene_files
from cathartes.simulate.scene import simulate_scene


@pytest.fixture(scope="module")
def scene(small, gases, hytes):
    return simulate_scene(small, gases, hytes)


def test_cube_and_truth_come_back(scene, tmp_path):
    (tmp_path / "out").mkdir()
    write_scene_files(scene, tmp_path / "out")
    cube = open_cube(tmp_path / "out" / CUBE_NAME)
    assert cube.shape == scene.radiance.shape
    np.testing.assert_array_equal(cube.read_lines(0, 48), scene.radiance)
    np.testing.assert_allclose(cube.bands.centre_um, scene.bands.centre_um, rtol=1e-6)
    assert cube.sun_zenith_deg == pytest.approx(35.0)
    assert cube.geometry is not None
    assert cube.geometry.pixel_size_m() == pytest.approx(scene.map_grid.transform[0], rel=2e-3)
    in_memory = scene.to_cube()
    np.testing.assert_array_equal(in_memory.read_lines(3, 9), scene.radiance[3:9])
    np.testing.assert_allclose(
        in_memory.geometry.to_lon_lat(10.0, 3.0), cube.geometry.to_lon_lat(10.0, 3.0), atol=1e-7
    )
    truth = read_truth(tmp_path / "out")
    for name in ("column_density_ppm_m", "snr", "labels", "ground_temperature_k", "material"):
        np.testing.assert_array_equal(getattr(truth, name), getattr(scene.truth, name))
    np.testing.assert_array_equal(truth.thermal_contrast_k, scene.truth.thermal_contrast_k)
    assert truth.plumes == scene.truth.plumes
    assert truth.gases == scene.truth.gases
    assert truth.materials == scene.truth.materials
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out"]


def test_the_file_states_the_filled_settings(scene, tmp_path):
    (tmp_path / "out").mkdir()
    write_scene_files(scene, tmp_path / "out")
    content = json.loads((tmp_path / "out" / "truth.json").read_text())
    assert content["schema"] == "cathartes/simulated-scene/1"
    assert content["settings"]["air"]["ozone_atm_cm"] == 0.3
    assert content["arrays"]["snr"]["axes"] == "gas, line, sample"


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda f: (f / "truth.json").unlink(), r"holds no truth\.json"),
        (lambda f: (f / "truth.json").write_text("{"), "damaged or incomplete"),
        (lambda f: (f / "truth.json").write_text('{"schema": "x/9"}'), "has schema 'x/9'"),
        (lambda f: (f / "truth.npz").write_bytes(b"PK nothing"), "damaged or incomplete"),
        (lambda f: (f / "truth.npz").unlink(), "damaged or incomplete"),
    ],
)
def test_damaged_truth_is_named(scene, tmp_path, damage, words):
    (tmp_path / "out").mkdir()
    write_scene_files(scene, tmp_path / "out")
    damage(tmp_path / "out")
    with pytest.raises(InputError, match=words):
        read_truth(tmp_path / "out")


def test_truth_that_contradicts_itself_is_named(scene, tmp_path):
    (tmp_path / "out").mkdir()
    write_scene_files(scene, tmp_path / "out")
    path = tmp_path / "out" / "truth.json"
    content = json.loads(path.read_text())
    content["gases"] = ["alphane"]
    path.write_text(json.dumps(content))
    with pytest.raises(InputError, match=r"is needed for 1 gases"):
        read_truth(tmp_path / "out")


@pytest.mark.parametrize(("named", "words"), [([["nogas", 3.0]], "is of nogas"), ([], "no gas")])
def test_a_plume_of_a_gas_that_the_truth_lacks_is_named(scene, tmp_path, named, words):
    (tmp_path / "out").mkdir()
    write_scene_files(scene, tmp_path / "out")
    path = tmp_path / "out" / "truth.json"
    content = json.loads(path.read_text())
    content["plumes"][0]["gases"] = named
    path.write_text(json.dumps(content))
    with pytest.raises(InputError, match=words):
        read_truth(tmp_path / "out")

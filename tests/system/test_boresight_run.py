"""``cathartes boresight`` on the files of two made-up lines whose mount is known."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from runs import Run

from cathartes.scenes.georeference.pushbroom import to_ground
from cathartes.scenes.georeference.terrain import LevelGround
from cathartes.scenes.readers.envi_writer import write_envi
from cathartes.spectra.response import SpectralBands
from made_up_flights import (
    CAMERA_TOML,
    GEOD,
    Flight,
    line_camera,
    straight_flight,
    texture,
    write_line_times,
    write_navigation,
)

TRUE_DEG = (0.35, -0.2, 0.4)
GROUND_M = 100.0


def write_line(folder: Path, name: str, flight: Flight) -> None:
    """Write cube, navigation and times of a line as the true camera sees the ground."""
    camera = line_camera(160, 3.0).with_boresight(TRUE_DEG)
    points = to_ground(flight.poses(camera), camera.look_in_body(), LevelGround(GROUND_M))
    image = 10.0 + 0.1 * texture(points.longitude_deg, points.latitude_deg)
    noise = 0.02 * np.random.default_rng(len(name)).standard_normal((*image.shape, 3))
    bands = SpectralBands(np.array([9.0, 9.5, 10.0]), np.full(3, 0.1))
    write_envi(folder / f"{name}.hdr", (image[..., None] + noise).astype(np.float32), bands=bands)
    write_navigation(folder / f"{name}_nav.csv", flight.navigation, "ellipsoid")
    write_line_times(folder / f"{name}_times.csv", flight.time_s)


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    longitude, latitude, _ = GEOD.fwd(8.0, 50.0, 0.0, 150.0)
    longitude, latitude, _ = GEOD.fwd(longitude, latitude, 270.0, 150.0)
    write_line(tmp_path, "north", straight_flight(n_lines=300, sway_deg=0.5, track_deg=0.0))
    across = straight_flight(
        n_lines=300, sway_deg=0.5, track_deg=90.0, longitude_deg=longitude, latitude_deg=latitude
    )
    write_line(tmp_path, "east", across)
    (tmp_path / "camera.toml").write_text(CAMERA_TOML.format(samples=160, ifov_mrad=3.0))
    return tmp_path


def arguments(folder: Path, *names: str) -> list[str | Path]:
    told: list[str | Path] = [folder / f"{name}.hdr" for name in names]
    for name in names:
        told += ["--navigation", folder / f"{name}_nav.csv"]
        told += ["--line-times", folder / f"{name}_times.csv"]
    return [*told, "--camera", folder / "camera.toml", "--ground-altitude-m", str(GROUND_M)]


def test_crossing_lines_tell_the_mount_as_the_camera_file_wants_it(run: Run, lines: Path) -> None:
    """Expected: each angle within three of its stated standard deviations of the truth, and what
    is printed for the file is what --json says."""
    said = run("boresight", *arguments(lines, "north", "east"), "-q")
    assert said.code == 0
    told = json.loads(run("boresight", *arguments(lines, "north", "east"), "--json", "-q").out)
    for name, true in zip(("roll", "pitch", "yaw"), TRUE_DEG, strict=True):
        angle, sd = told[f"boresight_{name}_deg"], told[f"boresight_{name}_sd_deg"]
        assert abs(angle - true) < 3 * sd
        values = re.findall(rf"boresight_{name}_deg = (\S+)", said.out)
        assert [float(v) for v in values] == pytest.approx([angle, sd], rel=0.1)


def test_one_line_twice_tells_nothing_and_says_so(run: Run, lines: Path) -> None:
    said = run("boresight", *arguments(lines, "north", "north"), "-q")
    assert said.code == 0
    assert "do not tell roll and pitch and yaw" in said.out
    assert "[mounting]" not in said.out


def test_lines_that_saw_other_ground_are_refused(run: Run, lines: Path) -> None:
    far = straight_flight(n_lines=60, longitude_deg=8.2)
    write_line(lines, "far", far)
    said = run("boresight", *arguments(lines, "north", "far"))
    assert said.code != 0
    assert "0 tie points" in said.err
    assert "Traceback" not in said.err

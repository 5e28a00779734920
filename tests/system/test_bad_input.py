"""What a person gets wrong, and what comes of it: a message, an exit code, nothing half-written."""

import re
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from runs import Run, ground, left_in

from cathartes.pipeline.targets import targets_of
from cathartes.products.summary import read_summary
from cathartes.scenes.readers.envi import write_envi
from cathartes.spectra.response import SpectralBands

CubeOf = Callable[..., Path]
CUBE = ["flight.hdr", "flight.img"]


def change(header: Path, pattern: str, to: str) -> None:
    """Change one thing in a header."""
    text, n = re.subn(pattern, to, header.read_text(), flags=re.DOTALL)
    assert n == 1
    header.write_text(text)


def refused(run: Run, header: Path, code: int, *words: str | Path) -> str:
    """Scan a cube that must be refused; return the message, and check that nothing was left."""
    folder = header.parent
    before = left_in(folder)
    said = run("scan", header, "--out", folder / "out", *words)
    assert said.code == code, said.err
    assert said.out == ""
    assert left_in(folder) == before
    assert said.err.startswith("error: ")
    return said.err


def test_header_and_data_disagree_on_lines(run: Run, cube_of: CubeOf) -> None:
    header = cube_of(ground())
    change(header, "lines = 40", "lines = 50")
    message = refused(run, header, 12)
    assert "has 409600 bytes; its header promises 512000" in message
    assert "correct the header" in message


def test_header_and_data_disagree_on_bands(run: Run, cube_of: CubeOf) -> None:
    header = cube_of(ground())
    change(header, "bands = 80", "bands = 70")
    said = refused(run, header, 13)
    assert "has 409600 bytes; its header promises 358400 (40 lines x 32 samples x 70 bands" in said


def nanometres_said_to_be_micrometres(header: Path) -> None:
    """Multiply band centres and widths, and leave the unit."""
    for key in ("wavelength", "fwhm"):
        text = header.read_text()
        listed = re.search(rf"\n{key} = \{{([^}}]*)\}}", text)
        assert listed
        values = ", ".join(str(1000 * float(v)) for v in listed[1].split(","))
        header.write_text(text.replace(listed[1], values))


def test_nanometres_said_to_be_micrometres(run: Run, cube_of: CubeOf) -> None:
    header = cube_of(ground())
    nanometres_said_to_be_micrometres(header)
    message = refused(run, header, 14)
    assert "that looks like nanometres: pass --wavelength-unit nm" in message


def test_the_advice_on_nanometres_helps(run: Run, cube_of: CubeOf, tmp_path: Path) -> None:
    header = cube_of(ground())
    nanometres_said_to_be_micrometres(header)
    words = ("--wavelength-unit", "nm", "--gas", "SF6")
    assert run("scan", header, "--out", tmp_path / "out", *words).code == 0
    scene = read_summary(tmp_path / "out").scene
    assert scene.wavelength_max_um == pytest.approx(11.5)


def test_a_cut_off_file(run: Run, cube_of: CubeOf) -> None:
    header = cube_of(ground())
    data = header.with_suffix(".img")
    data.write_bytes(data.read_bytes()[:-1])
    assert "has 409599 bytes; its header promises 409600" in refused(run, header, 12)


def test_empty_columns_are_told_and_scanned_around(
    run: Run, cube_of: CubeOf, tmp_path: Path
) -> None:
    radiance = ground()
    radiance[:, 5:7] = np.nan
    said = run("scan", cube_of(radiance), "--out", tmp_path / "out", "--gas", "SF6")
    assert said.code == 0
    assert "2 columns are empty: 5, 6." in said.err
    summary = read_summary(tmp_path / "out")
    assert summary.radiance_sanity["n_empty_columns"] == 2
    assert "2 columns are empty: 5, 6." in summary.remarks


def test_five_bands(run: Run, cube_of: CubeOf) -> None:
    message = refused(run, cube_of(ground()[:, :, :5]), 10)
    assert "the cube has 5 bands from 7.700 to 7.892 um" in message
    assert "at least 8" in message


def visible_light(folder: Path, **fields: str) -> Path:
    """Write a cube of 0.5 to 0.9 um, where no gas of the library absorbs."""
    bands = SpectralBands(np.linspace(0.5, 0.9, 40), np.full(40, 0.01))
    radiance = 80.0 + np.random.default_rng(1).standard_normal((20, 30, 40))
    header = folder / "flight.hdr"
    return write_envi(header, radiance.astype(np.float32), bands=bands, fields=fields)


def test_a_window_where_no_gas_absorbs(run: Run, tmp_path: Path) -> None:
    header = visible_light(tmp_path, **{"sun elevation": "50"})
    message = refused(run, header, 20)
    assert "gases to be searched shows between 0.500 and 0.900 um" in message
    assert "cathartes library import" in message


def test_sunlight_without_an_angle(run: Run, tmp_path: Path) -> None:
    assert "give --air-mass-factor" in refused(run, visible_light(tmp_path), 10)


def test_a_gas_that_these_bands_do_not_show(run: Run, cube_of: CubeOf) -> None:
    message = refused(run, cube_of(ground()), 20, "--gas", "hydrogen_chloride")
    assert "none of the 1 gases" in message
    assert "hydrogen_chloride: " in message
    assert ".." not in message


def test_an_unknown_gas(run: Run, cube_of: CubeOf) -> None:
    message = refused(run, cube_of(ground()), 21, "--gas", "amonia")
    assert "no gas 'amonia'" in message
    assert "Nearest: ammonia" in message


def test_an_output_folder_with_something_in_it(run: Run, cube_of: CubeOf, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    for words, says in (((), "is not empty (holds mine.txt)"), (("--overwrite",), "not a result")):
        assert says in refused(run, cube_of(ground()), 40, *words)
        assert left_in(tmp_path / "out") == ["mine.txt"]


def test_a_file_in_the_output_folders_place(run: Run, cube_of: CubeOf, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    assert "is a file, and a folder is needed" in refused(run, cube_of(ground()), 40)


def test_a_file_where_a_parent_folder_should_be(run: Run, cube_of: CubeOf, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    message = refused(run, cube_of(ground()), 40, "--out", tmp_path / "file" / "out")
    assert "can't be written" in message


@pytest.mark.parametrize(("value", "code", "says"), [
    (np.nan, 10, "every value looked at is empty"),
    (7.0, 10, "only 0 hold values that vary"),
])  # fmt: skip
def test_a_cube_that_says_nothing(
    run: Run, cube_of: CubeOf, value: float, code: int, says: str
) -> None:
    radiance = np.full((12, 10, 80), value)
    assert says in refused(run, cube_of(radiance), code)


def test_a_map_without_geometry_is_refused_before_the_work(run: Run, cube_of: CubeOf) -> None:
    assert "use --grid sensor" in refused(run, cube_of(ground()), 2, "--grid", "map")


def test_air_in_degrees_celsius(run: Run, cube_of: CubeOf) -> None:
    header = cube_of(ground())
    change(header, "air temperature = 290.0", "air temperature = 17")
    message = refused(run, header, 13)
    assert "says that the air has 17 K" in message
    assert "give --plume-temperature-k" in message
    assert run("scan", header, "--out", header.parent / "out", "--gas", "SF6",
               "--plume-temperature-k", "290").code == 0  # fmt: skip


@pytest.mark.parametrize(("words", "says"), [
    (("--plume-temperature-k", "20"), "kelvins between 150 and 1500"),
    (("--max-expected-by-chance", "0"), "max_expected_by_chance is 0"),
    (("--bad-bands", "7-3"), "7-3 runs backwards"),
    (("--bad-bands", "x"), "bands counted from 0 are needed"),
    (("--wavelengths", "seven"), "numbers like 7.50,7.55,7.60 are needed"),
    (("--settings", "none.toml"), "none.toml: can't be read (No such file or directory)"),
    (("--layers", "some"), "is not one of"),
])  # fmt: skip
def test_an_option_that_cannot_be(
    run: Run, cube_of: CubeOf, words: tuple[str, ...], says: str
) -> None:
    assert says in refused(run, cube_of(ground()), 2, *words)


def test_a_full_disk_leaves_nothing(cube_of: CubeOf, tmp_path: Path) -> None:
    """A limit on the size of files stands for it: writing fails in the middle with an OSError."""
    header = cube_of(ground())
    limit = 20_000  # bytes: less than the picture, more than the scratch image of a gas

    def limit_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    words = ["scan", str(header), "--out", str(tmp_path / "out"), "--gas", "SF6"]
    done = subprocess.run(
        [sys.executable, "-m", "cathartes.cli.main", *words],
        capture_output=True, text=True, check=False, preexec_fn=limit_files,
    )  # fmt: skip
    assert done.returncode == 40, done.stderr
    assert done.stderr.startswith("error: ")
    assert "Free some space" in done.stderr
    assert left_in(tmp_path) == CUBE


def test_of_several_cubes_one_that_fails_does_not_stop_the_others(
    run: Run, cube_of: CubeOf, tmp_path: Path
) -> None:
    first, last = cube_of(ground(), "a.hdr"), cube_of(ground(seed=4), "c.hdr")
    said = run("scan", first, tmp_path / "b.hdr", last, "--out", tmp_path / "all", "-g", "SF6")
    assert said.code == 10
    assert "b.hdr: there is no file" in said.err
    assert left_in(tmp_path / "all") == ["a", "c"]
    assert "failed (InputError, 10)" in said.out


def test_two_cubes_of_one_name_would_share_a_folder(
    run: Run, cube_of: CubeOf, tmp_path: Path
) -> None:
    said = run("scan", tmp_path / "x" / "a.hdr", tmp_path / "y" / "a.hdr", "--out", tmp_path)
    assert said.code == 2
    assert "would both be written to" in said.err
    assert "a link by that name will do" in said.err


def test_a_link_to_a_cube_has_its_own_name(tmp_path: Path) -> None:
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.hdr").touch()
        (tmp_path / f"{folder}.hdr").symlink_to(tmp_path / folder / "a.hdr")
    cubes = [tmp_path / "x.hdr", tmp_path / "y.hdr"]
    assert [folder.name for _, folder in targets_of(cubes, tmp_path)] == ["x", "y"]

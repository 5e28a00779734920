"""What every reader of cubes promises, whatever its format.

One scene is written in every format by outside libraries or by bytes laid out here, never by the
code under test; each reader must give the same cube back, refuse the others' files, and fail in
words on broken ones.
"""

import contextlib
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
import pytest
import rasterio
import zarr
from numpy.typing import NDArray
from rasterio.crs import CRS

from cathartes.errors import (
    CathartesError,
    HeaderError,
    InputError,
    TruncatedFileError,
    UnitError,
    UnknownFormatError,
)
from cathartes.scenes.cube import Cube
from cathartes.scenes.open import OpenOptions, open_cube
from cathartes.scenes.quantity import Quantity
from cathartes.scenes.radiometry import planck_radiance
from cathartes.scenes.readers.registry import READERS

UNIT = "W m-2 sr-1 um-1"
TRANSFORM = (3.0, 0.0, 500_000.0, 0.0, -3.0, 4_000_000.0)
FILL = -9999.0


@dataclass(frozen=True)
class Scene:
    """A scene to be written: radiance (line, sample, band), centres and widths (band,) in um."""

    radiance: NDArray[np.float32]
    centre_um: NDArray[np.float64]
    fwhm_um: NDArray[np.float64]
    unit: str = UNIT
    wavelength_unit: str = "um"
    nan_as_fill: bool = True

    def filled(self) -> NDArray[np.float32]:
        """Return the numbers of the file: the fill number, or NaN itself, where there is none."""
        if not self.nan_as_fill:
            return self.radiance
        return np.where(np.isnan(self.radiance), np.float32(FILL), self.radiance)


def make_scene(n_lines: int = 7, n_samples: int = 5, n_bands: int = 6, **changes: object) -> Scene:
    centre = np.linspace(8.0, 11.0, n_bands)
    rng = np.random.default_rng(20240517)
    temperature = rng.uniform(285.0, 315.0, (n_lines, n_samples, 1))
    radiance = planck_radiance(centre, temperature).astype(np.float32)
    return Scene(**({"radiance": radiance, "centre_um": centre,
                     "fwhm_um": np.full(n_bands, 0.05)} | changes))  # fmt: skip


def _listed(values: NDArray[np.float64]) -> str:
    return "{" + ", ".join(repr(float(v)) for v in values) + "}"


def _write_envi(interleave: str) -> Callable[[Path, Scene], Path]:
    order = {"bsq": (2, 0, 1), "bil": (0, 2, 1), "bip": (0, 1, 2)}[interleave]

    def write(folder: Path, scene: Scene) -> Path:
        n_lines, n_samples, n_bands = scene.radiance.shape
        np.ascontiguousarray(scene.filled().transpose(order), "<f4").tofile(folder / "scene.img")
        (folder / "scene.hdr").write_text(
            f"ENVI\nsamples = {n_samples}\nlines = {n_lines}\nbands = {n_bands}\n"
            f"data type = 4\ninterleave = {interleave}\nbyte order = 0\nheader offset = 0\n"
            f"data ignore value = {FILL}\ndata units = {scene.unit}\n"
            f"wavelength units = {scene.wavelength_unit}\nwavelength = {_listed(scene.centre_um)}\n"
            f"fwhm = {_listed(scene.fwhm_um)}\n"
            "map info = {UTM, 1, 1, 500000, 4000000, 3, 3, 13, North, WGS-84, units=Meters}\n"
        )
        return folder / "scene.hdr"

    return write


def _write_emit(folder: Path, scene: Scene) -> Path:
    path = folder / "scene.nc"
    n_lines, n_samples, _ = scene.radiance.shape
    with h5py.File(path, "w") as file:
        data = file.create_dataset("radiance", data=scene.filled())
        data.attrs["_FillValue"] = np.array([FILL], dtype=np.float32)
        data.attrs["units"] = scene.unit
        bands = file.create_group("sensor_band_parameters")
        bands["wavelengths"], bands["fwhm"] = scene.centre_um, scene.fwhm_um
        bands["wavelengths"].attrs["units"] = scene.wavelength_unit
        place = file.create_group("location")
        line, sample = np.indices((n_lines, n_samples))
        place["lon"], place["lat"] = -105.0 + 1e-4 * sample, 36.0 - 1e-4 * line
    return path


def _write_geotiff(interleave: str) -> Callable[[Path, Scene], Path]:
    def write(folder: Path, scene: Scene) -> Path:
        path = folder / "scene.tif"
        n_lines, n_samples, n_bands = scene.radiance.shape
        with rasterio.open(
            path, "w", driver="GTiff", height=n_lines, width=n_samples, count=n_bands,
            dtype="float32", nodata=FILL, crs=CRS.from_epsg(32613), interleave=interleave,
            transform=rasterio.Affine(*TRANSFORM),
        ) as file:  # fmt: skip
            file.write(scene.filled().transpose(2, 0, 1))
            if interleave == "pixel":  # Band tags in one file, a list for all in the other.
                file.update_tags(wavelength=_listed(scene.centre_um), fwhm=_listed(scene.fwhm_um),
                                 wavelength_units=scene.wavelength_unit)  # fmt: skip
            else:
                for i, centre in enumerate(scene.centre_um):
                    file.update_tags(i + 1, wavelength=repr(float(centre)),
                                     fwhm=repr(float(scene.fwhm_um[i])),
                                     wavelength_units=scene.wavelength_unit)  # fmt: skip
            file.update_tags(radiance_units=scene.unit)
        return path

    return write


def _write_zarr(folder: Path, scene: Scene) -> Path:
    path = folder / "scene.zarr"
    if scene.wavelength_unit != "um":
        pytest.skip("the Zarr layout states wavelengths in um by their name")
    group = zarr.open_group(str(path), mode="w")
    data = group.create_array(
        "radiance", data=scene.filled(), chunks=(2, *scene.radiance.shape[1:])
    )
    data.attrs["units"], data.attrs["_FillValue"] = scene.unit, FILL
    group.create_array("wavelength_um", data=scene.centre_um)
    group.create_array("fwhm_um", data=scene.fwhm_um)
    line, sample = np.indices(scene.radiance.shape[:2])
    group.create_array("longitude", data=-105.0 + 1e-4 * sample)
    group.create_array("latitude", data=36.0 - 1e-4 * line)
    return path


def _write_mapped(axes: tuple[str, str, str]) -> Callable[[Path, Scene], Path]:
    def write(folder: Path, scene: Scene) -> Path:
        order = [("line", "sample", "band").index(axis) for axis in axes]
        with h5py.File(folder / "own.h5", "w") as file:
            file["science/L"] = np.ascontiguousarray(scene.filled().transpose(order))
            file["science/wl"], file["science/width"] = scene.centre_um, scene.fwhm_um
        (folder / "scene.toml").write_text(
            f'[cube]\nunit = "{scene.unit}"\nfill = {FILL}\n'
            f'[data]\nfile = "own.h5"\ndataset = "science/L"\naxes = {list(axes)}\n'
            f'[wavelength]\nunit = "{scene.wavelength_unit}"\ndataset = "science/wl"\n'
            'fwhm_dataset = "science/width"\n'
        )
        return folder / "scene.toml"

    return write


def _write_stack(folder: Path, scene: Scene) -> Path:
    n_lines, n_samples, n_bands = scene.radiance.shape
    names = [f"band_{i}.tif" for i in range(n_bands)]
    for i, name in enumerate(names):
        with rasterio.open(
            folder / name, "w", driver="GTiff", height=n_lines, width=n_samples, count=1,
            dtype="float32", crs=CRS.from_epsg(32613), transform=rasterio.Affine(*TRANSFORM),
        ) as file:  # fmt: skip
            file.write(scene.filled()[:, :, i], 1)
    (folder / "scene.toml").write_text(
        f'[cube]\nunit = "{scene.unit}"\nfill = {FILL}\n[data]\nfiles = {names}\n'
        f'[wavelength]\nunit = "{scene.wavelength_unit}"\n'
        f"values = {scene.centre_um.tolist()}\nfwhm = {scene.fwhm_um.tolist()}\n"
    )
    return folder / "scene.toml"


FORMATS: dict[str, tuple[str, Callable[[Path, Scene], Path]]] = {
    "ENVI bsq": ("ENVI", _write_envi("bsq")),
    "ENVI bil": ("ENVI", _write_envi("bil")),
    "ENVI bip": ("ENVI", _write_envi("bip")),
    "EMIT": ("EMIT", _write_emit),
    "GeoTIFF band": ("GeoTIFF", _write_geotiff("band")),
    "GeoTIFF pixel": ("GeoTIFF", _write_geotiff("pixel")),
    "Zarr": ("Zarr", _write_zarr),
    "mapped line-sample-band": ("mapped", _write_mapped(("line", "sample", "band"))),
    "mapped band-line-sample": ("mapped", _write_mapped(("band", "line", "sample"))),
    "mapped stack": ("mapped", _write_stack),
}


@pytest.fixture(params=FORMATS, ids=str)
def written(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Scene], Path]:
    """Return a function that writes a scene in one of the formats."""
    _, write = FORMATS[request.param]
    return lambda scene: write(tmp_path, scene)


def data_file(path: Path) -> Path:
    """Return the file that holds a written scene's numbers (one of them)."""
    if path.is_dir():
        return max((p for p in (path / "radiance").rglob("*") if p.is_file()),
                   key=lambda p: p.stat().st_size)  # fmt: skip
    for name in ("scene.img", "own.h5", "band_0.tif"):
        if path.with_name(name).exists():
            return path.with_name(name)
    return path


def _whole(cube: Cube) -> NDArray[np.float32]:
    return cube.read_lines(0, cube.n_lines)


def test_every_reader_is_under_this_contract() -> None:
    assert {name for name, _ in FORMATS.values()} == {reader.name for reader in READERS}


def test_the_same_cube_comes_back(written: Callable[[Scene], Path]) -> None:
    scene = make_scene()
    path = written(scene)
    cube = open_cube(path)
    values = _whole(cube)
    np.testing.assert_array_equal(values, scene.radiance)
    assert values.dtype == np.float32
    assert values.flags.c_contiguous
    assert cube.quantity is Quantity.RADIANCE
    np.testing.assert_allclose(cube.bands.centre_um, scene.centre_um, rtol=1e-12)
    np.testing.assert_allclose(cube.bands.fwhm_um, scene.fwhm_um, rtol=1e-12)
    assert cube.band_valid.all()
    assert all(Path(p).is_file() for p in cube.paths)


def test_lines_are_read_alone_and_fresh(written: Callable[[Scene], Path]) -> None:
    scene = make_scene()
    cube = open_cube(written(scene))
    first = cube.read_lines(2, 5)
    np.testing.assert_array_equal(first, scene.radiance[2:5])
    first[:] = 0.0
    np.testing.assert_array_equal(cube.read_lines(2, 5), scene.radiance[2:5])
    joined = np.concatenate([block for _, block in cube.blocks(block_bytes=200)])
    np.testing.assert_array_equal(joined, scene.radiance)


def test_units_are_converted(written: Callable[[Scene], Path]) -> None:
    scene = make_scene()
    other = make_scene(
        radiance=scene.radiance / np.float32(10.0), unit="uW cm-2 sr-1 nm-1",
        centre_um=scene.centre_um * 1e3, fwhm_um=scene.fwhm_um * 1e3, wavelength_unit="nm",
    )  # fmt: skip
    cube = open_cube(written(other))
    np.testing.assert_allclose(_whole(cube), scene.radiance, rtol=3e-7)
    np.testing.assert_allclose(cube.bands.centre_um, scene.centre_um, rtol=1e-12)
    np.testing.assert_allclose(cube.bands.fwhm_um, scene.fwhm_um, rtol=1e-12)


def test_fill_becomes_nan_and_an_empty_column_stays(written: Callable[[Scene], Path]) -> None:
    radiance = make_scene().radiance.copy()
    radiance[:, 3] = np.nan
    radiance[2, 1, 4] = np.nan
    values = _whole(open_cube(written(make_scene(radiance=radiance))))
    np.testing.assert_array_equal(values, radiance)
    assert np.isnan(values[:, 3]).all()


def test_true_nan_in_the_file_is_kept(written: Callable[[Scene], Path]) -> None:
    radiance = make_scene().radiance.copy()
    radiance[1, 2] = np.nan
    path = written(make_scene(radiance=radiance, nan_as_fill=False))
    np.testing.assert_array_equal(_whole(open_cube(path)), radiance)


def test_a_wholly_empty_cube_opens_as_nan(written: Callable[[Scene], Path]) -> None:
    radiance = np.full_like(make_scene().radiance, np.nan)
    assert np.isnan(_whole(open_cube(written(make_scene(radiance=radiance))))).all()


@pytest.mark.parametrize("shape", [(1, 5, 6), (7, 1, 6), (7, 5, 1), (1, 1, 1)], ids=str)
def test_one_line_one_sample_one_band(
    written: Callable[[Scene], Path], shape: tuple[int, int, int]
) -> None:
    scene = make_scene(*shape)
    cube = open_cube(written(scene))
    assert cube.shape == shape
    np.testing.assert_array_equal(_whole(cube), scene.radiance)


def test_descending_wavelengths_keep_the_order_of_the_file(
    written: Callable[[Scene], Path],
) -> None:
    scene = make_scene()
    turned = make_scene(
        radiance=np.ascontiguousarray(scene.radiance[:, :, ::-1]),
        centre_um=scene.centre_um[::-1].copy(),
    )
    cube = open_cube(written(turned))
    np.testing.assert_array_equal(cube.bands.centre_um, turned.centre_um)
    np.testing.assert_array_equal(_whole(cube), turned.radiance)


def test_wrong_wavelength_unit_is_an_error_that_names_the_right_one(
    written: Callable[[Scene], Path],
) -> None:
    scene = make_scene(centre_um=np.linspace(8000.0, 11000.0, 6), fwhm_um=np.full(6, 50.0))
    with pytest.raises(UnitError, match=r"last band centre is 11000 um.*looks like nanometres.*"
                                        r"--wavelength-unit nm"):  # fmt: skip
        open_cube(written(scene))


def test_wrong_radiance_unit_is_an_error_that_names_the_right_one(
    written: Callable[[Scene], Path],
) -> None:
    scene = make_scene(unit="uW cm-2 sr-1 nm-1")
    with pytest.raises(UnitError, match=r"median brightness temperature of \d+ K.*"
                                        r"'W m-2 sr-1 um-1'.*--radiance-unit"):  # fmt: skip
        open_cube(written(scene))


def test_missing_radiance_unit_is_an_error_that_names_the_likely_one(
    written: Callable[[Scene], Path],
) -> None:
    with pytest.raises(UnitError, match=r"names no unit.*'W m-2 sr-1 um-1' \(a median brightness"):
        open_cube(written(make_scene(unit="")))


def test_a_stated_unit_wins_over_the_file(written: Callable[[Scene], Path]) -> None:
    scene = make_scene(unit="uW cm-2 sr-1 nm-1")
    cube = open_cube(written(scene), options=OpenOptions(radiance_unit=UNIT))
    np.testing.assert_array_equal(_whole(cube), scene.radiance)


def test_a_truncated_file_is_an_error(written: Callable[[Scene], Path]) -> None:
    path = written(make_scene(40, 30, 6))
    file = data_file(path)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 3])
    with pytest.raises(CathartesError) as caught:
        _whole(open_cube(path))
    assert isinstance(caught.value, TruncatedFileError | UnknownFormatError), caught.value
    assert "copy" in str(caught.value).lower() or "none of" in str(caught.value)


def test_an_empty_file_is_an_error(written: Callable[[Scene], Path]) -> None:
    path = written(make_scene())
    data_file(path).write_bytes(b"")
    with pytest.raises(InputError):
        _whole(open_cube(path))


def test_a_list_of_another_length_is_an_error(written: Callable[[Scene], Path]) -> None:
    path = written(make_scene(centre_um=np.linspace(8.0, 11.0, 5)))
    with pytest.raises(
        HeaderError, match=r"6 bands in the data and 5 band centres|5 of 6 bands have"
    ):
        open_cube(path)


def test_each_file_is_taken_by_its_own_reader_alone(
    request: pytest.FixtureRequest, written: Callable[[Scene], Path]
) -> None:
    path = written(make_scene())
    head = b"" if path.is_dir() else path.read_bytes()[:512]
    takers = [reader.name for reader in READERS if reader.recognises(path, head)]
    assert takers == [FORMATS[request.node.callspec.params["written"]][0]]


@pytest.mark.parametrize("content", [b"", b"hello\n", b"\x89HDF\r\n\x1a\n", b"[data]x", b"II*\0"])
def test_foreign_files_are_refused_in_words(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "foreign.bin"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"foreign\.bin"):
        open_cube(path)


def test_a_missing_file_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no file"):
        open_cube(tmp_path / "nothing.hdr")


def test_two_lines_of_a_large_cube_take_little_memory(written: Callable[[Scene], Path]) -> None:
    """Two of 400 lines are a 200th of the cube: reading them must not allocate a tenth of it.

    The least of three readings: what other threads of the process allocate is traced too.
    """
    scene = make_scene(400, 64, 96)
    cube = open_cube(written(scene))
    peaks = []
    for _ in range(3):
        tracemalloc.start()
        values = cube.read_lines(200, 202)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        np.testing.assert_array_equal(values, scene.radiance[200:202])
    assert min(peaks) < scene.radiance.nbytes / 10


def test_a_missing_zarr_chunk_is_no_value_and_not_zero(tmp_path: Path) -> None:
    scene = make_scene(6, 4, 5)
    path = _write_zarr(tmp_path, scene)
    (path / "radiance" / "c" / "1" / "0" / "0").unlink()
    values = _whole(open_cube(path))
    assert np.isnan(values[2:4]).all()
    np.testing.assert_array_equal(values[4:], scene.radiance[4:])


@pytest.mark.parametrize("seed", range(12))
# rasterio's own log call-back can't decode damaged names; it is not raised to the caller.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_damaged_files_raise_nothing_but_our_errors(
    written: Callable[[Scene], Path], tmp_path: Path, seed: int
) -> None:
    path = written(make_scene())
    rng = np.random.default_rng(seed)
    files = sorted(p for p in tmp_path.rglob("*") if p.is_file())
    for _ in range(3):
        file = files[rng.integers(len(files))]
        content = bytearray(file.read_bytes())
        for position in rng.integers(0, max(1, len(content)), 4):
            content[position : position + 1] = bytes([rng.integers(256)])
        file.write_bytes(bytes(content))
        with contextlib.suppress(CathartesError):
            _whole(open_cube(path))

import errno
import shutil
import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest
import rasterio

from cathartes.errors import OutputError
from cathartes.products.raster import read_image, write_cog
from cathartes.scenes.geometry import MapGrid
from cathartes.scenes.unplaced import not_georeferenced_is_fine

ROTATED = MapGrid((4.0, 3.0, 5e5, 3.0, -4.0, 4.4e6), "EPSG:32613", (700, 900))


def directory_offsets(path: Path) -> list[int]:
    """Return where the image directories of a TIFF lie: an own reading of the file's bytes."""
    raw = path.read_bytes()
    assert raw[:4] == b"II*\0", "little-endian classic TIFF"
    offsets = []
    (offset,) = struct.unpack_from("<I", raw, 4)
    while offset:
        offsets.append(offset)
        (count,) = struct.unpack_from("<H", raw, offset)
        (offset,) = struct.unpack_from("<I", raw, offset + 2 + 12 * count)
    return offsets


def tile_offsets(path: Path, directory: int) -> list[int]:
    raw = path.read_bytes()
    (count,) = struct.unpack_from("<H", raw, directory)
    for index in range(count):
        tag, kind, number, value = struct.unpack_from("<HHII", raw, directory + 2 + 12 * index)
        if tag == 324:
            assert kind == 4
            return [value] if number == 1 else list(struct.unpack_from(f"<{number}I", raw, value))
    raise AssertionError("no tiles")


def big_image(shape: tuple[int, int] = (700, 900)) -> np.ndarray:
    image = np.random.default_rng(5).normal(size=shape).astype(np.float32)
    image[3, 4] = np.nan
    return image


def test_a_float_image_comes_back_with_unit_name_and_tags(tmp_path: Path) -> None:
    image = big_image()
    path = tmp_path / "a.tif"
    write_cog(path, image, grid=None, unit="ppm m", long_name="column density",
              tags={"CHEMICAL": "1,1,1-trichloroethane"})  # fmt: skip
    np.testing.assert_array_equal(read_image(path), image)
    with not_georeferenced_is_fine(), rasterio.open(path) as dataset:
        assert dataset.units == ("ppm m",)
        assert dataset.descriptions == ("column density",)
        assert (dataset.scales, dataset.offsets) == ((1.0,), (0.0,))
        assert dataset.crs is None
        assert np.isnan(dataset.nodata)
        tags = dataset.tags()
        assert tags["CHEMICAL"] == "1,1,1-trichloroethane"
        assert tags["TIFFTAG_SOFTWARE"].startswith("Cathartes ")
        assert dataset.tags(1)["units"] == "ppm m"
    assert [p.name for p in tmp_path.iterdir()] == ["a.tif"], "no sidecar"


def test_the_file_is_cloud_optimised(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    write_cog(path, big_image(), grid=ROTATED, unit="1", long_name="score")
    with rasterio.open(path) as dataset:
        assert dataset.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert dataset.block_shapes == [(256, 256)]
        assert dataset.overviews(1) == [2, 4]
        assert dataset.compression.value == "DEFLATE"
    directories = directory_offsets(path)
    assert len(directories) == 3, "the image and two overviews"
    assert directories == sorted(directories)
    tiles = [min(tile_offsets(path, d)) for d in directories]
    assert max(directories) < min(tiles), "all directories before all data"
    assert tiles == sorted(tiles, reverse=True), "smallest overview's data first"


def test_a_rotated_grid_stays_rotated(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    write_cog(path, big_image(), grid=ROTATED, unit="1", long_name="score")
    with rasterio.open(path) as dataset:
        assert tuple(dataset.transform)[:6] == ROTATED.transform
        assert dataset.crs.to_epsg() == 32613


def test_overviews_do_not_lose_a_small_plume(tmp_path: Path) -> None:
    labels = np.zeros((1024, 1024), dtype=np.int32)
    labels[501, 502] = 7
    path = tmp_path / "labels.tif"
    write_cog(path, labels, grid=None, unit="1", long_name="plume id")
    with not_georeferenced_is_fine(), rasterio.open(path) as dataset:
        assert dataset.nodata == 0
        assert dataset.dtypes == ("int32",)
        small = dataset.read(1, out_shape=(256, 256))
    assert set(np.unique(small)) == {0, 7}


def test_infinite_values_become_no_value(tmp_path: Path) -> None:
    image = np.array([[1, np.inf], [-np.inf, np.nan]], dtype=np.float32)
    write_cog(tmp_path / "a.tif", image, grid=None, unit="ppm m", long_name="NECL")
    expected = np.array([[1, np.nan], [np.nan, np.nan]], dtype=np.float32)
    np.testing.assert_array_equal(read_image(tmp_path / "a.tif"), expected)


@pytest.mark.parametrize("shape", [(1, 1), (1, 320), (1000, 1)])
def test_small_and_thin_images_are_written(tmp_path: Path, shape: tuple[int, int]) -> None:
    image = np.ones(shape, dtype=np.float32)
    write_cog(tmp_path / "a.tif", image, grid=None, unit="1", long_name="score")
    np.testing.assert_array_equal(read_image(tmp_path / "a.tif"), image)


@pytest.mark.parametrize(
    ("image", "grid", "said"),
    [
        (np.zeros((2, 2)), None, "float64 of shape \\(2, 2\\); a two-dimensional float32 or int32"),
        (np.zeros((0, 2), dtype=np.float32), None, "at least one pixel"),
        (np.zeros((2, 2), dtype=np.float32), ROTATED, "its map grid \\(700, 900\\).*resample"),
        (
            np.zeros((2, 2), dtype=np.float32),
            MapGrid((1, 0, 0, 0, -1, 0), "EPSG:999999", (2, 2)),
            "'EPSG:999999' is not known.*authority code",
        ),
    ],
)
def test_what_cannot_be_written_is_refused(
    tmp_path: Path, image: np.ndarray, grid: MapGrid | None, said: str
) -> None:
    with pytest.raises(OutputError, match=said):
        write_cog(tmp_path / "a.tif", image, grid=grid, unit="1", long_name="score")
    assert not (tmp_path / "a.tif").exists()


def test_gdalinfo_reads_unit_name_and_layout(tmp_path: Path) -> None:
    program = shutil.which("gdalinfo")
    if program is None:
        pytest.skip("gdalinfo is not installed: apt-get install gdal-bin")
    path = tmp_path / "a.tif"
    write_cog(path, big_image(), grid=ROTATED, unit="ppm m", long_name="column density of a gas")
    said = subprocess.run([program, path], capture_output=True, text=True, check=True)
    for words in ("LAYOUT=COG", "Unit Type: ppm m", "Description = column density of a gas",
                  "500000, 4, 3", "Overviews: 450x350, 225x175", "NoData Value=nan"):  # fmt: skip
        assert words in said.stdout
    assert "Warning" not in said.stderr


def test_a_full_disk_is_the_systems_own_error(tmp_path: Path) -> None:
    """As the output folder expects it; GDAL's would count as a fault of ours."""
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full here")
    (tmp_path / "x.tif").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left") as full:
        write_cog(
            tmp_path / "x.tif", np.ones((9, 7), np.float32), grid=None, unit="1", long_name="ones"
        )
    assert full.value.errno == errno.ENOSPC

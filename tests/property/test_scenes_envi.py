"""Laws of ENVI files: what is written comes back, whatever the layout of the bytes."""

import contextlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cathartes.errors import CathartesError
from cathartes.scenes.geometry import AffineGeometry, MapGrid
from cathartes.scenes.open import OpenOptions, open_cube
from cathartes.scenes.quantity import Quantity
from cathartes.scenes.readers.envi import write_envi
from cathartes.scenes.readers.envi_header import find_pair, read_header
from cathartes.scenes.readers.envi_map import read_map_info
from cathartes.spectra.response import SpectralBands

TYPES = {1: "u1", 2: "i2", 3: "i4", 4: "f4", 5: "f8", 12: "u2", 13: "u4", 14: "i8", 15: "u8"}
ORDERS = {"bsq": (2, 0, 1), "bil": (0, 2, 1), "bip": (0, 1, 2)}
PLAIN = OpenOptions(check_units=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("envi")


@given(
    layout=st.tuples(
        st.sampled_from(sorted(TYPES)),
        st.sampled_from(sorted(ORDERS)),
        st.sampled_from([0, 1]),
        st.integers(0, 700),
    ),
    shape=st.tuples(st.integers(1, 9), st.integers(1, 8), st.integers(1, 40)),
    lines=st.tuples(st.integers(0, 9), st.integers(0, 9)),
    scale=st.sampled_from([None, "gains", 100.0, 10_000.0]),
    ignore=st.sampled_from([None, 7.0]),
    seed=st.integers(0, 2**16),
)
def test_any_layout_reads_as_the_slow_simple_way(
    folder, layout, shape, lines, scale, ignore, seed
) -> None:
    code, interleave, byte_order, offset = layout
    rng = np.random.default_rng(seed)
    dtype = np.dtype(("<" if byte_order == 0 else ">") + TYPES[code])
    numbers = rng.integers(0, 120, shape).astype(dtype)
    with (folder / "x.img").open("wb") as file:
        file.write(b"\xaa" * offset + np.ascontiguousarray(
            numbers.transpose(ORDERS[interleave])).tobytes())  # fmt: skip
    gains = rng.uniform(0.5, 2.0, shape[2])
    offsets = rng.uniform(-1.0, 1.0, shape[2])
    centres = ",".join(map(str, range(500, 500 + shape[2])))
    header = (
        f"ENVI\nsamples={shape[1]}\n Lines = {shape[0]}\nbands   = {shape[2]}\n"
        f"data  type = {code}\ninterleave = {interleave.upper()}\nbyte order = {byte_order}\n"
        f"header offset = {offset}\nwavelength units = Nanometers\nwavelength = {{{centres}}}\n"
        f"fwhm = {{{','.join(['2'] * shape[2])}}}\ndata units = W/m2/sr/um\n"
    )
    expected = numbers.astype(np.float64)
    if isinstance(scale, float):
        header += f"radiance scale factor = {scale}\n"
        expected = expected / scale
    elif scale is not None:
        header += f"data gain values = {{{','.join(map(repr, gains.tolist()))}}}\n"
        header += f"data offset values = {{{','.join(map(repr, offsets.tolist()))}}}\n"
        expected = expected * gains + offsets
    if ignore is not None:
        header += f"data ignore value = {ignore}\n"
        expected[numbers == ignore] = np.nan
    (folder / "x.hdr").write_text(header)
    start, stop = sorted(lines)
    values = open_cube(folder / "x.img", options=PLAIN).read_lines(start, stop)
    np.testing.assert_allclose(values, expected[start:stop], rtol=3e-6, atol=1e-5)
    assert values.shape == expected[start:stop].shape


@given(
    shape=st.tuples(st.integers(1, 6), st.integers(1, 5), st.integers(1, 9)),
    cuts=st.integers(1, 6),
    reflectance=st.booleans(),
    seed=st.integers(0, 2**16),
)
def test_written_in_any_blocks_comes_back_bit_for_bit(
    folder, shape, cuts, reflectance, seed
) -> None:
    rng = np.random.default_rng(seed)
    values = rng.uniform(1.0, 2.0, shape).astype(np.float32)
    values[rng.random(shape) < 0.1] = np.nan
    bands = SpectralBands(np.linspace(8.0, 9.0, shape[2]), np.full(shape[2], 0.1))
    quantity = Quantity.REFLECTANCE if reflectance else Quantity.RADIANCE
    good = rng.random(shape[2]) < 0.8
    blocks = (values[i : i + cuts] for i in range(0, shape[0], cuts))
    header = write_envi(folder / "w.hdr", blocks, bands=bands, quantity=quantity, band_valid=good)
    cube = open_cube(header, options=PLAIN)
    np.testing.assert_array_equal(cube.read_lines(0, shape[0]), values)
    np.testing.assert_array_equal(cube.bands.centre_um, bands.centre_um)
    np.testing.assert_array_equal(cube.bands.fwhm_um, bands.fwhm_um)
    np.testing.assert_array_equal(cube.band_valid, good)
    assert cube.quantity is quantity
    assert not list(folder.glob(".*partial*"))


@given(
    size_x=st.floats(0.1, 100.0),
    ratio=st.floats(0.5, 2.0),
    rotation_deg=st.floats(-179.0, 179.0),
    corner=st.tuples(st.floats(2e5, 8e5), st.floats(1e5, 9e6)),
    crs=st.sampled_from(["EPSG:32613", "EPSG:32733", "EPSG:3031", "EPSG:2154"]),
)
def test_a_rotated_grid_survives_map_info(folder, size_x, ratio, rotation_deg, corner, crs) -> None:
    turn = np.radians(rotation_deg)
    size_y = size_x * ratio
    transform = (
        size_x * np.cos(turn), size_y * np.sin(turn), corner[0],
        size_x * np.sin(turn), -size_y * np.cos(turn), corner[1],
    )  # fmt: skip
    bands = SpectralBands(np.array([8.0, 9.0]), np.array([0.1, 0.1]))
    header = write_envi(
        folder / "g.hdr", np.ones((3, 4, 2)), bands=bands,
        grid=MapGrid(tuple(map(float, transform)), crs, (3, 4)),
    )  # fmt: skip
    geometry = read_map_info(read_header(header), (3, 4))
    np.testing.assert_allclose(geometry.transform, transform, rtol=1e-9, atol=1e-9)
    line, sample = np.meshgrid([0.0, 1.5, 3.0], [0.0, 2.0, 4.0])
    expected = AffineGeometry(tuple(map(float, transform)), crs, (3, 4)).to_lon_lat(line, sample)
    np.testing.assert_allclose(geometry.to_lon_lat(line, sample), expected, atol=1e-8)


@given(
    position=st.integers(0, 400), byte=st.integers(0, 255), cut=st.integers(0, 400),
    part=st.sampled_from(["hdr", "img"]),
)  # fmt: skip
def test_mutated_files_raise_nothing_but_our_errors(folder, position, byte, cut, part) -> None:
    bands = SpectralBands(np.linspace(8.0, 9.0, 4), np.full(4, 0.1))
    grid = MapGrid((1.0, 0.0, 5e5, 0.0, -1.0, 4e6), "EPSG:32613", (3, 5))
    header = write_envi(folder / "m.hdr", np.full((3, 5, 4), 9.0), bands=bands, grid=grid)
    target = header if part == "hdr" else find_pair(header)[1]
    content = bytearray(target.read_bytes())
    content[position % len(content)] = byte
    target.write_bytes(bytes(content[: len(content) - cut % 40]))
    with contextlib.suppress(CathartesError):
        open_cube(header).read_lines(0, 3)

"""Reading lines out of a raw ENVI data file by seek and readinto: only what is wanted.

No memory map: its pages would count as resident memory, and a large cube would fill it.
"""

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import HeaderError, TruncatedFileError
from cathartes.scenes.readers.envi_header import EnviHeader
from cathartes.scenes.readers.numbers import convert_numbers

_BUFFER_BYTES = 2**19
"""A processor's cache holds them between reading and turning."""
_TYPES = {1: "u1", 2: "i2", 3: "i4", 4: "f4", 5: "f8", 12: "u2", 13: "u4", 14: "i8", 15: "u8"}
_COMPLEX_TYPES = (6, 9)
_NOT_PLAIN = ("major frame offsets", "minor frame offsets", "file compression")


@dataclass(frozen=True, slots=True)
class RawLayout:
    """Where the numbers of a raw cube lie in its file.

    Attributes
    ----------
    path
        The data file.
    shape
        (line, sample, band).
    dtype
        With byte order.
    interleave
        ``bsq``, ``bil`` or ``bip``.
    offset
        Bytes before the first number.
    """

    path: Path
    shape: tuple[int, int, int]
    dtype: np.dtype[np.generic]
    interleave: str
    offset: int

    @property
    def n_bytes(self) -> int:
        """Bytes that the file must have."""
        return self.offset + math.prod(self.shape) * self.dtype.itemsize

    @classmethod
    def of(cls, header: EnviHeader, data: Path) -> "RawLayout":
        """Return the layout that a header describes, checked against the data file's size.

        Raises
        ------
        HeaderError
            If a field is missing or unknown, the cube would be empty, its numbers are not one
            plain run of bytes, or the file holds more of them.
        TruncatedFileError
            If the data file is shorter than the header promises.
        """
        shape = header.whole("lines"), header.whole("samples"), header.whole("bands")
        if min(shape) < 1:
            raise HeaderError(
                f"{header.path.name}: {shape[0]} lines, {shape[1]} samples, {shape[2]} bands; at "
                "least one of each is needed."
            )
        for key in _NOT_PLAIN:
            stated = header.numbers(key)
            if stated is not None and stated.any():
                raise HeaderError(
                    f"{header.path.name}: '{key} = {header.text(key)}' says that the numbers are "
                    "not one plain run of bytes: export the cube without it."
                )
        interleave = header.text("interleave").lower()
        if interleave not in {"bsq", "bil", "bip"}:
            raise HeaderError(
                f"{header.path.name}: interleave {interleave!r}; bsq, bil or bip is needed."
            )
        layout = cls(
            data, shape, _dtype(header), interleave, header.whole("header offset", default=0)
        )
        layout._check_size(header)
        return layout

    def _check_size(self, header: EnviHeader) -> None:
        """Raise an error if the data file is too short, or longer by a whole line or band."""
        size, item = self.path.stat().st_size, self.dtype.itemsize
        lines, samples, bands = self.shape
        found = (
            f"{self.path.name} has {size} bytes; its header promises {self.n_bytes} ({lines} "
            f"lines x {samples} samples x {bands} bands of {item} bytes after {self.offset})."
        )
        if size < self.n_bytes:
            raise TruncatedFileError(f"{found} Copy the file again, or correct the header.")
        # Some programs fill up their last block; a size that is wrong by one makes more than that.
        least = min(lines * samples, samples * bands, lines * bands) * item
        if size - self.n_bytes >= least:
            raise HeaderError(
                f"{found} Read so, numbers would come to stand in the wrong bands or pixels: give "
                f"the header of this file, or correct lines, samples, bands or data type in "
                f"{header.path.name}."
            )


def _dtype(header: EnviHeader) -> np.dtype[np.generic]:
    code = header.whole("data type")
    if code in _COMPLEX_TYPES:
        raise HeaderError(
            f"{header.path.name}: data type {code} is complex; a radiance is real: export the "
            "cube as float (data type 4)."
        )
    if code not in _TYPES:
        raise HeaderError(
            f"{header.path.name}: data type {code} is not one of {sorted(_TYPES)}; correct it."
        )
    order = header.whole("byte order", default=0)
    if order not in {0, 1}:
        raise HeaderError(
            f"{header.path.name}: byte order {order}; 0 (least significant byte first) or 1 is "
            "needed."
        )
    return np.dtype(("<" if order == 0 else ">") + _TYPES[code])


def read_numbers(layout: RawLayout) -> NDArray[np.generic]:
    """Return a whole file's numbers as they are, (line, sample, band): for small files."""
    n_lines, n_samples, n_bands = layout.shape
    count = n_lines * n_samples * n_bands
    numbers = np.fromfile(layout.path, layout.dtype, count, offset=layout.offset)
    if layout.interleave == "bsq":
        return numbers.reshape(n_bands, n_lines, n_samples).transpose(1, 2, 0)
    if layout.interleave == "bil":
        return numbers.reshape(n_lines, n_bands, n_samples).transpose(0, 2, 1)
    return numbers.reshape(layout.shape)


@dataclass(frozen=True, slots=True)
class RawLines:
    """Lines of a raw cube as float32, scaled as its header says.

    Two threads read BIL and BIP: turning lines is the most of it, and its readers wait for them.

    Attributes
    ----------
    layout
        Where the numbers lie.
    gain, offset : (band,) or ()
        Value = gain * number + offset.
    fill
        Numbers, before gain and offset, that stand for no value.
    """

    layout: RawLayout
    gain: NDArray[np.float32]
    offset: NDArray[np.float32]
    fill: tuple[float, ...] = ()

    def read_lines(self, start: int, stop: int) -> NDArray[np.float32]:
        """Return lines start to stop, (line, sample, band), in the file's unit, NaN if ignored."""
        n_lines, n_samples, n_bands = self.layout.shape
        start, stop, _ = slice(start, stop).indices(n_lines)
        out = np.empty((max(0, stop - start), n_samples, n_bands), dtype=np.float32)
        if self.layout.interleave == "bsq":
            with self.layout.path.open("rb", buffering=0) as file:
                self._read_bands(file, start, out)
        else:
            half = max(1, -(-len(out) // 2))
            with ThreadPoolExecutor(2) as pool:
                parts = range(0, len(out), half)
                firsts = [start + first for first in parts]
                list(pool.map(self._read_run, firsts, [out[at : at + half] for at in parts]))
        return out

    def _read_run(self, start: int, out: NDArray[np.float32]) -> None:
        """Fill lines from BIL or BIP, where a line is one run of bytes; a few at a time."""
        _, n_samples, n_bands = self.layout.shape
        bil = self.layout.interleave == "bil"
        line_shape = (n_bands, n_samples) if bil else (n_samples, n_bands)
        line_bytes = n_samples * n_bands * self.layout.dtype.itemsize
        step = max(1, _BUFFER_BYTES // line_bytes)
        room = np.empty((step, *line_shape), self.layout.dtype)
        with self.layout.path.open("rb", buffering=0) as file:
            file.seek(self.layout.offset + start * line_bytes)
            for first in range(0, out.shape[0], step):
                count = min(step, out.shape[0] - first)
                numbers = room[:count]
                self._fill(file, numbers)
                target = out[first : first + count]
                self._convert(numbers.transpose(0, 2, 1) if bil else numbers, target, slice(None))

    def _read_bands(self, file: BinaryIO, start: int, out: NDArray[np.float32]) -> None:
        """Fill lines from BSQ: one run of bytes a band; several bands are turned at a time."""
        n_lines, n_samples, n_bands = self.layout.shape
        item = self.layout.dtype.itemsize
        slab_bytes = max(1, out.shape[0]) * n_samples * item
        step = max(1, min(16, _BUFFER_BYTES // slab_bytes))
        for first in range(0, n_bands, step):
            bands = range(first, min(first + step, n_bands))
            numbers = np.empty((len(bands), out.shape[0], n_samples), self.layout.dtype)
            for i, band in enumerate(bands):
                file.seek(self.layout.offset + (band * n_lines + start) * n_samples * item)
                self._fill(file, numbers[i])
            chosen = slice(bands.start, bands.stop)
            self._convert(numbers.transpose(1, 2, 0), out[:, :, chosen], chosen)

    def _fill(self, file: BinaryIO, numbers: NDArray[np.generic]) -> None:
        view = numbers.reshape(-1).view(np.uint8).data
        done = 0
        while done < len(view):
            count = file.readinto(view[done:])  # type: ignore[attr-defined]  # raw files have it
            if not count:
                raise TruncatedFileError(
                    f"{self.layout.path.name} ended {len(view) - done} bytes early while it was "
                    "being read; was it changed meanwhile? Copy it again."
                )
            done += count

    def _convert(
        self, numbers: NDArray[np.generic], target: NDArray[np.float32], bands: slice
    ) -> None:
        scale, offset = (v[bands] if v.ndim else v for v in (self.gain, self.offset))
        convert_numbers(numbers, target, scale=scale, offset=offset, fill=self.fill)

"""A radiance cube: values over (line, sample, band), read in blocks of lines, never whole."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import HeaderError
from cathartes.scenes.geometry import Geometry
from cathartes.scenes.quantity import Quantity
from cathartes.spectra.response import SpectralBands

DEFAULT_BLOCK_BYTES = 64 * 2**20


class LineSource(Protocol):
    """Where a cube's numbers come from; each reader makes one.

    Thread-safe reading is not asked. Values are in canonical units, NaN where invalid (ignore
    value, fill value).
    """

    def read_lines(self, start: int, stop: int) -> NDArray[np.float32]:
        """Return lines start to stop: (line, sample, band), C-contiguous, a fresh array."""


@dataclass(frozen=True, slots=True)
class Cube:
    """An imaging spectrometer's scene in sensor geometry.

    Attributes
    ----------
    name
        Short name, from the file.
    shape
        (line, sample, band).
    bands : (band,)
    band_valid : (band,) bool
        False where the file's bad-band list says so; detection leaves these out.
    source
        Reads lines on demand.
    quantity
        Radiance in W m-2 sr-1 um-1, or reflectance.
    start_utc
        Start of acquisition, aware; None if unknown.
    geometry
        Ground position of pixels; None if unknown.
    sun_zenith_deg, view_zenith_deg : [deg]
        Scene means, 0 to 180 and 0 to 90; None if unknown.
    air_temperature_k : [K]
        Near the ground, as the file states it; None if it does not.
    instrument
        Name as the file states it; "" if it does not.
    paths
        Every file that the cube was read from, the one named by the user first; of a Zarr folder
        all files in it.
    looked : (line, sample) bool
        False where nobody meant to look: such pixels hold NaN, and are no fault of the scene. None:
        all were meant.
    metadata
        What else the header said that a reader of results may want, as text.
    """

    name: str
    shape: tuple[int, int, int]
    bands: SpectralBands
    band_valid: NDArray[np.bool_]
    source: LineSource
    quantity: Quantity = Quantity.RADIANCE
    start_utc: datetime | None = None
    geometry: Geometry | None = None
    sun_zenith_deg: float | None = None
    view_zenith_deg: float | None = None
    air_temperature_k: float | None = None
    instrument: str = ""
    paths: tuple[str, ...] = ()
    looked: NDArray[np.bool_] | None = None
    metadata: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        valid = np.array(self.band_valid, dtype=bool)
        valid.setflags(write=False)
        object.__setattr__(self, "band_valid", valid)
        if min(self.shape) < 1:
            raise HeaderError(
                f"cube {self.name}: {self.shape[0]} lines, {self.shape[1]} samples, "
                f"{self.shape[2]} bands; at least one of each is needed."
            )
        if len(self.bands) != self.shape[2] or valid.shape != (self.shape[2],):
            raise HeaderError(
                f"cube {self.name}: {self.shape[2]} bands in the data, {len(self.bands)} "
                f"wavelengths, {valid.size} entries in the bad-band list; all must be equal."
            )
        if self.looked is not None and self.looked.shape != self.shape[:2]:
            raise HeaderError(
                f"cube {self.name}: where one looked has shape {self.looked.shape}; "
                f"{self.shape[:2]} is needed."
            )
        if self.start_utc is not None and self.start_utc.tzinfo is None:
            raise HeaderError(f"cube {self.name}: the acquisition time has no time zone.")
        # At night the sun is below the horizon, and a thermal cube none the worse for it.
        for whose, angle_deg, most_deg in (("sun", self.sun_zenith_deg, 180.0),
                                           ("view", self.view_zenith_deg, 90.0)):  # fmt: skip
            if angle_deg is not None and not 0.0 <= angle_deg <= most_deg:
                raise HeaderError(
                    f"cube {self.name}: the zenith angle of the {whose} is {angle_deg:g} degrees; "
                    f"0 to {most_deg:g} is possible: correct or remove it."
                )

    @property
    def n_lines(self) -> int:
        """Number of lines."""
        return self.shape[0]

    @property
    def n_samples(self) -> int:
        """Number of samples (columns across the track)."""
        return self.shape[1]

    @property
    def n_bands(self) -> int:
        """Number of bands."""
        return self.shape[2]

    def read_lines(self, start: int, stop: int) -> NDArray[np.float32]:
        """Return lines start to stop as (line, sample, band), NaN where invalid."""
        return self.source.read_lines(start, stop)

    def line_ranges(self, block_bytes: int = DEFAULT_BLOCK_BYTES) -> tuple[tuple[int, int], ...]:
        """Return (start, stop) of blocks of lines of at most so many bytes as float32."""
        per_line = 4 * self.n_samples * self.n_bands
        step = max(1, block_bytes // per_line)
        return tuple((a, min(a + step, self.n_lines)) for a in range(0, self.n_lines, step))

    def blocks(
        self, block_bytes: int = DEFAULT_BLOCK_BYTES
    ) -> Iterator[tuple[int, NDArray[np.float32]]]:
        """Yield (first line, (line, sample, band)) for each block of lines in turn."""
        for start, stop in self.line_ranges(block_bytes):
            yield start, self.read_lines(start, stop)


@dataclass(frozen=True, slots=True)
class ArrayLines:
    """Lines held in memory: for tests, simulated scenes, and the Python prompt.

    Attributes
    ----------
    values : (line, sample, band), canonical units
    """

    values: NDArray[np.float32]

    def read_lines(self, start: int, stop: int) -> NDArray[np.float32]:
        """Return a copy of lines start to stop, (line, sample, band), canonical units."""
        return np.array(self.values[start:stop], dtype=np.float32, order="C")

"""Lines that are looked over for impossible values while others read them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cathartes.scenes.cube import Cube, LineSource
from cathartes.scenes.sanity import RadianceSanity, SanityInspector


@dataclass(frozen=True, slots=True)
class InspectedLines:
    """Lines that are looked over the first time they are read.

    Attributes
    ----------
    seen : (line,) bool
        Lines that have been looked over.
    looked : (line, sample) bool
        As of the cube.
    """

    source: LineSource
    inspector: SanityInspector
    seen: NDArray[np.bool_]
    looked: NDArray[np.bool_] | None = None

    @classmethod
    def of_cube(cls, cube: Cube) -> "InspectedLines":
        """Return the lines of a cube, none of them looked over."""
        inspector = SanityInspector(
            cube.bands, cube.n_samples, quantity=cube.quantity, band_valid=cube.band_valid
        )
        return cls(cube.source, inspector, np.zeros(cube.n_lines, dtype=bool), cube.looked)

    def read_lines(self, start: int, stop: int) -> NDArray[np.float32]:
        """Return lines start to stop, (line, sample, band), as the source gives them."""
        block = self.source.read_lines(start, stop)
        new = ~self.seen[start:stop]
        for line in np.flatnonzero(new):
            number = start + line
            looked = None if self.looked is None else self.looked[number : number + 1]
            self.inspector.inspect_block(block[line : line + 1], looked)
        if new.any():
            meant = True if self.looked is None else self.looked[start:stop]
            self.inspector.count_stuck(block, new[:, np.newaxis] & meant)
        self.seen[start:stop] = True
        return block

    def report(self) -> RadianceSanity:
        """Return the counts of all lines looked over so far."""
        return self.inspector.report()

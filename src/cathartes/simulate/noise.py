"""What the detector adds: noise, stripes along the track, bad columns."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Striping:
    """Errors that stay the same along a column of the image.

    Attributes
    ----------
    offset_nesr
        Standard deviation of each column's and band's offset over the noise.
    gain
        Standard deviation of each column's and band's relative gain error.
    trend
        Greatest relative change of the signal from the middle to either edge of the swath.
    bad_columns
        How many columns, some perhaps twice, have a hot stretch of bands.
    """

    offset_nesr: float
    gain: float
    trend: float
    bad_columns: int

    def __post_init__(self) -> None:
        if min(self.offset_nesr, self.gain, self.trend, self.bad_columns) < 0:
            raise SettingsError(
                f"striping {self}: offset, gain, trend and bad columns must not be negative."
            )


@dataclass(frozen=True, slots=True)
class ColumnErrors:
    """The detector's fixed pattern.

    Attributes
    ----------
    gain : (sample, band)
        Near one.
    offset : (sample, band) [W m-2 sr-1 um-1]
    """

    gain: NDArray[np.float64]
    offset: NDArray[np.float64]


def column_errors(
    striping: Striping,
    n_samples: int,
    mean_nesr: NDArray[np.float64],
    generator: np.random.Generator,
) -> ColumnErrors:
    """Return the fixed pattern of a detector.

    Parameters
    ----------
    mean_nesr : (band,) [W m-2 sr-1 um-1]
        Noise at the scene's mean radiance.
    """
    n_bands = mean_nesr.size
    # A share of it is common to all bands of a column (the slit), the rest each element's own.
    common = generator.standard_normal((n_samples, 1))
    own = generator.standard_normal((n_samples, n_bands))
    offset = striping.offset_nesr * mean_nesr * (0.7 * common + 0.7 * own)
    common = generator.standard_normal((n_samples, 1))
    own = generator.standard_normal((n_samples, n_bands))
    x = np.linspace(-1.0, 1.0, n_samples)[:, None] if n_samples > 1 else np.zeros((1, 1))
    gain = 1.0 + striping.gain * (0.7 * common + 0.7 * own) - striping.trend * x**2
    for _ in range(min(striping.bad_columns, n_samples)):
        column = generator.integers(0, n_samples)
        first = generator.integers(0, n_bands)
        stop = min(n_bands, first + int(generator.integers(1, 6)))
        offset[column, first:stop] += generator.uniform(5.0, 60.0) * mean_nesr[first:stop]
    return ColumnErrors(gain, offset)

"""How warm a plume is, from how its own signal follows the ground behind it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter

NEIGHBOURS_PX = 3
"""Side of the squares over which a plume is taken to be even."""
LEAST_NEIGHBOURS = 6
"""Pixels of a plume that such a square must hold to say something."""
STANDS_OUT = 2.0
"""Mean signal of a square, in standard deviations of one pixel's, from which it is asked."""
MOST_PIXELS = 4000
"""Strongest pixels that are asked."""
UNEVENNESS = (0.03, 0.06, 0.12, 0.25, 0.5)
"""Standard deviations of column over a square that are tried, as parts of its mean."""
INDEPENDENT_SHARE = 0.33
"""Part of the pixels that counts: neighbours share squares and clutter."""
FREEDOM = 4.0
"""Degrees of freedom of the t law of what is left: at the border of two surfaces, which the optics
blur, signal and contrast don't change alike, and by a normal law a few such pixels decide."""
ODD_SHARE = 0.01
"""Part of the squares whose sign may be anything."""
CONTRAST_NOISE_K = 0.1
"""Noise of one pixel's contrast, σ_C: the detector's, over the gas's bands."""
GROUND_SD_K = 0.5
"""How well the ground's own temperature is known: the air, and its emissivity in a gas's bands."""
GRID_REACH_SD = 4.0
_GRID_POINTS = 241


@dataclass(frozen=True, slots=True)
class PlumeTemperature:
    """What is believed of a plume's temperature, on a grid.

    Attributes
    ----------
    temperature_k : (point,) [K], evenly spaced
    shift_k : (point,) [K]
        What each adds to the contrast of a plume at the temperature believed before.
    probability : (point,)
        Sums to one.
    """

    temperature_k: NDArray[np.float64]
    shift_k: NDArray[np.float64]
    probability: NDArray[np.float64]

    @property
    def mean_k(self) -> float:
        """Its mean, [K]."""
        return float(self.probability @ self.temperature_k)

    @property
    def sd_k(self) -> float:
        """Its standard deviation, [K]."""
        return float(np.sqrt(self.probability @ (self.temperature_k - self.mean_k) ** 2))

    def thinned(self, n_points: int) -> "PlumeTemperature":
        """Return about so many points that hold all but a thousandth of the belief."""
        held = self.probability > 1e-4 * self.probability.max()
        chosen = np.flatnonzero(held)[:: 1 + int(held.sum()) // n_points]
        probability = self.probability[chosen] / self.probability[chosen].sum()
        return PlumeTemperature(self.temperature_k[chosen], self.shift_k[chosen], probability)

    @property
    def mean_shift_k(self) -> float:
        """Mean of what it adds to the contrast, [K]."""
        return float(self.probability @ self.shift_k)

    @property
    def shift_sd_k(self) -> float:
        """Standard deviation of what it adds to the contrast, [K]."""
        return float(np.sqrt(self.probability @ (self.shift_k - self.mean_shift_k) ** 2))


def temperature_grid_k(temperature_k: float, sd_k: float) -> NDArray[np.float64]:
    """Return the temperatures that are tried, (point,) [K], for a normal prior."""
    reach = GRID_REACH_SD * max(sd_k, GROUND_SD_K)
    return temperature_k + np.linspace(-reach, reach, _GRID_POINTS)


@dataclass(frozen=True, slots=True)
class PlumeImage:
    """A plume's bounding box.

    Attributes
    ----------
    amount : (line, sample) [ppm m K]
        Signed signal: column density times contrast.
    contrast : (line, sample) [(K)]
        Of a plume at the temperature believed before, against the ground *behind* the plume.
    inside : (line, sample) bool
        True in the plume, where both are finite.
    noise : [ppm m K]
        Standard deviation of one pixel's amount without gas.
    """

    amount: NDArray[np.float64]
    contrast: NDArray[np.float64]
    inside: NDArray[np.bool_]
    noise: float

    @classmethod
    def of_pixels(
        cls,
        line: NDArray[np.intp],
        sample: NDArray[np.intp],
        amount: NDArray[np.float64],
        contrast: NDArray[np.float64],
        noise: float,
    ) -> "PlumeImage":
        """Put pixels, (pixel,) each, in their places."""
        shape = (int(np.ptp(line)) + 1, int(np.ptp(sample)) + 1)
        place = (line - line.min(), sample - sample.min())
        images = np.zeros((2, *shape))
        inside = np.zeros(shape, dtype=bool)
        finite = np.isfinite(amount) & np.isfinite(contrast)
        inside[place] = finite
        images[0][place] = np.where(finite, amount, 0.0)
        images[1][place] = np.where(finite, contrast, 0.0)
        return cls(images[0], images[1], inside, noise)


def log_likelihood_of_shift(image: PlumeImage, shift_k: NDArray[np.float64]) -> NDArray[np.float64]:
    r"""Return how well shifts of the contrast explain a plume's signal, (point,).

    Signal is column times contrast, :math:`a = u\,(C + \delta)`. Over a few neighbouring pixels u
    is nearly even, and the contrast varies with the ground: a hot roof beside a cold yard. So with
    bars for means over a square,

    .. math:: a - \bar a = \frac{\bar a}{\bar C + \delta}\,(C - \bar C) + e, \qquad
              e \sim t_\nu\Big(0,\ \sigma_a^2 + s^2 \bar a^2 +
              \frac{\bar a^2 \sigma_C^2}{(\bar C + \delta)^2}\Big)

    the slope of signal on ground gives the column, and with it δ, without knowing either. s, how
    uneven the plume is, is summed over. Without the last term the contrast's own noise would look
    like ground that the plume does not follow, and even ground would make every plume hot.

    No column is negative: a square whose signal has the other sign than its contrast shows noise
    alone, :math:`\epsilon + (1 - \epsilon)\,e^{-\bar a^2 / 2\sigma_a^2}`.

    Parameters
    ----------
    shift_k : (point,) [K]
        δ.

    References
    ----------
    Own derivation from the three-layer equation: docs/explanation/detection.md. It is the
    on-plume form of the temperature-contrast regression; docs/decisions/0020.
    """
    mean_amount, count = _square_means(image.amount, image.inside)
    mean_contrast, _ = _square_means(image.contrast, image.inside)
    asked = image.inside & (count >= LEAST_NEIGHBOURS)
    asked &= np.abs(mean_amount) > STANDS_OUT * image.noise
    if not asked.any():
        return np.zeros(shift_k.size)
    level, ground = mean_amount[asked], mean_contrast[asked]
    rise, step = image.amount[asked] - level, image.contrast[asked] - ground
    if level.size > MOST_PIXELS:
        strongest = np.argpartition(-np.abs(level), MOST_PIXELS)[:MOST_PIXELS]
        level, ground, rise, step = (v[strongest] for v in (level, ground, rise, step))
    contrast = ground + shift_k[:, None]
    small = np.abs(contrast) < _LEAST_CONTRAST_K
    contrast[small] = np.copysign(_LEAST_CONTRAST_K, contrast[small])
    column = level / contrast
    misfit = (rise - column * step) ** 2
    noise = image.noise**2 + (column * CONTRAST_NOISE_K) ** 2
    by_noise = np.log(ODD_SHARE + (1 - ODD_SHARE) * np.exp(-0.5 * (level / image.noise) ** 2))
    sign = np.where(column < 0, by_noise, 0.0).sum(axis=1)
    total = np.full(shift_k.size, -np.inf)
    for uneven in UNEVENNESS:
        variance = noise + (uneven * level) ** 2
        of_misfit = -0.5 * (FREEDOM + 1) * np.log1p(misfit / (FREEDOM * variance))
        total = np.logaddexp(total, sign + (of_misfit - 0.5 * np.log(variance)).sum(axis=1))
    return np.asarray(INDEPENDENT_SHARE * (total - total.max()))


_LEAST_CONTRAST_K = 0.3


def _square_means(
    values: NDArray[np.float64], inside: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return means over the squares' pixels inside, and how many there are."""
    share = uniform_filter(inside.astype(np.float64), NEIGHBOURS_PX, mode="constant")
    total = uniform_filter(np.where(inside, values, 0.0), NEIGHBOURS_PX, mode="constant")
    # A filter's rounding leaves shares of 1e-17 where nothing is inside.
    count = np.round(share * NEIGHBOURS_PX**2)
    return total / np.maximum(share, 1.0 / NEIGHBOURS_PX**2), count


def fit_plume_temperature(
    image: PlumeImage,
    temperature_k: NDArray[np.float64],
    shift_k: NDArray[np.float64],
    prior_sd_k: float,
) -> PlumeTemperature | None:
    r"""Return what is believed of a plume's temperature once its pixels are seen.

    .. math:: p(T) \propto N(T; T_0, \sigma_0^2)\;[\mathcal{L} * N(0, \sigma_g^2)](T)\;
              \Big[\sum_i a_i\,(C_i + \delta(T)) > 0\Big]

    the prior, the likelihood blurred by the ground's own error σ_g (`GROUND_SD_K`), and the sign: a
    plume warmer than its ground shows in emission.

    Parameters
    ----------
    temperature_k : (point,) [K], from `temperature_grid_k`
        T₀ is its middle.
    shift_k : (point,) [K]
        What each adds to the contrast; rising.
    prior_sd_k : [K]
        σ₀.

    Returns
    -------
    PlumeTemperature or None
        None where the sign seen asks for a temperature that the prior gives less than
        `LEAST_PROBABILITY`.
    """
    offset = temperature_k - temperature_k[temperature_k.size // 2]
    prior = np.exp(-0.5 * (offset / max(prior_sd_k, 1e-6)) ** 2)
    amount, contrast = image.amount[image.inside], image.contrast[image.inside]
    sign_right = float(amount @ contrast) + shift_k * float(amount.sum()) > 0
    allowed = float(prior[sign_right].sum() / prior.sum())
    if allowed < LEAST_PROBABILITY:
        return None
    likelihood = np.exp(log_likelihood_of_shift(image, shift_k))
    step_k = float(offset[1] - offset[0])
    blur = np.exp(-0.5 * (offset / GROUND_SD_K) ** 2)
    blurred = np.convolve(likelihood, blur / blur.sum(), mode="same") if step_k > 0 else likelihood
    weight = prior * np.maximum(blurred, 1e-12) * sign_right
    return PlumeTemperature(temperature_k, shift_k, weight / weight.sum())


LEAST_PROBABILITY = 0.025
"""A sign that the prior makes less likely contradicts it."""

"""How much of its gases a plume holds, and how warm it must be."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter

from cathartes.detect.contrast import Contrast
from cathartes.detect.planes import PlumePixels, ScenePlanes
from cathartes.detect.plume_temperature import (
    PlumeImage,
    PlumeTemperature,
    fit_plume_temperature,
    temperature_grid_k,
)

NAN = float("nan")
FLOOR_PX, FLOOR_SHARE = 9, 0.1
"""Of a gas that lies over much of the scene: side of the patches, and the part of them, that have
least of it."""
MOST_TEMPERATURES = 81
"""Temperatures at which a plume's column density is worked out."""


@dataclass(frozen=True, slots=True)
class Outline:
    """Where a plume is seen.

    Attributes
    ----------
    line, sample : (pixel,)
    ring : (line, sample) bool
        Its clean surroundings.
    noise_variance
        Of its mean, as a part of one square's.
    level_sd : [ppm m (K)]
        Of the level of no gas, where surroundings may hold gas too.
    """

    line: NDArray[np.intp]
    sample: NDArray[np.intp]
    ring: NDArray[np.bool_]
    noise_variance: float
    level_sd: float = 0.0


@dataclass(frozen=True, slots=True)
class Amount:
    """Column densities of a plume's main gas.

    Attributes
    ----------
    signed : [ppm m (K)]
        Mean signal; its sign is that of the contrast seen.
    mean_ppm_m, greatest_ppm_m, sd_ppm_m : [ppm m]
        Median belief of the mean, of the greatest 3 by 3 pixels, and the standard deviation of the
        first; NaN where no number can be given.
    low_ppm_m, high_ppm_m : [ppm m]
        The mean lies between them with 95 %; the upper one is infinite where the contrast could be
        nought.
    temperature_k, temperature_sd_k : [K]
        Of the plume, as used; NaN in sunlight, and where the sign contradicts.
    contradicts
        True if the sign seen contradicts the temperature believed.
    pixels : by gas
        What the layers say inside the plume.
    """

    signed: float
    mean_ppm_m: float = NAN
    greatest_ppm_m: float = NAN
    sd_ppm_m: float = NAN
    low_ppm_m: float = NAN
    high_ppm_m: float = NAN
    temperature_k: float = NAN
    temperature_sd_k: float = NAN
    contradicts: bool = False
    pixels: tuple[tuple[str, PlumePixels], ...] = ()


@dataclass(frozen=True, slots=True)
class AmountReader:
    """What turns a scene's images into the amounts of a plume.

    Attributes
    ----------
    names : (gas,)
    absorption_per_ppm_m : (gas, band) [ppm-1 m-1]
        Of thin gas.
    gram : (gas, gas) [(unit)-2]
        s̃ᵀs̃ of thin signatures against the background of single pixels, which gave the amounts.
    contrast
        How it follows from radiance.
    planes
        Without any plume's own pixels.
    spread
        Name of a gas that lies over much of the scene; "" if there is none.
    """

    names: tuple[str, ...]
    absorption_per_ppm_m: NDArray[np.float64]
    gram: NDArray[np.float64]
    contrast: Contrast
    planes: ScenePlanes
    spread: str = ""

    def measure(self, chosen: tuple[int, ...], main: int, outline: Outline) -> Amount:
        """Fit gases together in each pixel of a plume, and say how much of the main one is there.

        Parameters
        ----------
        chosen : (member,)
            Gases of the plume, the main one among them.
        """
        outline = replace(outline, level_sd=self._level_of(main, outline)[1])
        amounts = self._joint_amounts(chosen, outline)
        mine = chosen.index(main)
        signed = _mean(amounts[mine])
        seen = [self.planes.contrast(self.names[g])[outline.line, outline.sample] for g in chosen]
        if not self.contrast.emissive:
            contrast = seen[mine].astype(np.float64)
            pixels = self._pixels(chosen, amounts, [c.astype(np.float64) for c in seen], outline, 0)
            return self._of_contrast(main, amounts[mine], contrast, np.ones(1), outline, pixels)

        contrasts = [
            self._clear_of_partners(g, chosen, amounts, c)
            for g, c in zip(chosen, seen, strict=True)
        ]
        found = self._temperature(chosen, mine, amounts, contrasts, outline)
        if found is None:
            lost = [np.full(outline.line.size, np.nan) for _ in chosen]
            pixels = self._pixels(chosen, amounts, lost, outline, 0.0)
            told = bool(np.isfinite(amounts[mine] * contrasts[mine]).any())
            return Amount(signed, contradicts=told, pixels=pixels)
        shifts = [self.contrast.shift_k(g, np.array([found.mean_k]))[0] for g in chosen]
        warmed = [c + shift for c, shift in zip(contrasts, shifts, strict=True)]
        pixels = self._pixels(chosen, amounts, warmed, outline, found.shift_sd_k)
        few = found.thinned(MOST_TEMPERATURES)
        contrast = contrasts[mine] + few.shift_k[:, None]
        hides = self._hiding(main, main)
        amount = self._of_contrast(
            main, amounts[mine], contrast, few.probability, outline, pixels, hides
        )
        return replace(amount, temperature_k=found.mean_k, temperature_sd_k=found.sd_k)

    def _shape_only(self, gas: int) -> bool:
        return self.names[gas] in self.planes.shape_only

    def _joint_amounts(self, chosen: tuple[int, ...], outline: Outline) -> NDArray[np.float64]:
        """Return each gas's signal with the others beside it, less the ring's, (member, pixel)."""
        product = []
        for g in chosen:
            image = self.planes.amount(self.names[g])
            level, _ = self._level_of(g, outline)
            own = image[outline.line, outline.sample].astype(np.float64) - level
            product.append(own * self.gram[g, g])
        block = self.gram[np.ix_(chosen, chosen)]
        return np.asarray(np.linalg.lstsq(block, np.array(product), rcond=1e-10)[0])

    def _level_of(self, gas: int, outline: Outline) -> tuple[float, float]:
        """Return what a gas's image has without gas, and its deviation, [ppm m (K)].

        That of the surroundings; but of a gas that lies over much of the scene, that of the tenth
        which has least, and the step between the two is its deviation.
        """
        image = self.planes.amount(self.names[gas])
        ring = image[outline.ring]
        level = float(np.nanmedian(ring)) if np.isfinite(ring).any() else 0.0
        own = image[outline.line, outline.sample]
        if self.names[gas] != self.spread or not np.isfinite(own).any():
            return level, 0.0
        known = np.isfinite(image)
        count = uniform_filter(known.astype(np.float32), FLOOR_PX)
        total = uniform_filter(np.where(known, image, np.float32(0.0)), FLOOR_PX)
        sign = np.sign(float(np.nanmedian(own)) - level)
        means = sign * (total[known] / np.maximum(count[known], np.float32(1e-6)))
        step = max(sign * level - float(np.quantile(means, FLOOR_SHARE)), 0.0)
        return level - sign * step, step

    def _clear_of_partners(
        self,
        gas: int,
        chosen: tuple[int, ...],
        amounts: NDArray[np.float64],
        seen: NDArray[np.float32],
    ) -> NDArray[np.float64]:
        """Return the contrast of the ground as it is without the other gases, (pixel,) [K]."""
        clear = seen.astype(np.float64)
        for other, amount in zip(chosen, amounts, strict=True):
            if other != gas:
                clear += self._hiding(gas, other) * amount
        return clear

    def _hiding(self, gas: int, other: int) -> float:
        """Return how much of a gas's contrast one [ppm m K] of another hides, [ppm-1 m-1]."""
        return self.contrast.hiding(gas, self.absorption_per_ppm_m[other])

    def _temperature(
        self,
        chosen: tuple[int, ...],
        mine: int,
        amounts: NDArray[np.float64],
        contrasts: list[NDArray[np.float64]],
        outline: Outline,
    ) -> PlumeTemperature | None:
        """Return how warm the plume is by its main gas's pixels; None if its sign contradicts."""
        main = chosen[mine]
        behind = contrasts[mine] + self._hiding(main, main) * amounts[mine]
        noise = self.planes.scales[self.names[main]].noise_equivalent
        image = PlumeImage.of_pixels(outline.line, outline.sample, amounts[mine], behind, noise)
        if not image.inside.any():
            return None
        sd_k = self.contrast.plume_temperature_sd_k
        grid = temperature_grid_k(self.contrast.plume_temperature_k, sd_k)
        return fit_plume_temperature(image, grid, self.contrast.shift_k(main, grid), sd_k)

    def _pixels(
        self,
        chosen: tuple[int, ...],
        amounts: NDArray[np.float64],
        contrasts: list[NDArray[np.float64]],
        outline: Outline,
        contrast_sd: float,
    ) -> tuple[tuple[str, PlumePixels], ...]:
        """Return what the layers of each gas say inside the plume."""
        return tuple(
            (
                self.names[g],
                PlumePixels(
                    outline.line,
                    outline.sample,
                    amount.astype(np.float32),
                    contrast.astype(np.float32),
                    contrast_sd,
                ),
            )
            for g, amount, contrast in zip(chosen, amounts, contrasts, strict=True)
        )

    def _of_contrast(
        self,
        main: int,
        amount: NDArray[np.float64],
        contrast: NDArray[np.float64],
        probability: NDArray[np.float64],
        outline: Outline,
        pixels: tuple[tuple[str, PlumePixels], ...],
        hides: float = 0.0,
    ) -> Amount:
        """Return the column densities for contrasts of given probability.

        Parameters
        ----------
        amount : (pixel,) [ppm m (K)]
        contrast : (case, pixel) or (pixel,) [(K)]
        probability : (case,)
        hides : [ppm-1 m-1]
            How much of its own contrast the gas hides; nought in sunlight.
        """
        name, signed = self.names[main], _mean(amount)
        if self._shape_only(main):
            return Amount(signed, pixels=pixels)
        cases = [self._case(name, amount, each, outline, hides) for each in np.atleast_2d(contrast)]
        mean = np.array([case.mean_ppm_m for case in cases])
        if not np.isfinite(mean).any():
            negative = bool(np.nansum(amount * np.atleast_2d(contrast)) < 0)
            return Amount(signed, contradicts=negative, pixels=pixels)
        order = np.argsort(mean, kind="stable")
        low, under, middle, over, high = (
            float(v) for v in _quantiles(mean[order], probability[order], QUANTILES)
        )
        if not np.isfinite(middle) or high > MOST_SPREAD * middle:
            least = cases[int(order[np.searchsorted(mean[order], low)])]
            bound = max(low - 2 * least.sd_ppm_m, 0.0) if np.isfinite(low) else 0.0
            return Amount(signed, low_ppm_m=bound, high_ppm_m=np.inf, pixels=pixels)
        typical = cases[int(np.argmin(np.abs(mean - middle)))]
        below = float(np.hypot(middle - low, 2 * typical.sd_ppm_m))
        above = float(np.hypot(high - middle, 2 * typical.sd_ppm_m))
        core = float(np.hypot((over - under) / 2, typical.sd_ppm_m))
        return Amount(
            signed,
            mean_ppm_m=middle,
            greatest_ppm_m=typical.greatest_ppm_m(outline),
            sd_ppm_m=max(core, below / 2, above / 2),
            low_ppm_m=max(middle - below, 0.0),
            high_ppm_m=middle + above,
            pixels=pixels,
        )

    def _case(
        self,
        name: str,
        amount: NDArray[np.float64],
        contrast: NDArray[np.float64],
        outline: Outline,
        hides: float,
    ) -> "_Case":
        """Return the column densities for one contrast, (pixel,) [(K)]."""
        planes = self.planes
        usable = np.isfinite(amount) & (np.abs(contrast) >= planes.min_contrast)
        if not usable.any() or float(amount[usable] @ contrast[usable]) <= 0:
            return _Case(np.inf, np.inf, np.full(amount.shape, np.nan))
        amount, contrast = amount[usable], contrast[usable]
        # Pixels with little contrast would blow the mean up: they count by their precision, by the
        # contrast of the ground behind. By that seen, which thick gas hides, thin gas counts more.
        scale = planes.scales[name]
        apparent = (amount / contrast if planes.emissive else amount).astype(np.float32)
        column = scale.curve.invert(apparent).astype(np.float64)
        behind = scale.curve.brightness_behind(contrast + hides * amount, column)
        weight = np.minimum(behind**2, np.median(behind**2))
        mean = float(weight @ column / weight.sum())

        # Noise and clutter of the plume's size, and the errors of air and library.
        growth = float(weight @ scale.curve.slope(apparent) / weight.sum())
        typical = float(np.sqrt(np.mean(contrast**2)))
        # A mean of pixels never spreads more than one of them.
        spread = scale.square_noise_equivalent * np.sqrt(outline.noise_variance)
        noise = min(float(spread), scale.noise_equivalent) / typical
        noise = float(np.hypot(noise, outline.level_sd / typical))
        apparent_mean = float(weight @ apparent / weight.sum())
        line_error = float(scale.curve.line_error(np.array(mean)))
        relative = np.hypot(planes.relative_error, line_error)
        sd = growth * np.hypot(noise, apparent_mean * relative)
        of_pixels = np.full(usable.shape, np.nan)
        of_pixels[usable] = column
        return _Case(mean, float(sd), of_pixels)


QUANTILES = (0.025, 0.16, 0.5, 0.84, 0.975)
MOST_SPREAD = 3.0
"""If the plume's temperature lets the column be so many times its median, or infinite, no number is
stated, only the lower bound."""


@dataclass(frozen=True, slots=True)
class _Case:
    """A plume's column densities if its contrast is known; infinite where there is none.

    Attributes
    ----------
    mean_ppm_m, sd_ppm_m : [ppm m]
    column_ppm_m : (pixel,) [ppm m]
        NaN where the contrast is too small.
    """

    mean_ppm_m: float
    sd_ppm_m: float
    column_ppm_m: NDArray[np.float64]

    def greatest_ppm_m(self, outline: Outline) -> float:
        """Return the greatest 3 by 3 pixels of these, no less than the mean, [ppm m]."""
        line, sample = outline.line - outline.line.min(), outline.sample - outline.sample.min()
        image = np.full((line.max() + 3, sample.max() + 3), np.nan)
        image[line + 1, sample + 1] = self.column_ppm_m
        return max(_smoothed_maximum(image), self.mean_ppm_m)


def _quantiles(
    values: NDArray[np.float64], weight: NDArray[np.float64], shares: tuple[float, ...]
) -> NDArray[np.float64]:
    """Return quantiles of rising values that have weights, (share,)."""
    reached = np.cumsum(weight) / weight.sum()
    index = np.searchsorted(reached, np.array(shares) - 1e-12)
    return np.asarray(values[np.minimum(index, values.size - 1)])


def _mean(values: NDArray[np.float64]) -> float:
    """Return the mean of the finite values; NaN of none."""
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if finite.size else NAN


def _smoothed_maximum(image: NDArray[np.float64]) -> float:
    """Return the greatest mean over 3 by 3 pixels, of those with at least 4 values."""
    windows = np.lib.stride_tricks.sliding_window_view(image, (3, 3))
    count = np.isfinite(windows).sum(axis=(2, 3))
    total = np.nansum(windows, axis=(2, 3))
    means = np.where(count >= 4, total / np.maximum(count, 1), -np.inf)
    best = float(means.max())
    return best if np.isfinite(best) else float(np.nanmax(image))

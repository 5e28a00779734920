"""The filters that estimate amounts, and what their estimates are worth."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cathartes.detect.background import Background, MeanKind
from cathartes.detect.bank import FilterBank, make_bank
from cathartes.detect.contrast import Contrast
from cathartes.detect.gases import GasesOnBands
from cathartes.detect.light import LogLight
from cathartes.detect.planes import GasScale
from cathartes.detect.quantify import (
    log_saturation_curve,
    saturation_columns_ppm_m,
    saturation_curve,
)
from cathartes.detect.sample import Sample
from cathartes.detect.scales import CORE_QUANTILE
from cathartes.detect.signature import Signatures

LOG_PIXELS = 30_000
"""Pixels of sunlight of which logarithms are taken, about."""


@dataclass(frozen=True, slots=True)
class AmountBank:
    """Thin signatures against single pixels: of radiance, in sunlight of its logarithm.

    Attributes
    ----------
    background
        Of single pixels.
    bank
        Of thin signatures against it.
    light
        How the logarithm is taken; None in the thermal infrared.
    """

    background: Background
    bank: FilterBank
    light: LogLight | None

    @classmethod
    def of_sample(
        cls,
        sample: Sample,
        clean: NDArray[np.bool_],
        signatures: Signatures,
        light: LogLight | None,
        means: MeanKind,
    ) -> "AmountBank":
        """Make the background of the clean pixels, and the filters.

        Parameters
        ----------
        clean : (row, sample) bool
            Of the sample.
        signatures
            Thin ones.
        light
            How the logarithm is taken; None in the thermal infrared.
        means
            How the background's mean is made.
        """
        if light is None:
            background = sample.background(clean, **means, averaged=False)
            return cls(background, make_bank(signatures, background), None)
        few, clean = _some(sample, clean)
        weight = light.weight(few.single + few.shift)
        logarithms = few.in_logarithms(light)
        background = logarithms.background(clean, **means, averaged=False, weight=weight)
        level = -signatures.air_mass_factor * light.level
        return cls(background, make_bank(replace(signatures, level=level), background), light)

    def scales(
        self,
        sample: Sample,
        clean: NDArray[np.bool_],
        gases: GasesOnBands,
        signatures: Signatures,
        contrast: Contrast,
    ) -> dict[str, GasScale]:
        """Return what each gas's stored amounts are worth, by its name.

        In sunlight an estimate is the less sure the darker a pixel is: its noise is that of a pixel
        as bright as the mean.

        Parameters
        ----------
        clean : (row, sample) bool
            Pixels of the sample without plumes.
        """
        filters, factor = self.bank.amount_filters, signatures.air_mass_factor
        measured = sample
        if self.light is not None:
            sample, clean = _some(sample, clean)
            measured = sample.in_logarithms(self.light)
        mean = self.background.mean - measured.shift
        towards = filters.T.astype(np.float32)
        amounts = [
            values[clean] @ towards
            for values in (measured.single - mean.astype(np.float32), measured.about(mean))
        ]
        if self.light is not None:
            brightness = contrast.of_block((sample.single[clean] + sample.shift)[None])[:, 0].T
            amounts = [each * brightness for each in amounts]
        of_pixels, of_squares = (np.quantile(np.abs(a), CORE_QUANTILE, axis=0) for a in amounts)
        scale = {}
        for g, name in enumerate(gases.names):
            column = saturation_columns_ppm_m(factor * signatures.absorption_per_ppm_m[g].max())
            through = gases.transmittance(g, factor * column)
            if self.light is None:
                curve = saturation_curve(
                    column, through, signatures.level / factor, filters[g], signatures.values[g]
                )
            else:
                bright = contrast.weight[g] * contrast.mean
                curve = log_saturation_curve(column, through, self.light.level, filters[g], bright)
            scale[name] = GasScale(
                noise_equivalent=max(float(of_pixels[g]), 1e-30),
                square_noise_equivalent=max(float(of_squares[g]), 1e-30),
                curve=curve,
            )
        return scale


def _some(sample: Sample, clean: NDArray[np.bool_]) -> tuple[Sample, NDArray[np.bool_]]:
    """Return fewer of the rows of a large sample, and which of their pixels are clean."""
    few = sample.thinned(LOG_PIXELS)
    return few, clean[np.isin(sample.lines, few.lines)]

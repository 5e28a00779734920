"""What detection says about a scene: plumes, gases searched, and the outcome."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cathartes.detect.atmosphere import Atmosphere
from cathartes.detect.evidence import PlumeEvidence
from cathartes.detect.pixelwise import NamedPixels
from cathartes.detect.plume_spectrum import PlumeSpectrum
from cathartes.detect.tails import FalseAlarmLaw
from cathartes.spectra.library import RESERVED

UNKNOWN = RESERVED
"""The chemical's name when no gas of the library explains a plume's spectrum."""


class Outcome(StrEnum):
    """What a scan may honestly say."""

    DETECTIONS = "detections"
    NOTHING_FOUND = "nothing found"
    INCONCLUSIVE = "inconclusive"


def likely_chemicals(
    chemical: str, alternatives: Iterable[tuple[str, float | None]]
) -> tuple[str, ...]:
    """Return the main chemical, then the (name, probability) that are more probable than not."""
    partners = (name for name, p in alternatives if p is not None and p > 0.5 and name != UNKNOWN)
    return (chemical, *partners)


@dataclass(frozen=True, slots=True)
class Plume:
    """One plume in the sensor's own grid.

    Attributes
    ----------
    id
        Its value in the label image, from 1.
    chemical
        The main gas's name, or `UNKNOWN`.
    probability
        That the chemical is in the plume, given that the plume is real.
    alternatives
        (name, probability) of the other candidates, most probable first. In a mixture several
        chemicals are probable: the probabilities need not sum to one.
    expected_by_chance
        Number of plumes at least this strong that clutter and noise give in this scene over the
        whole library, counted on decoys, and in heat on hills of ground that gases explain in part.
    false_alarm_probability
        That a clean pixel has at least the score of the plume's highest one, for that gas.
    snr_max
        Greatest detection score inside, in clean standard deviations.
    line_min, line_max, sample_min, sample_max
        Bounding box, whole pixels, both ends inside.
    origin_line, origin_sample
        Continuous pixel position of the strongest part (centre of the first pixel = 0.5).
    column_density_max_ppm_m, column_density_mean_ppm_m : [ppm m]
    column_density_sd_ppm_m : [ppm m]
        One standard deviation of the mean: noise, clutter, contrast, air and library.
    thermal_contrast
        +1 the plume is warmer than the ground (emission), -1 colder (absorption), 0 reflective.
    flags
        Words that a reviewer must see, from `docs/reference/output-folder.md`.
    spectrum
        What was measured and fitted.
    column_density_low_ppm_m, column_density_high_ppm_m : [ppm m]
        The mean lies between them with 95 %. The lower one is stated where no mean can be; the
        upper one is infinite where plume and ground may be equally warm.
    plume_temperature_k, plume_temperature_sd_k : [K]
        Temperature that the column densities rest on, and one standard deviation; NaN in sunlight,
        and where there is none.
    n_strong_pixels, share_agreeing
        Pixels strong enough to be named alone, and the share of them in which the chemical is more
        probable than not; NaN without any.
    parts
        (chemical, pixels) of coherent parts that show another chemical and not the plume's.
    evidence
        What its name rests on; None if it is not known.
    """

    id: int
    chemical: str
    probability: float
    alternatives: tuple[tuple[str, float], ...]
    expected_by_chance: float
    false_alarm_probability: float
    snr_max: float
    n_pixels: int
    line_min: int
    line_max: int
    sample_min: int
    sample_max: int
    origin_line: float
    origin_sample: float
    column_density_max_ppm_m: float
    column_density_mean_ppm_m: float
    column_density_sd_ppm_m: float
    thermal_contrast: int
    flags: tuple[str, ...]
    spectrum: PlumeSpectrum = field(repr=False)
    column_density_low_ppm_m: float = float("nan")
    column_density_high_ppm_m: float = float("nan")
    plume_temperature_k: float = float("nan")
    plume_temperature_sd_k: float = float("nan")
    n_strong_pixels: int = 0
    share_agreeing: float = float("nan")
    parts: tuple[tuple[str, int], ...] = ()
    evidence: PlumeEvidence | None = field(default=None, repr=False)

    @property
    def chemicals(self) -> tuple[str, ...]:
        """The main chemical, then those more probably in the plume than not."""
        return likely_chemicals(self.chemical, self.alternatives)


@dataclass(frozen=True, slots=True)
class GasSearched:
    """How well one gas could be seen in this scene.

    Attributes
    ----------
    name
        The gas.
    necl_median_ppm_m : [ppm m]
        Median over the scene's pixels of the noise-equivalent column density; infinite where no
        pixel has contrast, NaN for a gas whose spectrum has no amounts.
    score_threshold
        Detection score that a pixel must pass to start a plume.
    false_alarm
        How often clean pixels have a score of this gas.
    detectable_column_median_ppm_m : [ppm m]
        Median over the scene's pixels of the smallest column density that is found with a
        probability of 0.95; infinite where half of the pixels could show no plume of this gas, NaN
        for a gas whose spectrum has no amounts.
    blind_share
        Share of the pixels in which a plume of this gas could not be seen, whatever its column
        density; NaN where the contrast is not known.
    thick_ppm_m : [ppm m]
        Column density at which its strongest band has an optical depth of one.
    """

    name: str
    necl_median_ppm_m: float
    score_threshold: float
    false_alarm: FalseAlarmLaw = field(repr=False)
    detectable_column_median_ppm_m: float
    blind_share: float
    thick_ppm_m: float = float("inf")


class Planes(Protocol):
    """Images of the scene by name, (line, sample) float32: kept in memory or in scratch files.

    Names are ``score/<gas>``, ``amount/<gas>`` (column times contrast),
    ``column_density_ppm_m/<gas>``, ``column_density_sd_ppm_m/<gas>``,
    ``necl_ppm_m/<gas>``, ``square_necl_ppm_m/<gas>``, ``contrast/<gas>``,
    ``detectable_column_ppm_m/<gas>`` and ``context`` (a grey image of the ground).
    """

    def read(self, name: str) -> NDArray[np.float32]:
        """Return the whole image of a name, (line, sample)."""


@dataclass(frozen=True, slots=True)
class Detections:
    """Everything detection says about one scene.

    Attributes
    ----------
    labels : (line, sample) int32
        0 outside plumes, else the plume's id.
    plumes
        Strongest first, then those that their form shows, then faint ones; empty if nothing was
        found.
    gases
        Every gas searched.
    chance_measured
        True if what chance gives was measured on this scene, False if it was assumed.
    greatest_by_chance
        Plumes of which chance gives more are not reported; NaN if that is not known.
    outcome, reason
        The reason is "" but for `Outcome.INCONCLUSIVE`.
    air
        What the air does to the bands searched, as it was taken.
    named
        Strong pixels of the plumes, with the chemical of each.
    remarks
        What else a reader of the scene must know, in sentences.
    """

    labels: NDArray[np.int32] = field(repr=False)
    plumes: tuple[Plume, ...]
    gases: tuple[GasSearched, ...] = field(repr=False)
    chance_measured: bool
    outcome: Outcome
    reason: str
    planes: Planes = field(repr=False)
    air: Atmosphere
    named: NamedPixels = field(default_factory=NamedPixels.none, repr=False)
    greatest_by_chance: float = float("nan")
    remarks: tuple[str, ...] = ()

    def false_alarm(self, gas: str) -> FalseAlarmLaw:
        """Return how often clean pixels of this scene have a score of a gas.

        Raises
        ------
        KeyError
            If the gas was not searched.
        """
        return {searched.name: searched.false_alarm for searched in self.gases}[gas]

    def with_plumes(self, keep: Callable[[Plume], bool]) -> "Detections":
        """Return them with some of the plumes alone, numbered anew; the others leave no trace.

        The images of the scene stay as they are.
        """
        kept = tuple(plume for plume in self.plumes if keep(plume))
        number = np.zeros(max((plume.id for plume in self.plumes), default=0) + 1, dtype=np.int32)
        number[[plume.id for plume in kept]] = np.arange(1, len(kept) + 1)
        labels = number[self.labels]
        return replace(
            self,
            labels=labels,
            plumes=tuple(replace(one, id=k) for k, one in enumerate(kept, start=1)),
            outcome=self.outcome
            if kept or self.outcome is Outcome.INCONCLUSIVE
            else Outcome.NOTHING_FOUND,
            named=self.named.chosen(labels[self.named.line, self.named.sample] > 0),
        )

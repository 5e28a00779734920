"""What may honestly be said of a whole scene."""

import numpy as np
from numpy.typing import NDArray

from cathartes.detect.chance import MIN_TAIL, ChanceLaw
from cathartes.detect.result import GasSearched, Outcome, Plume

MIN_VALID_SHARE = 0.5
"""With fewer usable pixels a scene without a plume is inconclusive, not empty."""
MIN_SQUARES_PER_BAND = 2
"""With fewer the covariance is mostly guessed: plumes are flagged, emptiness is not claimed."""


def outcome_of(
    plumes: tuple[Plume, ...],
    distance: NDArray[np.float32],
    looked: NDArray[np.bool_] | None,
    searched: tuple[GasSearched, ...],
    law: ChanceLaw,
    *,
    n_bands: int,
    width_px: int,
    few_pixels: bool,
    spread: str,
) -> tuple[Outcome, str]:
    """Return what may honestly be said of the whole scene, and why if that is nothing.

    Parameters
    ----------
    distance : (line, sample)
        NaN where a pixel is not usable.
    looked : (line, sample) bool
        False where nobody meant to look; None: all were meant.
    law
        What chance gives.
    n_bands
        Bands used.
    width_px : [pixel]
        Side of the squares that were searched.
    few_pixels
        True if there are fewer than `MIN_SQUARES_PER_BAND` separate squares a band.
    spread
        Name of a gas that lies over much of the scene; "" if there is none.
    """
    if plumes:
        return Outcome.DETECTIONS, ""
    usable = np.isfinite(distance)
    valid = float((usable if looked is None else usable[looked]).mean())
    seen = any(np.isfinite(gas.necl_median_ppm_m) for gas in searched)
    reasons = (
        (
            valid < MIN_VALID_SHARE,
            (
                f"only {valid:.0%} of the pixels hold usable values in every band; at least "
                f"{MIN_VALID_SHARE:.0%} are needed to say that nothing is there."
            ),
        ),
        (
            few_pixels,
            (
                f"{int(usable.sum())} usable pixels, averaged over squares of "
                f"{width_px} by {width_px}, are too few to know the ground in {n_bands} bands; at "
                f"least {MIN_SQUARES_PER_BAND} separate squares a band are needed. Give more lines."
            ),
        ),
        (
            not seen,
            (
                "over most of the scene plume and ground have the same temperature, so that no gas "
                "could have been seen; fly when the ground is warmer or colder than the air."
            ),
        ),
        (bool(spread), spread_words(spread)),
        (
            not law.measured,
            (
                f"sham signatures peak in only {law.decoy_peaks.size} places of the scene, and "
                f"more than {MIN_TAIL} are needed to measure what chance gives; nothing stands "
                f"above the {law.threshold:.1f} standard deviations assumed instead, and weaker "
                "plumes may be there. Give more lines or bands, or search more gases."
            ),
        ),
    )
    reason = next((words for holds, words in reasons if holds), "")
    return (Outcome.INCONCLUSIVE, reason) if reason else (Outcome.NOTHING_FOUND, "")


def remarks_of(plumes: tuple[Plume, ...], spread: str) -> tuple[str, ...]:
    """Return what else must be said of a scene with plumes, in sentences.

    Parameters
    ----------
    spread
        As of `outcome_of`, which says it where there is no plume.
    """
    told = spread_words(spread) if spread and plumes else ""
    return (told[0].upper() + told[1:],) if told else ()


def spread_words(gas: str) -> str:
    """Return what must be said of a scene of which a gas is a part of the background."""
    return (
        f"over the scene the ground varies by the spectrum of {gas} as it does by no sham one: "
        "perhaps the gas lies over so much of it that hardly any ground is without. Give more "
        "lines, of ground that the gas does not reach."
    )

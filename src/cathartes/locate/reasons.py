"""Why a log does not tell where its gas comes from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cathartes.locate.blocks import Blocks
from cathartes.locate.digits import two_digits
from cathartes.locate.gather import GasRows
from cathartes.locate.misfit import MISFITS
from cathartes.locate.prior import Prior
from cathartes.locate.result import Reason, SourceEstimate
from cathartes.locate.wind_rows import WindRows
from cathartes.scenes.records.times import iso_text
from cathartes.scenes.wind.history import STAGNANT_BELOW_M_S, WindHistory

ONE_PLACE_M = 5.0
"""Gas seen within less than this all round was seen from one place, however the wind turned."""
ONE_DISTANCE_M = 20.0
"""Gas seen over less than this along the wind does not tell its range."""
TURNED_DEG = 25.0
"""A wind that turns by more shows a source from several sides."""
EDGE_SD, REACHES_SD = 1.7, 2.15
"""A source whose mean place is nearer to the edge of the search than so many of its deviations was
cut off there: of a density that rises towards the edge it is one (exponential) to 1.3 (half of a
normal one), of one that is flat 1.7. A region of 90 % reaches as far as the second."""
CLEAR_SD, CLEAR_BLOCKS = 8.0, 3
"""So many blocks so many standard deviations above clean air are gas, explained or not."""
EVEN = 0.5
"""A source that is less probable is rather none."""
MOST_KG_H = 1e9
"""What nobody could miss is called blind: a plume's last wisp reaches everywhere."""
_ONE_DISTANCE = (
    "gas was seen at one distance along the wind only: direction and, with less certainty, the "
    "rate can be told, the range can't."
)
ONE_TRANSECT_WORDS = f"{_ONE_DISTANCE} Fly another transect at least 50 m up- or downwind."
STANDING_TRANSECT_WORDS = (
    f"{_ONE_DISTANCE} Wait for the wind to turn, or add a sensor or a path farther up- or downwind."
)
ONE_PLACE_WORDS = (
    "gas was seen from one place only: the wind tells from which side it came, but neither how far "
    "away nor how much an hour. Move the sensor, or add a second one at least 20 m away."
)


UNEXPLAINED_WORDS = (
    "gas was met where no source brings it in the wind that was given: the best explanation misses "
    "as much as it shows. Measure the wind where the gas is, or fly in a steadier one."
)


@dataclass(frozen=True, slots=True)
class Doubt:
    """A reason, as a word and as a sentence with what to do."""

    reason: Reason
    why: str


def doubt_before(rows: GasRows, blocks: Blocks, wind: WindHistory, winds: WindRows) -> Doubt | None:
    """Return what forbids an inversion from the beginning; None if nothing does.

    Parameters
    ----------
    rows
        In any wind.
    blocks
        Of the rows in a wind that has a direction.
    wind, winds
        As it was read, and on the rows' clock.
    """
    if rows.no_baseline or not rows.known.any():
        return Doubt(
            Reason.DRIFT,
            "no baseline to trust: the sensor never was in clean air for long, drifts as much as "
            "it shows, is stuck, or has too few values (what its log is flagged for tells). Fly "
            "more clean air, or state the background.",
        )
    if not wind.is_constant and not winds.known(rows.time_s).any():
        return Doubt(
            Reason.WIND,
            f"no wind is known at the time of any reading: its rows are from "
            f"{iso_text(wind.time_unix_s[0])} to {iso_text(wind.time_unix_s[-1])}. Give the wind "
            "of the log's time.",
        )
    if not len(blocks):
        return Doubt(
            Reason.WIND,
            f"no reading in a wind of {STAGNANT_BELOW_M_S:g} m/s and more: below it says little of "
            "where gas came from. Measure again in more wind.",
        )
    until = float(rows.time_s[-1])
    during = (winds.time_s >= -120.0) & (winds.time_s <= until + 60.0)
    chosen = during if during.any() else np.ones(winds.time_s.size, bool)
    east, north = winds.east_m_s[chosen], winds.north_m_s[chosen]
    speed = float(np.hypot(east, north).mean())
    vector = float(np.hypot(east.mean(), north.mean()))
    if speed < STAGNANT_BELOW_M_S or (vector < STAGNANT_BELOW_M_S and blocks.moves):
        return Doubt(
            Reason.WIND,
            f"the wind of {wind.method} is {speed:.1f} m/s, its mean vector {vector:.1f} m/s: "
            f"below {STAGNANT_BELOW_M_S:g} m/s it says little of where gas came from. Measure "
            "again in more wind.",
        )
    return None


def gas_stands_out(blocks: Blocks) -> bool:
    """Return True if gas, explained or not, is clear of noise and drift in several blocks."""
    return _n_clear(blocks, blocks.mean_ppm) >= CLEAR_BLOCKS


def model_stands_out(blocks: Blocks, model_ppm: NDArray[np.float64]) -> bool:
    """Return True if modelled and measured gas is clear of noise and drift in several blocks.

    Parameters
    ----------
    blocks
    model_ppm : (block,) [ppm]
        The best explanation: one of a drift has many weak blocks and none that is strong.
    """
    return _n_clear(blocks, np.minimum(model_ppm, blocks.mean_ppm)) >= CLEAR_BLOCKS


def _n_clear(blocks: Blocks, ppm: NDArray[np.float64]) -> int:
    return int((ppm > CLEAR_SD * blocks.sd_ppm).sum())


def detectable_kg_h(unit_ppm: NDArray[np.float64], sd_ppm: NDArray[np.float64]) -> float:
    """Return the rate that stands out from half of the places that are visible; NaN if none is.

    Parameters
    ----------
    unit_ppm : (block, place) [ppm]
        Block means for 1 kg/h at each of the places.
    sd_ppm : (block,) [ppm]
    """
    if sd_ppm.size < CLEAR_BLOCKS:
        return float("nan")
    ratio = np.partition(unit_ppm / sd_ppm[:, None], -CLEAR_BLOCKS, axis=0)[-CLEAR_BLOCKS]
    visible = ratio > max(1e-3 * ratio.max(initial=0.0), CLEAR_SD / MOST_KG_H)
    return float(CLEAR_SD / np.median(ratio[visible])) if visible.any() else float("nan")


def doubt_without(blocks: Blocks, winds: WindRows, detectable_kg_h: float) -> Doubt:
    """Return the reason where no gas stands out."""
    seen = (
        f"Sources of {two_digits(detectable_kg_h)} kg/h would have been seen from half of the "
        "places upwind of the track."
        if np.isfinite(detectable_kg_h)
        else "No place within reach lies upwind of the track."
        if len(blocks) >= CLEAR_BLOCKS
        else f"{len(blocks)} blocks of a few seconds were read; {CLEAR_BLOCKS} have to show gas."
    )
    on_line = blocks.moves and _along_m(blocks, winds, np.ones(len(blocks), bool)) < ONE_DISTANCE_M
    if on_line and gas_stands_out(blocks):
        return Doubt(Reason.ONE_TRANSECT, ONE_TRANSECT_WORDS)
    if on_line:
        return Doubt(
            Reason.ONLY_UPWIND,
            "no gas above clean air on a single line across the wind, which sees sources upwind "
            f"of it alone. {seen} Fly downwind of the place in question.",
        )
    if gas_stands_out(blocks):
        return Doubt(
            Reason.NO_CONTRAST,
            f"gas stands out in {_n_clear(blocks, blocks.mean_ppm)} blocks of a few seconds, which "
            "no source upwind explains better than chance. Does the wind say where it comes from, "
            "and does its clock agree with that of the gas? If so, more readings in the plume are "
            "needed.",
        )
    return Doubt(Reason.NO_CONTRAST, f"no gas stands out of clean air. {seen}")


def is_one_place(blocks: Blocks) -> bool:
    """Return True if all readings are of one place: then no source has a range or a rate."""
    return _across_m(blocks, np.ones(len(blocks), bool)) < ONE_PLACE_M


def doubt_after(
    blocks: Blocks,
    winds: WindRows,
    model_ppm: NDArray[np.float64],
    sources: tuple[SourceEstimate, ...],
    largest_region_m: float,
    misfit: float,
) -> Doubt | None:
    """Return what forbids to name a place though gas was seen; None if nothing does.

    Parameters
    ----------
    blocks, winds
    model_ppm : (block,) [ppm]
        The best explanation.
    sources
    largest_region_m
    misfit
        Share of the signal that the best explanation misses; at its greatest, nothing is explained.
    """
    everywhere = np.ones(len(blocks), bool)
    strong = (model_ppm > 0.2 * model_ppm.max()) & (blocks.mean_ppm > 3 * blocks.sd_ppm)
    others_tell = not blocks.moves and _across_m(blocks, everywhere) > ONE_DISTANCE_M
    if _across_m(blocks, strong) < ONE_PLACE_M and not others_tell:
        return Doubt(Reason.ONE_PLACE, ONE_PLACE_WORDS)
    turned = _turned_deg(blocks, winds, strong)
    if turned < TURNED_DEG and _along_m(blocks, winds, strong) < ONE_DISTANCE_M:
        words = ONE_TRANSECT_WORDS if blocks.moves else STANDING_TRANSECT_WORDS
        return Doubt(Reason.ONE_TRANSECT, words)
    if blocks.moves and misfit >= MISFITS[-1]:
        return Doubt(Reason.WIND, UNEXPLAINED_WORDS)
    surest = max(s.probability for s in sources)
    if surest < EVEN:
        return Doubt(
            Reason.NO_CONTRAST,
            f"gas stands out, but the source that explains it best has a probability of "
            f"{surest:.2f}: too much is left. Fly more passes through the plume.",
        )
    largest = min(s.region_90.half_axes_m[0] for s in sources)
    if largest > largest_region_m:
        return Doubt(
            Reason.NO_CONTRAST,
            f"the smallest 90 % region reaches {largest:.0f} m from its middle: the log does not "
            "tell places apart. Fly more passes through the plume.",
        )
    return None


def edges_of(place_m: NDArray[np.float64], prior: Prior, within_sd: float) -> tuple[str, ...]:
    """Return at which edge of the area searched each source lies, (source,); "" at none.

    The area's edge is the prior's, not the gas's: what would lie beyond gathers there.

    Parameters
    ----------
    place_m : (particle, source, 3) [m]
        East, north, up.
    prior
    within_sd
        A mean place nearer than so many deviations of its particles is at an edge.
    """
    level = place_m[..., :2]
    mean, near = level.mean(axis=0), within_sd * level.std(axis=0)
    cut = np.concatenate([mean - near < prior.low_m, mean + near > prior.high_m], axis=1)
    sides = ("western", "southern", "eastern", "northern")
    return tuple(
        " and ".join(side for side, there in zip(sides, own, strict=True) if there) for own in cut
    )


def doubt_at_edge(place_m: NDArray[np.float64], prior: Prior, reach_m: float) -> Doubt | None:
    """Return the doubt where the strongest source was cut off by an edge; None if it was not.

    Parameters
    ----------
    place_m : (particle, source, 3) [m]
        East, north, up; the strongest source first.
    prior
    reach_m
        How far the search goes beyond the track [m].
    """
    edges = edges_of(place_m, prior, EDGE_SD)
    if not edges[0]:
        return None
    return Doubt(
        Reason.OUT_OF_REACH,
        f"gas comes from the {edges[0]} edge of what was searched, {reach_m:g} m beyond the track: "
        "its source may lie farther away. Fly on to that side.",
    )


def _across_m(blocks: Blocks, chosen: NDArray[np.bool_]) -> float:
    """Return the diagonal of the box that holds blocks, without the extreme fiftieths [m]."""
    if not chosen.any():
        return 0.0
    low, high = np.quantile(blocks.centre_m()[chosen, :2], [0.02, 0.98], axis=0)
    return float(np.hypot(*(high - low)))


def _along_m(blocks: Blocks, winds: WindRows, chosen: NDArray[np.bool_]) -> float:
    """Return how far blocks reach along the mean wind, without the extreme fiftieths [m]."""
    if not chosen.any():
        return 0.0
    ahead = winds.mean_m_s / max(float(np.hypot(*winds.mean_m_s)), 1e-9)
    along = blocks.centre_m()[chosen, :2] @ ahead
    return float(np.diff(np.quantile(along, [0.02, 0.98]))[0])


def _turned_deg(blocks: Blocks, winds: WindRows, chosen: NDArray[np.bool_]) -> float:
    """Return over what angle the wind turned while gas was seen [deg]."""
    if not chosen.any():
        return 0.0
    time = blocks.averaged(blocks.time_s)[chosen]
    angle = np.interp(time, winds.time_s, np.unwrap(np.arctan2(winds.north_m_s, winds.east_m_s)))
    return float(np.degrees(np.diff(np.quantile(angle, [0.05, 0.95]))[0]))

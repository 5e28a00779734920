"""Of what an analysis found only that is kept which the mandate is about."""

from collections.abc import Iterable
from dataclasses import dataclass

import shapely

from cathartes.casework.mandate import Mandate
from cathartes.sites.detection import Detection
from cathartes.sites.sentences import counted

LEAST_PROBABILITY = 0.05
"""A plume may be of a mandate's chemical if that is at least so probable: a name's last hundredths
go to gases that nothing speaks for."""


def may_be_of(mandate: Mandate, named: Iterable[tuple[str, float]]) -> bool:
    """Return whether what has these names and probabilities may be a chemical of the mandate's.

    A mandate that names none is about all.
    """
    wanted = mandate.chemicals
    return not wanted or any(
        chemical in wanted and probability >= LEAST_PROBABILITY for chemical, probability in named
    )


@dataclass(frozen=True, slots=True)
class Kept:
    """What may be kept.

    Attributes
    ----------
    detections
    remarks
        How many were not, and why.
    all_inside
        False if something comes from outside the area: evidence that shows origins is not kept.
    """

    detections: tuple[Detection, ...]
    remarks: tuple[str, ...]
    all_inside: bool


def kept_under(mandate: Mandate, found: Iterable[Detection]) -> Kept:
    """Return what a mandate allows to keep: its chemicals, from places in its area.

    What was seen inside may come from outside; such a place is no result. Of chemicals those are
    kept that may be one of the mandate's.
    """
    other, outside = 0, 0
    kept: list[Detection] = []
    for one in found:
        if not may_be_of(mandate, ((c.chemical, c.probability) for c in one.candidates)):
            other += 1
        elif not any(_is_inside(mandate, one, number) for number in range(len(one.sources))):
            outside += 1
        else:
            kept.append(one)
    remarks = []
    if other:
        seen = counted(other, "detection")
        remarks.append(f"{seen} of chemicals that the mandate does not name: not kept.")
    if outside:
        seen = counted(outside, "detection")
        remarks.append(f"{seen} from outside the mandate's area: not kept.")
    return Kept(tuple(kept), tuple(remarks), all_inside=not outside)


def _is_inside(mandate: Mandate, one: Detection, number: int) -> bool:
    place = one.sources[number].place
    return bool(shapely.intersects_xy(mandate.area, place.longitude_deg, place.latitude_deg))

r"""Which plumes of a look are pieces of a plume that begins upwind of them.

Plumes tear, and are hidden for a while by the ground that they cross: of one plume, several are
seen. A piece begins where it shows again, which says nothing of its source. So a plume whose origin
lies downwind of another one's of the same chemical is taken for its continuation: s metres along
the wind, within r, and at most

.. math:: 2 \sqrt{\sigma_1^2 + \sigma_2^2} + s \tan 2\theta

off the axis, with the errors :math:`\sigma` of both origins across the wind and :math:`\theta` of
the direction. That a second source of the same gas lies exactly there can't be told from this
look; it can from one under another wind.
"""

from collections.abc import Sequence
from math import hypot, pi, tan

from cathartes.sites.detection import UNKNOWN, Detection, PlaceMethod
from cathartes.sites.downwind import direction_sd_rad, downwind_m, sd_along_m, upwind_axes
from cathartes.sites.observation import Wind
from cathartes.sites.place import Place

REACH_M = 300.0
"""No piece is sought farther downwind of the one before, [m]."""
STRONGER = 1.3
"""A piece is at most so much stronger than the one before it: gas gets less on its way."""
LEAST_M = 1.0
"""A piece begins at least so far downwind: of two side by side neither is one, [m]."""
_WIDEST_RAD = pi / 3
"""However wrong the wind is, gas keeps within so much of it."""

Continues = dict[str, str]
"""Id of a source to the id of the one that it is a piece of."""


def pieces_of(detections: Sequence[Detection], wind: Wind) -> Continues:
    """Return which sources of a look are pieces of which other one, that is itself no piece.

    Parameters
    ----------
    detections
        Of one look, in any order.
    wind
    """
    told = [
        (detection, source)
        for detection in detections
        for source in detection.sources
        if detection.chemical != UNKNOWN and source.method is PlaceMethod.POSTERIOR
    ]
    before = {}
    for piece, source in told:
        upwind = [
            (downwind_m(source.place, other.place, wind)[0], other.id)
            for plume, other in told
            if plume.id != piece.id
            and plume.chemical == piece.chemical
            and (piece.snr or 0.0) <= STRONGER * (plume.snr or 0.0)
            and lies_downwind(source.place, other.place, wind)
        ]
        if upwind:
            before[source.id] = min(upwind)[1]
    return {piece: _first_of(piece, before) for piece in before}


def lies_downwind(place: Place, source: Place, wind: Wind) -> bool:
    """Return True if gas of a source may begin to show again at a place."""
    along_m, across_m = downwind_m(place, source, wind)
    _, axis = upwind_axes(wind)
    sd_m = hypot(sd_along_m(place, axis), sd_along_m(source, axis))
    opens = tan(min(2 * direction_sd_rad(wind), _WIDEST_RAD))
    return LEAST_M <= along_m <= REACH_M and across_m <= 2 * sd_m + along_m * opens


def _first_of(piece: str, before: Continues) -> str:
    """Return the one that a chain of pieces begins with; each is farther upwind than the last."""
    while piece in before:
        piece = before[piece]
    return piece

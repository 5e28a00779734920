"""What a gas log read over time, and what one of its sources explains of it."""

from dataclasses import dataclass

from cathartes.errors import EvidenceError
from cathartes.products.concentration_series import GasSeries, read_concentration_series
from cathartes.sites.detection import Detection, DetectionKind
from cathartes.sites.observation import Observation
from cathartes.web.desk import Desk
from cathartes.web.texts import said
from cathartes.web.views.plume_spectrum import UNREADABLE
from cathartes.web.views.shapes import GeoJson

ROLE = "concentration_series"
"""Of the piece of evidence that holds it."""

_NO_EVIDENCE = said(
    "No series was kept of this log: something in it came from outside the mandate's area, or it "
    "was analysed by an older version."
)
_NOT_IN_IT = said("The evidence of this log has no series of this source.")


@dataclass(frozen=True, slots=True)
class LogSeriesView:
    """One gas of a log in blocks of a few seconds, and what a source explains of it.

    Attributes
    ----------
    chemical
    track
        Middles of the blocks.
    time_unix_s : (block,) [s]
    height_m : (block,) [m]
    enhancement_ppm, enhancement_sd_ppm : (block,) [ppm]
        Above clean air.
    modelled_ppm : (block,) [ppm]
        What the source gives by the best explanation.
    distance_m : (block,) [m]
        From the source.
    """

    chemical: str
    track: GeoJson
    time_unix_s: tuple[float, ...]
    height_m: tuple[float, ...]
    enhancement_ppm: tuple[float, ...]
    enhancement_sd_ppm: tuple[float, ...]
    modelled_ppm: tuple[float, ...]
    distance_m: tuple[float, ...]


def log_series_view(
    desk: Desk, look: Observation, detection: Detection
) -> tuple[LogSeriesView | None, str]:
    """Return a log source's series; or None, and a sentence that says why there is none."""
    if detection.kind is DetectionKind.PLUME:
        return None, ""
    asset = next((one for one in look.assets if one.role == ROLE), None)
    if asset is None:
        return None, _NO_EVIDENCE
    try:
        kept = read_concentration_series(desk.evidence.read(asset.sha256))
    except EvidenceError:
        return None, UNREADABLE
    for gas in kept.gases:
        for source in gas.sources:
            if source.number == detection.number:
                return _of(gas, source.modelled_ppm, source.distance_m), ""
    return None, _NOT_IN_IT


def _of(
    gas: GasSeries, modelled_ppm: tuple[float, ...], distance_m: tuple[float, ...]
) -> LogSeriesView:
    corners = zip(gas.longitude_deg, gas.latitude_deg, strict=True)
    return LogSeriesView(
        gas.chemical,
        {"type": "MultiPoint", "coordinates": [list(one) for one in corners]},
        gas.time_unix_s,
        gas.height_m,
        gas.enhancement_ppm,
        gas.enhancement_sd_ppm,
        modelled_ppm,
        distance_m,
    )

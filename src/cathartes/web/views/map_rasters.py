"""Which rasters there are in a part of the map, and the one that a visitor may see by its hash."""

from collections.abc import Sequence
from dataclasses import dataclass

from cathartes.casework.roles import Action, Thing, decide
from cathartes.errors import AccessError, EvidenceError
from cathartes.store.interface import Box
from cathartes.store.interface_map import OwnedAsset
from cathartes.web.desk import Desk
from cathartes.web.own import owner_of
from cathartes.web.place_index import newest_meeting
from cathartes.web.places import Choice, Marked, Places
from cathartes.web.views.map_features import moment
from cathartes.web.visitor import Visitor

MOST_LOOKS = 60
GEOTIFF = "image/tiff"
SENSITIVITY = "sensitivity"
_BAND_QUANTITIES = {"cube": "detectable_column_ppm_m", "log": "smallest_rate_kg_h"}
QUANTITIES = (
    "context",
    "score",
    "column_density_ppm_m",
    "column_density_sd_ppm_m",
    "necl_ppm_m",
    "detectable_column_ppm_m",
    "smallest_rate_kg_h",
    "source_probability",
)
"""What is offered, in this order."""


@dataclass(frozen=True, slots=True)
class RasterChoice:
    """A raster that can be laid on the map.

    Attributes
    ----------
    sha256
    observation_id, look
        Whose, and what it is called.
    began_utc
    quantity
        One of `QUANTITIES`.
    chemicals
        It shows: one, or none; of a sensitivity map, each in a band ``quantity/chemical``.
    has_bands
    bounds_deg : [deg]
        Of the look's footprint: west, south, east, north.
    """

    sha256: str
    observation_id: str
    look: str
    began_utc: str | None
    quantity: str
    chemicals: list[str]
    has_bands: bool
    bounds_deg: list[float]


@dataclass(frozen=True, slots=True)
class RasterChoices:
    """Rasters of some boxes.

    Attributes
    ----------
    rasters
        Newest look first.
    are_left_out
        Whether there are more looks than the newest `MOST_LOOKS`.
    """

    rasters: list[RasterChoice]
    are_left_out: bool = False


def rasters_view(desk: Desk, places: Places, boxes: Sequence[Box], choice: Choice) -> RasterChoices:
    """Return the rasters of the newest looks in some boxes."""
    placed = Places.chosen(places.placed(Marked.LOOKS), choice)
    rows = newest_meeting(placed, boxes)
    are_left_out = rows.size > MOST_LOOKS
    rows = rows[:MOST_LOOKS]
    looks = {one.id: one for one in desk.casebook.look_marks(rows.tolist())}
    found = []
    for owned in desk.casebook.assets_of_looks(rows.tolist()):
        asset, look = owned.asset, looks.get(owned.observation_id)
        if look is None or not asset.media_type.startswith(GEOTIFF):
            continue
        has_bands = asset.role == SENSITIVITY
        quantity = _BAND_QUANTITIES[look.kind.value] if has_bands else asset.role
        if quantity not in QUANTITIES:
            continue
        chemicals = [asset.chemical] if asset.chemical else []
        if has_bands:
            chemicals = list(look.chemicals)
        if choice.chemical and chemicals and choice.chemical not in chemicals:
            continue
        found.append(
            RasterChoice(
                asset.sha256,
                look.id,
                f"{look.sortie_id} {look.name}",
                moment(look.began_utc),
                quantity,
                chemicals,
                has_bands,
                [round(side, 6) for side in look.footprint.bounds],
            )
        )
    return RasterChoices(found, are_left_out)


def seen_raster(desk: Desk, visitor: Visitor, sha256: str) -> OwnedAsset:
    """Return a raster by its hash, if a present observation names it that the visitor may see.

    Raises
    ------
    EvidenceError
        If none does: whether there are other such bytes is not told.
    AccessError
        If it is somebody else's.
    """
    owned = [
        one
        for one in desk.casebook.owners_of_asset(sha256)
        if one.asset.media_type.startswith(GEOTIFF)
    ]
    if not owned:
        raise EvidenceError(f"no raster {sha256} in this casebook.")
    for one in owned:
        if decide(
            visitor.subject, Action.READ_LOOKS, Thing(owner=owner_of(desk, one.sortie_id))
        ).allowed:
            return one
    raise AccessError("this raster is of somebody else's sorties.")

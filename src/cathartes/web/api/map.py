"""What the map shows, as GeoJSON: by box, interval and chemical; counts where there is much."""

from fastapi import APIRouter

from cathartes.web.api.asked_map import AskedBoxes, AskedChoice
from cathartes.web.guard import CaseReader, OnDesk, guarded_router
from cathartes.web.places import OnPlaces
from cathartes.web.views.map_authority import emitters_view, mandates_view, plans_view
from cathartes.web.views.map_features import MapFeatures
from cathartes.web.views.map_marks import (
    MapStart,
    detections_view,
    looks_view,
    sites_view,
    sources_view,
    start_view,
)
from cathartes.web.views.map_rasters import RasterChoices, rasters_view
from cathartes.web.views.map_tracks import tracks_view
from cathartes.web.views.own_layers import OwnLayer, own_layers

router: APIRouter = guarded_router(prefix="/api/v1/map", tags=["map"])


@router.get("/start")
def get_start(visitor: CaseReader, places: OnPlaces) -> MapStart:  # noqa: ARG001
    """Return what there is in all, and where."""
    return places.told(start_view)


@router.get("/sites")
def get_sites(
    visitor: CaseReader,  # noqa: ARG001
    desk: OnDesk,
    places: OnPlaces,
    boxes: AskedBoxes,
    choice: AskedChoice,
) -> MapFeatures:
    """Return sites, the most probable first; counts where there are more than 1000."""
    return sites_view(desk, places, boxes, choice)


@router.get("/detections")
def get_detections(
    visitor: CaseReader,  # noqa: ARG001
    desk: OnDesk,
    places: OnPlaces,
    boxes: AskedBoxes,
    choice: AskedChoice,
) -> MapFeatures:
    """Return detections, the newest first; counts where there are more than 1000."""
    return detections_view(desk, places, boxes, choice)


@router.get("/sources")
def get_sources(
    visitor: CaseReader,  # noqa: ARG001
    desk: OnDesk,
    places: OnPlaces,
    boxes: AskedBoxes,
    choice: AskedChoice,
) -> MapFeatures:
    """Return the sources of up to 300 detections as ellipses of 90 %."""
    return sources_view(desk, places, boxes, choice)


@router.get("/looks")
def get_looks(
    visitor: CaseReader,  # noqa: ARG001
    desk: OnDesk,
    places: OnPlaces,
    boxes: AskedBoxes,
    choice: AskedChoice,
) -> MapFeatures:
    """Return footprints of looks with what came of them; counts where there are more than 100."""
    return looks_view(desk, places, boxes, choice)


@router.get("/tracks")
def get_tracks(
    visitor: CaseReader,  # noqa: ARG001
    desk: OnDesk,
    places: OnPlaces,
    boxes: AskedBoxes,
    choice: AskedChoice,
) -> MapFeatures:
    """Return where the newest 60 looks were taken from, as far as evidence has it."""
    return tracks_view(desk, places, boxes, choice)


@router.get("/rasters")
def get_rasters(
    visitor: CaseReader,  # noqa: ARG001
    desk: OnDesk,
    places: OnPlaces,
    boxes: AskedBoxes,
    choice: AskedChoice,
) -> RasterChoices:
    """Return the rasters of the newest 60 looks, the newest first."""
    return rasters_view(desk, places, boxes, choice)


@router.get("/mandates")
def get_mandates(visitor: CaseReader, desk: OnDesk, boxes: AskedBoxes) -> MapFeatures:  # noqa: ARG001
    """Return areas of mandates."""
    return mandates_view(desk, boxes)


@router.get("/plans")
def get_plans(visitor: CaseReader, desk: OnDesk, boxes: AskedBoxes) -> MapFeatures:  # noqa: ARG001
    """Return flight plans."""
    return plans_view(desk, boxes)


@router.get("/emitters")
def get_emitters(visitor: CaseReader, desk: OnDesk, boxes: AskedBoxes) -> MapFeatures:  # noqa: ARG001
    """Return lawful emitters."""
    return emitters_view(desk, boxes)


@router.get("/layers")
def get_layers(visitor: CaseReader, desk: OnDesk) -> list[OwnLayer]:  # noqa: ARG001
    """Return the operator's own layers."""
    return own_layers(desk.settings.layers)

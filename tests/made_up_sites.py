"""Detections and looks for tests: places in metres about a point, one sortie a day."""

from datetime import UTC, datetime, timedelta

from cathartes.sites.detection import (
    Candidate,
    Detection,
    DetectionKind,
    PlaceMethod,
    Rate,
    Source,
)
from cathartes.sites.look import Look
from cathartes.sites.offset import moved
from cathartes.sites.place import Place

ORIGIN = (-103.35, 20.65)
BEGAN = datetime(2026, 5, 4, 16, tzinfo=UTC)


def place_at(east_m, north_m, sd_m=20.0, origin=ORIGIN):
    return Place(*moved(*origin, east_m, north_m), sd_m**2, sd_m**2)


def detection(
    day, *at, chemicals=(("acetone", 0.9),), sd_m=20.0, by_chance=1e-4, origin=ORIGIN, look="",
    kind=DetectionKind.PLUME, number=1,
):  # fmt: skip
    """Return one seen on a day, with a source at each (east, north) [m]."""
    observation = look or f"look-{day}"
    name = f"{observation}-{number}"
    sources = tuple(
        Source(f"{name}.{k}", place_at(*one, sd_m, origin), PlaceMethod.POSTERIOR, 1.0,
               Rate(3.0, 1.5, 6.0))
        for k, one in enumerate(at, start=1)
    )  # fmt: skip
    candidates = tuple(Candidate(c, p) for c, p in chemicals)
    return Detection(
        name, observation, number, kind, BEGAN + timedelta(days=day), candidates[0].chemical,
        candidates, 1e-8, by_chance, 8.0, None, sources,
    )  # fmt: skip


def look(day, smallest=1.0, conclusive=True, name="", hour=0.0, gas="acetone", footprint_km2=2.0):
    return Look(
        name or f"look-{day}", BEGAN + timedelta(days=day, hours=hour), conclusive,
        {gas: smallest}, f"sortie-{day}", footprint_km2,
    )  # fmt: skip

"""Drawing a campaign: places, times at which they work, weather, flight lines."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
from shapely import Point, Polygon

from cathartes.errors import SettingsError
from cathartes.simulate.campaign import (
    Campaign,
    CampaignCube,
    CampaignLog,
    CampaignSortie,
    CampaignSource,
    Spell,
    Standing,
    Weather,
)
from cathartes.simulate.campaign_kinds import (
    HIDDEN,
    REGISTERED,
    SPAN,
    UNREGISTERED,
    Rates,
    SourceKind,
)
from cathartes.simulate.campaign_settings import CampaignSettings

BEGINS_UTC = datetime(2025, 3, 3, tzinfo=UTC)
"""A Monday; long enough ago that no mandate is still to come."""
APART_M = 250.0
"""Places lie at least so far from each other: more than twice the distance of a hit."""
INSIDE_M = 60.0
"""Places lie at least so far inside the mandate."""
DAY_SPREAD = 0.3
"""Standard deviation of the logarithm of a place's rate from day to day."""
ALONE = 0.6
"""Share of a hidden place's working days on which it gives off one of its gases alone."""
LINE_S = 240.0
"""From one flight line to the next."""
PLACE_ERROR_M = 3.0
"""Standard deviation of a cube's stated places, east and north."""
TRIES = 4000


def draw_campaign(settings: CampaignSettings) -> Campaign:
    """Draw a campaign; the same for the same settings.

    One generator a purpose: another number of sorties leaves the places where they are.

    Raises
    ------
    SettingsError
        If the places have no room.
    """
    streams = np.random.SeedSequence([settings.seed, 5005]).spawn(5)
    for_area, for_places, *for_flights = (np.random.default_rng(s) for s in streams)
    ends_utc = BEGINS_UTC + timedelta(weeks=settings.weeks)
    mandate = _mandate(settings, for_area)
    sources = _sources(settings, mandate, for_places)
    return Campaign(
        settings, f"SIM-{settings.seed}", BEGINS_UTC, ends_utc, mandate, sources,
        _sorties(settings, sources, *for_flights),
    )  # fmt: skip


def _mandate(settings: CampaignSettings, rng: np.random.Generator) -> Polygon:
    """Return the area less strips along its edges and a corner: lines flown there are cut."""
    height_m, width_m = (n * settings.pixel_m for n in settings.shape)
    west, east, north, south = rng.uniform(0.03, 0.08, 4) * (width_m, width_m, height_m, height_m)
    corner = rng.uniform(0.15, 0.25) * min(width_m, height_m)
    right, bottom = width_m - east, south - height_m
    return Polygon(
        [(west, -north), (right, -north), (right, bottom + corner), (right - corner, bottom),
         (west, bottom)]
    )  # fmt: skip


def _sources(
    settings: CampaignSettings, mandate: Polygon, rng: np.random.Generator
) -> tuple[CampaignSource, ...]:
    wanted = [
        *((Standing.HIDDEN, kind) for kind in _kinds(HIDDEN, settings.hidden)),
        *((Standing.REGISTERED, kind) for kind in _kinds(REGISTERED, settings.registered)),
        *((Standing.UNREGISTERED, kind) for kind in _kinds(UNREGISTERED, settings.unregistered)),
    ]
    places = _places(len(wanted), mandate, rng)
    sources = []
    for number, ((standing, kind), place) in enumerate(zip(wanted, places, strict=True), start=1):
        usual = tuple((gas, kg_h * float(SPAN ** rng.uniform())) for gas, kg_h in kind.least)
        spells = _spells(settings, usual, standing is Standing.HIDDEN, rng)
        working_s = sum((spell.ends_utc - spell.begins_utc).total_seconds() for spell in spells)
        sources.append(
            CampaignSource(
                f"{standing.value}-{number:02d}", kind.name, standing, place.x, place.y, usual,
                float(rng.uniform(0.0, 4.0)),
                working_s / timedelta(weeks=settings.weeks).total_seconds(), spells,
            )
        )  # fmt: skip
    return tuple(sources)


def _kinds(kinds: Sequence[SourceKind], number: int) -> list[SourceKind]:
    return [kinds[k % len(kinds)] for k in range(number)]


def _places(number: int, mandate: Polygon, rng: np.random.Generator) -> list[Point]:
    inside = mandate.buffer(-INSIDE_M)
    places: list[Point] = []
    if not inside.is_empty:
        west, south, east, north = inside.bounds
        for _ in range(TRIES):
            if len(places) == number:
                break
            place = Point(rng.uniform(west, east), rng.uniform(south, north))
            if inside.contains(place) and all(place.distance(o) >= APART_M for o in places):
                places.append(place)
    if len(places) < number:
        raise SettingsError(
            f"campaign: {number} places at least {APART_M:g} m from each other have no room in "
            f"{mandate.area * 1e-6:.2f} km2; ask for fewer, or for more cells."
        )
    return places


def _spells(
    settings: CampaignSettings, usual: Rates, hidden: bool, rng: np.random.Generator
) -> tuple[Spell, ...]:
    """Return the times at which a place works: a hidden one on some days, at its own hours.

    On some of its days it gives off only one of its gases.
    """
    share = rng.uniform(0.45, 0.85) if hidden else 1.0
    first_h = rng.uniform(4.0, 9.0) if hidden else 0.0
    hours = rng.uniform(8.0, 14.0) if hidden else 24.0
    spells = []
    for day in range(7 * settings.weeks):
        works, factor = rng.random() < share, float(np.exp(DAY_SPREAD * rng.normal()))
        alone = hidden and rng.random() < ALONE
        only = int(rng.integers(len(usual)))
        today = usual[only : only + 1] if alone else usual
        begins = BEGINS_UTC + timedelta(days=day, seconds=round(3600 * first_h))
        if works:
            ends = begins + timedelta(seconds=round(3600 * hours))
            spells.append(Spell(begins, ends, tuple((gas, kg_h * factor) for gas, kg_h in today)))
    return tuple(spells)


def _sorties(
    settings: CampaignSettings,
    sources: Sequence[CampaignSource],
    for_weather: np.random.Generator,
    for_lines: np.random.Generator,
    for_logs: np.random.Generator,
) -> tuple[CampaignSortie, ...]:
    days = np.floor(np.arange(settings.sorties) * 7 * settings.weeks / settings.sorties)
    deck = _deck(settings, for_lines)
    sorties = []
    for number, day in enumerate(days, start=1):
        hour = for_weather.uniform(7.0, 16.0)
        begins = BEGINS_UTC + timedelta(days=int(day), minutes=round(60 * hour))
        cubes = tuple(
            _cube(settings, k, begins, next(deck), for_lines) for k in range(settings.cubes)
        )
        after = begins + timedelta(seconds=LINE_S * settings.cubes)
        logs: tuple[CampaignLog, ...] = ()
        if settings.log_every and number % settings.log_every == 0 and sources:
            logs = (_log(sources, after + timedelta(minutes=10), for_logs),)
        ends = after + timedelta(minutes=30 if logs else 0)
        sorties.append(
            CampaignSortie(
                f"sim{settings.seed}-s{number:02d}", begins, ends, _weather(hour, for_weather),
                number % 2 == 0, cubes, logs,
            )
        )  # fmt: skip
    return tuple(sorties)


def _deck(settings: CampaignSettings, rng: np.random.Generator) -> Iterator[tuple[int, int]]:
    """Yield cells (north to south, west to east), each as often as the others, in random order."""
    n_cells = settings.cells_north * settings.cells_east
    while True:
        for cell in rng.permutation(n_cells):
            yield divmod(int(cell), settings.cells_east)


def _cube(
    settings: CampaignSettings,
    number: int,
    begins_utc: datetime,
    cell: tuple[int, int],
    rng: np.random.Generator,
) -> CampaignCube:
    shape = settings.shape
    size = settings.lines, settings.samples
    corner = []
    for k in range(2):
        shift = rng.integers(-size[k] // 6, size[k] // 6 + 1)
        start = cell[k] * size[k] * 8 // 9 + int(shift)
        corner.append(min(max(start, 0), max(shape[k] - size[k], 0)))
    east_m, north_m = PLACE_ERROR_M * rng.normal(size=2)
    return CampaignCube(
        f"line-{number + 1}", begins_utc + timedelta(seconds=LINE_S * number), corner[0], corner[1],
        min(size[0], shape[0]), min(size[1], shape[1]), settings.pixel_m, number % 2 == 1,
        (float(east_m), float(north_m)),
    )  # fmt: skip


def _log(
    sources: Sequence[CampaignSource], start_utc: datetime, rng: np.random.Generator
) -> CampaignLog:
    """Return a flight about one of the places, hidden or not."""
    source = sources[int(rng.integers(len(sources)))]
    east_m, north_m = rng.uniform(-30.0, 30.0, 2)
    return CampaignLog(
        "drone-log", start_utc, source.east_m + float(east_m), source.north_m + float(north_m),
        (source.rates_at(start_utc) or source.usual)[0][0], source.id,
    )  # fmt: skip


def _weather(hour: float, rng: np.random.Generator) -> Weather:
    speed_m_s, from_deg = float(rng.uniform(2.0, 5.0)), float(rng.uniform(0.0, 360.0))
    speed_sd_m_s, from_sd_deg = 0.15 * speed_m_s, 12.0
    said_m_s = max(0.5, speed_m_s + speed_sd_m_s * float(rng.normal()))
    noon = float(np.sin(np.pi * (hour - 4.0) / 15.0))
    return Weather(
        speed_m_s, from_deg, round(said_m_s, 1), round(speed_sd_m_s, 1),
        round((from_deg + from_sd_deg * float(rng.normal())) % 360.0) % 360, from_sd_deg,
        287.0 + 8.0 * noon + 3.0 * float(rng.normal()), float(rng.uniform(0.8, 2.2)),
        max(0.4, noon) * float(rng.uniform(0.8, 1.1)),
    )  # fmt: skip

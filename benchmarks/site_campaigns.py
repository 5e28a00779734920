"""Campaigns made up at the level of records: what flights over an area detect, and the truth.

Hidden sites that work part of the time, lawful emitters known and not, ground that looks like a
gas, chance, and looks with their own wind, contrast, blind spots and footprints. Deliberately not
the model by which `cathartes.sites` weighs them: shares and rates have other laws, places other
errors than stated, chance is more frequent than stated, some sites work by night, inventories have
gaps, identification takes one gas for another.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import cos, exp, hypot, log, pi

import numpy as np
import shapely
from scipy.special import ndtr

from cathartes.sites.detection import (
    UNKNOWN,
    Candidate,
    Detection,
    DetectionKind,
    PlaceMethod,
    Rate,
    Source,
)
from cathartes.sites.emitter import LawfulEmitter
from cathartes.sites.look import Look
from cathartes.sites.offset import moved, offset_m
from cathartes.sites.place import Place

ORIGIN = (-103.35, 20.65)
SIDE_M = 6000.0
START = datetime(2026, 3, 1, tzinfo=UTC)
SOLVENTS = ("acetone", "MEK", "ethyl_acetate")
CHLORINATED = ("dichloromethane", "chloroform", "tetrachloroethene")
ALCOHOLS = ("methanol", "ethanol", "isopropanol", "MTBE")
AROMATICS = ("o-xylene", "m-xylene", "benzene")
ACIDS = ("acetic_acid", "sulfur_dioxide")
HYDROCARBONS = ("methane", "ethylene", "isoprene")
COOLING = ("SF6", "R-134a", "R-22")
LIBRARY = (*SOLVENTS, *CHLORINATED, *ALCOHOLS, *AROMATICS, *ACIDS, "ammonia", *HYDROCARBONS,
           *COOLING)  # fmt: skip
KNOWN_KINDS = {
    "dairy farm": ("ammonia", "methane"),
    "landfill": ("methane", "ethylene"),
    "paint shop": ("acetone", "o-xylene", "m-xylene"),
    "dry cleaner": ("tetrachloroethene",),
    "winery": ("ethanol", "acetic_acid"),
    "cold store": ("ammonia", "R-22"),
}


@dataclass(frozen=True)
class CampaignLaw:
    """What campaigns are drawn from: densities per km2, and laws.

    `chance_factor` is what campaigns of scenes showed (docs/explanation/sites.md); `fickle` the
    share of false targets that each look names anew.
    """

    sites: float = 0.08
    others: float = 0.06
    known: float = 0.10
    false_targets: float = 0.10
    chance_factor: float = 3.0
    fickle: float = 0.3
    median_rate_kg_h: float = 4.0
    share: tuple[float, float] = (0.15, 0.9)
    least_sorties: int = 4
    most_sorties: int = 40


@dataclass(frozen=True)
class Emission:
    """Something that shows on the ground; `kind` is site, other, known or false."""

    name: str
    kind: str
    east_m: float
    north_m: float
    rates_kg_h: dict[str, float]
    share: float
    by_night: bool = False
    is_fickle: bool = False


@dataclass(frozen=True)
class Footprint:
    """One observation: a rectangle with blind discs and its smallest rates."""

    name: str
    sortie: str
    moment: datetime
    west_m: float
    south_m: float
    width_m: float
    height_m: float
    conclusive: bool
    blind: tuple[tuple[float, float, float], ...]
    smallest_kg_h: dict[str, float]

    def covers(self, east_m: float, north_m: float) -> bool:
        """Return whether a place is in the rectangle."""
        return (
            0 <= east_m - self.west_m <= self.width_m
            and 0 <= north_m - self.south_m <= self.height_m
        )

    def is_blind(self, east_m: float, north_m: float) -> bool:
        """Return whether a place is in a blind disc."""
        return any(hypot(east_m - e, north_m - n) < r for e, n, r in self.blind)

    @property
    def area_km2(self) -> float:
        """Return its area."""
        return self.width_m * self.height_m / 1e6


@dataclass(frozen=True)
class Campaign:
    """Records of a campaign with its truth: who each source id comes from ("" chance)."""

    emissions: tuple[Emission, ...]
    footprints: tuple[Footprint, ...]
    detections: tuple[Detection, ...]
    emitters: tuple[LawfulEmitter, ...]
    origin_of: dict[str, str]
    n_sorties: int
    area_km2: float = field(default=SIDE_M**2 / 1e6)

    def looks_at(self, place: Place) -> Sequence[Look]:
        """Return the looks over a place, as a casebook would."""
        east, north = (float(x) for x in offset_m(*ORIGIN, place.longitude_deg, place.latitude_deg))
        return [
            Look(
                one.name, one.moment, one.conclusive,
                {c: None if one.is_blind(east, north) else q for c, q in one.smallest_kg_h.items()},
                one.sortie, one.area_km2,
            )
            for one in self.footprints
            if one.covers(east, north)
        ]  # fmt: skip

    def shortened(self, n_sorties: int) -> "Campaign":
        """Return the same campaign after its first sorties."""
        names = {one.name for one in self.footprints if int(one.sortie[1:]) < n_sorties}
        return Campaign(
            self.emissions,
            tuple(one for one in self.footprints if one.name in names),
            tuple(one for one in self.detections if one.observation_id in names),
            self.emitters, self.origin_of, n_sorties, self.area_km2,
        )  # fmt: skip


def make_campaign(seed: int, law: CampaignLaw | None = None) -> Campaign:
    """Draw a campaign."""
    told = law or CampaignLaw()
    rng = np.random.default_rng(seed)
    emissions, emitters = _ground(rng, told)
    n_sorties = int(rng.integers(told.least_sorties, told.most_sorties + 1))
    hours = np.sort(rng.uniform(0, 45 * 24, n_sorties))
    footprints: list[Footprint] = []
    detections: list[Detection] = []
    origin_of: dict[str, str] = {}
    for number, hour in enumerate(hours):
        begun = START + timedelta(hours=float(hour))
        solar = _solar_hour(begun)
        if solar > 21 or solar < 5:  # few flights by night
            begun += timedelta(hours=float(rng.uniform(7, 12)))
        works = {e.name: _works(rng, e, _solar_hour(begun)) for e in emissions}
        wind = float(rng.uniform(1.0, 7.0))
        for k in range(int(rng.integers(2, 5))):
            look = _footprint(
                rng, f"s{number}-o{k}", number, begun + timedelta(minutes=8 * k), wind
            )
            footprints.append(look)
            if look.conclusive:
                for one, origin in _detections(rng, look, emissions, works, told):
                    detections.append(one)
                    origin_of[one.sources[0].id] = origin
    return Campaign(emissions, tuple(footprints), tuple(detections), emitters, origin_of, n_sorties)


def _solar_hour(moment: datetime) -> float:
    return (moment.timestamp() / 3600 + ORIGIN[0] / 15) % 24


def _ground(
    rng: np.random.Generator, law: CampaignLaw
) -> tuple[tuple[Emission, ...], tuple[LawfulEmitter, ...]]:
    area = SIDE_M**2 / 1e6
    emissions: list[Emission] = []
    emitters: list[LawfulEmitter] = []

    def rates(chemicals: Sequence[str]) -> dict[str, float]:
        total = law.median_rate_kg_h * exp(rng.normal(0, 0.9))
        parts = rng.dirichlet(np.full(len(chemicals), 2.0)) * max(1.0, len(chemicals) ** 0.5)
        return {c: float(total * p) for c, p in zip(chemicals, parts, strict=True)}

    def place() -> tuple[float, float]:
        east, north = rng.uniform(0, SIDE_M, 2)
        return float(east), float(north)

    def one_of(classes: dict[tuple[str, ...], float]) -> list[str]:
        return [str(rng.choice(c)) for c, p in classes.items() if rng.random() < p]

    premises = [
        (str(rng.choice(list(KNOWN_KINDS))), place()) for _ in range(rng.poisson(law.known * area))
    ]
    for k in range(rng.poisson(law.sites * area)):
        chemicals: list[str] = []
        while not chemicals:
            chemicals = one_of(
                {
                    SOLVENTS: 0.6,
                    CHLORINATED: 0.4,
                    ALCOHOLS: 0.4,
                    ACIDS: 0.55,
                    AROMATICS: 0.3,
                    ("ammonia",): 0.25,
                    HYDROCARBONS: 0.03,
                }
            )
        share = float(rng.uniform(*law.share))
        at = place()
        if premises and rng.random() < 0.08:  # hidden at lawful premises
            at = premises[int(rng.integers(len(premises)))][1]
        emissions.append(Emission(f"site{k}", "site", *at, rates(chemicals), share,
                                  bool(rng.random() < 0.3)))  # fmt: skip
    usual = (SOLVENTS, CHLORINATED, ALCOHOLS, AROMATICS, ACIDS, ("ammonia",), HYDROCARBONS, COOLING)
    odds = np.array([0.18, 0.08, 0.14, 0.14, 0.07, 0.17, 0.14, 0.08])
    for k in range(rng.poisson(law.others * area)):
        n = 1 + int(rng.random() < 0.25)
        chosen = rng.choice(len(usual), n, replace=False, p=odds / odds.sum())
        chemicals = [str(rng.choice(usual[c])) for c in chosen]
        share = float(rng.uniform(0.3, 1.0))
        emissions.append(Emission(f"other{k}", "other", *place(), rates(chemicals), share))
    for k, (kind, at) in enumerate(premises):
        if rng.random() < 0.6:  # others of an inventory give off too little to be seen
            share = float(rng.uniform(0.4, 1.0))
            emissions.append(Emission(f"known{k}", "known", *at, rates(KNOWN_KINDS[kind]), share))
        emitters.append(_inventory(rng, f"known{k}", kind, at))
    return (*emissions, *_false_targets(rng, law)), tuple(emitters)


def _false_targets(rng: np.random.Generator, law: CampaignLaw) -> list[Emission]:
    found = []
    for k in range(rng.poisson(law.false_targets * SIDE_M**2 / 1e6)):
        gas = UNKNOWN if rng.random() < 0.2 else str(rng.choice(LIBRARY))
        fake = {gas: float(1.5 * exp(rng.normal(0, 0.6)))}
        share = float(rng.uniform(0.4, 1.0))
        east, north = (float(x) for x in rng.uniform(0, SIDE_M, 2))
        is_fickle = bool(rng.random() < law.fickle)
        found.append(Emission(f"false{k}", "false", east, north, fake, share, is_fickle=is_fickle))
    return found


def _inventory(
    rng: np.random.Generator, name: str, kind: str, at: tuple[float, float]
) -> LawfulEmitter:
    """As inventories are: some 20 m off, some chemicals left out."""
    east, north = np.array(at) + rng.normal(0, 20, 2)
    listed = tuple(c for c in KNOWN_KINDS[kind] if rng.random() < 0.85)
    listed = () if rng.random() < 0.1 else listed
    if rng.random() < 0.5:
        half = rng.uniform(20, 150, 2)
        corners = [(-1, -1), (1, -1), (1, 1), (-1, 1)]
        area = shapely.Polygon(
            [moved(*ORIGIN, east + a * half[0], north + b * half[1]) for a, b in corners]
        )
    else:
        area = shapely.Point(moved(*ORIGIN, float(east), float(north)))
    return LawfulEmitter(name, name, kind, listed, area)


def _works(rng: np.random.Generator, one: Emission, solar: float) -> bool:
    if one.kind == "false":  # warm ground, mostly
        return bool(rng.random() < one.share * (0.6 + 0.4 * cos(pi / 12 * (solar - 13))))
    share = one.share
    if one.by_night:
        share = min(1.0, share * (1.6 if solar < 8 or solar > 18 else 0.7))
    return bool(rng.random() < share)


def _footprint(
    rng: np.random.Generator, name: str, sortie: int, moment: datetime, wind: float
) -> Footprint:
    width, height = rng.uniform(1200, 2600, 2)
    west, south = rng.uniform(-400, SIDE_M + 400 - np.array([width, height]))
    solar = _solar_hour(moment)
    contrast = 0.35 + 0.65 * abs(cos(pi / 12 * (solar - 13)))  # little about 7 and 19 h
    base = 0.8 * wind / 3 / contrast * exp(rng.normal(0, 0.4))
    smallest = {c: float(base * exp(rng.normal(0, 0.5))) for c in LIBRARY}
    blind = tuple(
        (west + rng.uniform(0, width), south + rng.uniform(0, height), rng.uniform(50, 350))
        for _ in range(rng.poisson(2))
    )
    return Footprint(
        name, f"s{sortie}", moment, float(west), float(south), float(width), float(height),
        bool(rng.random() > 0.08), blind, smallest,
    )  # fmt: skip


def _detections(
    rng: np.random.Generator, look: Footprint, emissions: Sequence[Emission],
    works: dict[str, bool], law: CampaignLaw,
) -> list[tuple[Detection, str]]:  # fmt: skip
    found = []
    shift = rng.normal(0, 6, 2)  # of the whole observation on the ground
    for one in emissions:
        if not (works[one.name] and look.covers(one.east_m, one.north_m)):
            continue
        if look.is_blind(one.east_m, one.north_m):
            continue
        day = exp(rng.normal(0, 0.35))
        strength: dict[str, float] = {}
        for chemical, rate in one.rates_kg_h.items():
            smallest = look.smallest_kg_h.get(
                chemical, float(np.median(list(look.smallest_kg_h.values())))
            )
            ratio = rate * day / smallest
            if rng.random() < 0.97 * ndtr(log(ratio) / 0.5 + 2.0):
                strength[chemical] = ratio
        if strength:
            at = np.array([one.east_m, one.north_m]) + shift + rng.normal(0, 10, 2)
            rates = {c: one.rates_kg_h[c] * day for c in strength}
            number = len(found) + 1
            if one.is_fickle:
                gas = str(rng.choice((*LIBRARY, UNKNOWN)))
                strength, rates = {gas: max(strength.values())}, {gas: max(rates.values())}
            found.append((_detection(rng, look, number, at, strength, rates), one.name))
    for _ in range(rng.poisson(0.1 * law.chance_factor)):
        at = np.array([look.west_m, look.south_m]) + rng.uniform(0, 1, 2) * [
            look.width_m,
            look.height_m,
        ]
        gas = str(rng.choice(LIBRARY))
        e = float(rng.uniform(0, 0.1))
        number = len(found) + 1
        found.append((_detection(rng, look, number, at, {gas: 0.5}, {gas: 1.0}, e), ""))
    return found


def _detection(
    rng: np.random.Generator, look: Footprint, number: int, at: np.ndarray,
    strength: dict[str, float], rates: dict[str, float], e: float | None = None,
) -> Detection:  # fmt: skip
    names: dict[str, float] = {}
    for chemical, ratio in strength.items():
        sure = float(np.clip(rng.beta(3 + 2 * ratio, 1.5), 0.3, 0.99))
        name = chemical if rng.random() < sure else str(rng.choice(LIBRARY))
        names[name] = max(sure, names.get(name, 0.0))
    candidates = tuple(Candidate(c, p) for c, p in sorted(names.items(), key=lambda x: -x[1]))
    best = max(strength.values())
    if e is None:
        e = 0.1 * exp(-float(rng.gamma(2.0, 1.0)) * 2.0 * log(1 + best))
    vague = rng.random() < 0.12
    sd = rng.uniform(60, 130) if vague else 18 * exp(rng.normal(0, 0.5))
    longer, angle = sd * rng.uniform(1, 2), rng.uniform(0, pi)
    turn = np.array([[cos(angle), -np.sin(angle)], [np.sin(angle), cos(angle)]])
    covariance = turn @ np.diag([longer**2, sd**2]) @ turn.T
    seen = at + rng.multivariate_normal([0, 0], covariance) * rng.uniform(0.8, 1.3)
    place = Place(
        *moved(*ORIGIN, float(seen[0]), float(seen[1])),
        float(covariance[0, 0]), float(covariance[1, 1]), float(covariance[0, 1]),
    )  # fmt: skip
    median = max(rates.values()) * exp(rng.normal(0, 0.35))
    rate = None if vague or rng.random() < 0.15 else Rate(median, median / 2, median * 2)
    name = f"{look.name}-{number}"
    return Detection(
        name, look.name, number, DetectionKind.PLUME, look.moment, candidates[0].chemical,
        candidates, 1e-8, e, 4 + 3 * best, None,
        (Source(f"{name}.1", place, PlaceMethod.OUTLINE if vague else PlaceMethod.POSTERIOR,
                1.0, rate),),
    )  # fmt: skip

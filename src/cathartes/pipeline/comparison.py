"""Plumes of two windows compared on the ground: which are one, and what both say of it."""

from collections.abc import Iterator
from dataclasses import dataclass

import shapely
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from cathartes.detect.combine import Combined, Look, combine
from cathartes.detect.identify import Prior
from cathartes.detect.result import UNKNOWN, likely_chemicals
from cathartes.detect.settings import DetectSettings
from cathartes.pipeline.sighting import LocalMap, PlacedPlume, Sighting
from cathartes.pipeline.together_settings import TogetherSettings
from cathartes.products.plume_table import Alternative, finite_or_none
from cathartes.products.together import ExpectedScore, LookFacts, Place, Said

_LEAST = 0.005
"""Chemicals less probable than this are not listed."""


def compare(
    sightings: tuple[Sighting, ...], detect: DetectSettings, settings: TogetherSettings
) -> Iterator[tuple[Place, MultiPolygon]]:
    """Yield what is said of each plume by each scan of the other window that looked there.

    Plumes of two windows that lie no farther apart than the tolerance are one place. A plume
    beside two of the other window is a place with each of them.

    Yields
    ------
    The place, and its outline in longitude and latitude [deg].
    """
    number = 0
    for index, sighting in enumerate(sightings):
        for plume in sighting.plumes:
            looked = False
            for k, other in enumerate(sightings):
                if other.regime is sighting.regime:
                    continue
                meeting = _Meeting.of(sighting, plume, other, detect, settings)
                looked = looked or meeting.looked
                # A pair is met twice, and told once.
                for place, outline in meeting.places(pairs=index < k):
                    number += 1
                    yield place.model_copy(update={"id": number}), outline
            if not looked:
                number += 1
                yield _alone(number, sighting, plume, settings), plume.outline


@dataclass(frozen=True, slots=True)
class _Meeting:
    """A plume of one scan, and what a scan of the other window shows around it."""

    own: Sighting
    plume: PlacedPlume
    other: Sighting
    partners: tuple[tuple[PlacedPlume, float], ...]
    necl_ppm_m: dict[str, float] | None
    apart_s: float | None
    detect: DetectSettings
    settings: TogetherSettings

    @classmethod
    def of(
        cls,
        own: Sighting,
        plume: PlacedPlume,
        other: Sighting,
        detect: DetectSettings,
        settings: TogetherSettings,
    ) -> "_Meeting":
        apart_s = None
        if own.start_utc is not None and other.start_utc is not None:
            apart_s = (other.start_utc - own.start_utc).total_seconds()
        to_metres = LocalMap.about(plume.origin.x, plume.origin.y)
        mine = to_metres.place(plume.outline)
        distances = ((p, float(mine.distance(to_metres.place(p.outline)))) for p in other.plumes)
        partners = tuple(
            (p, distance_m)
            for p, distance_m in distances
            if distance_m <= settings.tolerance_m(apart_s, same_gas=_share_a_gas(plume, p))
        )
        necl = None if partners else other.necl_at(plume, to_metres)
        return cls(own, plume, other, partners, necl, apart_s, detect, settings)

    @property
    def looked(self) -> bool:
        """Whether the other scan looked where the plume is."""
        return bool(self.partners) or self.necl_ppm_m is not None

    def places(self, *, pairs: bool) -> Iterator[tuple[Place, MultiPolygon]]:
        """Yield what the two scans say together."""
        if self.necl_ppm_m is not None:
            yield self._without_partner(self.necl_ppm_m), self.plume.outline
        for partner, distance_m in self.partners if pairs else ():
            both = shapely.union(self.plume.outline, partner.outline)
            yield self._pair(partner, distance_m), _multi(both)

    def _pair(self, partner: PlacedPlume, distance_m: float) -> Place:
        found = self._combined(self.other.look_at(partner))
        looks = (_said_plume(self.own, self.plume), _said_plume(self.other, partner))
        tolerance_m = self.settings.tolerance_m(
            self.apart_s, same_gas=_share_a_gas(self.plume, partner)
        )
        agreement = "both" if found.in_both else "each its own"
        return self._place(found, agreement, looks, (distance_m, tolerance_m))

    def _without_partner(self, necl_ppm_m: dict[str, float]) -> Place:
        found = self._combined(self.other.look_without_plume(necl_ppm_m))
        against = any(e.score >= e.seen for e in found.expected)
        said: Said = "no plume" if against else "could not see it"
        looks = (_said_plume(self.own, self.plume), _said_nothing(self.other, said))
        return self._place(
            found,
            "one against the other" if against else "one",
            looks,
            (None, self.settings.tolerance_m(self.apart_s, same_gas=True)),
        )

    def _combined(self, second: Look) -> Combined:
        detect = self.detect
        prior = Prior(
            max_gases=detect.mixture_max_gases,
            extra_gas=detect.prior_extra_gas,
            unknown=detect.prior_unknown,
            signature_error=detect.signature_error,
            sign=0,
        )
        return combine(
            self.own.look_at(self.plume),
            second,
            prior,
            still_there=self.settings.still_there_after(self.apart_s),
            unrest=self.settings.unrest,
        )

    def _place(
        self,
        found: Combined,
        agreement: str,
        looks: tuple[LookFacts, ...],
        distance_and_tolerance_m: tuple[float | None, float],
    ) -> Place:
        probability = dict(found.probability)
        main = found.best_set[0] if found.best_set else UNKNOWN
        if found.unknown > probability.get(main, 0.0):
            main = UNKNOWN
        probability[UNKNOWN] = found.unknown
        others = sorted(
            ((name, p) for name, p in probability.items() if name != main and p >= _LEAST),
            key=lambda item: -item[1],
        )
        return Place.model_validate(
            {
                "id": 1,
                "chemical": main,
                "chemicals": likely_chemicals(main, others),
                "probability": probability[main],
                "alternatives": [Alternative(name=name, probability=p) for name, p in others],
                "agreement": agreement,
                "longitude_deg": round(self.plume.origin.x, 7),
                "latitude_deg": round(self.plume.origin.y, 7),
                "distance_m": distance_and_tolerance_m[0],
                "tolerance_m": distance_and_tolerance_m[1],
                "time_difference_s": self.apart_s,
                "still_there": self.settings.still_there_after(self.apart_s),
                "looks": looks,
                "expected": [
                    ExpectedScore(
                        folder=(self.own, self.other)[e.look].name,
                        gas=e.gas,
                        score=e.score,
                        seen=e.seen,
                        probability=e.probability,
                    )
                    for e in found.expected
                ],
            }
        )


def _alone(
    number: int, sighting: Sighting, placed: PlacedPlume, settings: TogetherSettings
) -> Place:
    """Return what is said of a plume where no scan of the other window looked: as it was."""
    plume = placed.plume
    return Place(
        id=number,
        chemical=plume.chemical,
        chemicals=plume.chemicals,
        probability=plume.probability,
        alternatives=tuple(
            Alternative(name=name, probability=finite_or_none(p)) for name, p in plume.alternatives
        ),
        agreement="one alone",
        longitude_deg=round(placed.origin.x, 7),
        latitude_deg=round(placed.origin.y, 7),
        distance_m=None,
        tolerance_m=settings.tolerance_m(None, same_gas=True),
        time_difference_s=None,
        still_there=settings.still_there_after(None),
        looks=(_said_plume(sighting, placed),),
        expected=(),
    )


def _said_plume(sighting: Sighting, placed: PlacedPlume) -> LookFacts:
    plume = placed.plume
    return LookFacts(
        folder=sighting.name,
        window=sighting.regime.value,
        said="plume",
        plume_id=plume.id,
        chemical=plume.chemical,
        probability=plume.probability,
        column_density_mean_ppm_m=plume.column_density_mean_ppm_m,
        snr_max=plume.snr_max,
        expected_by_chance=plume.expected_by_chance,
    )


def _said_nothing(sighting: Sighting, said: Said) -> LookFacts:
    return LookFacts(
        folder=sighting.name,
        window=sighting.regime.value,
        said=said,
        plume_id=None,
        chemical=None,
        probability=None,
        column_density_mean_ppm_m=None,
        snr_max=None,
        expected_by_chance=None,
    )


def _share_a_gas(one: PlacedPlume, other: PlacedPlume) -> bool:
    """Return whether a chemical is more probable than not in both plumes."""
    return bool({*one.plume.chemicals} & {*other.plume.chemicals} - {UNKNOWN})


def _multi(shape: BaseGeometry) -> MultiPolygon:
    """Return the polygons of a union as one."""
    if isinstance(shape, MultiPolygon):
        return shape
    parts = [shape] if isinstance(shape, Polygon) else getattr(shape, "geoms", ())
    return MultiPolygon([part for part in parts if isinstance(part, Polygon)])

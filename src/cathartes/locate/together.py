"""From what several sorties say alone to sources that all of them say together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import InputError
from cathartes.locate.answer import SUREST, probability_of
from cathartes.locate.association import Group, belonging, best_partition
from cathartes.locate.common_result import SURE, CommonSource, CommonSources, SourceInSortie
from cathartes.locate.common_source import (
    SortieWords,
    SourceParticles,
    log_evidence,
    place_by_sightings,
    proposals,
    sample_source,
)
from cathartes.locate.log_silence import LogEvidence
from cathartes.locate.rate_table import RATES_KG_H, Shown
from cathartes.locate.reasons import Doubt
from cathartes.locate.regions import ellipse_of
from cathartes.locate.result import Interval, Outcome, Reason, SourceEstimate
from cathartes.locate.second_look import OthersPlace
from cathartes.locate.settings import LocateSettings
from cathartes.locate.sorties import Silence, Sortie, View

PROPOSALS = 64
"""Places tried of each sighting, for the evidence of groups."""
PLACES = 400
"""Places of a source's posterior at which sorties that did not see it are asked."""
PARTICLES = 2000
"""Of a source's posterior."""
REACH_M = 60.0
"""The area is so much larger all round than where sightings may be."""
FARTHEST_SD = 6.0
"""Sightings farther apart are not of one source."""
LIKELY_RATIO = 0.05
"""A rate that makes silence so much less likely than no emission is excluded."""
DOUBTFUL = 0.8
"""A sighting less surely of its source is named in a warning."""


def locate_together(
    chemical: str,
    sorties: Sequence[Sortie],
    settings: LocateSettings | None = None,
    on_stage: Callable[[str, float], None] | None = None,
) -> CommonSources:
    """Return the sources of one gas by all sorties together.

    Parameters
    ----------
    chemical
        The gas.
    sorties
        In any order: the answer is the same.
    settings
        Defaults if None.
    on_stage
        Told the name of each stage and 0.

    Raises
    ------
    InputError
        If two sorties have one name.
    """
    given = settings or LocateSettings()
    tell = on_stage or (lambda _stage, _share: None)
    ordered = sorted(sorties, key=lambda s: (np.nan_to_num(s.start_unix_s, nan=np.inf), s.name))
    names = [sortie.name for sortie in ordered]
    if len(set(names)) < len(names):
        raise InputError(f"sorties {', '.join(names)}: each needs a name of its own.")
    tell("together", 0.0)
    rng = np.random.default_rng(given.seed)
    book = SightingBook.of(ordered, rng)
    if not book.placed:
        return _nothing(chemical, ordered, ())
    groups = best_partition(len(book.placed), book.may_join, book.evidence)
    ordered, changed = _looked_again(ordered, book, book.parted(groups)[0], given.seed)
    if changed:
        book = SightingBook.of(ordered, rng)
        groups = best_partition(len(book.placed), book.may_join, book.evidence)
    groups, chance = book.parted(groups)
    if not groups:
        return _nothing(chemical, ordered, [_chance_words(group, book) for group in chance])
    belongs = belonging(groups, book.may_join, book.evidence)
    every = [_source_of(group, belongs, book, rng) for group in groups]
    every.sort(key=lambda source: -source.estimate.rate_kg_h.median)
    doubts = [_doubt_of(source, given.largest_region_m) for source in every]
    sources = [source for source, doubt in zip(every, doubts, strict=True) if doubt is None]
    first = next((doubt for doubt in doubts if doubt is not None), None)
    nothing = first if not sources else None
    warnings = _warnings(groups, belongs, book) + [_chance_words(group, book) for group in chance]
    if sources and first is not None:
        warnings.append(f"{len(every) - len(sources)} more could not be placed: {first.why}")
    rates = [source.particles.mean_rate_kg_h for source in every]
    return CommonSources(
        chemical=chemical,
        outcome=Outcome.LOCATED if nothing is None else Outcome.CANNOT_LOCATE,
        reason=Reason.NONE if nothing is None else nothing.reason,
        why="" if nothing is None else nothing.why,
        sorties=tuple(ordered),
        sources=tuple(sources),
        total_rate_kg_h=Interval.of(np.sum(rates, axis=0)),
        warnings=tuple(warnings),
    )


def _nothing(chemical: str, sorties: Sequence[Sortie], warnings: Sequence[str]) -> CommonSources:
    """Return the answer where no sortie shows a source that is rather there."""
    return CommonSources(
        chemical, Outcome.CANNOT_LOCATE, Reason.NO_CONTRAST,
        "no sortie shows a source of this gas.", tuple(sorties), (), None, tuple(warnings),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Placed:
    """A sighting, and whose: numbers of its sortie and of its view in it."""

    sortie: int
    view: int
    shown: Shown
    proposals_m: NDArray[np.float64]


class SightingBook:
    """All sightings, and the evidence of groups of them."""

    def __init__(self, sorties: Sequence[Sortie], placed: Sequence[Placed]) -> None:
        self.sorties, self.placed = sorties, placed
        self._evidence: dict[Group, float] = {}
        self._silence: dict[tuple[int, int, int], NDArray[np.float64]] = {}

    @classmethod
    def of(cls, sorties: Sequence[Sortie], rng: np.random.Generator) -> "SightingBook":
        """Return the book of sorties."""
        placed = []
        for s, sortie in enumerate(sorties):
            for v, view in enumerate(sortie.views):
                for sighting in view.sightings:
                    shown = Shown.of(sighting)
                    placed.append(Placed(s, v, shown, proposals([shown], PROPOSALS, rng)))
        return cls(sorties, placed)

    @cached_property
    def log_area(self) -> float:
        """Ln of the area in which sources may be, [ln m2]."""
        everywhere = np.vstack([one.shown.sighting.place_m for one in self.placed])
        return float(np.log(np.ptp(everywhere, axis=0) + 2 * REACH_M).sum())

    def may_join(self, one: Group, other: Group) -> bool:
        """Return True if all sightings of two groups are of different views, and near enough."""
        views = [(self.placed[i].sortie, self.placed[i].view) for i in one | other]
        return len(set(views)) == len(views) and all(self._near(i, j) for i in one for j in other)

    def _near(self, i: int, j: int) -> bool:
        first, second = self.placed[i].shown.density, self.placed[j].shown.density
        spread = first.root_m @ first.root_m.T + second.root_m @ second.root_m.T
        apart = first.middle_m - second.middle_m
        return bool(apart @ np.linalg.solve(spread, apart) < FARTHEST_SD**2)

    def evidence(self, group: Group) -> float:
        """Return ln E of a group."""
        if group not in self._evidence:
            members = sorted(group)
            places = np.vstack([self.placed[i].proposals_m for i in members])
            words = self._words(
                members,
                lambda s, v: np.vstack([self._silence_about(i, s, v) for i in members]),
            )
            self._evidence[group] = log_evidence(words, places) - self.log_area
        return self._evidence[group]

    def words_at(self, group: Group, place_m: NDArray[np.float64]) -> list[SortieWords]:
        """Return what each sortie says of a group's source at places, (place, 2) [m]."""
        return self._words(
            sorted(group), lambda s, v: self._of(s, v).log_ratio(place_m, RATES_KG_H)
        )

    def log_odds(self, group: Group) -> float:
        """Return ln of the odds that a group's source is there.

        What a log says of itself is that of one search. Of n logs one shows a chance n times as
        often, and the silence of the others counts. (What several show is there; the chances of
        a map are measured by decoys.)
        """
        members = [self.placed[i] for i in sorted(group)]
        missing = float(np.prod([1 - one.shown.sighting.probability for one in members]))
        odds = min(float(np.log1p(-missing) - np.log(max(missing, 1e-300))), SUREST)
        first = members[0]
        if len(members) > 1 or not _is_log(self.sorties[first.sortie].views[first.view]):
            return odds
        alone = log_evidence([SortieWords((first.shown,), ())], first.proposals_m)
        silence = self.evidence(group) + self.log_area - alone
        searches = sum(_is_log(view) for sortie in self.sorties for view in sortie.views)
        return odds + silence - float(np.log(searches))

    def parted(self, groups: tuple[Group, ...]) -> tuple[tuple[Group, ...], tuple[Group, ...]]:
        """Return groups that are rather there, and those that are rather chance."""
        there = [self.log_odds(group) > 0 for group in groups]
        kept = tuple(group for group, is_there in zip(groups, there, strict=True) if is_there)
        return kept, tuple(group for group in groups if group not in kept)

    def _of(self, sortie: int, view: int) -> Silence:
        return self.sorties[sortie].views[view].silence

    def _silence_about(self, i: int, sortie: int, view: int) -> NDArray[np.float64]:
        """Return what a view without a sighting says at the places that the sighting proposes."""
        key = (i, sortie, view)
        if key not in self._silence:
            places = self.placed[i].proposals_m
            self._silence[key] = self._of(sortie, view).log_ratio(places, RATES_KG_H)
        return self._silence[key]

    def _words(
        self, members: list[int], silence: Callable[[int, int], NDArray[np.float64]]
    ) -> list[SortieWords]:
        words = []
        for s, sortie in enumerate(self.sorties):
            mine = {self.placed[i].view: self.placed[i].shown
                    for i in members if self.placed[i].sortie == s}  # fmt: skip
            silent = tuple(silence(s, v) for v in range(len(sortie.views)) if v not in mine)
            words.append(SortieWords(tuple(mine.values()), silent))
        return words


def _looked_again(
    sorties: Sequence[Sortie],
    book: SightingBook,
    groups: tuple[Group, ...],
    seed: int,
) -> tuple[list[Sortie], bool]:
    """Return sorties whose views know of the sources that others show, and whether any changed."""
    looked = [list(sortie.views) for sortie in sorties]
    changed, rng = False, np.random.default_rng(seed)
    for s, sortie in enumerate(sorties):
        for v, view in enumerate(sortie.views):
            if view.again is None:
                continue
            again = view.again(_shown_by_others(book, groups, (s, v), rng))
            if again is not None:
                looked[s][v], changed = again, True
    pairs = zip(sorties, looked, strict=True)
    return [replace(sortie, views=tuple(views)) for sortie, views in pairs], changed


def _shown_by_others(
    book: SightingBook, groups: tuple[Group, ...], own: tuple[int, int], rng: np.random.Generator
) -> tuple[OthersPlace, ...]:
    """Return the places of groups by the sightings of other views that tell a place."""
    others = []
    for group in groups:
        members = [book.placed[i] for i in sorted(group)]
        shown = [one.shown for one in members
                 if (one.sortie, one.view) != own and one.shown.sighting.doubt is None]  # fmt: skip
        if shown:
            place = place_by_sightings(shown, PLACES, rng)
            seen = any((one.sortie, one.view) == own for one in members)
            others.append(OthersPlace(place.mean(axis=0), np.cov(place.T), seen))
    return tuple(others)


def _source_of(
    group: Group,
    belongs: dict[int, dict[Group | None, float]],
    book: SightingBook,
    rng: np.random.Generator,
) -> CommonSource:
    """Return the posterior of a group's source."""
    shown = [book.placed[i].shown for i in sorted(group)]
    places = place_by_sightings(shown, PLACES, rng)
    words = book.words_at(group, places)
    particles = sample_source(words, places, PARTICLES, rng)
    own = group if len(group) > 1 else None
    return CommonSource(
        estimate=SourceEstimate(
            place_m=np.median(particles.place_m, axis=0),
            rate_kg_h=Interval.of(particles.mean_rate_kg_h),
            height_m=Interval.of(particles.height_m),
            region_50=ellipse_of(particles.place_m, 0.5),
            region_90=ellipse_of(particles.place_m, 0.9),
            probability=probability_of(book.log_odds(group)),
        ),
        working_share=Interval.of(particles.working_share),
        sorties=tuple(
            _in_sortie(sortie.name, words[s], particles, s) for s, sortie in enumerate(book.sorties)
        ),
        association=min(belongs[i].get(own, 0.0) for i in group),
        doubts=tuple(one.sighting.doubt for one in shown),
        particles=particles,
    )


def _doubt_of(source: CommonSource, largest_region_m: float) -> Doubt | None:
    """Return why a source is not placed: a region too large, or one view's doubt and no other."""
    if len(source.doubts) == 1 and source.doubts[0] is not None:
        return source.doubts[0]
    largest = source.estimate.region_90.half_axes_m[0]
    if largest <= largest_region_m:
        return None
    return next((doubt for doubt in source.doubts if doubt is not None), None) or Doubt(
        Reason.NO_CONTRAST,
        f"the 90 % region of all sorties reaches {largest:.0f} m from its middle: they do not tell "
        "places apart. Fly more passes through the plume.",
    )


def _in_sortie(
    name: str, words: SortieWords, particles: SourceParticles, number: int
) -> SourceInSortie:
    rate = particles.rate_kg_h[:, number]
    emits = rate > 0
    probability = float(emits.mean())
    return SourceInSortie(
        sortie=name,
        seen_as=tuple(one.sighting.label for one in words.shown),
        probability=probability,
        rate_kg_h=Interval.of(rate[emits]) if probability > 1 - SURE else None,
        below_kg_h=None if words.shown else excluded_from_kg_h(words.silent),
    )


def excluded_from_kg_h(silent: Sequence[NDArray[np.float64]]) -> float | None:
    """Return from which rate on silence is `LIKELY_RATIO` as likely as without emission.

    Parameters
    ----------
    silent : each (place, rate)
        Of each view ln L(rate) / L(0) at equally likely places.

    Returns
    -------
    None if no rate is excluded.
    """
    likely = np.exp(np.minimum(sum(silent, np.zeros(RATES_KG_H.size)), 300.0)).mean(axis=0)
    possible = np.flatnonzero(likely > LIKELY_RATIO)
    last = int(possible.max(initial=-1))
    if last == RATES_KG_H.size - 1:
        return None
    around = slice(max(last, 0), last + 2)
    log_likely = np.log(np.maximum(likely[around], 1e-300))[::-1]
    log_rate = np.log(RATES_KG_H[around])[::-1]
    return float(np.exp(np.interp(np.log(LIKELY_RATIO), log_likely, log_rate)))


def _is_log(view: View) -> bool:
    return isinstance(view.silence, LogEvidence)


def _chance_words(group: Group, book: SightingBook) -> str:
    """Return what is said of sightings of one place that are rather chance."""
    said = [book.placed[i] for i in sorted(group)]
    names, labels = (
        " and ".join(dict.fromkeys(words))
        for words in (
            (book.sorties[one.sortie].name for one in said),
            (one.shown.sighting.label for one in said),
        )
    )
    show, as_many, are = (
        ("shows", "one", "it is") if len(said) == 1 else ("show", str(len(said)), "they are")
    )
    return (
        f"{names} alone {show} {labels}, weakly; of {len(book.sorties)} sorties {as_many} would by "
        f"chance, as likely as not: {are} not counted."
    )


def _warnings(
    groups: tuple[Group, ...],
    belongs: dict[int, dict[Group | None, float]],
    book: SightingBook,
) -> list[str]:
    """Return what is said of sightings that are not surely of their source."""
    told = []
    for group in groups:
        for i in sorted(group):
            own = belongs[i].get(group if len(group) > 1 else None, 0.0)
            if own < DOUBTFUL:
                one = book.placed[i]
                sortie = book.sorties[one.sortie].name
                told.append(
                    f"{sortie} shows {one.shown.sighting.label}, which is of the source it is "
                    f"counted to with a probability of {own:.2f} only: the sorties do not agree "
                    "well, or two sources are close. Look at each sortie alone."
                )
    return told

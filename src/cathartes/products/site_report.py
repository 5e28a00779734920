"""A site on paper: where, why it is believed, what was not seen, and what is not known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import matplotlib as mpl
import numpy as np
from shapely import MultiPolygon, Point
from shapely.geometry.base import BaseGeometry

from cathartes import __version__
from cathartes.products.report_charts import Lane, draw_timeline, draw_wind_rose
from cathartes.products.report_map import ELLIPSE_SHARE, MOST_LABELS, GroundMap
from cathartes.products.report_page import (
    TEXT_WIDTH_IN,
    Column,
    ReportPages,
    report_style,
)
from cathartes.products.report_words import ReportWords
from cathartes.scenes.local_frame import LocalFrame
from cathartes.sites.emitter import LawfulEmitter
from cathartes.sites.observation import LookOutcome, Observation
from cathartes.sites.offset import moved
from cathartes.sites.place import Place
from cathartes.sites.site import Site

MAP_HEIGHT_IN = 4.4
EMITTERS_WITHIN_KM = 2.0
LINES = ("-", "--", ":", "-.")
"""Of plumes, one after the other: on grey paper colours alone do not tell them apart."""


@dataclass(frozen=True, slots=True)
class SiteLook:
    """One observation that covered a site.

    Attributes
    ----------
    number
        By time, from 1.
    observation
    outlines
        Of its plumes that are attributed to the site; none of a log's sources.
    saw
        Whether something there is attributed to the site.
    smallest_rate_kg_h, smallest_column_ppm_m : by chemical
        That it would have found at the place with a probability of 0.95; infinite where none.
    """

    number: int
    observation: Observation
    outlines: tuple[MultiPolygon, ...] = ()
    saw: bool = False
    smallest_rate_kg_h: Mapping[str, float] = field(default_factory=dict)
    smallest_column_ppm_m: Mapping[str, float] = field(default_factory=dict)

    @property
    def lane(self) -> Lane:
        """What it says of the site."""
        if self.saw:
            return Lane.SEEN
        inconclusive = self.observation.outcome is LookOutcome.INCONCLUSIVE
        return Lane.DOUBT if inconclusive else Lane.EMPTY


@dataclass(frozen=True, slots=True)
class SiteReport:
    """What a site's report says.

    Attributes
    ----------
    site
    looks
        By time.
    emitters
        Lawful ones near it, with their distances [m].
    contexts
        Images of the ground, evidence of role ``context`` in one unit; the first lies uppermost.
    context_in_k
        Whether its unit is kelvin.
    reviews
        Lines of text about what reviewers said.
    """

    site: Site
    looks: tuple[SiteLook, ...]
    emitters: tuple[tuple[LawfulEmitter, float], ...] = ()
    contexts: tuple[bytes, ...] = ()
    context_in_k: bool = False
    reviews: tuple[str, ...] = ()


def write_site_report(path: Path, report: SiteReport, words: ReportWords) -> None:
    """Write a site's report as PDF or PNG.

    Raises
    ------
    OutputError
        If it can't be written.
    """
    title = words.say("site_title", id=report.site.id)

    def foot(page: int, pages: int) -> str:
        told = {"title": title, "page": str(page), "pages": str(pages), "version": __version__}
        return words.say("foot", **told)

    with report_style():
        pages = ReportPages(title, foot)
        pages.title(title)
        _write_facts(pages, report.site, words)
        _draw_map(pages, report, words)
        _draw_timeline(pages, report.looks, words)
        _write_evidence(pages, report.site, words)
        _write_not_seen(pages, report, words)
        _draw_winds(pages, report.looks, words)
        _write_emitters(pages, report, words)
        pages.heading(words.say("reviews"))
        for line in report.reviews or (words.say("reviews_none"),):
            pages.paragraph(line)
        pages.heading(words.say("limits"))
        pages.paragraph(words.say("limits_site"))
        pages.paragraph(words.say("recorded"))
        pages.write(path)


def _write_facts(pages: ReportPages, site: Site, words: ReportWords) -> None:
    low, high = site.probability_low, site.probability_high
    told = {
        "word": words.likely(site.probability),
        "p": words.number(site.probability, ".2f"),
        "low": words.number(low, ".2f"), "high": words.number(high, ".2f"),
        "word_low": words.likely(low), "word_high": words.likely(high),
    }  # fmt: skip
    one_word = told["word_low"] == told["word_high"]
    probability = words.say("probability_is_one_word" if one_word else "probability_is", **told)
    place = words.say(
        "place_is", lat=words.number(site.place.latitude_deg, ".5f"),
        lon=words.number(site.place.longitude_deg, ".5f"),
        radius=words.number(site.place.radius_m, ".0f"),
    )  # fmt: skip
    seen = words.say("seen_is", n=str(site.n_detections), looks=str(site.n_looks))
    first_last = f"{words.date(site.first_seen_utc)}, {words.date(site.last_seen_utc)}"
    facts = [
        (words.say("probability"), f"{probability}. {words.say('probability_of')}"),
        (words.say("place"), place),
        (words.say("chemicals"), ", ".join(words.chemical(one) for one in site.chemicals)),
        (words.say("seen"), seen),
        (words.say("from_to"), first_last),
    ]  # fmt: skip
    if site.explained_by:
        said = words.say("explained_is", id=site.explained_by)
        facts.append((words.say("explained"), said))
    facts.append((words.say("next_look"), words.sentence(site.why)))
    pages.facts(facts)


def _draw_map(pages: ReportPages, report: SiteReport, words: ReportWords) -> None:
    site, place = report.site, report.site.place
    pages.heading(words.say("map"), MAP_HEIGHT_IN)
    ground = GroundMap.of(
        pages.axes(MAP_HEIGHT_IN),
        LocalFrame(place.longitude_deg, place.latitude_deg),
        [*(outline for look in report.looks for outline in look.outlines), _about(place)],
        TEXT_WIDTH_IN / MAP_HEIGHT_IN,
    )
    note = words.say("map_note_plain")
    if report.contexts:
        greys = ground.draw_context(*report.contexts)
        if greys is not None:
            low, high = (words.number(v, ".0f") for v in greys)
            kind = "context_k" if report.context_in_k else "context_other"
            context = words.say(kind, low=low, high=high)
            note = words.say("map_note", context=context)
    ground.draw_emitters([emitter for emitter, _ in report.emitters])
    shown = [look for look in report.looks if look.outlines]
    colours = mpl.colormaps["cividis"](np.linspace(0.0, 0.6, max(len(shown), 1)))
    fill = max(min(0.18, 0.9 / max(len(shown), 1)), 0.03)  # so that many do not become black
    for number, (look, colour) in enumerate(zip(shown, colours, strict=False)):
        label = str(look.number) if number >= len(shown) - MOST_LABELS else ""
        for outline in look.outlines:
            style = LINES[number % len(LINES)]
            ground.draw_outline(outline, label, colour=colour, fill=fill, style=style)
    ground.draw_place(site.place)
    ground.draw_scale()
    pages.gap(MAP_HEIGHT_IN + 0.05)
    if not shown:
        pages.paragraph(words.say("map_none"))
    pages.paragraph(note, pale=True)


def _about(place: Place) -> BaseGeometry:
    """Return the square about the ellipse of a place."""
    reach = np.sqrt(-2 * np.log(1 - ELLIPSE_SHARE))
    east, north = reach * np.sqrt(place.east_var_m2), reach * np.sqrt(place.north_var_m2)
    low = moved(place.longitude_deg, place.latitude_deg, -east, -north)
    high = moved(place.longitude_deg, place.latitude_deg, east, north)
    return Point(low).union(Point(high)).envelope


def _draw_timeline(pages: ReportPages, looks: Sequence[SiteLook], words: ReportWords) -> None:
    pages.heading(words.say("timeline"), 1.6)
    timed = [
        (look.number, look.observation.began_utc, look.lane)
        for look in looks
        if look.observation.began_utc is not None
    ]
    if not timed:
        pages.paragraph(words.say("timeline_none"))
        return
    draw_timeline(pages.axes(1.15, 0.16, 0.97), timed, words)
    pages.gap(1.5)


def _write_evidence(pages: ReportPages, site: Site, words: ReportWords) -> None:
    pages.heading(words.say("evidence"), 1.2)
    pages.paragraph(words.say("evidence_note"), pale=True)
    columns = (
        Column(words.say("log_odds"), 0.7, "right"),
        Column(words.say("sum"), 0.6, "right"),
        Column(words.say("what"), TEXT_WIDTH_IN - 1.3),
    )
    total = np.cumsum([line.log_odds for line in site.evidence])
    rows = [
        (words.number(line.log_odds, "+.2f"), words.number(float(sum_), "+.2f"),
         words.sentence(line.text))
        for line, sum_ in zip(site.evidence, total, strict=True)
    ]  # fmt: skip
    pages.table(columns, rows)


def _write_not_seen(pages: ReportPages, report: SiteReport, words: ReportWords) -> None:
    pages.heading(words.say("not_seen"), 1.2)
    empty = [look for look in report.looks if not look.saw]
    if not empty:
        pages.paragraph(words.say("not_seen_none"))
        return
    pages.paragraph(words.say("not_seen_note"), pale=True)
    columns = (
        Column(words.say("look"), 0.65, "right"),
        Column(words.say("when"), 1.3),
        Column(words.say("outcome"), 1.1),
        Column(words.say("smallest"), TEXT_WIDTH_IN - 3.05),
    )
    rows = [
        (str(look.number), words.date(look.observation.began_utc),
         _outcome_here(look, words),
         look.observation.reason or _smallest(look, report.site, words))
        for look in empty
    ]  # fmt: skip
    pages.table(columns, rows)


def _outcome_here(look: SiteLook, words: ReportWords) -> str:
    """Return what came of a look that did not see the site: what it found is of others."""
    if look.observation.outcome is LookOutcome.DETECTIONS:
        return words.say("outcome_not_here")
    return words.outcome(look.observation.outcome)


def _smallest(look: SiteLook, site: Site, words: ReportWords) -> str:
    """Return what a look would have found of the site's chemicals, in words."""
    told, blind = [], False
    for chemical in site.chemicals:
        for values, unit in (
            (look.smallest_rate_kg_h, "kg/h"),
            (look.smallest_column_ppm_m, "ppm m"),
        ):
            if chemical in values:
                blind |= not np.isfinite(values[chemical])
                if np.isfinite(values[chemical]):
                    number = words.number(values[chemical], ".2g")
                    told.append(f"{words.chemical(chemical)} {number} {unit}")
                break
    if told:
        return ", ".join(told)
    return words.say("nothing_seeable" if blind else "not_known")


def _draw_winds(pages: ReportPages, looks: Sequence[SiteLook], words: ReportWords) -> None:
    pages.heading(words.say("winds"), 2.5)
    known = [(look.saw, look.observation.wind) for look in looks]
    seen = [wind for saw, wind in known if wind is not None and saw]
    empty = [wind for saw, wind in known if wind is not None and not saw]
    if not seen and not empty:
        pages.paragraph(words.say("winds_none"))
        return
    pages.gap(0.5)
    for winds, key, left in ((seen, "winds_seen", 0.1), (empty, "winds_empty", 0.55)):
        axes = pages.axes(1.55, left, left + 0.35, projection="polar")
        draw_wind_rose(axes, winds, words.say(key, n=str(len(winds))), words)
    pages.gap(1.85)
    pages.paragraph(words.say("winds_note"), pale=True)


def _write_emitters(pages: ReportPages, report: SiteReport, words: ReportWords) -> None:
    pages.heading(words.say("emitters"))
    if not report.emitters:
        within = words.number(EMITTERS_WITHIN_KM, "g")
        pages.paragraph(words.say("emitters_none", km=within))
        return
    columns = (
        Column(words.say("name"), 2.4),
        Column(words.say("kind"), 1.5),
        Column(words.say("chemicals"), TEXT_WIDTH_IN - 4.7),
        Column(words.say("distance"), 0.8, "right"),
    )
    rows = [
        (emitter.name, words.emitter_kind(emitter.kind),
         ", ".join(words.chemical(one) for one in emitter.chemicals) or words.say("not_known"),
         f"{words.number(away, '.0f')} m")
        for emitter, away in report.emitters
    ]  # fmt: skip
    pages.table(columns, rows)

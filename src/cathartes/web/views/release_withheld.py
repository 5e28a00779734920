"""What a release withholds beside what we know: for our own eyes before it is approved."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from cathartes.casework.partner import CellSize, Field, Partner
from cathartes.casework.redaction import content_for, is_told
from cathartes.casework.release import Release
from cathartes.casework.release_content import Finding, ReleaseContent
from cathartes.casework.release_material import ReleaseMaterial
from cathartes.errors import CasebookError, MandateError, ReleaseError
from cathartes.pipeline.site_material import SiteMaterial, site_material
from cathartes.products.release.statements import (
    finding_facts,
    likelihood_text,
    looks_text,
    place_text,
)
from cathartes.products.release.words import ReleaseWords
from cathartes.store.interface_releases import ReleaseFilter
from cathartes.store.open import OpenedCasebook
from cathartes.web.desk import Desk
from cathartes.web.release_sight import seen_releases
from cathartes.web.texts import Texts
from cathartes.web.visitor import Visitor

_FINEST_M: CellSize = 10
_MOST_NAMED = 4
_LABELS: Mapping[Field, str] = {
    Field.CHEMICALS: "chemicals", Field.RATE: "rate", Field.FIRST_SEEN: "first_seen",
    Field.LAST_SEEN: "last_seen", Field.COLUMN_DENSITY: "column", Field.FLAGS: "flags",
    Field.SENSOR_KIND: "sensors", Field.REVIEWERS_CONFIDENCE: "confidence",
}  # fmt: skip
"""Under which of the report's labels a field would stand."""


@dataclass(frozen=True, slots=True)
class Withheld:
    """One thing that is withheld.

    Attributes
    ----------
    name, words
        As the release has it, and in words.
    known
        What we know; "" if nothing.
    told
        What the partner sees in its place; "" if nothing.
    """

    name: str
    words: str
    known: str
    told: str


def withheld_view(
    desk: Desk, visitor: Visitor, release: Release, content: ReleaseContent, texts: Texts
) -> tuple[tuple[Withheld, ...], str]:
    """Return what a release withholds, and why that can't be compared with what is known, or "".

    A recall tells of no site, and withholds nothing by a profile.
    """
    words = ReleaseWords(texts.language)
    if content.finding is None:
        return (), ""
    try:
        opened = OpenedCasebook(desk.where, desk.casebook, desk.evidence)
        known = site_material(opened, release.site_id)
        full = content_for(
            _allowed_all(desk.casebook.partner(release.partner_id)),
            _material(content, known, release),
        )
    except (CasebookError, MandateError, ReleaseError) as error:
        bare = tuple(Withheld(one, words.kind("withheld", one), "", "") for one in content.withheld)
        return bare, str(error)
    of_site = desk.casebook.releases(ReleaseFilter(site_id=release.site_id))
    others = tuple(one.partner_id for one in seen_releases(desk, visitor, of_site))
    told = _Compared(desk, release, content.finding, full.finding, known, others, words, texts)
    return tuple(told.one(name) for name in content.withheld), ""


def _allowed_all(partner: Partner) -> Partner:
    return replace(partner, fields=frozenset(Field), cell_m=_FINEST_M, is_disabled=False)


def _material(content: ReleaseContent, known: SiteMaterial, release: Release) -> ReleaseMaterial:
    return ReleaseMaterial(
        release_id=content.release_id,
        notice=content.notice,
        sender=content.sender,
        drafted_utc=content.issued_utc,
        tlp=release.tlp,
        is_exercise=content.is_exercise,
        site=known.site,
        seen=known.seen,
        mandates=known.mandates,
        looks=known.looks,
        emitters=known.emitters,
        spectrum=known.spectrum,
        ground=known.ground,
        earlier=content.earlier,
        reason=content.reason,
    )


@dataclass(frozen=True, slots=True)
class _Compared:
    """Says of each thing what is known, and what is told in its place."""

    desk: Desk
    release: Release
    told: Finding
    full: Finding | None
    known: SiteMaterial
    partner_ids: tuple[str, ...]
    """Of all who are told of the site, or may be."""
    words: ReleaseWords
    texts: Texts

    def one(self, name: str) -> Withheld:
        """Return one thing that is withheld."""
        say = self.words.kind("withheld", name)
        if name in set(Field):
            return Withheld(name, say, self._field(Field(name)), self._in_place_of(name))
        known: Mapping[str, Callable[[], str]] = {
            "exact_place": self._place,
            "exact_times": self._times,
            "platform_and_track": self._platforms,
            "sensor_identity_and_noise": lambda: _named(
                one.observation.instrument for one in self.known.seen
            ),
            "sortie": lambda: _named(one.observation.sortie_id for one in self.known.seen),
            "raw_data_and_file_names": lambda: _named(
                each.name for one in self.known.seen for each in one.observation.files
            ),
            "persons": self._persons,
            "other_recipients": self._others,
            "software_and_machines": lambda: _named(
                one.observation.software for one in self.known.seen
            ),
        }
        return Withheld(name, say, known[name]() if name in known else "", self._in_place_of(name))

    def _field(self, field: Field) -> str:
        full, words = self.full, self.words
        if full is None:
            return ""
        if field in _LABELS:
            return dict(finding_facts(full, words)).get(words.say(_LABELS[field]), "")
        n_cells = len(full.plume_cells or ())
        n_bands = len(full.spectrum.wavelength_um) if full.spectrum else 0
        return {
            Field.PROBABILITY: likelihood_text(full, words),
            Field.HOURS: words.period(full.last_seen) if full.last_seen else "",
            Field.EMPTY_LOOKS: looks_text(full, words),
            Field.LAWFUL_EMITTERS: _named(one.name for one in full.emitters or ())
            or words.say("none"),
            Field.EVIDENCE_TEXT: _named(
                words.kind("evidence", one.kind) for one in full.evidence or ()
            ),
            Field.PLUME_OUTLINE: _counted(
                self.texts.ngettext("%(num)d polygon", "%(num)d polygons", n_cells), n_cells
            ),
            Field.SPECTRUM: _counted(
                self.texts.ngettext("%(num)d band", "%(num)d bands", n_bands), n_bands
            ),
            Field.MAP_IMAGE: words.length(full.image.side_m) if full.image else "",
        }.get(field, "")

    def _in_place_of(self, name: str) -> str:
        told, words = self.told, self.words
        match name:
            case "probability":
                return likelihood_text(told, words)
            case "exact_place":
                return place_text(told, words)
            case "exact_times" | "hours":
                periods = dict.fromkeys(one for one in (told.first_seen, told.last_seen) if one)
                return "; ".join(words.period(one) for one in periods)
            case "sensor_identity_and_noise":
                return _named(words.kind("sensor", one) for one in told.sensor_kinds or ())
        return ""

    def _place(self) -> str:
        place = self.known.site.place
        return (
            f"{place.latitude_deg:.5f}°, {place.longitude_deg:.5f}° "
            f"± {self.words.length(place.radius_m)}"
        )

    def _times(self) -> str:
        found = [one.detection.seen_utc for one in self.known.seen if is_told(one)]
        moments: list[datetime] = sorted(one for one in found if one is not None)
        ends = dict.fromkeys([*moments[:1], *moments[-1:]])
        return " – ".join(self.texts.moment(one) for one in ends)

    def _platforms(self) -> str:
        ids = dict.fromkeys(one.observation.sortie_id for one in self.known.seen)
        return _named(self.desk.casebook.sortie(one).platform for one in ids)

    def _persons(self) -> str:
        reviewers = (
            one for seen in self.known.seen if is_told(seen) for one in seen.settlement.reviewers
        )
        return _named([*self.release.authors, *reviewers])

    def _others(self) -> str:
        return _named(one for one in self.partner_ids if one != self.release.partner_id)


def _named(names: Iterable[str]) -> str:
    """Return the first of some names, and that there are more."""
    every = list(dict.fromkeys(one for one in names if one))
    return ", ".join(every[:_MOST_NAMED]) + (" …" if len(every) > _MOST_NAMED else "")


def _counted(text: str, number: int) -> str:
    """Return how many there are; "" if none."""
    return text % {"num": number} if number else ""

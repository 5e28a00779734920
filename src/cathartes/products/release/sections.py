"""What a release says beside its facts, in the order of its report: for report, page and text."""

from dataclasses import dataclass

from cathartes.casework.release_content import Finding
from cathartes.products.release.statements import looks_text
from cathartes.products.release.words import ReleaseWords


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a release.

    Attributes
    ----------
    name
        ``not_seen``, ``emitters`` or ``evidence``.
    heading
    sentences
    note
        How to read it; "" if it needs none.
    heads, rows
        Of its table; both empty if it has none.
    """

    name: str
    heading: str
    sentences: tuple[str, ...] = ()
    note: str = ""
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


def finding_sections(finding: Finding, words: ReleaseWords) -> tuple[Section, ...]:
    """Return what is told of a site in sentences and tables, without what is withheld."""
    sections = (
        _not_seen(finding, words),
        _emitters(finding, words),
        _evidence(finding, words),
    )
    return tuple(one for one in sections if one is not None)


def _not_seen(finding: Finding, words: ReleaseWords) -> Section | None:
    if finding.empty_looks is None:
        return None
    heading, looks = words.say("not_seen"), looks_text(finding, words)
    told = [one for one in finding.empty_looks.smallest if one.rate_kg_h or one.column_ppm_m]
    if not told:
        return Section("not_seen", heading, (looks,))
    rows = tuple(
        (words.chemical(one.chemical), words.number(one.rate_kg_h, ".2g"),
         words.number(one.column_ppm_m, ".2g"))
        for one in told
    )  # fmt: skip
    heads = (words.say("chemicals"), words.say("smallest_rate"), words.say("smallest_column"))
    return Section("not_seen", heading, (looks, words.say("smallest")), "", heads, rows)


def _emitters(finding: Finding, words: ReleaseWords) -> Section | None:
    if finding.emitters is None:
        return None
    heading = words.say("emitters")
    if not finding.emitters:
        return Section("emitters", heading, (words.say("emitters_none"),))
    rows = tuple(
        (one.name, words.report.emitter_kind(one.kind),
         ", ".join(words.chemical(name) for name in one.chemicals) or "–",
         words.length(one.distance_m))
        for one in finding.emitters
    )  # fmt: skip
    heads = tuple(words.say(key) for key in ("name", "kind", "chemicals", "distance"))
    return Section("emitters", heading, (), words.say("emitters_note"), heads, rows)


def _evidence(finding: Finding, words: ReleaseWords) -> Section | None:
    if not finding.evidence:
        return None
    rows = tuple(
        (words.number(one.log_odds, "+.1f"), words.kind("evidence", one.kind))
        for one in finding.evidence
    )
    note, heads = words.say("evidence_note"), (words.say("log_odds"), "")
    return Section("evidence", words.say("evidence"), (), note, heads, rows)

"""The report that a partner reads and prints, in its language."""

from typing import Literal

from cathartes.casework.release_content import Finding, ReleaseContent
from cathartes.products.release.report_figures import draw_finding_map, draw_spectrum
from cathartes.products.release.statements import (
    answer_text,
    envelope_facts,
    finding_facts,
    looks_text,
    withheld_text,
)
from cathartes.products.release.words import ReleaseWords, marking_of, title_of
from cathartes.products.report_page import (
    TEXT_WIDTH_IN,
    Column,
    PageMark,
    ReportPages,
    report_style,
)

MAP_HEIGHT_IN, SPECTRUM_HEIGHT_IN = 4.0, 2.1
_TLP_COLOURS = {
    "CLEAR": "#FFFFFF", "GREEN": "#33FF00", "AMBER": "#FFC000", "AMBER+STRICT": "#FFC000",
    "RED": "#FF2B2B",
}  # fmt: skip
"""Of letters on black: FIRST, TLP 2.0, section 2."""


def release_report(
    content: ReleaseContent, words: ReleaseWords, kind: Literal["pdf", "png"] = "pdf"
) -> bytes:
    """Return the report, without metadata; the label stands above and below each page.

    Parameters
    ----------
    content, words
    kind
        PDF, or its pages as one picture, one below the other.
    """

    def foot(page: int, pages: int) -> str:
        return words.say("foot", id=content.release_id, page=str(page), pages=str(pages))

    mark = PageMark(
        label=marking_of(content),
        colour=_TLP_COLOURS[content.tlp],
        across=words.say("exercise") if content.is_exercise else "",
    )
    with report_style():
        pages = ReportPages("", foot, mark)
        pages.title(title_of(content, words))
        if content.is_exercise:
            pages.paragraph(words.say("exercise_note"))
        pages.facts(envelope_facts(content, words))
        if content.message:
            pages.heading(words.say("message"))
            pages.paragraph(content.message)
        if content.finding is not None:
            _write_finding(pages, content.finding, words)
        pages.heading(words.say("answer"))
        pages.paragraph(answer_text(content, words))
        pages.heading(words.say("limits"))
        pages.paragraph(words.say("limits_cancel" if content.finding is None else "limits_are"))
        if content.withheld:
            pages.heading(words.say("withheld"))
            pages.paragraph(f"{words.say('withheld_note')} {withheld_text(content, words)}")
        return pages.pdf() if kind == "pdf" else pages.png()


def _write_finding(pages: ReportPages, finding: Finding, words: ReleaseWords) -> None:
    pages.heading(words.say("found"))
    pages.facts(finding_facts(finding, words))
    _draw_map(pages, finding, words)
    if finding.spectrum is not None:
        pages.heading(words.say("spectrum"), SPECTRUM_HEIGHT_IN + 0.6)
        draw_spectrum(pages.axes(SPECTRUM_HEIGHT_IN, 0.08, 1.0), finding.spectrum, words)
        pages.gap(SPECTRUM_HEIGHT_IN + 0.45)
        pages.paragraph(words.say("spectrum_note"), pale=True)
    _write_not_seen(pages, finding, words)
    _write_emitters(pages, finding, words)
    _write_evidence(pages, finding, words)


def _draw_map(pages: ReportPages, finding: Finding, words: ReleaseWords) -> None:
    pages.heading(words.say("map"), MAP_HEIGHT_IN + 0.4)
    draw_finding_map(pages.axes(MAP_HEIGHT_IN), finding, TEXT_WIDTH_IN / MAP_HEIGHT_IN)
    pages.gap(MAP_HEIGHT_IN + 0.05)
    note = words.say("map_note", within=words.share(finding.place.within))
    if finding.plume_cells is not None:
        note += " " + words.say("map_plume", size=words.length(finding.place.cell.size_m))
    if finding.image is not None:
        note += " " + words.say("map_image")
    pages.paragraph(note, pale=True)


def _write_not_seen(pages: ReportPages, finding: Finding, words: ReleaseWords) -> None:
    looks = finding.empty_looks
    if looks is None:
        return
    pages.heading(words.say("not_seen"))
    pages.paragraph(looks_text(finding, words))
    told = [one for one in looks.smallest if one.rate_kg_h or one.column_ppm_m]
    if not told:
        return
    pages.paragraph(words.say("smallest"))
    columns = (
        Column(words.say("chemicals"), 2.6),
        Column(words.say("smallest_rate"), 1.6, "right"),
        Column(words.say("smallest_column"), TEXT_WIDTH_IN - 4.2, "right"),
    )
    rows = [
        (words.chemical(one.chemical), words.number(one.rate_kg_h, ".2g"),
         words.number(one.column_ppm_m, ".2g"))
        for one in told
    ]  # fmt: skip
    pages.table(columns, rows)


def _write_emitters(pages: ReportPages, finding: Finding, words: ReleaseWords) -> None:
    if finding.emitters is None:
        return
    pages.heading(words.say("emitters"))
    if not finding.emitters:
        pages.paragraph(words.say("emitters_none"))
        return
    pages.paragraph(words.say("emitters_note"), pale=True)
    columns = (
        Column(words.say("name"), 2.4),
        Column(words.say("kind"), 1.5),
        Column(words.say("chemicals"), TEXT_WIDTH_IN - 4.8),
        Column(words.say("distance"), 0.9, "right"),
    )
    rows = [
        (one.name, words.report.emitter_kind(one.kind),
         ", ".join(words.chemical(name) for name in one.chemicals) or "–",
         words.length(one.distance_m))
        for one in finding.emitters
    ]  # fmt: skip
    pages.table(columns, rows)


def _write_evidence(pages: ReportPages, finding: Finding, words: ReleaseWords) -> None:
    if not finding.evidence:
        return
    pages.heading(words.say("evidence"))
    pages.paragraph(words.say("evidence_note"), pale=True)
    columns = (
        Column(words.say("log_odds"), 0.9, "right"),
        Column("", TEXT_WIDTH_IN - 0.9),
    )
    rows = [
        (words.number(one.log_odds, "+.1f"), words.kind("evidence", one.kind))
        for one in finding.evidence
    ]
    pages.table(columns, rows)

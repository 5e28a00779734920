"""The report that a partner reads and prints, in its language."""

from typing import Literal

from cathartes.casework.release_content import Finding, ReleaseContent
from cathartes.products.release.report_figures import draw_finding_map, draw_spectrum
from cathartes.products.release.sections import Section, finding_sections
from cathartes.products.release.statements import (
    answer_text,
    envelope_facts,
    finding_facts,
    map_text,
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

_WIDTHS_IN = {
    "not_seen": (2.6, 1.6, TEXT_WIDTH_IN - 4.2),
    "emitters": (2.4, 1.5, TEXT_WIDTH_IN - 4.8, 0.9),
    "evidence": (0.9, TEXT_WIDTH_IN - 0.9),
}
_NUMBERS = {"not_seen": {1, 2}, "emitters": {3}, "evidence": {0}}
"""Of a section's table: the widths of its columns, and which of them are numbers."""
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
    for section in finding_sections(finding, words):
        _write_section(pages, section)


def _draw_map(pages: ReportPages, finding: Finding, words: ReleaseWords) -> None:
    pages.heading(words.say("map"), MAP_HEIGHT_IN + 0.4)
    draw_finding_map(pages.axes(MAP_HEIGHT_IN), finding, TEXT_WIDTH_IN / MAP_HEIGHT_IN)
    pages.gap(MAP_HEIGHT_IN + 0.05)
    pages.paragraph(map_text(finding, words), pale=True)


def _write_section(pages: ReportPages, section: Section) -> None:
    pages.heading(section.heading)
    for one in section.sentences:
        pages.paragraph(one)
    if section.note:
        pages.paragraph(section.note, pale=True)
    if section.rows:
        numbers = _NUMBERS[section.name]
        columns = tuple(
            Column(head, width, "right" if k in numbers else "left")
            for k, (head, width) in enumerate(
                zip(section.heads, _WIDTHS_IN[section.name], strict=True)
            )
        )
        pages.table(columns, section.rows)

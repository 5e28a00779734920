"""``cathartes sites report`` and ``cathartes observations report``: what is printed."""

from pathlib import Path
from typing import Annotated

import typer

from cathartes.cli.casebook_option import DEFAULT_CASEBOOK, CasebookOption
from cathartes.cli.console import output_console
from cathartes.pipeline import reports
from cathartes.products.report_words import Language

OutOption = Annotated[
    Path, typer.Option("--out", "-o", help="A .pdf, or a .png with the pages below each other.")
]
LanguageOption = Annotated[Language, typer.Option(help="In which it is printed.")]


def sites_report(
    site: Annotated[str, typer.Argument(help="Id of the site.")],
    *,
    out: OutOption,
    language: LanguageOption = Language.ENGLISH,
    casebook: CasebookOption = DEFAULT_CASEBOOK,
) -> None:
    """Print a site: its plumes on a map, looks against detections, evidence, what was not seen.

    Examples: `cathartes sites report site-0123456789 --out site.pdf`,
    `cathartes sites report site-0123456789 --out sitio.pdf --language es`
    """
    reports.sites_report(casebook, site, out, language=language)
    output_console().print(f"Written: {out}", markup=False)


def observations_report(
    observation: Annotated[str, typer.Argument(help="Id of the observation.")],
    *,
    out: OutOption,
    language: LanguageOption = Language.ENGLISH,
    casebook: CasebookOption = DEFAULT_CASEBOOK,
) -> None:
    """Print a look: what came of it and why, its plumes on a map, what could have been seen.

    Example: `cathartes observations report obs-0123456789abcdef --out look.pdf`
    """
    reports.observations_report(casebook, observation, out, language=language)
    output_console().print(f"Written: {out}", markup=False)

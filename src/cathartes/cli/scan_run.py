"""The work behind ``cathartes scan``: cubes one after the other, and what is said of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import typer
from rich.text import Text

from cathartes.cli import scan_tables, together_tables
from cathartes.cli.console import message_console, output_console, work_goes_on_unheard
from cathartes.cli.failure import Failure, report_failure
from cathartes.cli.json_output import write_json
from cathartes.cli.progress import progress_bars
from cathartes.pipeline.gas_library import working_library
from cathartes.pipeline.scan import ScanSettings
from cathartes.pipeline.scan import quick as quick_settings
from cathartes.pipeline.scan import scan as scan_cube
from cathartes.pipeline.settings_file import read_scan_settings
from cathartes.pipeline.together import TOGETHER, Witnesses, check_together, write_comparison
from cathartes.pipeline.together_settings import TogetherSettings
from cathartes.products.summary import ScanSummary
from cathartes.products.together import TogetherSummary
from cathartes.scenes.options import OpenOptions
from cathartes.spectra.library import GasLibrary

Targets: TypeAlias = tuple[tuple[Path, Path], ...]
"""Cubes, each with the folder of its result."""


def settings_said(file: Path | None, *, quick: bool) -> ScanSettings:
    """Return the settings of a TOML file, or the defaults; those for a first look if quick."""
    said = ScanSettings() if file is None else read_scan_settings(file)
    return quick_settings(said) if quick else said


@dataclass(frozen=True, slots=True)
class Scanned:
    """What came of one cube: a summary or a failure."""

    cube: Path
    folder: Path
    summary: ScanSummary | None = None
    failure: Failure | None = None

    def to_dict(self) -> dict[str, object]:
        """Return it as content for JSON."""
        told: dict[str, object] = {"cube": self.cube, "folder": self.folder}
        if self.failure is not None:
            return told | {"error": self.failure.to_dict()}
        summary = None if self.summary is None else self.summary.model_dump(mode="json")
        return told | {"summary": summary}


@dataclass(frozen=True, slots=True)
class Comparison:
    """How scans are compared with each other afterwards, and where to."""

    folder: Path
    settings: TogetherSettings
    witnesses: Witnesses

    @classmethod
    def checked(
        cls, targets: Targets, beside: Path, run: "Run", settings: TogetherSettings
    ) -> "Comparison":
        """Return how the scans of targets are compared, if they can be.

        Raises
        ------
        InputError, SettingsError
            If they can't.
        """
        folder = beside / TOGETHER
        check_together(targets, folder, run.settings, run.options)
        return cls(folder, settings, Witnesses())

    def write(self, run: "Run") -> TogetherSummary:
        """Compare what was seen."""
        return write_comparison(
            self.folder,
            self.witnesses.sightings,
            run.settings.detect,
            self.settings,
            overwrite=run.settings.overwrite,
        )


@dataclass(frozen=True, slots=True)
class Run:
    """All that is the same for each cube."""

    settings: ScanSettings
    options: OpenOptions
    library: GasLibrary
    as_json: bool
    quiet: bool

    @classmethod
    def of_settings(
        cls, settings: ScanSettings, options: OpenOptions, *, as_json: bool, quiet: bool
    ) -> "Run":
        """Return what is the same for each cube; a slip in a gas's name does not wait for one.

        Raises
        ------
        CathartesError
            If a gas is not known, or a file of the user's library can't be used.
        """
        library = working_library()
        if settings.gases:
            library.select(settings.gases)
        return cls(settings, options, library, as_json, quiet)

    def one(self, cube: Path, folder: Path, comparison: Comparison | None = None) -> Scanned:
        """Scan one cube."""
        with progress_bars(self.quiet) as progress:
            summary = scan_cube(
                cube,
                folder,
                self.library,
                settings=self.settings,
                options=self.options,
                progress=progress,
                on_detections=None if comparison is None else comparison.witnesses.of(folder),
            )
        return Scanned(cube, folder, summary)

    def tell(self, scanned: Scanned) -> None:
        """Say what was found in one cube."""
        if scanned.summary is None:
            return
        messages, name = message_console(self.quiet), scanned.cube.name
        for remark in scanned.summary.remarks:
            messages.print(f"{name}: {remark}", markup=False)
        if not self.as_json:
            console = output_console()
            for part in scan_tables.scan_page(scanned.summary, name, scanned.folder):
                console.print(part, soft_wrap=isinstance(part, Text))


def scan_targets(
    run: Run, targets: Targets, words: Sequence[str], comparison: Comparison | None
) -> None:
    """Scan cubes into their folders and say what was found.

    Parameters
    ----------
    words
        Those of the command line, for the message of a cube that failed.
    comparison
        How they are compared with each other; None if they are not.

    Raises
    ------
    typer.Exit
        With the exit code of the first failure, if several were scanned and there was one.
    CathartesError
        What a single cube's scan raises.
    """
    if len(targets) > 1:
        _scan_several(run, targets, words, comparison)
        return
    result = run.one(*targets[0])
    run.tell(result)
    if run.as_json:
        write_json({"scans": [result.to_dict()]})


def _scan_several(
    run: Run,
    targets: Targets,
    words: Sequence[str],
    comparison: Comparison | None,
) -> None:
    """Scan cubes one after the other; one that fails does not stop the others.

    They are compared with each other only if none failed: half a comparison looks like a whole one.

    Raises
    ------
    typer.Exit
        With the exit code of the first failure, if there was one.
    """
    results = []
    for cube, folder in targets:
        try:
            results.append(run.one(cube, folder, comparison))
        except Exception as error:  # noqa: BLE001  # whatever it is, the other cubes are not to blame
            failure = report_failure(error, words, about=str(cube))
            results.append(Scanned(cube, folder, failure=failure))
        with work_goes_on_unheard():
            run.tell(results[-1])
    codes = [r.failure.exit_code for r in results if r.failure is not None]
    together = None if comparison is None or codes else comparison.write(run)
    if run.as_json:
        told: dict[str, object] = {"scans": [result.to_dict() for result in results]}
        if comparison is not None:
            told["together"] = together and together.model_dump(mode="json", by_alias=True)
        write_json(told)
    else:
        rows = [
            scan_tables.describe_run(r.cube.name, r.folder, r.summary, r.failure) for r in results
        ]
        with work_goes_on_unheard():
            output_console().print(scan_tables.run_table(rows))
            if comparison is not None:
                for part in together_tables.together_page(together, comparison.folder):
                    output_console().print(part, soft_wrap=isinstance(part, Text))
    if codes:
        raise typer.Exit(codes[0])

"""Progress bars on standard error."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as RichBars

from cathartes.cli.console import message_console
from cathartes.pipeline.progress import Advance, Progress


class _Bars:
    """Stages as bars of one Rich display; finished ones stay on the screen."""

    def __init__(self, bars: RichBars) -> None:
        self._bars = bars

    @contextmanager
    def stage(self, name: str, total: int) -> Iterator[Advance]:
        """Show a bar of so many units of work."""
        task = self._bars.add_task(name, total=total)
        yield lambda units: self._bars.advance(task, units)


@contextmanager
def progress_bars(quiet: bool = False) -> Iterator[Progress]:
    """Show progress bars while the context is open; nothing if quiet or not a terminal.

    Examples
    --------
    >>> with progress_bars() as progress, progress.stage("lines", 2) as advance:
    ...     advance(1)
    ...     advance(1)
    """
    console = message_console(quiet)
    bars = RichBars(
        TextColumn("{task.description:<24}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=quiet or not console.is_terminal,
    )
    with bars:
        yield _Bars(bars)

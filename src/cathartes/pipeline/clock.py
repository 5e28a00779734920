"""Progress and seconds of the stages that follow each other in a run."""

import time
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from cathartes.pipeline.progress import Advance, Progress

_STEPS = 100
"""Units of a stage that tells its share done."""


class StageClock:
    """Turns what stages report into progress and into seconds per stage.

    Attributes
    ----------
    timings_s
        Stage to seconds [s], of the stages that have ended.
    """

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._began_s = 0.0
        self._stage = ""
        self._done = 0
        self._advance: Advance | None = None
        self._open = ExitStack()
        self.timings_s: dict[str, float] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _begin(self, stage: str, total: int) -> None:
        self.close()
        self._stage, self._done, self._began_s = stage, 0, time.monotonic()
        self._advance = self._open.enter_context(self._progress.stage(stage, total))

    def close(self) -> None:
        """End the stage that is open, if there is one."""
        if self._stage:
            spent_s = time.monotonic() - self._began_s
            self.timings_s[self._stage] = self.timings_s.get(self._stage, 0.0) + spent_s
            self._stage = ""
            self._open.close()

    def tick(self, stage: str, share: float) -> None:
        """Take the share done of a stage, 0 to 1; another stage's name ends the one before."""
        if stage != self._stage:
            self._begin(stage, _STEPS)
        done = round(_STEPS * share)
        if self._advance is not None and done > self._done:
            self._advance(done - self._done)
            self._done = done

    def units(self, stage: str, total: int) -> Advance:
        """Open a stage of so many units, and return what takes the units done."""
        self._begin(stage, total)
        return self._advance or (lambda _: None)

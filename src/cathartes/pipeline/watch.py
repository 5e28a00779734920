"""An inbox is watched: each observation is analysed as soon as its files have landed."""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cathartes.errors import CasebookError, InputError, MandateError, OutputError, SettingsError
from cathartes.pipeline.executors import Executor
from cathartes.pipeline.observation_work import can_be_opened
from cathartes.pipeline.progress import Progress
from cathartes.pipeline.run import RunReport, run
from cathartes.pipeline.sortie_file import SORTIE, ObservationEntry, SortieFolder, read_sortie
from cathartes.sites.observation import ObservationKind

DONE = ".done"
"""A file ``<name>.done`` beside a file says that it is whole."""
TROUBLE = (CasebookError, InputError, MandateError, OutputError, SettingsError)
"""What a sortie can fail of and another need not: it is told, and the watch goes on."""
_Signature = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class WatchSettings:
    """How files are taken for landed; the only place of these defaults.

    Attributes
    ----------
    poll_s : [s]
        Between two looks at the inbox.
    settle_s : [s]
        A cube's files that did not change for so long are whole, if they can be opened: a reader
        knows how many bytes there must be.
    log_settle_s : [s]
        The same of a log, which may be written row by row.
    patience_s : [s]
        Files that did not change for so long and still can't be opened get their record of why.
    """

    poll_s: float = 0.1
    settle_s: float = 0.3
    log_settle_s: float = 5.0
    patience_s: float = 60.0

    def __post_init__(self) -> None:
        if not 0 < self.poll_s <= self.settle_s <= self.patience_s:
            raise SettingsError(
                f"watch: poll {self.poll_s:g} s, settle {self.settle_s:g} s, patience "
                f"{self.patience_s:g} s; positive times that do not fall are needed."
            )


@dataclass(frozen=True, slots=True)
class Watched:
    """What came of one observation, or of a sortie that could not be read.

    Attributes
    ----------
    sortie, name
        The name is "" if the whole sortie is meant.
    report
        None if it failed.
    trouble
        Why it failed; "" if it did not. It is tried again when its files change, and after the
        patience: a mandate may have been entered.
    landing_s : [s]
        From the first sight of its files to the last change.
    since_last_byte_s : [s]
        From the last change of its files to its record and sites in the casebook.
    """

    sortie: str
    name: str
    report: RunReport | None
    trouble: str
    landing_s: float
    since_last_byte_s: float


@dataclass(slots=True)
class _Landing:
    """The files of one observation as they arrive.

    Attributes
    ----------
    first_seen_s, changed_s
        When they were seen first, and when they last changed.
    signature
        Their names, sizes and times.
    unreadable, tried
        Signatures that could not be opened, and that were run.
    again_s
        When a run that failed for another reason than the data is tried again.
    """

    first_seen_s: float
    changed_s: float
    signature: _Signature
    unreadable: _Signature | None = None
    tried: _Signature | None = None
    again_s: float = math.inf


@dataclass(slots=True)
class Inbox:
    """A folder that is itself a sortie, or holds sorties.

    Attributes
    ----------
    folder, casebook
    settings
    executor, progress
        As of `run`.
    actor
        Who watches; ``local:<user>`` if empty.
    """

    folder: Path
    casebook: str | Path
    settings: WatchSettings = field(default_factory=WatchSettings)
    executor: Executor | None = None
    progress: Progress | None = None
    actor: str = ""
    _landings: dict[tuple[Path, str], _Landing] = field(default_factory=dict)
    _told: dict[Path, str] = field(default_factory=dict)
    _n_looks: int = 0

    def watch(self, go_on: Callable[[], bool]) -> Iterator[Watched]:
        """Yield what comes of each observation, as long as one is to go on."""
        while go_on():
            yield from self.look()
            time.sleep(self.settings.poll_s)

    def look(self) -> Iterator[Watched]:
        """Look once, and yield what came of the observations that are whole now."""
        self._n_looks += 1
        for folder in self._sorties():
            try:
                flown = read_sortie(folder)
            except (InputError, SettingsError) as error:
                yield from self._trouble(folder, str(error))
                continue
            self._told.pop(folder, None)
            for entry in flown.told.observation:
                yield from self._entry(flown, entry)

    @property
    def has_looked(self) -> bool:
        """True after the first look."""
        return self._n_looks > 0

    @property
    def is_quiet(self) -> bool:
        """True if every observation that was seen is done with."""
        return all(one.tried == one.signature for one in self._landings.values())

    def _sorties(self) -> list[Path]:
        if (self.folder / SORTIE).exists():
            return [self.folder]
        return sorted(path.parent for path in self.folder.glob(f"*/{SORTIE}"))

    def _trouble(self, folder: Path, trouble: str) -> Iterator[Watched]:
        """Tell of a sortie that can't be read, once."""
        if self._told.get(folder) != trouble:
            self._told[folder] = trouble
            yield Watched(folder.name, "", None, trouble, 0.0, 0.0)

    def _entry(self, flown: SortieFolder, entry: ObservationEntry) -> Iterator[Watched]:
        files = files_beside(flown.folder, entry)
        if not files:
            return
        now_s, signature = time.time(), _signature_of(files)
        if not signature:
            return
        key = (flown.folder, entry.name)
        landing = self._landings.setdefault(key, _Landing(now_s, now_s, signature))
        if landing.signature != signature:
            landing.signature, landing.changed_s = signature, now_s
        done = landing.tried == signature and now_s < landing.again_s
        if done or not self._is_whole(flown, entry, landing, now_s):
            return
        landing.tried, landing.again_s = signature, math.inf
        last_byte_s = max(mtime_ns for _, _, mtime_ns in signature) / 1e9
        landing_s = max(0.0, last_byte_s - landing.first_seen_s)
        report, trouble = None, ""
        try:
            report = run(
                flown.folder, self.casebook, executor=self.executor, actor=self.actor,
                progress=self.progress, only=(entry.name,), landed_s={entry.name: landing_s},
            )  # fmt: skip
        except TROUBLE as error:
            trouble = str(error)
            landing.again_s = time.time() + self.settings.patience_s
        yield Watched(
            flown.told.id, entry.name, report, trouble, landing_s, time.time() - last_byte_s
        )

    def _is_whole(
        self, flown: SortieFolder, entry: ObservationEntry, landing: _Landing, now_s: float
    ) -> bool:
        """Return whether an observation's files may be read."""
        if all((flown.folder / f"{name}{DONE}").exists() for name in entry.files):
            return True
        still_s = now_s - landing.changed_s
        if still_s >= self.settings.patience_s:
            return True
        is_log = entry.kind is ObservationKind.LOG
        settle_s = self.settings.log_settle_s if is_log else self.settings.settle_s
        if still_s < settle_s or landing.unreadable == landing.signature:
            return False
        if can_be_opened(entry, flown.folder):
            return True
        landing.unreadable = landing.signature
        return False


def files_beside(folder: Path, entry: ObservationEntry) -> list[Path]:
    """Return the files there are of an observation: named ones, and those of the same stem."""
    named = [*entry.files, entry.mapping, entry.track, entry.wind, entry.wind_mapping]
    named += [str(entry.open[key]) for key in ("igm", "glt", "mapping") if key in entry.open]
    stems = [folder / name for name in named if name]
    found: dict[Path, None] = {}
    for path in stems:
        if path.parent.is_dir():
            beside = path.parent.glob(f"{_escaped(path.stem)}*")
            found.update(dict.fromkeys(p for p in beside if p.suffix != DONE and p.is_file()))
            if path.is_dir():
                found.update(dict.fromkeys(p for p in path.rglob("*") if p.is_file()))
    return sorted(found)


def _signature_of(files: list[Path]) -> _Signature:
    """Return names, sizes and times of the files that are still there."""
    facts = []
    for path in files:
        try:
            stat = path.stat()
        except FileNotFoundError:  # moved away since the folder was read
            continue
        facts.append((str(path), stat.st_size, stat.st_mtime_ns))
    return tuple(facts)


def _escaped(stem: str) -> str:
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in stem)


def watch(
    inbox: str | Path,
    casebook: str | Path,
    *,
    settings: WatchSettings | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
    actor: str = "",
) -> Iterator[Watched]:
    """Yield what comes of each observation as its files land, for as long as one asks.

    Parameters
    ----------
    inbox
        A sortie's folder, or one that holds sorties.
    casebook
        Folder or URL.
    settings
        Defaults if None.
    executor, progress, actor
        As of `run`.
    """
    watched = Inbox(Path(inbox), casebook, settings or WatchSettings(), executor, progress, actor)
    return watched.watch(lambda: True)

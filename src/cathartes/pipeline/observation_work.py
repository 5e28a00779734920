"""One observation as work: what is read, with which settings, and its identity by content."""

import os
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from pydantic import JsonValue, TypeAdapter
from shapely import MultiPolygon, to_wkb

from cathartes import __version__
from cathartes.casework.mandate import Mandate
from cathartes.errors import InputError, SettingsError
from cathartes.locate.settings import LocateSettings
from cathartes.pipeline.cube_geometry import GeometryRecipe, recipe_of
from cathartes.pipeline.observed import content_hash, file_facts
from cathartes.pipeline.scan import ScanSettings, open_for_scan
from cathartes.pipeline.settings_file import scan_settings_of, settings_of
from cathartes.pipeline.sortie_file import SORTIE, ObservationEntry, SortieFolder
from cathartes.products.layer_choice import LayerGrid
from cathartes.products.summary import without_folders
from cathartes.scenes.cube import Cube
from cathartes.scenes.logs.open import read_gas_log
from cathartes.scenes.options import OpenOptions
from cathartes.scenes.wind.open import wind_file
from cathartes.sites.observation import (
    LookOutcome,
    Masked,
    Observation,
    ObservationKind,
    RawFile,
    Sensitivity,
    Wind,
)
from cathartes.spectra.imported import imported_files, library_folder
from cathartes.store.interface import Job


@dataclass(frozen=True, slots=True)
class ObservationWork:
    """One observation to be analysed.

    Attributes
    ----------
    sortie_id
    entry
        As `sortie.toml` says it.
    folder
        From which files are named.
    wind, wind_mapping
        In words, or files with their folder; "" if none.
    terrain
        The sortie's, a file named from its folder; "" if none.
    mandate
        That covers it.
    files
        That are read, by content.
    trouble
        Why it can't even be opened; "" if it can.
    began_utc
        When it was taken, as far as `sortie.toml` or a cube's header says.
    """

    sortie_id: str
    entry: ObservationEntry
    folder: Path
    wind: str
    wind_mapping: str
    terrain: str
    mandate: Mandate
    files: tuple[RawFile, ...] = ()
    trouble: str = ""
    began_utc: datetime | None = None

    @property
    def input_hash(self) -> str:
        """SHA-256 of all that the result depends on: files, what was told, mandate, software."""
        mandate = self.mandate
        told: dict[str, JsonValue] = {
            "files": [[file.name, file.sha256] for file in self.files],
            "entry": self.entry.model_dump(mode="json"),
            "wind": "" if wind_file(self.wind) else self.wind,
            "mandate": [
                mandate.id,
                to_wkb(mandate.area, hex=True),
                mandate.valid_from_utc.isoformat(),
                mandate.valid_until_utc.isoformat(),
                list(mandate.chemicals),
            ],
            "software": __version__,
            "trouble": self.trouble,
        }
        return content_hash(told)

    @property
    def observation_id(self) -> str:
        """The same work has the same id."""
        told = [self.sortie_id, self.entry.name, self.input_hash]
        return f"obs-{content_hash(told)[:16]}"

    def job(self) -> Job:
        """Return it as a row."""
        return Job(self.observation_id, self.sortie_id, self.entry.name, self.input_hash)

    def scan_settings(self) -> ScanSettings:
        """Return how its cube is searched: as the file says, in the mandate's wind and chemicals.

        The whole library is searched whatever the mandate's chemicals are: a look-alike would else
        be taken for one of them.
        """
        where = f"{SORTIE}, observation {self.entry.name!r} [observation.scan]"
        told = scan_settings_of(self.entry.scan, where, self.folder)
        grid = told.grid or LayerGrid.MAP
        if told.wind:
            return replace(told, grid=grid)
        mapping = Path(self.wind_mapping) if self.wind_mapping else None
        return replace(told, wind=self.wind, wind_mapping=mapping, grid=grid)

    def open_options(self) -> OpenOptions:
        """Return how its cube is opened; files are named from the sortie's folder."""
        return open_options_of(self.entry, self.folder)

    def geometry_recipe(self) -> GeometryRecipe | None:
        """Return what its cube's geometry is made of; None if its files have one."""
        where = f"{SORTIE}, observation {self.entry.name!r} [observation.georeference]"
        return recipe_of(self.entry.georeference, self.terrain, self.folder, where)

    def locate_settings(self) -> LocateSettings:
        """Return how its log is inverted."""
        where = f"{SORTIE}, observation {self.entry.name!r} [observation.locate]"
        return settings_of(self.entry.locate, LocateSettings(), where)

    def path_of(self, name: str) -> Path | None:
        """Return a file that the entry names, with its folder; None if it names none."""
        return self.folder / name if name else None

    def open_cube(self) -> Cube:
        """Return its cube, with what the entry says instead of the file."""
        return open_entry_cube(self.entry, self.folder)

    def settings(self) -> dict[str, JsonValue]:
        """Return every setting with its defaults filled in, for the record, without folders."""
        filled: dict[str, JsonValue]
        if self.entry.kind is ObservationKind.CUBE:
            filled = TypeAdapter(ScanSettings).dump_python(self.scan_settings(), mode="json")
            options = TypeAdapter(OpenOptions).dump_python(self.open_options(), mode="json")
            filled = {**filled, "open": options}
        else:
            filled = TypeAdapter(LocateSettings).dump_python(self.locate_settings(), mode="json")
            filled = {**filled, "wind": self.wind}
        return {key: without_folders(value) for key, value in without_workers(filled).items()}

    def reason_of(self, error: Exception, *folders: Path) -> str:
        """Return what an error says, without the sortie's folder and others of this machine."""
        reason = str(error)
        for folder in (self.folder, *folders):
            reason = reason.replace(f"{folder}{os.sep}", "")
        return reason

    def record(
        self,
        outcome: LookOutcome,
        reason: str,
        *,
        settings: dict[str, JsonValue] | None = None,
        began_utc: datetime | None = None,
        ended_utc: datetime | None = None,
        instrument: str = "",
        footprint: MultiPolygon | None = None,
        masked: Masked | None = None,
        sensitivities: tuple[Sensitivity, ...] = (),
        wind: Wind | None = None,
        remarks: tuple[str, ...] = (),
    ) -> Observation:
        """Return the observation's record; what is not given is not known.

        Parameters
        ----------
        settings
            With defaults filled in; `settings` if None.
        """
        return Observation(
            id=self.observation_id,
            sortie_id=self.sortie_id,
            mandate_id=self.mandate.id,
            name=self.entry.name,
            kind=self.entry.kind,
            began_utc=began_utc or self.entry.start_utc,
            ended_utc=ended_utc or self.entry.end_utc,
            instrument=instrument or self.entry.instrument,
            files=self.files,
            input_hash=self.input_hash,
            settings=self.settings() if settings is None else settings,
            software=__version__,
            outcome=outcome,
            reason=reason,
            footprint=footprint,
            masked=masked or Masked(),
            sensitivities=sensitivities,
            wind=wind,
            remarks=remarks,
        )


def without_workers(settings: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Return settings without the number of threads, on which no result depends."""
    return {key: value for key, value in settings.items() if key != "workers"}


def open_options_of(entry: ObservationEntry, folder: Path) -> OpenOptions:
    """Return how a cube is opened; files are named from a folder."""
    where = f"{SORTIE}, observation {entry.name!r} [observation.open]"
    told = settings_of(entry.open, OpenOptions(), where)
    beside = {
        name: folder / path
        for name in ("igm", "glt", "mapping")
        if (path := getattr(told, name)) is not None
    }
    return replace(told, **beside)


def open_entry_cube(entry: ObservationEntry, folder: Path) -> Cube:
    """Return the cube of an entry, with what it says instead of the file."""
    cube = open_for_scan(folder / entry.files[0], open_options_of(entry, folder))
    return replace(
        cube,
        start_utc=entry.start_utc or cube.start_utc,
        instrument=entry.instrument or cube.instrument,
    )


def can_be_opened(entry: ObservationEntry, folder: Path) -> bool:
    """Return whether what is there of an observation is a cube or a log that can be read."""
    try:
        if entry.kind is ObservationKind.CUBE:
            open_entry_cube(entry, folder)
        for name in entry.files if entry.kind is ObservationKind.LOG else ():
            read_gas_log(
                folder / name,
                mapping=folder / entry.mapping if entry.mapping else None,
                track=folder / entry.track if entry.track else None,
            )
    except (InputError, SettingsError):
        return False
    return True


def works_of(
    sortie: SortieFolder, mandate: Mandate, only: Collection[str] | None = None
) -> tuple[ObservationWork, ...]:
    """Return the observations of a sortie as work; one that can't be opened says why.

    Parameters
    ----------
    sortie, mandate
    only
        Names of observations; all if None.

    Raises
    ------
    SettingsError
        If the sortie has no observation of a name.
    """
    names = [entry.name for entry in sortie.told.observation]
    for name in only or ():
        if name not in names:
            raise SettingsError(
                f"sortie {sortie.told.id} has no observation {name!r}; it has {', '.join(names)}."
            )
    works = []
    for entry in sortie.told.observation:
        if only is not None and entry.name not in only:
            continue
        wind, wind_mapping = sortie.wind_of(entry)
        work = ObservationWork(
            sortie.told.id, entry, sortie.folder, wind, wind_mapping, sortie.told.terrain, mandate
        )
        works.append(_opened(work))
    return tuple(works)


def _opened(work: ObservationWork) -> ObservationWork:
    """Return work with the content of all files that it reads, or with its trouble."""
    work = replace(work, began_utc=work.entry.start_utc)
    try:
        data, began_utc = _data_of(work)
        work = replace(work, began_utc=began_utc)
        files = [*data, *_files_beside(work)]
        trouble = ""
    except (InputError, SettingsError) as error:
        files = [path for name in work.entry.files if (path := work.folder / name).exists()]
        trouble = work.reason_of(error)
    try:
        facts = tuple(RawFile(*file_facts(path)) for path in dict.fromkeys(files))
    except InputError as error:
        return replace(work, trouble=trouble or work.reason_of(error))
    return replace(work, files=facts, trouble=trouble)


def _data_of(work: ObservationWork) -> tuple[list[Path], datetime | None]:
    """Return the data's own files, of a cube all that belong to it; and when it was taken."""
    for name in work.entry.files:
        _check_there(work, work.folder / name)
    if work.entry.kind is ObservationKind.LOG:
        work.locate_settings()
        return [work.folder / name for name in work.entry.files], work.began_utc
    work.scan_settings()
    cube = work.open_cube()
    return [Path(path) for path in cube.paths], cube.start_utc


def _files_beside(work: ObservationWork) -> list[Path]:
    """Return what else is read: wind, mapping, track, the air's table, the user's own spectra."""
    entry = work.entry
    if entry.kind is ObservationKind.CUBE:
        told, recipe = work.scan_settings(), work.geometry_recipe()
        others = [
            wind_file(told.wind),
            told.wind_mapping,
            told.atmosphere,
            *imported_files(library_folder()),
        ]
        others += () if recipe is None else recipe.files
    else:
        wind_mapping = Path(work.wind_mapping) if work.wind_mapping else None
        named = [work.path_of(entry.mapping), work.path_of(entry.track)]
        others = [*named, wind_file(work.wind), wind_mapping]
    beside = [path for path in others if path is not None]
    for path in beside:
        _check_there(work, path)
    return beside


def _check_there(work: ObservationWork, path: Path) -> None:
    if not path.exists():
        name = os.path.relpath(path, work.folder)
        raise InputError(
            f"observation {work.entry.name!r}: {name} is not in the sortie's folder; copy it "
            f"there, or correct its name in {SORTIE}."
        )

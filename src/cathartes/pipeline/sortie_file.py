"""`sortie.toml`: what was flown, under which mandate, and with what it is to be analysed."""

import difflib
import re
import tomllib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue, ValidationError

from cathartes.errors import InputError, SettingsError
from cathartes.products.summary import without_folders
from cathartes.scenes.wind.open import wind_file
from cathartes.sites.observation import ObservationKind

SORTIE = "sortie.toml"
SORTIE_SCHEMA = "cathartes-sortie/1"
_PAGE = "docs/reference/sortie-files.md"
_Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ObservationEntry(_Table):
    """One cube or one log of a sortie, as the file says it; files are named from the folder."""

    name: _Name
    kind: ObservationKind
    files: Annotated[tuple[str, ...], Field(min_length=1)]
    start_utc: AwareDatetime | None = None
    end_utc: AwareDatetime | None = None
    instrument: str = ""
    wind: str = ""
    wind_mapping: str = ""
    mapping: str = ""
    track: str = ""
    position_sd_m: Annotated[float | None, Field(gt=0, le=1000)] = None
    georeference: dict[str, JsonValue] = {}
    open: dict[str, JsonValue] = {}
    scan: dict[str, JsonValue] = {}
    locate: dict[str, JsonValue] = {}


class SortieFile(_Table):
    """The whole of `sortie.toml`."""

    schema_version: Annotated[Literal["cathartes-sortie/1"], Field(alias="schema")]
    id: _Name
    mandate: str
    plan: str = ""
    platform: str = ""
    started_utc: AwareDatetime | None = None
    ended_utc: AwareDatetime | None = None
    wind: str = ""
    wind_mapping: str = ""
    terrain: str = ""
    observation: Annotated[tuple[ObservationEntry, ...], Field(min_length=1)]


class SortieFolder:
    """A sortie on disk.

    Attributes
    ----------
    folder
    told
        What its `sortie.toml` says.
    """

    __slots__ = ("folder", "told")

    def __init__(self, folder: Path, told: SortieFile) -> None:
        self.folder = folder
        self.told = told

    def manifest(self) -> dict[str, JsonValue]:
        """Return what the file says, for the record; names of files without folders."""
        told = self.told.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        return {key: without_folders(value) for key, value in told.items()}

    def wind_of(self, entry: ObservationEntry) -> tuple[str, str]:
        """Return the wind of an observation and its mapping, files with their folder; "" if none.

        The observation's own wins over the sortie's.
        """
        said, mapping = (
            (entry.wind, entry.wind_mapping)
            if entry.wind
            else (self.told.wind, self.told.wind_mapping)
        )
        if wind_file(said) is not None:
            said = str(self.folder / said)
        return said, str(self.folder / mapping) if mapping else ""

    def begins_utc(self) -> datetime | None:
        """Return when it began, as far as the file says."""
        starts = [one.start_utc for one in self.told.observation if one.start_utc is not None]
        return self.told.started_utc or min(starts, default=None)


def read_sortie(where: Path) -> SortieFolder:
    """Return a sortie on disk.

    Parameters
    ----------
    where
        Its folder, or its `sortie.toml`.

    Raises
    ------
    InputError
        If there is none, or it can't be read.
    SettingsError
        If a key is missing, unknown or wrong; the message says which, and where.
    """
    path = where if where.name == SORTIE else where / SORTIE
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise InputError(
            f"{path}: can't be read ({error.strerror or error}); a sortie is a folder with "
            f"{SORTIE}, see {_PAGE}."
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text; save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            f"{path.name} of {path.parent.name}: not valid TOML: {error}."
        ) from error
    try:
        told = SortieFile.model_validate(content)
    except ValidationError as error:
        raise SettingsError(_words(path, content, error)) from error
    told = told.model_copy(update={"observation": tuple(_every(told, path.parent))})
    names = [one.name for one in told.observation]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SettingsError(
            f"{path.name} of {path.parent.name}: two observations are called {', '.join(twice)}; "
            "each needs a name of its own."
        )
    return SortieFolder(path.parent, told)


def _every(told: SortieFile, folder: Path) -> Iterator[ObservationEntry]:
    """Yield the observations; one whose file has a ``*`` or ``?`` stands for each file there is."""
    for entry in told.observation:
        (first, *rest) = entry.files
        if rest or not any(sign in first for sign in "*?"):
            yield entry
            continue
        for path in sorted(folder.glob(first)):
            stem = re.sub(r"[^A-Za-z0-9._-]+", "-", path.stem)
            name = path.relative_to(folder).as_posix()
            yield entry.model_copy(update={"name": f"{entry.name}-{stem}", "files": (name,)})


def _words(path: Path, content: dict[str, object], error: ValidationError) -> str:
    """Return the first thing that is wrong, where it is, and what would be right."""
    # A key with a typo is also missing: the typo is what helps.
    first = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
    *above, key = first["loc"]
    place = _place(content, above)
    start = f"{path.name} of {path.parent.name}: {place}"
    more = error.error_count() - 1
    end = f" ({more} more wrong.)" if more else ""
    if first["type"] == "extra_forbidden":
        model = ObservationEntry if above[:1] == ["observation"] else SortieFile
        known = [field.alias or name for name, field in model.model_fields.items()]
        near = difflib.get_close_matches(str(key), known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}."
        return f"{start}{key!r} is not a key; {hint}{end}"
    if first["type"] == "missing":
        return f"{start}{key!r} is missing; {_PAGE} shows a whole file.{end}"
    needed = first["msg"]
    if first["type"] == "string_pattern_mismatch":
        needed = "up to 64 letters without accents, digits and . _ - are needed"
    return f"{start}{key} is {first['input']!r}: {needed}; see {_PAGE}.{end}"


def _place(content: dict[str, object], above: list[int | str]) -> str:
    """Return which observation is meant, by its name if it has one."""
    if len(above) < 2 or above[0] != "observation":
        return ""
    rows = content.get("observation")
    row = rows[above[1]] if isinstance(rows, list) and isinstance(above[1], int) else None
    name = row.get("name") if isinstance(row, dict) else None
    which = repr(name) if isinstance(name, str) else f"number {int(above[1]) + 1}"
    return f"observation {which}: "

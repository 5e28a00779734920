"""Settings of a scan from a TOML file."""

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from cathartes.errors import SettingsError
from cathartes.pipeline.scan import ScanSettings
from cathartes.scenes.wind.open import wind_file

Settings = TypeVar("Settings")
_TOML_WORDS = {
    "tuple_type": "a list, like [1, 3] or ['ammonia'],",
    "dataclass_type": "a table of settings",
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "float_parsing": "a number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
}
"""What Pydantic's types of errors ask for, as one who writes TOML says it."""


def read_scan_settings(path: Path) -> ScanSettings:
    """Return a scan's settings from a TOML file: what it does not say keeps its default.

    Tables are named as the settings' parts::

        gases = ["ammonia", "acetone"]
        [detect]
        plume_temperature_k = 295.0

    Raises
    ------
    SettingsError
        If the file can't be read, a key is not known, or a value can't be used.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(
            f"settings {path}: can't be read ({error.strerror or error}); a TOML file is needed."
        ) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"settings {path.name}: can't be read as TOML: {error}.") from error
    return scan_settings_of(content, path.name, path.parent)


def scan_settings_of(table: Mapping[str, object], where: str, beside: Path) -> ScanSettings:
    """Return a scan's settings from a TOML table; as `read_scan_settings`.

    Parameters
    ----------
    table
    where
        Of it, for messages.
    beside
        Folder from which files are named in it.
    """
    told = settings_of(table, ScanSettings(), where)
    air = None if told.atmosphere is None else beside / told.atmosphere
    wind = told.wind if wind_file(told.wind) is None else str(beside / told.wind)
    mapping = None if told.wind_mapping is None else beside / told.wind_mapping
    return replace(told, atmosphere=air, wind=wind, wind_mapping=mapping)


def settings_of(table: Mapping[str, object], defaults: Settings, where: str) -> Settings:
    """Return settings of a frozen type: what a TOML table does not say keeps its default.

    Parameters
    ----------
    table
    defaults
        A dataclass whose fields are the keys; not changed.
    where
        Of the table, for messages.

    Raises
    ------
    SettingsError
        If a key is not known, or a value can't be used.
    """
    _check_keys(where, table, defaults)
    try:
        return TypeAdapter(type(defaults)).validate_python(table)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"])
        needed = _TOML_WORDS.get(first["type"], first["msg"].removeprefix("Input should be "))
        raise SettingsError(
            f"settings {where}: {place} is {first['input']!r}; {needed} is needed."
        ) from error


def _check_keys(where: str, content: Mapping[str, object], defaults: object) -> None:
    """Check that every key of a table is a field of a settings type.

    Raises
    ------
    SettingsError
        With the nearest key, if one is not.
    """
    known = [f.name for f in fields(defaults)] if is_dataclass(defaults) else []
    for key, value in content.items():
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else f" Known are: {', '.join(known)}."
            raise SettingsError(f"settings {where}: {key!r} is not a setting.{hint}")
        if isinstance(value, Mapping):
            _check_keys(f"{where} [{key}]", value, getattr(defaults, key))

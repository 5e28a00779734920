"""TOML that a user writes, read by a model of what they may say."""

import tomllib
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from cathartes.errors import SettingsError

Model = TypeVar("Model", bound=BaseModel)


def parse_toml(text: str, name: str, model: type[Model], kind: str, page: str) -> Model:
    """Return what a TOML text says.

    Parameters
    ----------
    text
    name
        Of its file, for messages.
    model
        What it may say.
    kind
        What the file is, for messages: "mapping file".
    page
        The page of the documentation that lists the keys, for messages.

    Raises
    ------
    SettingsError
        If it is no TOML, or a key is missing, unknown or wrong.
    """
    try:
        return model.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{kind} {name} is not valid TOML: {error}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "top level"
        message = first["msg"].removeprefix("Value error, ")
        raise SettingsError(
            f"{kind} {name}, {where}: {message}. The keys are in {page}."
        ) from error


def read_toml_file(path: Path, model: type[Model], kind: str, page: str) -> Model:
    """Return what a TOML file says; as `parse_toml`, and SettingsError if it can't be read."""
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise SettingsError(f"{kind} {path.name} can't be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{kind} {path.name} is not valid TOML: {error}.") from error
    return parse_toml(text, path.name, model, kind, page)

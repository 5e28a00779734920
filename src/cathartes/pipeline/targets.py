"""Where the results of several cubes go."""

from collections.abc import Sequence
from pathlib import Path

from cathartes.errors import SettingsError

SUFFIX = "-plumes"


def targets_of(cubes: Sequence[Path], out: Path | None) -> tuple[tuple[Path, Path], ...]:
    """Return (cube, folder of its result) for each cube.

    Raises
    ------
    SettingsError
        If two cubes would share a folder.
    """
    if len(cubes) == 1:
        return ((cubes[0], out or Path(_name(cubes[0]) + SUFFIX)),)
    folders = [Path(_name(c) + SUFFIX) if out is None else out / _name(c) for c in cubes]
    taken: dict[Path, Path] = {}
    for cube, folder in zip(cubes, folders, strict=True):
        if folder in taken:
            raise SettingsError(
                f"{taken[folder]} and {cube} would both be written to {folder}; give one of "
                "them another name (a link by that name will do), or scan them one at a time, each "
                "with its own --out."
            )
        taken[folder] = cube
    return tuple(zip(cubes, folders, strict=True))


def _name(cube: Path) -> str:
    """Return a cube's name without the ending of its format; a link has its own."""
    named = cube if cube.name not in ("", "..") else cube.resolve()
    return named.stem or "cube"

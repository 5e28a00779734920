"""Opening a cube, whatever its format."""

from dataclasses import replace
from pathlib import Path

from cathartes.scenes.cube import Cube
from cathartes.scenes.geometry_files import read_glt, read_igm
from cathartes.scenes.options import OpenOptions
from cathartes.scenes.readers.envi_header import find_pair
from cathartes.scenes.readers.registry import choose_reader

__all__ = ["OpenOptions", "open_cube"]

_AS_THE_FILE_SAYS = OpenOptions()


def open_cube(path: str | Path, *, options: OpenOptions = _AS_THE_FILE_SAYS) -> Cube:
    """Return the cube of a file or folder, its numbers still on disk.

    The format is told by the content. Band order is the file's, rising or falling.

    Raises
    ------
    InputError
        If there is no such file.
    UnknownFormatError
        If no reader takes it.
    TruncatedFileError, HeaderError, UnitError
        If what it says is incomplete, contradicts itself, or can't be right.
    SettingsError
        If an option does not fit the file.
    """
    path = Path(path)
    cube = choose_reader(path, options).read(path, options)
    extra = options.igm or options.glt
    if extra is None:
        return cube
    shape = cube.shape[:2]
    geometry = read_glt(extra, shape) if options.igm is None else read_igm(extra, shape)
    return replace(
        cube,
        geometry=geometry,
        paths=(*cube.paths, *(str(p) for p in find_pair(extra) or (extra,))),
    )

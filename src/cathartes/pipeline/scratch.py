"""Images in scratch files, so that a scene's size does not decide how much memory it needs."""

import math
import shutil
import tempfile
from io import RawIOBase
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import OutputError


class ScratchPlanes:
    """Images on disk, one behind the other in a flat float32 file, which the context's end removes.

    Lines are written and read with plain file calls: mapped memory would count as resident.

    Parameters
    ----------
    folder
        Where the scratch folder is made.
    """

    def __init__(self, n_lines: int, n_samples: int, folder: Path) -> None:
        self._shape = (n_lines, n_samples)
        self._parent = folder
        self._folder: Path | None = None
        self._file: RawIOBase | None = None
        self._numbers: dict[str, int] = {}

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="scratch-", dir=self._parent))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.close()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def _path(self) -> Path:
        if self._folder is None:
            raise RuntimeError("scratch planes are used outside their context")
        return self._folder / "planes.f32"

    def _start(self, name: str) -> int:
        """Return the byte at which the image of a name begins."""
        return 4 * math.prod(self._shape) * self._numbers[name]

    def write_lines(self, name: str, start: int, values: NDArray[np.float32]) -> None:
        """Keep (line, sample) values from line ``start`` on, under a name; one thread writes.

        Raises
        ------
        OutputError
            If they can't be written, for want of space mostly.
        """
        self._numbers.setdefault(name, len(self._numbers))
        offset = self._start(name) + 4 * start * self._shape[1]
        data = np.ascontiguousarray(values, dtype=np.float32).reshape(-1).view(np.uint8).data
        try:
            if self._file is None:
                self._file = self._path.open("x+b", buffering=0)
            self._file.seek(offset)
            while data:
                data = data[self._file.write(data) :]
        except OSError as error:
            raise OutputError(
                f"{self._path}: a scratch image can't be written ({error.strerror or error}).",
                "Free some space, or name another folder with --out.",
            ) from error

    def read(self, name: str) -> NDArray[np.float32]:
        """Return the whole image of a name, (line, sample); threads may read together."""
        count, offset = math.prod(self._shape), self._start(name)
        return np.fromfile(self._path, np.float32, count, offset=offset).reshape(self._shape)

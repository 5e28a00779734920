"""Images in scratch files, so that a scene's size does not decide how much memory it needs."""

import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray


class ScratchPlanes:
    """Images on disk, one flat float32 file a name; a context that removes them at its end.

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
        self._files: dict[str, Path] = {}

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="scratch-", dir=self._parent))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _path(self, name: str) -> Path:
        """Return the file of a name; an empty one is made at the first call."""
        if name not in self._files:
            if self._folder is None:
                raise RuntimeError("scratch planes are used outside their context")
            path = self._folder / f"{len(self._files):04d}.f32"
            path.touch()
            self._files[name] = path
        return self._files[name]

    def write_lines(self, name: str, start: int, values: NDArray[np.float32]) -> None:
        """Keep (line, sample) values from line ``start`` on, under a name."""
        with self._path(name).open("r+b") as file:
            file.seek(4 * start * self._shape[1])
            file.write(np.ascontiguousarray(values, dtype=np.float32).data)

    def read(self, name: str) -> NDArray[np.float32]:
        """Return the whole image of a name, (line, sample)."""
        values = np.fromfile(self._files[name], dtype=np.float32)
        return values.reshape(self._shape)

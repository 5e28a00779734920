"""What a module must have to be a reader of absorption spectra, and what it opens files with."""

from pathlib import Path
from typing import Protocol

from cathartes.errors import InputError, TruncatedFileError
from cathartes.spectra.absorption import AbsorptionSpectrum

HEAD_BYTES = 8192
"""So many bytes are enough for every reader to know its own."""


class SpectrumReader(Protocol):
    """The face of a reader module."""

    @property
    def NAME(self) -> str:  # noqa: N802 -- a module's constant
        """The format's short name, as `--format` takes it."""

    def recognises(self, path: Path, head: bytes) -> bool:
        """Return True if the file's first bytes are of this format; never raises."""

    def read(
        self,
        path: Path,
        *,
        gas: str | None = None,
        temperature_k: float | None = None,
        pressure_pa: float | None = None,
    ) -> tuple[AbsorptionSpectrum, ...]:
        """Return the file's spectra, at least one.

        Parameters
        ----------
        path
        gas
            Names the gas where the file holds one, chooses it where the file holds several.
        temperature_k, pressure_pa
            Of the sample, for a file that does not state them; of the gas to compute, for a list
            of lines.

        Raises
        ------
        InputError
            Or one of its kinds: always says what was found, what is needed and what to do.
        """


def read_bytes(path: Path, most: int = -1) -> bytes:
    """Return a file's bytes, or its first ones, at most so many.

    Raises
    ------
    InputError
        If there is no such file, or it can't be read.
    TruncatedFileError
        If it is empty.
    """
    if path.is_dir():
        raise InputError(f"{path} is a folder; name the file of a spectrum in it.")
    try:
        with path.open("rb") as stream:
            content = stream.read(most)
    except OSError as error:
        raise InputError(
            f"{path} can't be read ({error.strerror}); name a readable file."
        ) from error
    if not content.strip():
        raise TruncatedFileError(f"{path.name} is empty; fetch or export it again.")
    return content


def read_text(path: Path) -> str:
    """Return a file's text, lines ended by a bare newline; raises as `read_bytes`."""
    return decode(read_bytes(path)).replace("\r\n", "\n").replace("\r", "\n")


def head_lines(head: bytes) -> list[str]:
    """Return the lines of a file's first bytes; the last one may be cut."""
    return decode(head).splitlines()


def decode(content: bytes) -> str:
    """Return bytes as text: UTF-8, with or without a byte-order mark, else Latin-1.

    Every byte is a character in Latin-1, so a broken file is refused by its format's own grammar
    and message, not by a decoder.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")

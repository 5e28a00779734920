"""What a user may say about a cube that its file does not say, or says wrongly."""

from dataclasses import dataclass
from pathlib import Path

from cathartes.errors import SettingsError
from cathartes.scenes.quantity import Quantity


@dataclass(frozen=True, slots=True)
class OpenOptions:
    """How to open a cube; the only place of these defaults.

    What is given here wins over the file. None means: as the file says.

    Attributes
    ----------
    format
        Name of the reader to use instead of recognising the file.
    wavelength_unit
        Unit of the file's band centres and widths: ``nm``, ``um``, ``cm-1``...
    radiance_unit
        Unit of the file's numbers (after its own scale factors).
    quantity
        Radiance or reflectance.
    wavelength_um, fwhm_um : (band,) [um]
        Band centres and widths instead of the file's.
    bad_bands
        Zero-based bands to leave out, besides those of the file's own list.
    ignore_value
        Number that stands for "no value", besides the file's own: as it is written in the file,
        before scale factors and units.
    mapping
        TOML file that tells the generic reader where things are (docs/reference/cube-files.md).
    igm, glt
        ENVI files with the longitude and latitude of each pixel, or with the pixel of each map
        cell.
    check_units
        Whether numbers that can't be right in the stated unit are an error.
    """

    format: str | None = None
    wavelength_unit: str | None = None
    radiance_unit: str | None = None
    quantity: Quantity | None = None
    wavelength_um: tuple[float, ...] | None = None
    fwhm_um: tuple[float, ...] | None = None
    bad_bands: tuple[int, ...] = ()
    ignore_value: float | None = None
    mapping: Path | None = None
    igm: Path | None = None
    glt: Path | None = None
    check_units: bool = True

    def __post_init__(self) -> None:
        if self.igm is not None and self.glt is not None:
            raise SettingsError(
                f"both an IGM ({self.igm.name}) and a GLT ({self.glt.name}) were given; "
                "each says where pixels lie: pass one of them."
            )
        if self.quantity is Quantity.REFLECTANCE and self.radiance_unit is not None:
            raise SettingsError(
                f"a reflectance has no unit, but radiance unit {self.radiance_unit!r} was given; "
                "drop --radiance-unit or say --quantity radiance."
            )
        if any(band < 0 for band in self.bad_bands):
            raise SettingsError(
                f"bad bands {self.bad_bands}: bands are counted from 0; no negative ones."
            )

    def fill(self, *stated: float | None) -> tuple[float, ...]:
        """Return the numbers that stand for no value: those that a file states, and the user's."""
        return tuple({n: None for n in (*stated, self.ignore_value) if n is not None})

"""Options of the command line that say what a cube's file does not say, or says wrongly."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from cathartes.cli.number_list import parse_band_list, parse_numbers
from cathartes.errors import SettingsError
from cathartes.scenes.options import OpenOptions
from cathartes.scenes.plausibility import is_wavenumber, to_fwhm_um, to_wavelength_um
from cathartes.scenes.quantity import Quantity
from cathartes.units import wavelength_factor_um

_PANEL = "What the file does not say"

FormatOption = Annotated[
    str | None,
    typer.Option("--format", help="Reader to use: ENVI, EMIT, GeoTIFF, Zarr or mapped.",
                 rich_help_panel=_PANEL),
]  # fmt: skip
WavelengthUnitOption = Annotated[
    str | None,
    typer.Option(help="Unit of the band centres and widths: nm, um, cm-1.",
                 rich_help_panel=_PANEL),
]  # fmt: skip
RadianceUnitOption = Annotated[
    str | None,
    typer.Option(help="Unit of the numbers, like 'uW cm-2 sr-1 nm-1'.", rich_help_panel=_PANEL),
]
QuantityOption = Annotated[
    Quantity | None, typer.Option(help="What the numbers are.", rich_help_panel=_PANEL)
]
WavelengthsOption = Annotated[
    str | None,
    typer.Option(help="Band centres in um (or --wavelength-unit): 7.50,7.55,... or a text file.",
                 rich_help_panel=_PANEL),
]  # fmt: skip
FwhmOption = Annotated[
    str | None,
    typer.Option("--fwhm", help="Band widths, given like --wavelengths.", rich_help_panel=_PANEL),
]
BadBandsOption = Annotated[
    str | None,
    typer.Option(help="Bands to leave out, counted from 0: 0,1,120-125.", rich_help_panel=_PANEL),
]
IgnoreValueOption = Annotated[
    float | None,
    typer.Option(
        help="Number that stands for no value, as it is in the file.", rich_help_panel=_PANEL
    ),
]
MappingOption = Annotated[
    Path | None,
    typer.Option(help="TOML file that says where an HDF5 or NetCDF-4 file keeps things.",
                 rich_help_panel=_PANEL),
]  # fmt: skip
IgmOption = Annotated[
    Path | None,
    typer.Option("--igm", help="ENVI file with longitude and latitude of each pixel.",
                 rich_help_panel=_PANEL),
]  # fmt: skip
GltOption = Annotated[
    Path | None,
    typer.Option("--glt", help="ENVI file with the pixel of each map cell.",
                 rich_help_panel=_PANEL),
]  # fmt: skip
UncheckedOption = Annotated[
    bool,
    typer.Option("--unchecked-units",
                 help="Take numbers that can't be right in their unit: black bodies, the sky.",
                 rich_help_panel=_PANEL),
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class BandLists:
    """Band centres and widths as typed, and their unit."""

    wavelengths: str | None = None
    fwhm: str | None = None
    unit: str | None = None

    def centres_um(self) -> tuple[float, ...] | None:
        """Return the band centres [um], or None if none were given."""
        if self.wavelengths is None:
            return None
        values = np.array(parse_numbers(self.wavelengths, "--wavelengths"))
        return tuple(to_wavelength_um(values, self.unit or "um").tolist())

    def widths_um(self) -> tuple[float, ...] | None:
        """Return the band widths [um], or None if none were given."""
        if self.fwhm is None:
            return None
        values = np.array(parse_numbers(self.fwhm, "--fwhm"))
        unit = self.unit or "um"
        if not is_wavenumber(unit):
            return tuple((values * wavelength_factor_um(unit)).tolist())
        centres_um = np.array(self.centres_um() or ())
        if centres_um.shape != values.shape:
            raise SettingsError(
                f"--fwhm has {values.size} widths in {unit} and --wavelengths {centres_um.size} "
                "centres; widths in wavenumbers need as many centres: give both."
            )
        return tuple(to_fwhm_um(values, unit, centres_um).tolist())


def open_options(
    lists: BandLists,
    *,
    format_name: str | None,
    radiance_unit: str | None,
    quantity: Quantity | None,
    bad_bands: str | None,
    ignore_value: float | None,
    mapping: Path | None,
    igm: Path | None,
    glt: Path | None,
    unchecked_units: bool,
) -> OpenOptions:
    """Return how to open a cube, from what was typed."""
    return OpenOptions(
        format=format_name,
        wavelength_unit=lists.unit,
        radiance_unit=radiance_unit,
        quantity=quantity,
        wavelength_um=lists.centres_um(),
        fwhm_um=lists.widths_um(),
        bad_bands=() if bad_bands is None else parse_band_list(bad_bands, "--bad-bands"),
        ignore_value=ignore_value,
        mapping=mapping,
        igm=igm,
        glt=glt,
        check_units=not unchecked_units,
    )

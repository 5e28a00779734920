"""What a mapping file may say: where a file without a layout of its own keeps its cube."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from cathartes.scenes.quantity import Quantity
from cathartes.scenes.toml_file import read_toml_file

Axis = Literal["line", "sample", "band"]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CubeTable(_Table):
    """``[cube]``: what the numbers are."""

    name: str = ""
    instrument: str = ""
    quantity: Quantity | None = None
    unit: str = ""
    scale: float | None = None
    offset: float | None = None
    fill: float | None = None
    start_utc: str = ""
    sun_zenith_deg: float | None = None
    view_zenith_deg: float | None = None
    air_temperature_k: float | None = None


class DataTable(_Table):
    """``[data]``: one dataset of an HDF5 or NetCDF file, or rasters stacked in this order."""

    file: Path | None = None
    dataset: str | None = None
    axes: Annotated[list[Axis], Field(min_length=3, max_length=3)] = ["line", "sample", "band"]
    files: list[Path] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "DataTable":
        if (self.dataset is None) == (self.files is None):
            raise ValueError("give either dataset (HDF5, NetCDF) or files (rasters to be stacked)")
        if self.files is not None and self.file is not None:
            raise ValueError("file belongs to dataset; with files it is not used")
        if self.files is not None and not self.files:
            raise ValueError("files is empty; name at least one")
        if set(self.axes) != {"line", "sample", "band"}:
            raise ValueError("axes must name line, sample and band, each once")
        return self


class WavelengthTable(_Table):
    """``[wavelength]``: band centres and widths, listed or in datasets."""

    unit: str
    values: list[float] | None = None
    dataset: str | None = None
    fwhm: float | list[float] | None = None
    fwhm_dataset: str | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "WavelengthTable":
        if (self.values is None) == (self.dataset is None):
            raise ValueError("give either values or dataset for the band centres")
        if self.fwhm is not None and self.fwhm_dataset is not None:
            raise ValueError("give fwhm or fwhm_dataset, not both")
        return self


class GeometryTable(_Table):
    """``[geometry]``: datasets of longitude and latitude of each pixel, degrees, WGS 84."""

    longitude: str
    latitude: str


class MappingFile(_Table):
    """A whole mapping file."""

    cube: CubeTable = CubeTable()
    data: DataTable
    wavelength: WavelengthTable
    geometry: GeometryTable | None = None


def read_mapping(path: Path) -> MappingFile:
    """Return a mapping file's content.

    Raises
    ------
    SettingsError
        If there is no such file, it is no TOML, or a key is missing, unknown or wrong.
    """
    return read_toml_file(path, MappingFile, "mapping file", "docs/reference/cube-files.md")

"""What a camera's TOML file may say: look angles, mounting, clock, standard deviations."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import (
    BaseModel,
    ConfigDict,
    NonNegativeFloat,
    PositiveFloat,
    PositiveInt,
    model_validator,
)

from cathartes.scenes.georeference.camera import Camera, MountingSd, Side, pinhole_line
from cathartes.scenes.georeference.csv_table import read_csv_table
from cathartes.scenes.toml_file import read_toml_file

_NAN = float("nan")
_VECTORS, _ANGLES = ("x", "y", "z"), ("along_deg", "across_deg")


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class PinholeTable(_Table):
    """``[pinhole]``: a straight line of equal pixels behind a lens."""

    n_samples: PositiveInt
    ifov_mrad: PositiveFloat
    first_sample: Side
    centre_sample: float | None = None


class MountingTable(_Table):
    """``[mounting]``: boresight and lever arm; nothing is zero by default."""

    boresight_roll_deg: float
    boresight_pitch_deg: float
    boresight_yaw_deg: float
    lever_arm_forward_m: float
    lever_arm_right_m: float
    lever_arm_down_m: float


class TimingTable(_Table):
    """``[timing]``: the camera's clock."""

    time_offset_s: float
    line_period_s: PositiveFloat | None = None


class SdTable(_Table):
    """``[sd]``: standard deviations; what is left out is not stated."""

    boresight_roll_deg: NonNegativeFloat | None = None
    boresight_pitch_deg: NonNegativeFloat | None = None
    boresight_yaw_deg: NonNegativeFloat | None = None
    timing_s: NonNegativeFloat | None = None
    horizontal_m: NonNegativeFloat | None = None
    vertical_m: NonNegativeFloat | None = None
    roll_deg: NonNegativeFloat | None = None
    pitch_deg: NonNegativeFloat | None = None
    heading_deg: NonNegativeFloat | None = None

    def to_sd(self) -> MountingSd:
        """Return the values, NaN for what is not stated."""

        def value(name: str) -> float:
            stated = getattr(self, name)
            return _NAN if stated is None else float(stated)

        roll, pitch, yaw = (value(f"boresight_{name}_deg") for name in ("roll", "pitch", "yaw"))
        attitude = value("roll_deg"), value("pitch_deg"), value("heading_deg")
        return MountingSd(
            (roll, pitch, yaw),
            value("timing_s"),
            value("horizontal_m"),
            value("vertical_m"),
            attitude,
        )


class CameraFile(_Table):
    """A whole camera file."""

    name: str = ""
    pinhole: PinholeTable | None = None
    look_file: str | None = None
    mounting: MountingTable
    timing: TimingTable
    sd: SdTable = SdTable()

    @model_validator(mode="after")
    def _one_way(self) -> "CameraFile":
        if (self.pinhole is None) == (self.look_file is None):
            raise ValueError("give either [pinhole] or look_file, not both")
        return self


def read_camera(path: Path) -> Camera:
    """Return the camera of a TOML file.

    Raises
    ------
    SettingsError
        If the file can't be read, a key is missing, unknown or wrong.
    InputError
        If its look file can't be read.
    """
    file = read_toml_file(path, CameraFile, "camera file", "docs/reference/georeferencing-files.md")
    if file.pinhole is None:
        look = read_look(path.parent / (file.look_file or ""))
    else:
        line = file.pinhole
        look = pinhole_line(line.n_samples, line.ifov_mrad, line.first_sample, line.centre_sample)
    mounting, timing = file.mounting, file.timing
    return Camera(
        look=look,
        boresight_deg=(
            mounting.boresight_roll_deg,
            mounting.boresight_pitch_deg,
            mounting.boresight_yaw_deg,
        ),
        lever_arm_m=(
            mounting.lever_arm_forward_m,
            mounting.lever_arm_right_m,
            mounting.lever_arm_down_m,
        ),
        time_offset_s=timing.time_offset_s,
        line_period_s=timing.line_period_s,
        sd=file.sd.to_sd(),
    )


def read_look(path: Path) -> NDArray[np.float64]:
    r"""Return look vectors from a CSV file with a row a sample, (sample, 3).

    Columns x, y, z, or the angles along_deg (α, forward positive) and across_deg (β, right
    positive): :math:`(\tan\alpha, \tan\beta, 1)`.

    Raises
    ------
    InputError, HeaderError
        If it can't be read.
    """
    table = read_csv_table(path)
    names = _ANGLES if "across_deg" in table.columns else _VECTORS
    table.check_columns(names, names)
    values = np.column_stack([table.numbers(name) for name in names])
    if names == _VECTORS:
        return values
    return np.column_stack([np.tan(np.radians(values)), np.ones(len(values))])

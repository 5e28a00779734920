"""Everything that a simulated scene can be told, with the only defaults there are."""

from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from cathartes.errors import SettingsError
from cathartes.scenes.toml_file import parse_toml


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class PlumeSettings(_Frozen):
    """One plume.

    Attributes
    ----------
    gases
        Gas name to its amount relative to the others, by volume; a mixture keeps this ratio
        everywhere. `peak_ppm_m` and `emission_kg_h` speak of the first one.
    peak_ppm_m : [ppm m]
        Greatest column density of the first gas over the scene's pixels.
    emission_kg_h : [kg h-1]
        Emission rate of the first gas; give this or the peak.
    line, sample
        Source, continuous pixel position; inside the scene if the peak is given.
    temperature_difference_k : [K]
        Of the gas against the air at the ground.
    length_m, source_width_m, growth, meander, filaments
        See `cathartes.simulate.plume.PlumeShape`.
    """

    gases: dict[str, float] = Field(min_length=1)
    line: float
    sample: float
    peak_ppm_m: float | None = Field(default=None, gt=0)
    emission_kg_h: float | None = Field(default=None, gt=0)
    temperature_difference_k: float = Field(default=0.0, ge=-100, le=1500)
    length_m: float = Field(default=400.0, gt=0)
    source_width_m: float = Field(default=3.0, gt=0)
    growth: float = Field(default=0.10, ge=0)
    meander: float = Field(default=0.8, ge=0)
    filaments: float = Field(default=0.6, ge=0, le=2)

    @model_validator(mode="after")
    def _amount(self) -> Self:
        if (self.peak_ppm_m is None) == (self.emission_kg_h is None):
            raise ValueError("give exactly one of peak_ppm_m and emission_kg_h")
        if min(self.gases.values()) <= 0:
            raise ValueError("the relative amounts of the gases must be positive")
        return self


class LandscapeSettings(_Frozen):
    """The ground; see `cathartes.simulate.ground.Landscape`.

    Attributes
    ----------
    surface_set
        Half of the built-in materials, or all of them.
    variants
        So many variants are made of each, with the seed.
    """

    surface_set: Literal["a", "b", "all"] = "all"
    variants: int = Field(default=5, ge=0, le=20)
    parcel_m: float = Field(default=160.0, gt=0)
    built_share: float = Field(default=0.22, ge=0, le=1)
    water_share: float = Field(default=0.03, ge=0, lt=1)
    wood_share: float = Field(default=0.10, ge=0, lt=1)
    roads: int = Field(default=4, ge=0)
    heaps: int = Field(default=8, ge=0)
    hot_objects: int = Field(default=6, ge=0)
    contrast_k: float = Field(default=1.5, ge=0)


class AirSettings(_Frozen):
    """The air; see `cathartes.scenes.air.Air`."""

    water_g_cm2: float = Field(default=1.5, ge=0, le=6)
    ozone_atm_cm: float = Field(default=0.3, ge=0, le=1)
    temperature_k: float = Field(default=295.0, ge=220, le=330)


class DetectorSettings(_Frozen):
    """What the detector adds; see `cathartes.simulate.noise.Striping`.

    Attributes
    ----------
    noise_factor
        The instrument's noise is multiplied by it; 0 gives a noise-free scene.
    """

    noise_factor: float = Field(default=1.0, ge=0)
    stripe_offset_nesr: float = Field(default=0.5, ge=0)
    stripe_gain: float = Field(default=5e-4, ge=0)
    trend: float = Field(default=0.004, ge=0)
    bad_columns: int = Field(default=2, ge=0)


class SceneSettings(_Frozen):
    """One scene.

    Attributes
    ----------
    seed
        Everything random follows from it.
    instrument
        Built-in name or path of a TOML file.
    lines, samples
        Size.
    altitude_m : [m]
        None takes the instrument's own, and its pixel size with it.
    pixel_m : [m]
        Side of a pixel; None takes what the instrument has from that altitude.
    wind_from_deg, wind_speed_m_s
        Over the whole scene.
    sun_zenith_deg : [deg]
        From 90 on it is night.
    resolution_cm1 : [cm-1]
        Step of the high-resolution grid.
    origin_easting_m, origin_northing_m, crs
        Upper left corner of the scene on the map.
    """

    name: str = Field(default="scene", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    seed: int = Field(default=1, ge=0)
    instrument: str = "hytes-like"
    lines: int = Field(default=512, ge=1)
    samples: int = Field(default=320, ge=1)
    altitude_m: float | None = Field(default=None, gt=0)
    pixel_m: float | None = Field(default=None, gt=0)
    wind_from_deg: float = 250.0
    wind_speed_m_s: float = Field(default=3.0, gt=0)
    sun_zenith_deg: float = Field(default=35.0, ge=0, le=180)
    resolution_cm1: float = Field(default=0.5, gt=0, le=1.0)
    origin_easting_m: float = 465_000.0
    origin_northing_m: float = 5_428_000.0
    crs: str = "EPSG:32632"
    air: AirSettings = AirSettings()
    landscape: LandscapeSettings = LandscapeSettings()
    detector: DetectorSettings = DetectorSettings()
    plumes: tuple[PlumeSettings, ...] = ()

    @property
    def is_day(self) -> bool:
        """True while the sun is up."""
        return self.sun_zenith_deg < 90.0

    def without_plumes(self) -> "SceneSettings":
        """Return the same scene, empty."""
        return self.model_copy(update={"plumes": (), "name": f"{self.name}-empty"})


def parse_scene_settings(text: str, origin: str) -> SceneSettings:
    """Return the settings that a TOML text states.

    Raises
    ------
    SettingsError
        If the text is no TOML, or a key is unknown or wrong; the message names it.
    """
    return parse_toml(
        text, origin, SceneSettings, "scene file", "docs/reference/simulated-scene.md"
    )


def read_scene_settings(path: str | Path) -> SceneSettings:
    """Read a scene's settings from a TOML file."""
    path = Path(path)
    if not path.is_file():
        raise SettingsError(f"no scene file {path}; give a TOML file or a preset's name.")
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"scene file {path} can't be read ({error}); a TOML file in UTF-8 is needed."
        ) from error
    return parse_scene_settings(text, path.name)

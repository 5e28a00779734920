"""How large a made-up campaign is; the only place of these defaults."""

from dataclasses import dataclass

from cathartes.errors import SettingsError


@dataclass(frozen=True, slots=True)
class CampaignSettings:
    """Everything that a campaign can be told.

    Attributes
    ----------
    seed
        Everything random follows from it. Below 1000 for tuning, from 20000 on for judging.
    sorties, weeks
        So many flights, evenly spread over so many weeks.
    cubes
        Of a sortie.
    log_every
        Every so many-th sortie also has a drone with a gas sensor; 0 for none.
    lines, samples
        Size of a cube.
    pixel_m, altitude_m
        Side of a pixel, and the sensor's height above the ground, [m].
    cells_east, cells_north
        The area is so many cells wide and high; cubes are a little larger than a cell.
    hidden
        Hidden places; half of their days, more or less, they give nothing off.
    registered, unregistered
        Lawful emitters, in the file of emitters and not in it.
    beyond
        Lawful emitters in no file that lie on the ground flown, but outside the mandate.
    instrument
        Built-in name or path of a TOML file; in the thermal infrared.

    Raises
    ------
    SettingsError
        If there would be no campaign.
    """

    seed: int = 1
    sorties: int = 12
    weeks: int = 6
    cubes: int = 4
    log_every: int = 3
    lines: int = 160
    samples: int = 160
    pixel_m: float = 5.1
    altitude_m: float = 3000.0
    cells_east: int = 4
    cells_north: int = 3
    hidden: int = 5
    registered: int = 4
    unregistered: int = 2
    beyond: int = 1
    instrument: str = "hytes-like"

    def __post_init__(self) -> None:
        least = {
            "seed": 0, "sorties": 1, "weeks": 1, "cubes": 1, "log_every": 0, "lines": 32,
            "samples": 32, "cells_east": 1, "cells_north": 1, "hidden": 0, "registered": 0,
            "unregistered": 0, "beyond": 0,
        }  # fmt: skip
        for name, smallest in least.items():
            if getattr(self, name) < smallest:
                raise SettingsError(
                    f"campaign: {name} is {getattr(self, name)}; at least {smallest} is needed."
                )
        if min(self.pixel_m, self.altitude_m) <= 0:
            raise SettingsError(
                f"campaign: pixel_m is {self.pixel_m:g} and altitude_m {self.altitude_m:g}; "
                "lengths above 0 are needed."
            )
        if self.sorties > 7 * self.weeks:
            raise SettingsError(
                f"campaign: {self.sorties} sorties in {self.weeks} weeks are more than one a day; "
                "give more weeks."
            )

    @property
    def shape(self) -> tuple[int, int]:
        """(line, sample) of the whole area; a cube reaches an eighth beyond its cell."""
        return (
            self.cells_north * self.lines * 8 // 9,
            self.cells_east * self.samples * 8 // 9,
        )

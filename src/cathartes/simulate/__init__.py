"""Made-up scenes with known truth: landscape, air, plumes, detector."""

from cathartes.simulate.scene import SimulatedScene, simulate_scene
from cathartes.simulate.settings import (
    PlumeSettings,
    SceneSettings,
    parse_scene_settings,
    read_scene_settings,
)
from cathartes.simulate.truth import PlumeTruth, Truth

__all__ = [
    "PlumeSettings",
    "PlumeTruth",
    "SceneSettings",
    "SimulatedScene",
    "Truth",
    "parse_scene_settings",
    "read_scene_settings",
    "simulate_scene",
]

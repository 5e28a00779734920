"""Made-up scenes with known truth, and how well a result fits it."""

from cathartes.on_demand import call_on_demand
from cathartes.simulate.evaluation import FoundPlume, GasLayers, SceneScore, evaluate_scene
from cathartes.simulate.folder import read_truth, write_scene_files
from cathartes.simulate.presets import PRESETS, preset_settings, trial_settings, with_foreign_plume
from cathartes.simulate.scene import SimulatedScene, simulate_scene
from cathartes.simulate.settings import (
    PlumeSettings,
    SceneSettings,
    parse_scene_settings,
    read_scene_settings,
)
from cathartes.simulate.truth import PlumeTruth, Truth

__all__ = [
    "PRESETS",
    "FoundPlume",
    "GasLayers",
    "PlumeSettings",
    "PlumeTruth",
    "SceneScore",
    "SceneSettings",
    "SimulatedScene",
    "Truth",
    "evaluate_scene",
    "parse_scene_settings",
    "preset_settings",
    "read_scene_settings",
    "read_truth",
    "simulate_scene",
    "trial_settings",
    "with_foreign_plume",
    "write_scene_files",
]

call_on_demand(__name__, "cathartes.pipeline.simulated:simulate")

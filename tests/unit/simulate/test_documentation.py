"""The reference page's settings file is valid and names every key there is."""

import re
from pathlib import Path

from cathartes.simulate.settings import (
    AirSettings,
    DetectorSettings,
    LandscapeSettings,
    PlumeSettings,
    SceneSettings,
    parse_scene_settings,
)

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "simulated-scene.md"


def test_the_example_parses_and_names_every_key():
    text = re.search(r"```toml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert text is not None
    settings = parse_scene_settings(text[1], "the page")
    assert settings.model_fields_set == set(SceneSettings.model_fields)
    assert settings.air.model_fields_set == set(AirSettings.model_fields)
    assert settings.landscape.model_fields_set == set(LandscapeSettings.model_fields)
    assert settings.detector.model_fields_set == set(DetectorSettings.model_fields)
    # Peak and emission exclude each other: the page shows one and names the other.
    assert settings.plumes[0].model_fields_set == set(PlumeSettings.model_fields) - {
        "emission_kg_h"
    }
    assert "emission_kg_h" in text[1]

"""A scene is simulated, scanned, and the result held against the truth."""

from dataclasses import dataclass, replace
from pathlib import Path

from cathartes.pipeline.evaluate import Evaluation, evaluate
from cathartes.pipeline.gas_library import working_library
from cathartes.pipeline.progress import Progress
from cathartes.pipeline.scan import ScanSettings, scan
from cathartes.pipeline.simulated import BUILTIN, simulate
from cathartes.products.summary import ScanSummary
from cathartes.simulate.folder import CUBE_NAME
from cathartes.simulate.presets import preset_settings
from cathartes.simulate.settings import SceneSettings

SCENE = "scene"
"""Folder of the simulated scene in the demonstration's folder."""
PLUMES = "plumes"
"""Folder of the scan's result in the demonstration's folder."""


@dataclass(frozen=True, slots=True)
class Demonstration:
    """What was made, what was found, and how well that fits.

    Attributes
    ----------
    scene, plumes
        Folders.
    """

    scene: Path
    plumes: Path
    summary: ScanSummary
    evaluation: Evaluation


def demo(
    out: str | Path,
    *,
    scene: SceneSettings | None = None,
    settings: ScanSettings | None = None,
    progress: Progress | None = None,
) -> Demonstration:
    """Simulate a scene, scan it, and evaluate what was found.

    Parameters
    ----------
    out
        Folder for the folders of scene and result; older ones that cathartes made are replaced.
    scene, settings
        What to simulate and how to scan; the preset ``demo`` and the defaults if None.
    progress
        Who watches; nobody if None.

    Raises
    ------
    OutputError
        If a folder is not free, not ours to replace, or can't be written.
    """
    library = working_library()
    scene_folder, plumes_folder = Path(out) / SCENE, Path(out) / PLUMES
    simulate(
        scene or preset_settings("demo"),
        scene_folder,
        library,
        surfaces=BUILTIN,
        overwrite=True,
        progress=progress,
    )
    summary = scan(
        scene_folder / CUBE_NAME,
        plumes_folder,
        library,
        settings=replace(settings or ScanSettings(), overwrite=True),
        progress=progress,
    )
    evaluation = evaluate([(plumes_folder, scene_folder)], plumes_only=True)
    return Demonstration(scene_folder, plumes_folder, summary, evaluation)

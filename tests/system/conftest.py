"""Cubes, command lines, a sortie and a casebook for whole runs."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))  # importlib mode does not

from casebooks import new_casebook, small_campaign, sorties_of
from runs import YARD, Run, Said

from cathartes.cli.main import main
from cathartes.pipeline.run import run as run_sortie
from cathartes.scenes.instrument import load_instrument
from cathartes.scenes.readers.envi import write_envi
from quick_pictures import pictures_are_drawn


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command line in this process."""

    def run_command(*words: str | Path) -> Said:
        capsys.readouterr()
        code = main([str(word) for word in words])
        out, err = capsys.readouterr()
        return Said(code, out, " ".join(err.split()))

    return run_command


@pytest.fixture(scope="session")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a small scene with one strong plume of SF6."""
    folder = tmp_path_factory.mktemp("simulated")
    (folder / "yard.toml").write_text(YARD)
    words = ["simulate", str(folder / "yard.toml"), "--out", str(folder / "yard"), "-q"]
    assert main([*words, "--surfaces", "builtin"]) == 0
    return folder / "yard"


@pytest.fixture
def cube_of(tmp_path: Path) -> Callable[..., Path]:
    """Write radiance as an ENVI cube of the lwir-drone-like instrument and return its header."""

    def write(radiance: np.ndarray, name: str = "flight.hdr") -> Path:
        bands = load_instrument("lwir-drone-like").bands
        fields = {"air temperature": "290.0"}
        return write_envi(
            tmp_path / name,
            radiance.astype(np.float32),
            bands=bands.select(np.arange(radiance.shape[2])),
            fields=fields,
        )

    return write


@pytest.fixture(scope="session")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a campaign of one small sortie; not to be changed."""
    return small_campaign(tmp_path_factory.mktemp("flown") / "campaign")


@pytest.fixture(scope="session")
def filled(campaign: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a casebook into which the sortie was run; not to be changed."""
    casebook = new_casebook(campaign, tmp_path_factory.mktemp("filled") / "casebook")
    with pictures_are_drawn():
        run_sortie(sorties_of(campaign)[0], casebook, actor="test")
    return casebook


@pytest.fixture
def sortie(campaign: Path, tmp_path: Path) -> Path:
    """Return a copy of the sortie, to be spoilt."""
    return shutil.copytree(sorties_of(campaign)[0], tmp_path / "sortie")

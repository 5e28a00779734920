"""A simulated scene replaces its own older self, and nothing else."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from cathartes.errors import OutputError
from cathartes.pipeline import simulated
from cathartes.pipeline.demo import PLUMES, SCENE, demo
from cathartes.pipeline.scan import ScanSettings
from cathartes.pipeline.simulated import simulate
from cathartes.simulate.settings import PlumeSettings, SceneSettings

TINY = SceneSettings(name="tiny", lines=24, samples=20, instrument="lwir-drone-like")


def test_an_older_scene_gives_way_only_if_told(tmp_path: Path) -> None:
    simulate(TINY, tmp_path / "s")
    before = (tmp_path / "s" / "scene.img").read_bytes()
    other = TINY.model_copy(update={"seed": 9})
    with pytest.raises(OutputError, match="--overwrite"):
        simulate(other, tmp_path / "s")
    assert (tmp_path / "s" / "scene.img").read_bytes() == before
    simulate(other, tmp_path / "s", overwrite=True)
    assert (tmp_path / "s" / "scene.img").read_bytes() != before
    assert [p.name for p in tmp_path.iterdir()] == ["s"]


def test_an_older_scene_stays_if_the_new_one_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulate(TINY, tmp_path / "s")
    before = (tmp_path / "s" / "scene.img").read_bytes()

    def stop(scene: object, folder: Path) -> None:
        (folder / "scene.img").write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(simulated, "write_scene_files", stop)
    with pytest.raises(KeyboardInterrupt):
        simulate(TINY.model_copy(update={"seed": 9}), tmp_path / "s", overwrite=True)
    assert (tmp_path / "s" / "scene.img").read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["s"]


def test_a_place_that_is_not_free_is_said_before_the_long_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulated, "simulate_scene", lambda *_: pytest.fail("simulated first"))
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=1000))
    with pytest.raises(OutputError, match=r"1 kB are free and up to 154 kB are needed"):
        simulate(TINY, tmp_path / "s")
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=r"can't be written"):
        simulate(TINY, tmp_path / "file" / "s")


def test_what_somebody_added_is_not_deleted(tmp_path: Path) -> None:
    simulate(TINY, tmp_path / "s")
    (tmp_path / "s" / "notes.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"also holds notes\.txt"):
        simulate(TINY, tmp_path / "s", overwrite=True)


def test_another_folder_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "thesis.tex").write_text("mine")
    with pytest.raises(OutputError, match="not a simulated scene that could be replaced"):
        simulate(TINY, tmp_path / "s", overwrite=True)
    assert (tmp_path / "s" / "thesis.tex").is_file()


def test_a_demonstration_runs_again_over_itself(tmp_path: Path) -> None:
    plume = PlumeSettings(gases={"SF6": 1.0}, line=12.5, sample=4.5, peak_ppm_m=20.0,
                          length_m=30.0)  # fmt: skip
    scene = TINY.model_copy(update={"plumes": (plume,)})
    settings = ScanSettings(gases=("SF6", "ammonia"))
    for _ in range(2):
        done = demo(tmp_path / "demo", scene=scene, settings=settings)
    assert sorted(p.name for p in (tmp_path / "demo").iterdir()) == [PLUMES, SCENE]
    assert len(done.evaluation.scenes[0].plumes) == 1
    assert (done.plumes / "quicklook.png").is_file()


def test_an_older_scene_is_whole_until_the_new_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped while the old one makes way: it is given back, and nothing else stays."""
    simulate(TINY, tmp_path / "s")
    before = sorted((p.name, p.read_bytes()) for p in (tmp_path / "s").iterdir())
    rename, removed = Path.rename, []

    def stopped(self: Path, target: Path) -> Path:
        if target == tmp_path / "s" and not removed:
            removed.append(self)
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", stopped)
    with pytest.raises(KeyboardInterrupt):
        simulate(TINY.model_copy(update={"seed": 9}), tmp_path / "s", overwrite=True)
    assert sorted((p.name, p.read_bytes()) for p in (tmp_path / "s").iterdir()) == before
    assert [p.name for p in tmp_path.iterdir()] == ["s"]


def test_a_scene_in_a_folder_open_to_all_is_not(tmp_path: Path) -> None:
    """As other files: what the user's mask allows, not what the parent does."""
    tmp_path.chmod(0o777)
    (tmp_path / "as_other_folders").mkdir()
    simulate(TINY, tmp_path / "s")
    modes = {(tmp_path / name).stat().st_mode for name in ("s", "as_other_folders")}
    assert len(modes) == 1


def test_the_current_folder_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulate(TINY, tmp_path / "s")
    (tmp_path / "empty").mkdir()
    for name in ("s", "empty"):
        monkeypatch.chdir(tmp_path / name)
        with pytest.raises(OutputError, match="is the current folder"):
            simulate(TINY, ".", overwrite=True)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["empty", "s"]


def test_a_link_to_a_scene_is_followed(tmp_path: Path) -> None:
    simulate(TINY, tmp_path / "s")
    before = (tmp_path / "s" / "scene.img").read_bytes()
    (tmp_path / "link").symlink_to("s")
    simulate(TINY.model_copy(update={"seed": 9}), tmp_path / "link", overwrite=True)
    assert (tmp_path / "s" / "scene.img").read_bytes() != before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["link", "s"]

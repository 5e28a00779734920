"""The doctor: what is broken on purpose here must be found, named, and counted."""

import builtins
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from cathartes.cli import diagnosis
from cathartes.cli.diagnosis import Diagnosis, Finding, Verdict, doctor
from cathartes.cli.main import main
from cathartes.errors import CathartesError


def finding(subject: str) -> Finding:
    """Return what the doctor says of one subject now."""
    found = {f.subject: f for f in doctor().findings}
    return found[subject]


def hide(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Make imports of these packages fail, as on a machine without them."""
    real_import: Callable[..., object] = builtins.__import__

    def refuse(name: str, *rest: object, **more: object) -> object:
        if name.split(".", maxsplit=1)[0] in names:
            raise ImportError(f"libfoo.so.1 needed by {name} is not there")
        return real_import(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", refuse)


def test_this_machine_can_scan() -> None:
    """The tests run here, so it must; if not, the doctor's own words say why."""
    failing = [f for f in doctor().findings if f.verdict is Verdict.FAILS]
    assert failing == []


def test_every_finding_that_is_not_well_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CATHARTES_DATA", raising=False)
    hide(monkeypatch, "rasterio")
    unwell = [f for f in doctor().findings if f.verdict is not Verdict.WORKS]
    assert {f.subject for f in unwell} >= {"GDAL rasters", "real test data"}
    assert all(f.advice for f in unwell)


def test_a_broken_package_is_a_finding_and_not_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    hide(monkeypatch, "pyogrio")
    looked = doctor()
    broken = next(f for f in looked.findings if f.subject == "GDAL vectors")
    assert broken.verdict is Verdict.FAILS
    assert "libfoo.so.1" in broken.found
    assert not looked.can_scan
    assert looked.findings[-1].subject == "real test data"


def test_a_gdal_without_cloud_optimised_geotiff(monkeypatch: pytest.MonkeyPatch) -> None:
    import rasterio

    monkeypatch.setattr(rasterio.Env, "drivers", lambda self: {"GTiff": "GeoTIFF"})
    found = finding("GDAL rasters")
    assert found.verdict is Verdict.FAILS
    assert "without COG" in found.found


def test_a_proj_of_another_program_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import pyproj

    def refuse(code: str) -> None:
        raise pyproj.exceptions.CRSError("no database context specified")

    monkeypatch.setattr(pyproj.CRS, "from_user_input", refuse)
    monkeypatch.setenv("PROJ_LIB", "/opt/qgis/share/proj")
    found = finding("map projections")
    assert found.verdict is Verdict.FAILS
    assert "unset PROJ_LIB=/opt/qgis/share/proj" in found.advice


def test_no_room_for_temporary_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnosis.shutil, "disk_usage", lambda path: SimpleNamespace(free=2**29))
    found = finding("temporary files")
    assert found.verdict is Verdict.FAILS
    assert "0.5 GiB free" in found.found
    assert "TMPDIR" in found.advice


def test_a_folder_that_may_not_be_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "not there"))
    found = finding("temporary files")
    assert found.verdict is Verdict.FAILS
    assert "not there" in found.found


def test_own_gases_that_no_scan_could_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CATHARTES_LIBRARY", str(tmp_path))
    assert finding("your own gases").found == f"0 in {tmp_path}"
    (tmp_path / "mine.csv").write_text("garbage\n")
    found = finding("your own gases")
    assert found.verdict is Verdict.FAILS
    assert f"{tmp_path / 'mine.csv'} can't be used" in found.found
    monkeypatch.setenv("CATHARTES_LIBRARY", str(tmp_path / "typo"))
    assert "there is no such folder" in finding("your own gases").found


def test_too_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = {"SC_PHYS_PAGES": 2**18, "SC_PAGE_SIZE": 2**12}
    monkeypatch.setattr(diagnosis.os, "sysconf", sizes.__getitem__)
    found = finding("memory")
    assert (found.verdict, found.found) == (Verdict.FAILS, "1.0 GiB")


def test_extras_that_are_missing_do_not_stop_a_scan(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        raise diagnosis.importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(diagnosis.importlib.metadata, "version", version)
    found = diagnosis._finding("HITRAN line lists", diagnosis._hitran)
    assert found.verdict is Verdict.MISSING
    assert "cathartes[hitran]" in found.advice
    assert Diagnosis((found,)).can_scan


def test_real_data_are_counted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "spectra").mkdir()
    monkeypatch.setenv("CATHARTES_DATA", str(tmp_path))
    assert finding("real test data").found == f"{tmp_path}: 1 sets"


def test_the_command_prints_json_and_its_code_says_the_verdict(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sick = Diagnosis((Finding("rasterio", Verdict.FAILS, "gone", "Run `make install`."),))
    monkeypatch.setattr("cathartes.cli.doctor.diagnose", lambda: sick)
    assert main(["doctor", "--json"]) == CathartesError.exit_code
    assert json.loads(capsys.readouterr().out) == {
        "can_scan": False,
        "findings": [
            {
                "subject": "rasterio",
                "verdict": "fails",
                "found": "gone",
                "advice": "Run `make install`.",
            }
        ],
    }


def test_the_table_shows_found_and_advice_as_they_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Square brackets are no markup: ``cathartes[hitran]`` must come through."""
    well = Diagnosis((Finding("lists", Verdict.MISSING, "none", "pip install cathartes[hitran]"),))
    monkeypatch.setattr("cathartes.cli.doctor.diagnose", lambda: well)
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    assert "cathartes[hitran]" in out
    assert "Cubes can be scanned." in out

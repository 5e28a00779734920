"""The library at work: built-in gases and the user's own, and no guess where these are."""

from pathlib import Path

import pytest

from cathartes.cli.main import main
from cathartes.errors import HeaderError, InputError, SettingsError
from cathartes.pipeline.gas_library import working_library
from cathartes.pipeline.library import library_plot


def test_a_named_folder_that_is_not_there_is_no_empty_library(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A team's folder that is not mounted: a scan without its gases would look like one with."""
    monkeypatch.setenv("CATHARTES_LIBRARY", str(tmp_path / "gases"))
    with pytest.raises(InputError, match=r"CATHARTES_LIBRARY names .*gases, and there is no such"):
        working_library()
    (tmp_path / "gases").write_text("a file")
    with pytest.raises(InputError, match=r"no such folder; make it"):
        working_library()


def test_the_first_import_makes_the_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CATHARTES_LIBRARY", str(tmp_path / "gases"))
    head = "# gas: mine\n# quality: quantitative\n# temperature_k: 296\n# pressure_pa: 101325\n"
    rows = "".join(f"{nu},{1e-4 * (nu - 899)}\n" for nu in range(900, 920))
    (tmp_path / "mine.csv").write_text(
        f"{head}# resolution_cm1: 1\nwavenumber_cm1,absorption_per_ppm_m\n{rows}"
    )
    assert main(["library", "import", str(tmp_path / "mine.csv")]) == 0
    assert "mine" in working_library()


def test_a_broken_file_of_the_users_is_named_with_its_place(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CATHARTES_LIBRARY", str(tmp_path))
    (tmp_path / "mine.csv").write_text("garbage\n")
    with pytest.raises(HeaderError) as error:
        working_library()
    assert f"your own gas in {tmp_path / 'mine.csv'} can't be used" in str(error.value)


def test_a_gas_named_twice_is_searched_once() -> None:
    assert working_library().select(["SF6", "sf6", "ammonia", "NH3"]).names == ("SF6", "ammonia")


def test_a_picture_of_no_gas_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no gas was named"):
        library_plot([], tmp_path / "x.png")
    assert list(tmp_path.iterdir()) == []

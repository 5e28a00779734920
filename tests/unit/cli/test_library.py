"""``cathartes library``: what it prints, and how it fails."""

import json
from pathlib import Path
from typing import Any

import matplotlib.image
import numpy as np
import pytest

from cathartes.cli.main import main
from cathartes.errors import InputError, NoSignatureError, SettingsError, UnknownGasError
from cathartes.spectra.builtin import builtin_tables


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep a user's real gases out of the tests, and the tests' out of theirs."""
    folder = tmp_path / "own"
    folder.mkdir()
    monkeypatch.setenv("CATHARTES_LIBRARY", str(folder))
    monkeypatch.setenv("COLUMNS", "160")
    return folder


def run_json(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    assert main(["library", *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_list_names_every_gas_and_says_which_has_no_spectrum(
    capsys: pytest.CaptureFixture[str],
) -> None:
    listed = {gas["name"]: gas for gas in run_json(capsys, "list")["gases"]}
    assert listed["ammonia"]["spectrum"]["quality"] == "quantitative"
    assert listed["toluene"]["spectrum"] is None
    assert "13.7 um" in listed["toluene"]["remark"]
    assert main(["library", "list"]) == 0
    text = capsys.readouterr().out
    assert all(name in text for name in listed)


def test_list_with_an_instrument_says_what_it_sees(capsys: pytest.CaptureFixture[str]) -> None:
    found = run_json(capsys, "list", "--instrument", "hytes-like")["gases"]
    seen = {gas["name"]: gas["visibility"] for gas in found}
    assert seen["ammonia"]["visible"] is True
    assert seen["ammonia"]["wavenumber_cm1"] == pytest.approx(966.0, abs=3.0)
    assert seen["hydrogen_chloride"] == {
        "name": "hydrogen_chloride", "visible": False, "wavenumber_cm1": None,
        "optical_depth": None, "contrast": None, "reason": seen["hydrogen_chloride"]["reason"],
    }  # fmt: skip


def test_show_states_source_range_and_fidelity(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["library", "show", "difluoromethane"]) == 0
    text = capsys.readouterr().out
    for words in ("R-32", "75-10-5", "995-1236 cm-1", "not measured", "AER", "Fidelity"):
        assert words in text
    shown = run_json(capsys, "show", "R-32")
    assert {(f["low_cm1"], f["resolution_cm1"]) for f in shown["fidelity"]} >= {(740.0, 4.0)}
    assert shown["strongest_bands"][0]["wavenumber_cm1"] == pytest.approx(1101.5, abs=1.0)


def test_show_of_a_gas_nobody_sees_gives_the_reason(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["library", "show", "HCl"]) == 0
    text = capsys.readouterr().out
    assert "can't be seen" in text
    assert "2700-3050 cm-1" in text


def test_unknown_gas_is_an_error_with_the_nearest_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["library", "show", "amonia"]) == UnknownGasError.exit_code
    assert "Nearest: ammonia" in " ".join(capsys.readouterr().err.split())


@pytest.mark.usefixtures("drawn_pictures")
def test_plot_draws_the_bands_of_the_gas(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    picture = tmp_path / "gases.png"
    words = ["plot", "ammonia", "toluene", "-i", "hytes-like", "--out", str(picture)]
    assert run_json(capsys, *words)["gases"] == ["ammonia", "toluene"]
    image = matplotlib.image.imread(picture)
    ink = (image[..., :3].min(axis=2) < 0.9).mean()
    assert image.shape[0] > 300
    assert 0.01 < ink < 0.6


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["plot", "toluene"], NoSignatureError.exit_code, "no spectrum of toluene"),
        (["plot", "ammonia", "--range", "9", "8"], SettingsError.exit_code, "two rising positive"),
        (["plot", "ammonia", "--range", "9", "inf"], SettingsError.exit_code, "two rising posit"),
        (["compare", "ammonia", "-i", "hytes-like"], SettingsError.exit_code, "two or more"),
        (
            ["compare", "ammonia", "NH3", "-i", "hytes-like"],
            SettingsError.exit_code,
            "only ammonia was named; two or more",
        ),
        (["list", "-i", "nonesuch"], SettingsError.exit_code, "no instrument and no file"),
        (["fetch", "nobody", "acetone"], SettingsError.exit_code, "hitran or nist"),
        (["import", "missing.jdx"], 10, "missing.jdx"),
    ],
)
def test_wrong_words_get_a_reason_and_a_code(
    words: list[str],
    code: int,
    message: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["library", *words]) == code
    assert message in " ".join(capsys.readouterr().err.split())
    assert [path.name for path in tmp_path.rglob("*")] == ["own"]


def test_plot_into_a_folder_that_is_not_there_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    missing = tmp_path / "none" / "a.png"
    assert main(["library", "plot", "ammonia", "--out", str(missing)]) == 40
    assert "can't be written" in capsys.readouterr().err


def test_compare_puts_the_worst_pair_first(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["compare", "ethanol", "1-butanol", "ammonia", "HCl", "-i", "hytes-like"]
    found = run_json(capsys, *words)
    assert found["gases"] == ["ethanol", "1-butanol", "ammonia"]
    assert found["left_out"] == ["hydrogen_chloride"]
    assert set(found["pairs"][0]["gases"]) == {"ethanol", "1-butanol"}
    matrix = np.array(found["correlation"])
    assert found["pairs"][0]["correlation"] == pytest.approx(matrix[0, 1])
    assert found["pairs"][0]["correlation"] > 0.9


def test_imported_spectrum_wins_over_the_built_in_one(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, own_folder: Path
) -> None:
    file = tmp_path / "mine.csv"
    nu = np.arange(900.0, 1000.0, 0.5)
    sigma = 1e-18 * np.exp(-(((nu - 950.0) / 5.0) ** 2))
    rows = "\n".join(f"{a},{b}" for a, b in zip(nu, sigma, strict=True))
    header = "# temperature_k: 296\n# pressure_pa: 101325\n# resolution_cm1: 0.5\n"
    file.write_text(f"{header}wavenumber_cm1,cross_section_cm2\n{rows}\n", encoding="utf-8")
    words = ["import", str(file), "--gas", "acetone"]
    imported = run_json(capsys, *words)
    assert Path(imported["file"]).parent == own_folder
    shown = run_json(capsys, "show", "acetone")
    assert shown["spectrum"]["coverage_cm1"] == [[900.0, 999.5]]
    assert shown["fidelity"] == []
    assert shown["cas"] == "67-64-1"
    # A second time it is refused unless asked for.
    assert main(["library", *words]) == 40
    assert "--replace" in capsys.readouterr().err
    assert main(["library", *words, "--replace"]) == 0


def test_strongest_bands_of_an_imported_spectrum_are_those_at_4_cm1(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A line of 0.2 cm-1 falls to 0.2/4 of its height, behind a band of half that height."""
    nu = np.arange(900.0, 1000.0, 0.02)
    sigma = 1e-18 * np.exp(-4.0 * np.log(2.0) * ((nu - 930.0) / 0.2) ** 2)
    sigma += 5e-19 * np.exp(-4.0 * np.log(2.0) * ((nu - 960.0) / 30.0) ** 2)
    rows = "\n".join(f"{a},{b}" for a, b in zip(nu, sigma, strict=True))
    for resolution_cm1, strongest_cm1, depth in ((0.1, 960.0, 0.123), (2.0, 930.0, 0.256)):
        file = tmp_path / "mine.csv"
        header = f"# gas: mine\n# resolution_cm1: {resolution_cm1}\n"
        file.write_text(f"{header}wavenumber_cm1,cross_section_cm2\n{rows}\n", encoding="utf-8")
        assert main(["library", "import", str(file), "--replace"]) == 0
        assert main(["library", "show", "mine"]) == 0
        shown_cm1 = 4 if resolution_cm1 < 1.0 else 2
        assert f"Strongest bands at {shown_cm1} cm-1" in capsys.readouterr().out
        band = run_json(capsys, "show", "mine")["strongest_bands"][0]
        assert band["wavenumber_cm1"] == pytest.approx(strongest_cm1, abs=0.5)
        assert band["optical_depth"] == pytest.approx(depth, rel=0.01)


@pytest.mark.parametrize("span_cm1", [0.002, 0.2, 5.0])
def test_show_of_a_spectrum_of_a_few_points(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, span_cm1: float
) -> None:
    file = tmp_path / "few.csv"
    rows = "".join(f"{900.0 + k * span_cm1 / 3},1e-19\n" for k in range(4))
    file.write_text(f"# gas: few\nwavenumber_cm1,cross_section_cm2\n{rows}", encoding="utf-8")
    assert main(["library", "import", str(file)]) == 0
    capsys.readouterr()
    assert run_json(capsys, "show", "few")["strongest_bands"] == []


@pytest.mark.parametrize(("formula", "name"), [("CCl4", "carbon_tetrachloride"), ("C4H8O", None)])
def test_a_formula_that_isomers_share_is_no_name_to_import_by(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, formula: str, name: str | None
) -> None:
    """C4H8O is MEK, tetrahydrofuran, butanal."""
    file = tmp_path / "mine.csv"
    file.write_text(f"# gas: {formula}\nwavenumber_cm1,cross_section_cm2\n900,1e-20\n901,2e-20\n")
    if name is not None:
        assert run_json(capsys, "import", str(file))["gas"] == name
        return
    assert main(["library", "import", str(file)]) == InputError.exit_code
    assert "isomers share; if it is MEK, say --gas MEK" in " ".join(capsys.readouterr().err.split())
    assert run_json(capsys, "import", str(file), "--gas", "MEK")["gas"] == "MEK"
    assert run_json(capsys, "import", str(file), "--gas", "oxolane")["gas"] == "oxolane"


@pytest.mark.parametrize(("name", "looks_like"), [("acetic_ac", ["acetic_acid"]), ("novel", [])])
def test_import_of_a_known_gas_under_another_name_is_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str, looks_like: list[str]
) -> None:
    """AER's headers cut names after nine letters."""
    nu = np.arange(700.0, 1400.0, 0.5)
    sigma = np.asarray(builtin_tables()["acetic_acid"].model.cross_section_cm2(nu))
    if not looks_like:
        sigma = sigma[::-1]
    rows = "\n".join(f"{a},{b}" for a, b in zip(nu, sigma, strict=True))
    file = tmp_path / "mine.csv"
    file.write_text(f"# gas: {name}\nwavenumber_cm1,cross_section_cm2\n{rows}\n", encoding="utf-8")
    assert run_json(capsys, "import", str(file))["looks_like"] == looks_like
    assert main(["library", "import", str(file), "--replace"]) == 0
    told = " ".join(capsys.readouterr().err.split())
    assert ("looks like acetic_acid" in told) is bool(looks_like)


def test_import_names_the_conditions_it_left_out(
    capsys: pytest.CaptureFixture[str], repository: Path
) -> None:
    file = repository / "tests" / "contract" / "spectrum_samples" / "new_layout.xsc"
    assert main(["library", "import", str(file)]) == 0
    captured = capsys.readouterr()
    assert "296 K" in captured.out
    assert "Also in the file: 250 K 13332 Pa; --temperature-k" in " ".join(captured.err.split())
    assert main(["library", "import", str(file), "--temperature-k", "250", "--replace"]) == 0
    captured = capsys.readouterr()
    assert "250 K" in captured.out
    assert captured.err == ""


def test_every_command_has_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("list", "show", "plot", "compare", "import", "fetch"):
        assert main(["library", command, "--help"]) == 0
        text = capsys.readouterr().out
        assert f"cathartes library {command}" in " ".join(text.split())
        assert "--json" in text


def test_a_picture_of_another_format_is_refused(tmp_path: Path) -> None:
    picture = tmp_path / "gases.pdf"
    assert main(["library", "plot", "SF6", "--out", str(picture)]) == 2
    assert not picture.exists()

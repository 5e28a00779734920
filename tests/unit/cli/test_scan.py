"""The words of ``cathartes scan``: what is asked, what is printed."""

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from rich.console import Console, RenderableType

from cathartes.cli.cube_options import BandLists, open_options
from cathartes.cli.main import main
from cathartes.cli.number_list import parse_band_list, parse_numbers
from cathartes.cli.scan import targets_of
from cathartes.cli.scan_tables import plume_table, plumes_by_flags, scan_page, significant
from cathartes.detect.result import Outcome
from cathartes.errors import SettingsError
from cathartes.pipeline.scan import QUICK_SAMPLE_BYTES
from cathartes.products.summary import PlumeShort
from cathartes.scenes.instrument import load_instrument
from cathartes.scenes.radiometry import planck_radiance
from cathartes.scenes.readers.envi import write_envi


@pytest.fixture
def flight(tmp_path: Path) -> Path:
    """Return the header of a small cube without a plume or a geometry."""
    generator = np.random.default_rng(2)
    bands = load_instrument("lwir-drone-like").bands
    temperature_k = 295.0 + 3.0 * generator.standard_normal((30, 24, 1))
    noise = 1.0 + 1e-3 * generator.standard_normal((30, 24, len(bands)))
    radiance = (planck_radiance(bands.centre_um, temperature_k) * noise).astype(np.float32)
    return write_envi(tmp_path / "flight.hdr", radiance, bands=bands)


def plume(**other: object) -> PlumeShort:
    """Return a plume without a place on the ground."""
    facts = {
        "id": 1, "chemical": "1,1,1-trichloroethane", "probability": 0.987,
        "expected_by_chance": 2e-5, "snr_max": 21.44, "n_pixels": 120,
        "column_density_mean_ppm_m": 1234.5, "column_density_sd_ppm_m": 456.7,
        "origin_line": 10.5, "origin_sample": 20.5, "origin_lon": None, "origin_lat": None,
        "flags": ("optically thick",),
    } | other  # fmt: skip
    return PlumeShort.model_validate(facts)


def printed(part: RenderableType) -> str:
    """Return what 80 columns show."""
    console = Console(width=80, record=True)
    with console.capture() as capture:
        console.print(part)
    return capture.get()


def test_a_plume_fits_a_line_of_80_columns() -> None:
    text = printed(plume_table([plume(origin_lon=-117.123456, origin_lat=33.987654)]))
    row = text.splitlines()[2]
    for cell in ("1,1,1-trichloroethane", "0.99", "1230 ± 460", "21.4", "2e-05", "33.98765"):
        assert cell in row, text
    assert "[ppm m]" in text


def test_where_a_plume_is_without_a_map() -> None:
    assert "line 10, sample 20" in printed(plume_table([plume()]))


def test_a_plume_without_a_column_density_shows_a_dash() -> None:
    nothing = plume(column_density_mean_ppm_m=None, column_density_sd_ppm_m=None)
    assert " - " in printed(plume_table([nothing])).splitlines()[2]


def test_flags_are_gathered() -> None:
    two = plume(id=2, flags=("look-alike possible", "optically thick"))
    assert plumes_by_flags([plume(), two]) == {
        "optically thick": [1, 2], "look-alike possible": [2],
    }  # fmt: skip


def test_parts_of_another_chemical_are_told() -> None:
    facts = {"parts": [{"name": "SF6", "n_pixels": 40}], "flags": ("optically thick",)}
    told = plume(**facts)
    assert told.parts[0].name == "SF6"
    summary = SimpleNamespace(
        wind=None,
        outcome=Outcome.NOTHING_FOUND, plumes=(told,), reason="",
        counts=SimpleNamespace(gases_not_visible=0, gases_searched=2),
        scene=SimpleNamespace(lines=1, samples=1, wavelength_min_um=8, wavelength_max_um=9),
    )  # fmt: skip
    page = [str(part) for part in scan_page(summary, "a", Path("b"))]  # type: ignore[arg-type]
    assert "Plume 1: 40 pixels of it show SF6." in page


@pytest.mark.parametrize(("value", "text"), [
    (1234.5, "1230"), (0.012345, "0.0123"), (-3.0, "-3"), (None, "-"),
])  # fmt: skip
def test_significant_digits(value: float | None, text: str) -> None:
    assert significant(value, 3) == text


def test_one_cube_goes_to_the_folder_named_several_below_it() -> None:
    one, two = Path("in/a.hdr"), Path("b.nc")
    assert targets_of([one], None) == ((one, Path("a-plumes")),)
    assert targets_of([one], Path("o")) == ((one, Path("o")),)
    assert targets_of([one, two], None) == ((one, Path("a-plumes")), (two, Path("b-plumes")))
    assert targets_of([one, two], Path("o")) == ((one, Path("o/a")), (two, Path("o/b")))


def test_band_lists() -> None:
    assert parse_band_list("0,1 120-123", "--bad-bands") == (0, 1, 120, 121, 122, 123)
    assert parse_numbers("7.5, 7.6", "--wavelengths") == (7.5, 7.6)


@pytest.mark.parametrize(("text", "odd"), [("abc", "abc"), ("1,2-x", "2-x"), ("-3", "-3")])
def test_what_is_no_band_is_named(text, odd) -> None:
    with pytest.raises(SettingsError, match=f"'{odd}' is no band; bands counted from 0"):
        parse_band_list(text, "--bad-bands")


def test_a_slip_in_a_band_list_does_not_fill_the_memory() -> None:
    with pytest.raises(SettingsError, match="no cube has a band 99999999999"):
        parse_band_list("0-99999999999", "--bad-bands")


def test_numbers_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("7.5\n7.6,7.7\n")
    assert parse_numbers(str(tmp_path / "list.txt"), "--wavelengths") == (7.5, 7.6, 7.7)


def test_no_numbers_are_not_a_list(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="holds no number"):
        parse_numbers(" ", "--wavelengths")


def test_wavelengths_are_in_the_unit_given() -> None:
    """10 um is 1000 cm-1; a width of 10 cm-1 there is 0.1 um (Δλ = λ² Δν / 1e4)."""
    assert BandLists("7500,7600", None, "nm").centres_um() == pytest.approx((7.5, 7.6))
    assert BandLists("1000", "10", "cm-1").centres_um() == pytest.approx((10.0,))
    assert BandLists("1000", "10", "cm-1").widths_um() == pytest.approx((0.1,))
    assert BandLists(None, "50", "nm").widths_um() == pytest.approx((0.05,))
    with pytest.raises(SettingsError, match="need as many centres: give both"):
        BandLists(None, "10", "cm-1").widths_um()


def test_nothing_typed_means_as_the_file_says() -> None:
    from cathartes.scenes.options import OpenOptions

    assert OpenOptions() == open_options(
        BandLists(), format_name=None, radiance_unit=None, quantity=None, bad_bands=None,
        ignore_value=None, mapping=None, igm=None, glt=None, unchecked_units=False,
    )  # fmt: skip


def test_json_is_one_document_with_the_summary(
    flight: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["scan", str(flight), "--out", str(tmp_path / "out"), "-g", "SF6", "--json"]
    assert main(words) == 0
    (one,) = json.loads(capsys.readouterr().out)["scans"]
    assert one["folder"] == str(tmp_path / "out")
    assert one["summary"]["schema"] == "cathartes-scan-summary/1"
    assert one["summary"] == json.loads((tmp_path / "out" / "summary.json").read_text())


def test_quiet_prints_the_result_and_no_remark(
    flight: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["scan", str(flight), "--out", str(tmp_path / "o"), "-g", "SF6", "--quiet"]) == 0
    out, err = capsys.readouterr()
    assert "flight.hdr: inconclusive: 720 usable pixels" in out
    assert "quicklook.png" in out
    assert err == ""


def test_the_default_folder_lies_here(
    flight: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    assert main(["scan", str(flight), "-g", "SF6", "--layers", "all", "-q"]) == 0
    assert [p.name for p in here.iterdir()] == ["flight-plumes"]
    layers = [p.name for p in (here / "flight-plumes" / "layers").iterdir()]
    assert len(layers) == 5
    assert all(name.startswith("SF6_") for name in layers)


def test_options_win_over_the_settings_file(flight: Path, tmp_path: Path) -> None:
    toml = tmp_path / "scan.toml"
    toml.write_text('gases = ["ammonia"]\n[detect]\nplume_temperature_k = 280.0\nmin_pixels = 9\n')
    out = tmp_path / "out"
    words = ["scan", str(flight), "--out", str(out), "--settings", str(toml), "-q"]
    assert main([*words, "-g", "SF6", "--plume-temperature-k", "285"]) == 0
    settings = json.loads((out / "summary.json").read_text())["settings"]
    assert settings["gases"] == ["SF6"]
    assert settings["detect"]["plume_temperature_k"] == 285.0
    assert settings["detect"]["min_pixels"] == 9


def test_a_quick_scan_writes_layers_if_they_are_asked_for(flight: Path, tmp_path: Path) -> None:
    words = ["scan", str(flight), "-g", "SF6", "--quick", "--workers", "1", "-q", "--out"]
    assert main([*words, str(tmp_path / "bare")]) == 0
    assert main([*words, str(tmp_path / "full"), "--layers", "all"]) == 0
    assert not (tmp_path / "bare" / "layers").exists()
    assert len(list((tmp_path / "full" / "layers").iterdir())) == 5
    settings = json.loads((tmp_path / "full" / "summary.json").read_text())["settings"]
    assert settings["workers"] == 1
    assert settings["detect"]["sample_bytes"] == QUICK_SAMPLE_BYTES


def test_the_pixel_of_a_plume_is_the_one_its_origin_lies_in() -> None:
    """Centres of pixels end in .5, which rounds to the even neighbour: 11.5 lies in line 11."""
    at = printed(plume_table([plume(origin_line=11.5, origin_sample=13.5)]))
    assert "line 11, sample 13" in at


def test_a_slip_of_ours_in_one_of_several_cubes_can_be_traced(
    flight: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = str(tmp_path / "gone.hdr")
    words = ["scan", str(flight), gone, "--gas", "SF6", "--out", str(tmp_path / "out"), "--quiet"]
    assert main(["--debug", *words]) == 10
    err = capsys.readouterr().err
    assert "Traceback" in err
    assert f"error: {gone}: there is no file" in err


def test_all_cubes_are_scanned_even_if_the_reader_has_left(flight: Path, tmp_path: Path) -> None:
    """As in ``cathartes scan *.hdr | head -1``: an exit code of 0 says that all is done."""
    second = write_envi(
        tmp_path / "second.hdr", np.fromfile(flight.with_suffix(".img"), np.float32).reshape(
            30, 24, -1), bands=load_instrument("lwir-drone-like").bands,
    )  # fmt: skip
    script = "import sys; from cathartes.cli.main import main; sys.exit(main(sys.argv[1:]))"
    words = ["scan", str(flight), str(second), "--gas", "SF6", "--out", str(tmp_path / "out")]
    with subprocess.Popen(
        [sys.executable, "-c", script, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0
    assert (tmp_path / "out" / "flight" / "summary.json").is_file()
    assert (tmp_path / "out" / "second" / "summary.json").is_file()

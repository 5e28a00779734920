"""HITRAN's cross-sections and line lists; traps 8 and 9 of spectra/README.md, section G."""

import builtins
import sys
from pathlib import Path

import numpy as np
import pytest

from cathartes.errors import HeaderError, InputError, MissingExtraError, TruncatedFileError
from cathartes.spectra.readers import hitran_lines, hitran_xsc

SAMPLES = Path(__file__).parents[2] / "contract" / "spectrum_samples"
NEW, OLD, LINES = (
    (SAMPLES / name).read_text() for name in ("new_layout.xsc", "old_layout.xsc", "lines.par")
)


def write(tmp_path, text):
    path = tmp_path / "file"
    path.write_text(text)
    return path


def test_trap_8_both_layouts_of_the_header_are_read():
    new = hitran_xsc.parse_header(NEW.splitlines()[0])
    old = hitran_xsc.parse_header(OLD.splitlines()[0])
    assert (new.formula, new.count, new.temperature_k, new.pressure_torr) == (
        "C9H9X9", 21, 296.0, 760.0,
    )  # fmt: skip
    assert (new.resolution_cm1, new.common_name, new.maximum_cm2) == (0.5, "Testane", 1e-18)
    assert (old.formula, old.count, old.temperature_k, old.pressure_torr) == (
        "C9H9X9", 21, 298.0, 0.0,
    )  # fmt: skip
    assert (old.resolution_cm1, old.maximum_cm2) == (None, 1e-18)


@pytest.mark.parametrize("shift", ["", " ", "   "])
def test_trap_8_a_shifted_column_of_the_old_layout_does_no_harm(tmp_path, shift):
    text = OLD.replace("  298.0000", shift + "  298.0000", 1)
    (spectrum,) = hitran_xsc.read(write(tmp_path, text))
    assert spectrum.temperature_k == 298.0


@pytest.mark.parametrize("kelvin", ["298.", "298.1", "298.15", "298.000", "298.0000"])
@pytest.mark.parametrize("torr", ["0.", "760.", "760.0", "85.3", "760.0000"])
def test_trap_8_the_old_layout_may_keep_to_its_ten_columns(kelvin, torr):
    """Then its temperature lies where the new layout has points and temperature."""
    line = f"{'C2H4O2':>10}{549.9768:10.4f}{7099.9775:10.4f}{108688:10d}{kelvin:>10}{torr:>10}"
    header = hitran_xsc.parse_header(f"{line}{2.78e-18:10.3E}  HITRAN    Acetic_ac     N2 88")
    assert (header.formula, header.low_cm1, header.high_cm1) == ("C2H4O2", 549.9768, 7099.9775)
    assert (header.count, header.temperature_k, header.pressure_torr) == (
        108688, float(kelvin), float(torr),
    )  # fmt: skip
    assert header.maximum_cm2 == 2.78e-18
    assert header.common_name == "Acetic_ac"


def test_trap_8_a_wrong_maximum_is_noted_and_not_fatal(tmp_path):
    (spectrum,) = hitran_xsc.read(write(tmp_path, OLD.replace("1.000E-18TEST", "7.000E-18TEST")))
    assert "header states a maximum of 7e-18, data reach 1e-18" in spectrum.source
    assert "maximum" not in hitran_xsc.read(write(tmp_path, OLD))[0].source


@pytest.mark.parametrize(
    ("old", "new"), [("        21", "        31"), ("        21", "       210")]
)
def test_trap_8_too_few_points_are_refused(tmp_path, old, new):
    message = f"block 1: 30 values, and the header promises {new.strip()}; fetch the file again"
    with pytest.raises(TruncatedFileError, match=message):
        hitran_xsc.read(write(tmp_path, OLD.replace(old, new)))


def test_only_zeros_may_fill_the_last_line(tmp_path):
    assert hitran_xsc.read(write(tmp_path, OLD))[0].wavenumber_cm1.size == 21
    with pytest.raises(HeaderError, match="block 1: 30 values, and the header promises 19"):
        hitran_xsc.read(write(tmp_path, OLD.replace("        21", "        19")))
    with pytest.raises(HeaderError, match="block 1: 40 values, and the header promises 21"):
        hitran_xsc.read(write(tmp_path, OLD + 10 * " 0.000E+00" + "\n"))
    filled = OLD[: OLD.rindex("0.000E+00")] + "1.000E-20"
    with pytest.raises(HeaderError, match="block 1: 30 values, and the header promises 21"):
        hitran_xsc.read(write(tmp_path, filled))


def test_blocks_carry_their_own_temperature_and_pressure(tmp_path):
    first, second = hitran_xsc.read(write(tmp_path, NEW))
    assert (first.temperature_k, second.temperature_k) == (296.0, 250.0)
    assert second.pressure_pa == pytest.approx(13332.2, rel=1e-5)  # 100 Torr


def test_a_given_temperature_or_pressure_chooses_among_blocks(tmp_path):
    path = write(tmp_path, NEW)
    (warm,) = hitran_xsc.read(path, temperature_k=296.0)
    (thin,) = hitran_xsc.read(path, pressure_pa=13332.0)
    assert (warm.temperature_k, thin.temperature_k) == (296.0, 250.0)
    assert "block 2" in thin.source
    for given in ({"temperature_k": 310.0}, {"temperature_k": 296.0, "pressure_pa": 13332.0}):
        with pytest.raises(InputError, match="it holds 250 K 13332 Pa, 296 K 101325 Pa: give one"):
            hitran_xsc.read(path, **given)
    with pytest.raises(HeaderError, match="states a temperature of 298 K, and 310 K was given"):
        hitran_xsc.read(write(tmp_path, OLD), temperature_k=310.0)


def test_packed_and_dos_values_are_read(tmp_path):
    text = NEW.replace(" 1.000E-18 9.460E-19", "-1.000E-18-9.460E-19", 1).replace("\n", "\r\n")
    (first, _) = hitran_xsc.read(write(tmp_path, text + "\x1a"))
    assert first.cross_section_cm2[10:12].tolist() == [-1e-18, -9.46e-19]


def test_a_line_of_text_in_the_data_is_refused(tmp_path):
    with pytest.raises(HeaderError, match="line 2: 'oops' is neither a line of values nor"):
        hitran_xsc.read(write(tmp_path, NEW.replace("\n", "\noops\n", 1)))


def test_trap_9_blank_fields_do_no_harm(tmp_path):
    """HAPI refuses a row whose gp and gpp are blank; they do not enter the absorption."""
    assert all(len(row.rstrip()) < 146 for row in LINES.splitlines())
    filled = "".join(f"{row[:146]}   21.0   19.0\n" for row in LINES.splitlines())
    (blank,) = hitran_lines.read(write(tmp_path, LINES))
    (full,) = hitran_lines.read(write(tmp_path, filled))
    assert np.array_equal(blank.cross_section_cm2, full.cross_section_cm2)


def test_lines_conserve_their_strength_and_stay_quiet(tmp_path, capsys):
    """The integral of a Voigt line is its strength; wings past the grid and 25 cm-1 are lost.

    Three lines of 0.09 cm-1 half width in the middle of a 200 cm-1 grid: a Lorentz line loses
    2 x 0.09 / (pi 25) = 0.23 % to the cut. HAPI weighs by nothing else at 296 K.
    """
    far = "".join(
        row.replace("948.000000", nu).replace("1.000E-20", "1.000E-30") + "\n"
        for nu in ("850.000000", "999.500000")
        for row in LINES.splitlines()[:1]
    )
    (spectrum,) = hitran_lines.read(write(tmp_path, LINES + far))
    area = np.trapezoid(spectrum.cross_section_cm2, spectrum.wavenumber_cm1)
    assert area == pytest.approx(6e-20 * (1 - 0.0023), rel=1e-3)
    assert capsys.readouterr().out == ""


def test_lines_narrow_with_pressure(tmp_path):
    path = write(tmp_path, LINES)
    (wide,) = hitran_lines.read(path)
    (narrow,) = hitran_lines.read(path, pressure_pa=10_000.0)
    # Peak of a Lorentz line goes with 1 / pressure; Doppler adds a little at 0.1 atm.
    ratio = narrow.cross_section_cm2.max() / wide.cross_section_cm2.max()
    assert 9.0 < ratio < 10.2
    assert narrow.resolution_cm1 < wide.resolution_cm1


def test_several_molecules_are_kept_apart(tmp_path):
    two = LINES + LINES.replace("111  9", " 21  9")
    path = write(tmp_path, two)
    assert [s.gas for s in hitran_lines.read(path)] == ["CO2", "NH3"]
    assert [s.gas for s in hitran_lines.read(path, gas="nh3")] == ["nh3"]
    with pytest.raises(InputError, match="holds CO2, NH3, and 'SO2' was asked for"):
        hitran_lines.read(path, gas="SO2")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("300.0000", "        ", "field elower is ''; a number is needed in columns 46 to 55"),
        ("111  948", "991  948", r"HITRAN has no molecule and isotopologue \(99, 1\)"),
        ("  948.000000", "  948.0000xx", "field nu is '948.0000xx'"),
        (" 1.000E-20", " 1.000E+20", "of intensity 1e[+]20, .* can't be; fetch the list again"),
    ],
)
def test_broken_rows_are_refused(tmp_path, old, new, message):
    assert old in LINES
    with pytest.raises(HeaderError, match=message):
        hitran_lines.read(write(tmp_path, LINES.replace(old, new, 1)))


def test_rows_of_another_length_are_refused(tmp_path):
    old_format = "".join(row[:100] + "x" * 90 + "\n" for row in LINES.splitlines())
    with pytest.raises(HeaderError, match="line 1 has 190 characters; a HITRAN row"):
        hitran_lines.read(write(tmp_path, old_format))
    with pytest.raises(TruncatedFileError, match="the last row is cut after 100 characters"):
        hitran_lines.read(write(tmp_path, LINES[:-61]))


def test_absurd_conditions_and_ranges_are_refused(tmp_path):
    path = write(tmp_path, LINES)
    with pytest.raises(InputError, match="can't be computed at 5 K and 101325 Pa; 150 to 1000 K"):
        hitran_lines.read(path, temperature_k=5.0)
    wide = write(tmp_path, LINES.replace("  953.250000", "49953.250000"))
    with pytest.raises(InputError, match=r"would need .* points .* cut the list to a narrower"):
        hitran_lines.read(wide, pressure_pa=1.0)


def test_a_missing_package_is_named(tmp_path, monkeypatch):
    real_import = builtins.__import__

    def refuse(name, *args, **kwargs):
        if name == "hapi":
            raise ImportError(name)
        return real_import(name, *args, **kwargs)

    monkeypatch.setitem(sys.modules, "hapi", None)
    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(MissingExtraError, match=r"pip install 'cathartes\[hitran\]'"):
        hitran_lines.read(write(tmp_path, LINES))

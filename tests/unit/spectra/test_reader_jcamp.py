"""The JCAMP-DX reader, with the traps of spectra/README.md, section G, by their numbers."""

import numpy as np
import pytest
from scipy.constants import Boltzmann

from cathartes.errors import (
    HeaderError,
    InputError,
    NotGasPhaseError,
    TruncatedFileError,
    UnitError,
)
from cathartes.spectra.absorption import Quality
from cathartes.spectra.readers import jcamp
from cathartes.spectra.readers.jcamp_forms import free_numbers

LABELS = {
    "TITLE": "Testane",
    "JCAMP-DX": "4.24",
    "DATA TYPE": "INFRARED SPECTRUM",
    "STATE": "gas",
    "XUNITS": "1/CM",
    "YUNITS": "ABSORBANCE",
    "FIRSTX": "940",
    "LASTX": "945",
    "NPOINTS": "6",
}
TABLE = "940 1 2 3\n943 4 5 6"


@pytest.fixture
def write(tmp_path):
    """Write a file from changed labels (None leaves one out) and a table; return its path."""

    def write_file(table=TABLE, form="(X++(Y..Y))", end="##END=\n", **changes):
        labels = {**LABELS, **{k.replace("_", " "): v for k, v in changes.items()}}
        text = "".join(f"##{k}={v}\n" for k, v in labels.items() if v is not None)
        path = tmp_path / "spectrum.jdx"
        path.write_text(f"{text}##XYDATA={form}\n{table}\n{end}")
        return path

    return write_file


def quant(write, **changes):
    return write(
        YUNITS="(micromol/mol)-1m-1 (base 10)", YFACTOR="1e-6", TEMPERATURE="23 C", **changes
    )


@pytest.mark.parametrize("stated", ["101.3 Pa", "101.3 kPa", "1 atm", "760 mmHg", "101325 Pa"])
def test_trap_1_pressures_of_101_pa_mean_kpa(write, stated):
    """QUANT-IR of 2000 and 2001 writes "101.3 Pa"; taken at its word, amounts are 1000 x off."""
    (spectrum,) = jcamp.read(quant(write, PRESSURE=stated))
    assert spectrum.pressure_pa == pytest.approx(101_325.0)
    # sigma = A10 ln 10 / 2.4781e15, the README's conversion.
    expected = 6e-6 * np.log(10.0) / 2.4781e15
    assert spectrum.cross_section_cm2.max() == pytest.approx(expected, rel=1e-4)


def test_trap_1_is_of_absorption_coefficients_only(write):
    path = write(PRESSURE="101.3 Pa")
    assert jcamp.read(path)[0].pressure_pa == pytest.approx(101.3)


def test_trap_2_the_natural_logarithm_and_the_temperature_are_in(write):
    """`jcamp.calc_xsec` divides by 2.687e19 cm-3 and forgets ln 10: low by 2.50."""
    (spectrum,) = jcamp.read(quant(write, PRESSURE="101.3 kPa"))
    wrong = 6e-6 / 2.687e19 * 1e4  # m2 to cm2, and per m to per cm and ppm cancel to 1e0
    assert spectrum.cross_section_cm2.max() / wrong == pytest.approx(2.50, abs=0.01)


def test_trap_3_axes_may_fall_and_their_unit_has_two_names(write):
    rising = jcamp.read(write(XUNITS="cm-1"))[0]
    falling = jcamp.read(write("945 6 5 4\n942 3 2 1", FIRSTX="945", LASTX="940"))[0]
    assert np.array_equal(rising.wavenumber_cm1, falling.wavenumber_cm1)
    assert np.array_equal(rising.cross_section_cm2, falling.cross_section_cm2)


def test_trap_4_the_axis_is_the_headers_not_that_of_the_lines(write):
    (spectrum,) = jcamp.read(write("940 1 2 3\n944 4 5 6"))
    assert spectrum.wavenumber_cm1.tolist() == [940, 941, 942, 943, 944, 945]


def test_a_lost_line_shows_in_the_x_of_the_next(write):
    path = write("940 1 2\n946 3 4 5 6", LASTX="945")
    with pytest.raises(HeaderError, match=r"line 2 .* starts at X = 946, where .* give 942"):
        jcamp.read(path)


@pytest.mark.parametrize(
    ("line", "numbers"),
    [
        ("575.05 112824-128422", [575.05, 112824, -128422]),
        ("575.35-46555-33295 37279", [575.35, -46555, -33295, 37279]),
        ("1e-3-2E-4+.5", [1e-3, -2e-4, 0.5]),
        ("1,2;3\t4", [1, 2, 3, 4]),
    ],
)
def test_trap_5_numbers_may_be_packed(line, numbers):
    assert free_numbers(line, "here") == numbers


@pytest.mark.parametrize(
    "state", ["SOLUTION (10% IN CCl4 FOR 3800-1300)", "liquid", "SOLID (KBr PELLET)", "gasoline"]
)
def test_trap_6_only_gases_are_read(write, state):
    with pytest.raises(NotGasPhaseError, match=r"STATE= is .*: fetch a gas-phase spectrum"):
        jcamp.read(write(STATE=state))


def test_trap_6_a_file_must_say_that_it_is_of_a_gas(write):
    with pytest.raises(NotGasPhaseError, match="if you know that it is, add ##STATE=gas"):
        jcamp.read(write(STATE=None))


@pytest.mark.parametrize("state", ["gas", "GAS (vapour at 300 K)", "Vapor", "VAPOUR", "gaseous"])
def test_gas_has_many_spellings(write, state):
    assert jcamp.read(write(STATE=state))[0].quality is Quality.SHAPE_ONLY


@pytest.mark.parametrize(
    ("changes", "partial_pa", "total_pa"),
    [
        ({"PARTIAL_PRESSURE": "50 mmHg"}, 6666.1, 6666.1),
        ({"PARTIAL PRESSURE": "0.5 atm"}, 50662.5, 50662.5),
        ({"STATE": "GAS (150 mmHg, N2 ADDED, TOTAL PRESSURE 600 mmHg)"}, 19998.4, 79993.4),
        ({"STATE": "GAS (20 mm Hg)"}, 2666.4, 2666.4),
    ],
)
def test_trap_7_the_amount_is_in_a_label_or_in_the_state(write, changes, partial_pa, total_pa):
    path = write(**{"PATH LENGTH": "5 CM", **changes})
    (spectrum,) = jcamp.read(path)
    column_cm2 = partial_pa / (Boltzmann * 296.0) * 0.05 * 1e-4
    assert spectrum.quality is Quality.SEMI_QUANTITATIVE
    assert spectrum.pressure_pa == pytest.approx(total_pa, rel=1e-4)
    expected = 6.0 * np.log(10.0) / column_cm2
    assert spectrum.cross_section_cm2.max() == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"PATH LENGTH": "5 CM"}, "amount not stated"),
        ({"PARTIAL_PRESSURE": "50 mmHg"}, "path length not stated"),
        ({"STATE": "GAS (TOTAL PRESSURE 600 mmHg)", "PATH LENGTH": "5 CM"}, "amount not stated"),
        ({"STATE": "GAS (40 PPM)", "PATH LENGTH": "1000 CM"}, "amount not stated"),
    ],
)
def test_trap_7_without_an_amount_only_the_shape_is_kept(write, changes, missing):
    (spectrum,) = jcamp.read(write(**changes))
    assert spectrum.quality is Quality.SHAPE_ONLY
    assert missing in spectrum.source


def test_the_baseline_of_a_transmittance_is_divided_out(write):
    """An empty cell that lets 0.9 through is no gas: a flat 0.9 with one dip gives one band."""
    values = np.full(61, 0.9)
    values[30] = 0.9 * np.exp(-1.0)
    table = "\n".join(f"{900 + i} {values[i]:.6f}" for i in range(61))
    changes = {"PARTIAL_PRESSURE": "1 atm", "PATH LENGTH": "1 m", "YUNITS": "TRANSMITTANCE"}
    (spectrum,) = jcamp.read(write(table, FIRSTX="900", LASTX="960", NPOINTS="61", **changes))
    column_cm2 = 101_325 / (Boltzmann * 296.0) * 1e-4
    assert spectrum.cross_section_cm2[30] * column_cm2 == pytest.approx(1.0, abs=1e-5)
    assert np.abs(np.delete(spectrum.cross_section_cm2, 30)).max() * column_cm2 < 1e-5
    assert "baseline divided out" in spectrum.source


def test_transmittance_in_per_cent_must_say_so(write):
    table = "940 90 80 70\n943 60 80 90"
    with pytest.raises(HeaderError, match="if it is in per cent say ##YUNITS=% TRANSMITTANCE"):
        jcamp.read(write(table, YUNITS="TRANSMITTANCE"))
    (percent,) = jcamp.read(write(table, YUNITS="% TRANSMITTANCE"))
    (fraction,) = jcamp.read(write("940 .9 .8 .7\n943 .6 .8 .9", YUNITS="TRANSMITTANCE"))
    assert np.allclose(percent.cross_section_cm2, fraction.cross_section_cm2)


def test_saturated_points_do_not_become_infinite(write):
    table = "940 1 1 0\n943 -0.01 1 1"
    changes = {"PARTIAL_PRESSURE": "1 atm (pure)", "PATH LENGTH": "1 m (KBr windows)"}
    (spectrum,) = jcamp.read(write(table, YUNITS="TRANSMITTANCE", **changes))
    column_cm2 = 101_325 / (Boltzmann * 296.0) * 1e-4
    assert spectrum.cross_section_cm2[2:4] * column_cm2 == pytest.approx(-np.log(0.005))
    assert "2 points are saturated" in spectrum.source


def test_blocks_of_a_compound_file_are_read_one_by_one(write):
    path = write()
    block = path.read_text()
    other = block.replace("Testane", "Othrane")
    path.write_text(f"##TITLE=two\n##DATA TYPE=LINK\n##BLOCKS=2\n{block}{other}##END=\n")
    assert [s.gas for s in jcamp.read(path)] == ["testane", "othrane"]
    assert [s.gas for s in jcamp.read(path, gas="Othrane")] == ["Othrane"]
    with pytest.raises(InputError, match="holds testane, othrane, and 'benzene' was asked for"):
        jcamp.read(path, gas="benzene")


def test_comments_are_passed_over_and_pairs_are_read(write):
    (spectrum,) = jcamp.read(write("940 1 2 3 $$ 99\n$$ 7 8 9\n943 4 5 6"))
    path = write("940,1; 941,2; 942,3\n943,4; 944,5; 945,6", form="(XY..XY)")
    path.write_text(path.read_text().replace("XYDATA", "XYPOINTS"))
    (pairs,) = jcamp.read(path)
    assert np.array_equal(spectrum.cross_section_cm2, pairs.cross_section_cm2)


def test_a_maximum_that_the_data_lack_is_noted(write):
    assert "maximum" not in jcamp.read(write(MAXY="6.0"))[0].source
    note = "header states a maximum of 9, data reach 6"
    assert note in jcamp.read(write(MAXY="9.0"))[0].source


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"NPOINTS": "9", "LASTX": "948"}, TruncatedFileError, "holds 6 points and .* promises 9"),
        ({"NPOINTS": "5"}, HeaderError, "holds 6 points and ##NPOINTS= promises 5"),
        ({"NPOINTS": None}, HeaderError, "##NPOINTS= is missing; a number is needed"),
        ({"FIRSTX": "abc"}, HeaderError, "##FIRSTX= is 'abc'; a number is needed"),
        ({"NPOINTS": "99999999999"}, HeaderError, "a whole number from 2 to"),
        ({"LASTX": "940"}, HeaderError, "FIRSTX=940 and ##LASTX=940 make no axis"),
        ({"end": ""}, TruncatedFileError, "not ended by ##END=; the file is cut"),
        ({"form": "(X++(R..R))"}, HeaderError, r"form '\(X\+\+\(R\.\.R\)\)' is not read"),
        ({"XUNITS": "furlongs"}, UnitError, "'furlongs', which is no unit .* would fit cm-1 or nm"),
        ({"XUNITS": None}, UnitError, "XUNITS= says '', which is no unit"),
        ({"XUNITS": "MICROMETERS"}, UnitError, "can't be in micrometers; it looks like cm-1 or nm"),
        ({"YUNITS": "KUBELKA-MUNK"}, UnitError, "says 'KUBELKA-MUNK'; use one of cross_section"),
        (
            {"YUNITS": "(micromol/mol)-1m-1"},
            UnitError,
            "needs the base of its logarithm: call it absorption_per_ppm_m",
        ),
        ({"DATA_TYPE": "NMR SPECTRUM"}, HeaderError, "is 'NMR SPECTRUM'; an infrared spectrum"),
        ({"TITLE": ""}, InputError, "does not name its gas; name it with --gas"),
        ({"PRESSURE": "5 furlongs"}, UnitError, "PRESSURE= is '5 furlongs'; a pressure is needed"),
        ({"TEMPERATURE": "23"}, UnitError, "TEMPERATURE= is '23'; a temperature is needed as"),
        ({"table": "940 1 ? 3\n943 4 5 6"}, InputError, r"'\? 3' is no number .* not measured"),
        ({"table": "940A1JJ\n942A9JJJ"}, HeaderError, "should repeat the value 13 .* has 19"),
        ({"RESOLUTION": "99999"}, InputError, "RESOLUTION=99999 is coarser than any band"),
    ],
)
def test_broken_headers_and_tables_are_refused(write, changes, error, message):
    with pytest.raises(error, match=message):
        jcamp.read(write(**changes))


@pytest.mark.parametrize(("stated", "taken"), [("0.5 cm-1", 0.5), (None, 2.0), ("unknown", 2.0)])
def test_a_resolution_that_is_not_stated_is_two_steps_and_noted(write, stated, taken):
    (spectrum,) = jcamp.read(quant(write, RESOLUTION=stated))
    assert spectrum.resolution_cm1 == pytest.approx(taken)
    assert ("resolution not stated, two steps" in spectrum.source) is (taken == 2.0)


def test_a_temperature_that_contradicts_the_file_is_refused(write):
    path = quant(write, PRESSURE="101.3 kPa")
    assert jcamp.read(path, temperature_k=296.15)
    with pytest.raises(HeaderError, match=r"states a temperature of 296.15 K, and 400 K was given"):
        jcamp.read(path, temperature_k=400.0)


def test_a_peak_table_alone_is_refused(tmp_path):
    path = tmp_path / "peaks.jdx"
    path.write_text("##TITLE=x\n##STATE=gas\n##PEAK TABLE=(XY..XY)\n1,2\n##END=\n")
    with pytest.raises(HeaderError, match="peak tables and n-tuples are not read: export"):
        jcamp.read(path)

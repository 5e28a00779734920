"""Tables of the air: what bands make of them, states between states, files and their errors."""

import numpy as np
import pytest

from cathartes.errors import CathartesError, HeaderError, InputError, UnitError, UnknownFormatError
from cathartes.scenes.air import Air, thermal_path
from cathartes.scenes.air_file import read_air_table
from cathartes.scenes.air_table import AirStates, AirTable
from cathartes.scenes.radiometry import planck_radiance
from cathartes.spectra.response import SpectralBands, TabulatedResponse, response_matrix

NU = np.arange(800.0, 1300.0, 1.0)
BANDS = SpectralBands(np.linspace(8.2, 11.8, 40), np.full(40, 0.08))


def table_of(water=(1.5,), nu=NU, **changes):
    paths = [thermal_path(Air(w, 0.3, 293.0), 1500.0, nu) for w in water]
    values = {
        "wavenumber_cm1": nu,
        "transmittance": np.stack([p.transmittance for p in paths])[:, None],
        "path_radiance": np.stack([p.path_radiance for p in paths])[:, None],
        "downwelling": np.stack([p.downwelling for p in paths])[:, None],
        "water_g_cm2": np.array(water),
        "ozone_atm_cm": np.array([np.nan]),
    }
    return AirTable(**(values | changes))


def text_of(table, axis="wavenumber [cm-1]", unit="W m-2 sr-1 um-1", factor=1.0):
    """The table as a file says it, states below each other."""
    names = ("path_radiance", "downwelling_radiance")
    radiances = ",".join(f"{name} [{unit}]" for name in names)
    rows = [f"{axis},transmittance,{radiances},water [g cm-2]"]
    x = 1e7 / table.wavenumber_cm1 if "nm" in axis else table.wavenumber_cm1
    for w, water in enumerate(table.water_g_cm2):
        for i, at in enumerate(x):
            up, down = (
                float(v[w, 0, i] * factor) for v in (table.path_radiance, table.downwelling)
            )
            rows.append(f"{at!r},{table.transmittance[w, 0, i]!r},{up!r},{down!r},{water!r}")
    return "\n".join(rows).replace("np.float64(", "").replace(")", "") + "\n"


def test_a_band_averages_what_is_seen():
    """Rationale: a band sees L = τ L_g + L_u averaged, at any ground. Expected: band values give
    the same for a ground that changes little in a band, here one of 300 K and 0.9: to 1e-3 of L.
    """
    table, emissivity = table_of(), 0.9
    air = table.on_bands(BANDS)
    tau, up, down = (v[0, 0] for v in (table.transmittance, table.path_radiance, table.downwelling))
    leaving = emissivity * planck_radiance(1e4 / NU, 300.0) + (1 - emissivity) * down
    seen = response_matrix(BANDS, NU) @ (tau * leaving + up)
    glow = emissivity * planck_radiance(BANDS.centre_um, 300.0)
    of_bands = (
        air.transmittance * (glow + (1 - emissivity) * air.downwelling) + air.path_radiance
    )[0, 0]
    np.testing.assert_allclose(of_bands, seen, rtol=1e-3)


def test_a_tabulated_response_is_used():
    """A band whose measured response is one half of its Gaussian sees the air of that half."""
    x = np.linspace(9.46, 9.54, 60)
    half = TabulatedResponse(x, (x < 9.5).astype(float))
    bands = SpectralBands(np.array([9.5]), np.array([0.08]), (half,))
    nu = np.arange(1030.0, 1075.0, 0.05)
    step = np.where(1e4 / nu < 9.5, 0.9, 0.2)[None, None]
    table = AirTable(nu, step, 0 * step, None, [np.nan], [np.nan])
    assert table.on_bands(bands).transmittance[0, 0, 0] == pytest.approx(0.9, abs=0.01)


def test_between_states_the_air_is_between():
    """Expected: a state of the table comes back; between 1 and 2 g cm-2 it is 1.5's within 0.01."""
    states = AirStates.of_table(table_of((1.0, 2.0)), BANDS)
    for w, water in enumerate((1.0, 2.0)):
        truth = table_of((1.0, 2.0)).on_bands(BANDS).transmittance[w, 0]
        np.testing.assert_allclose(states.at(water, np.nan).transmittance, truth, rtol=1e-12)
    truth = table_of((1.5,)).on_bands(BANDS).transmittance[0, 0]
    np.testing.assert_allclose(states.at(1.5, np.nan).transmittance, truth, atol=0.01)
    assert (states.at(9.0, np.nan).transmittance == states.at(2.0, np.nan).transmittance).all()


@pytest.mark.parametrize(
    ("axis", "unit", "factor"),
    [
        ("wavenumber [cm-1]", "W m-2 sr-1 um-1", 1.0),
        ("wavelength [nm]", "uW cm-2 sr-1 nm-1", 0.1),
        ("wavelength [nm]", "W cm-2 sr-1 um-1", 1e-4),
    ],
)
def test_a_file_in_other_units_is_the_same_table(tmp_path, axis, unit, factor):
    """1 W m-2 sr-1 um-1 is 0.1 uW cm-2 sr-1 nm-1 and 1e-4 W cm-2 sr-1 um-1."""
    table = table_of((1.0, 2.0))
    path = tmp_path / "air.csv"
    path.write_text("# from anywhere\n" + text_of(table, axis, unit, factor))
    read = read_air_table(path)
    np.testing.assert_array_equal(read.water_g_cm2, [1.0, 2.0])
    for name in ("wavenumber_cm1", "transmittance", "path_radiance", "downwelling"):
        np.testing.assert_allclose(getattr(read, name), getattr(table, name), rtol=1e-9)


def test_radiances_per_wavenumber_are_read(tmp_path):
    """L per cm-1 is L per um times λ²/1e4: of 1 at 10 um, 0.01."""
    table = table_of()
    per_cm1 = table.path_radiance * (1e4 / NU) ** 2 / 1e4
    for unit, factor in (("W m-2 sr-1 (cm-1)-1", 1.0), ("W cm-2 sr-1 / cm-1", 1e-4)):
        lines = [f"wavenumber [cm-1],transmittance,path_radiance [{unit}]"]
        lines += [
            f"{float(x)!r},{float(t)!r},{float(r) * factor!r}"
            for x, t, r in zip(NU, table.transmittance[0, 0], per_cm1[0, 0], strict=True)
        ]
        path = tmp_path / "air.csv"
        path.write_text("\n".join(lines))
        np.testing.assert_allclose(read_air_table(path).path_radiance, table.path_radiance)


HEAD = "wavenumber [cm-1],transmittance,path_radiance [W m-2 sr-1 um-1]"


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("", UnknownFormatError, "names its columns"),
        ("1000,0.9,1\n1001,0.9,1", UnknownFormatError, "names its columns"),
        ("wavenumber,transmittance,path_radiance [W m-2 sr-1 um-1]\n1,1,1", UnitError,
         r"'wavenumber' states no unit.*wavenumber \[cm-1\]"),
        ("wavenumber [cm-1],transmittance,path_radiance\n1,1,1", UnitError,
         "'path_radiance' states no unit"),
        (HEAD.replace("um-1", "parsec") + "\n1000,0.9,1\n1001,0.9,1", UnitError, "not known"),
        ("wavenumber [nm],transmittance,path_radiance [W m-2 sr-1 um-1]\n1,1,1", UnitError,
         "cm-1 is needed"),
        ("wavenumber [cm-1],transmittance\n1000,0.9", HeaderError, "no column path_radiance"),
        (HEAD + ",colour\n1000,0.9,1,1", HeaderError, "'colour' is none of"),
        (HEAD + ",transmittance\n1000,0.9,1,1", HeaderError, "there twice"),
        (HEAD + ",water [kg m-2]\n1000,0.9,1,1", UnitError, r"water \[g cm-2\].*convert"),
        (HEAD + "\n1000,0.9\n", InputError, "line 2.*not 3 finite numbers"),
        (HEAD + "\n1000,0.9,nan\n", InputError, "line 2"),
        (HEAD + "\n1000,0.9,1\n", InputError, "1 rows"),
        (HEAD + "\n1000,90,1\n1001,95,1\n", InputError, "90 to 95.*divide by 100"),
        (HEAD + "\n1000,-0.1,1\n1001,0.9,1\n", InputError, "0 to 1 is needed"),
        (HEAD + "\n1000,0.9,-1\n1001,0.9,1\n", InputError, "negative"),
        (HEAD + "\n1000,0.9,1\n1000,0.9,1\n", HeaderError, "each of all 1 combinations"),
        (HEAD + ",water [g cm-2]\n1000,0.9,1,1\n1001,0.9,1,1\n1000,0.9,1,2\n", HeaderError,
         "each of all 4 combinations"),
    ],
)  # fmt: skip
def test_what_can_t_be_used_says_why(tmp_path, text, kind, message):
    path = tmp_path / "air.csv"
    path.write_text(text)
    with pytest.raises(kind, match=r"(?s)air\.csv: .*" + message):
        read_air_table(path)


@pytest.mark.parametrize("unit", ["uW cm-2 sr-1 nm-1", "W cm-2 sr-1 um-1", "mW m-2 sr-1 um-1"])
def test_radiance_in_another_unit_than_stated_is_found_out(tmp_path, unit):
    """W m-2 sr-1 um-1 called something else: the air would have another temperature than air."""
    path = tmp_path / "air.csv"
    path.write_text(text_of(table_of(), unit=unit))
    with pytest.raises(UnitError, match=r"would be those of air at \d+ K.*W m-2 sr-1 um-1"):
        read_air_table(path)


def test_a_table_must_reach_and_resolve_every_band():
    far = SpectralBands(np.array([9.0, 13.0]), np.array([0.08, 0.08]))
    with pytest.raises(InputError, match=r"1 of 2 bands searched lie outside, between 13"):
        table_of().on_bands(far)
    with pytest.raises(InputError, match=r"at most two thirds of that is needed.*fwhm \[um\]"):
        table_of(nu=np.arange(800.0, 1300.0, 10.0)).on_bands(BANDS)


def test_channels_are_taken_as_they_are_and_only_for_their_instrument():
    centre_um = BANDS.centre_um[::-1]
    tau = np.linspace(0.2, 0.9, 40)[None, None]
    table = AirTable(
        1e4 / centre_um, tau, 0 * tau, None, [np.nan], [np.nan], BANDS.fwhm_um
    )  # fmt: skip
    np.testing.assert_allclose(table.on_bands(BANDS).transmittance, tau[..., ::-1])
    other = SpectralBands(BANDS.centre_um + 0.04, BANDS.fwhm_um)
    with pytest.raises(InputError, match="another instrument's"):
        table.on_bands(other)


def test_a_missing_file_and_a_folder_are_errors_of_ours(tmp_path):
    for path in (tmp_path, tmp_path / "no.csv"):
        with pytest.raises(CathartesError, match="can't be read"):
            read_air_table(path)


@pytest.mark.parametrize(
    "changes",
    [{"water_g_cm2": [1.0, 2.0]}, {"fwhm_um": [1.0]}, {"transmittance": np.full((1, 1, 3), 0.5)}],
)
def test_shapes_that_contradict_each_other_are_refused(changes):
    with pytest.raises(InputError, match="air table: values of shape"):
        table_of(**changes)

"""Units as real headers spell them, and the vocabulary's own rules."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cathartes.errors import UnitError
from cathartes.units import (
    UNIT_OF_SUFFIX,
    VOCABULARY,
    normalise_unit,
    radiance_factor,
    wavelength_factor_um,
)

# Spellings met in headers of AVIRIS, EMIT, HyTES, SEBASS, ENVI, MODTRAN, EnMAP and others, with
# the factor worked out by hand: 1 uW = 1e-6 W, 1 cm2 = 1e-4 m2, 1 nm = 1e-3 um.
SPELLINGS = [
    ("W m-2 sr-1 um-1", 1.0),
    ("W/m2/sr/µm", 1.0),
    ("W/m^2/sr/μm", 1.0),
    ("W/(m**2 sr micrometer)", 1.0),
    ("W/(m^2 * sr * um)", 1.0),
    ("W·m⁻²·sr⁻¹·µm⁻¹", 1.0),
    ("W⋅m⁻²⋅sr⁻¹⋅μm⁻¹", 1.0),
    ("W.m-2.sr-1.um-1", 1.0),
    ("W m^{-2} sr^{-1} um^{-1}", 1.0),
    ("W m^-2 um^-1 sr^-1", 1.0),
    ("Watts/m2/ster/micron", 1.0),
    ("W/m2-um-sr", 1.0),
    ("W/m2 sr um", 1.0),
    ("[W/(m2 sr um)]", 1.0),
    ("mW/(m^2 sr nm)", 1.0),
    ("mW m-2 sr-1 nm-1", 1.0),
    ("W m-2 sr-1 nm-1", 1e3),
    ("uW/cm^2/SR/nm", 10.0),
    ("uW nm-1 cm-2 sr-1", 10.0),
    ("microW cm-2 sr-1 nm-1", 10.0),
    ("uW / (cm^2 sr nm)", 10.0),
    ("microwatts per square centimeter per steradian per nanometer", 10.0),
    ("UW/CM2/SR/NM", 10.0),
    ("W/cm2-sr-um", 1e4),
    ("W cm-2 sr-1 um-1", 1e4),
    ("nW/(cm^2 sr nm)", 1e-2),
    ("uW m-2 sr-1 nm-1", 1e-3),
    ("W m-2 sr-1 m-1", 1e-6),
    ("W/m2/sr/angstrom", 1e4),
]


@pytest.mark.parametrize(("unit", "factor"), SPELLINGS)
def test_a_spelling_met_in_headers_has_its_factor(unit: str, factor: float) -> None:
    assert radiance_factor(unit) == pytest.approx(factor, rel=1e-15)


@pytest.mark.parametrize(("unit", "factor"), SPELLINGS)
def test_normalising_twice_changes_nothing(unit: str, factor: float) -> None:
    once = normalise_unit(unit)
    assert normalise_unit(once) == once
    assert radiance_factor(once) == radiance_factor(unit)


def test_normalised_spelling() -> None:
    assert normalise_unit("µW/cm^2/SR/nm") == "uw cm-2 sr-1 nm-1"
    assert normalise_unit(" W/(m**2 sr micrometer) ") == "w m-2 sr-1 um-1"


@pytest.mark.parametrize(
    "unit",
    [
        "",
        "DN",
        "reflectance",
        "W m-2 um-1",  # irradiance
        "W m-2 sr-1",  # band-integrated
        "sr m-2 W2 um-1",
        "10*uW/cm^2/sr/nm",  # a scale factor hidden in the unit
        "1e-6 W cm-2 sr-1 nm-1",
        "W/m2/sr/um x 10",
        "MW/m2/sr/um",  # megawatt; in lower case a milliwatt
        "W m-2 sr -1 um-1",
        "W m-1 sr-1 um-1",
        "W m-2 sr-1 um",
    ],
)
def test_what_is_no_spectral_radiance_is_refused(unit: str) -> None:
    with pytest.raises(UnitError, match=r"is not known; a power over .* --radiance-unit"):
        radiance_factor(unit)


@pytest.mark.parametrize("unit", ["W/(m2 sr cm-1)", "W cm-2 sr-1 / cm-1", "mW m-2 sr-1 cm-1"])
def test_radiance_per_wavenumber_is_told_apart(unit: str) -> None:
    with pytest.raises(UnitError, match=r"per wavenumber .* 1e4 / wavelength"):
        radiance_factor(unit)


@given(
    power=st.sampled_from([("W", 0), ("mW", -3), ("uW", -6), ("µW", -6), ("nW", -9)]),
    area=st.sampled_from([("m", 0), ("cm", 4)]),
    wavelength=st.sampled_from([("um", 0), ("nm", 3), ("micrometers", 0), ("nanometer", 3)]),
    order=st.permutations([0, 1, 2]),
    style=st.sampled_from(["blanks", "slashes", "brackets"]),
)
def test_order_and_style_do_not_matter(
    power: tuple[str, int],
    area: tuple[str, int],
    wavelength: tuple[str, int],
    order: list[int],
    style: str,
) -> None:
    below = [(area[0], 2), ("sr", 1), (wavelength[0], 1)]
    below = [below[place] for place in order]
    if style == "blanks":
        unit = " ".join([power[0], *(f"{word}-{n}" for word, n in below)])
    else:
        words = [f"{word}^{n}" if n > 1 else word for word, n in below]
        unit = (
            "/".join([power[0], *words])
            if style == "slashes"
            else f"{power[0]}/({' '.join(words)})"
        )
    assert math.log10(radiance_factor(unit)) == pytest.approx(power[1] + area[1] + wavelength[1])


@pytest.mark.parametrize(
    ("unit", "factor"),
    [("um", 1.0), ("µm", 1.0), ("Micrometers", 1.0), ("microns", 1.0), ("Nanometers", 1e-3),
     (" nm ", 1e-3), ("m", 1e6), ("Angstroms", 1e-4)],
)  # fmt: skip
def test_wavelength_units(unit: str, factor: float) -> None:
    assert wavelength_factor_um(unit) == factor


@pytest.mark.parametrize("unit", ["", "cm-1", "wavenumber", "Unknown", "index", "GHz"])
def test_what_is_no_length_is_refused(unit: str) -> None:
    with pytest.raises(UnitError, match=r"wavelength unit .* is not known.* --wavelength-unit"):
        wavelength_factor_um(unit)


def test_a_term_is_found_under_its_own_name() -> None:
    assert all(name == term.name for name, term in VOCABULARY.items())


def test_a_name_ends_in_its_unit_unless_marked() -> None:
    for term in VOCABULARY.values():
        suffixes = [s for s in UNIT_OF_SUFFIX if term.name.endswith(f"_{s}")]
        stated = UNIT_OF_SUFFIX[max(suffixes, key=len)] if suffixes else "1"
        assert stated == (term.unit if term.unit_in_name else "1"), term


def test_no_symbol_stands_for_two_words() -> None:
    symbols = [term.symbol for term in VOCABULARY.values()]
    assert len(symbols) == len(set(symbols))

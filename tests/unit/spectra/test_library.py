"""How gases are found by what people call them."""

import pytest

from cathartes.errors import InputError, UnknownGasError
from cathartes.spectra.builtin import builtin_library
from cathartes.spectra.library import Gas, GasLibrary


@pytest.mark.parametrize(
    "name", ["acetone", "Acetone", "C3H6O", "67-64-1", "2-Propanone", "ch3coch3"]
)
def test_a_gas_has_many_names(name: str) -> None:
    assert builtin_library()[name].name == "acetone"
    assert name in builtin_library()


def test_a_formula_of_several_gases_names_none_of_them() -> None:
    library = builtin_library()
    assert "C8H10" in library
    with pytest.raises(UnknownGasError, match="formula of o-xylene, m-xylene, p-xylene, ethylb"):
        library["C8H10"]
    assert library.select(["o-xylene", "acetone"])["C8H10"].name == "o-xylene"


def test_a_name_wins_over_an_alias_and_an_alias_over_a_formula() -> None:
    named, nicked, formula = (
        Gas("SF6", "", "", 1.0),
        Gas("b", "", "", 1.0, ("SF6", "XY")),
        Gas("c", "XY", "", 1.0),
    )
    library = GasLibrary([formula, nicked, named])
    assert library["sf6"] is named
    assert library["XY"] is nicked
    assert not library.is_formula("XY")


def test_a_gas_named_twice_is_selected_once() -> None:
    chosen = builtin_library().select(["ethanol", "acetone", "67-64-1", "alcohol"])
    assert chosen.names == ("ethanol", "acetone")


@pytest.mark.parametrize("name", ["unknown", "Unknown", "UNKNOWN"])
def test_no_gas_is_called_as_what_none_explains(name: str) -> None:
    """A plume of it would read as one of no gas of the library, with a column."""
    with pytest.raises(InputError, match="give it another name"):
        Gas(name, "", "", 1.0)

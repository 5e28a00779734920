import pytest

from cathartes.locate.column_mass import mass_per_column_kg_m2
from cathartes.simulate.plume import column_per_emission_ppm_m


def test_methane_at_15_degrees_is_what_the_literature_has() -> None:
    """Rationale: retrievals of methane state columns in ppm m and rates in kg.

    Expected: 6.78e-7 kg m-2 per ppm m at 15 °C and 1 atm (p M / R T by hand).
    """
    assert mass_per_column_kg_m2(16.04, 288.15) == pytest.approx(6.78e-7, rel=2e-3)


def test_it_undoes_what_the_simulator_does() -> None:
    assert mass_per_column_kg_m2(17.031) * column_per_emission_ppm_m(17.031) == pytest.approx(1.0)

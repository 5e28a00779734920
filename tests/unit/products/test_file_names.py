import re

import pytest

from cathartes.products.file_names import chemical_stem, chemical_stems, layer_path


@pytest.mark.parametrize(
    ("chemical", "stem"),
    [
        ("ammonia", "ammonia"),
        ("1,1,1-trichloroethane", "1-1-1-trichloroethane"),
        ("R-134a", "R-134a"),
        ("../../etc/passwd", "etc-passwd"),
        ("α-pinene", "pinene"),
        ("acetic_acid", "acetic_acid"),
        ("_a  b_", "a-b"),
        ("...", "gas"),
        ("", "gas"),
        ("x" * 300, "x" * 80),
    ],
)
def test_a_chemical_becomes_a_safe_stem(chemical: str, stem: str) -> None:
    assert chemical_stem(chemical) == stem
    assert re.fullmatch(r"[A-Za-z0-9._-]+", chemical_stem(chemical))


def test_stems_of_one_scan_differ_even_where_case_is_ignored() -> None:
    stems = chemical_stems(["1,3-butadiene", "1 3 butadiene", "HCFC", "hcfc", "HCFC"])
    assert len(stems) == 4
    assert len({stem.lower() for stem in stems.values()}) == 4
    assert stems["1,3-butadiene"] == "1-3-butadiene"


def test_layers_are_named_by_chemical_and_quantity() -> None:
    assert layer_path(chemical_stem("acetic_acid"), "score") == "layers/acetic_acid_score.tif"

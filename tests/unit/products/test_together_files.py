"""`together.json` as a file: its schema, and what is said of one that can't be read."""

from importlib.resources import files
from pathlib import Path

import pytest

from cathartes.errors import HeaderError, InputError
from cathartes.products.summary import Software
from cathartes.products.together import (
    TogetherSummary,
    read_together,
    together_json_schema,
    write_together,
)


def test_the_shipped_schema_is_the_models() -> None:
    shipped = files("cathartes.products").joinpath("data/together-1.schema.json").read_text()
    assert shipped == together_json_schema(), (
        "the models changed: write together_json_schema() to data/together-1.schema.json"
    )


def test_a_comparison_without_a_place_comes_back(tmp_path: Path) -> None:
    summary = TogetherSummary(software=Software(version="1"), settings={}, scans=(), places=())
    write_together(tmp_path, summary, ())
    assert read_together(tmp_path) == summary


def test_a_folder_without_one_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="name the folder that cathartes scan --together wrote"):
        read_together(tmp_path)


@pytest.mark.parametrize("text", ['{"schema": "cathartes-together/2"}', "[", "{}"])
def test_a_damaged_one_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "together.json").write_text(text)
    with pytest.raises(HeaderError, match=r"values break cathartes-together/1.*scan again"):
        read_together(tmp_path)

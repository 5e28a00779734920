"""`sortie.toml`: what is missing or wrong is named, with its place."""

from pathlib import Path

import pytest

from cathartes.errors import InputError, SettingsError
from cathartes.pipeline.sortie_file import read_sortie

WHOLE = """
schema = "cathartes-sortie/1"
id = "s-1"
mandate = "M-1"
wind = "3.2±0.6,245±15"

[[observation]]
name = "line-1"
kind = "cube"
files = ["line-1.hdr"]
start_utc = 2026-05-04T16:02:00Z

[[observation]]
name = "log"
kind = "log"
files = ["flight.csv"]
wind = "station.csv"
"""


def sortie(folder: Path, text: str) -> Path:
    """Write a sortie file, and return its folder."""
    (folder / "sortie.toml").write_text(text, encoding="utf-8")
    return folder


def test_an_observations_own_wind_wins_and_its_file_lies_beside(tmp_path: Path) -> None:
    flown = read_sortie(sortie(tmp_path, WHOLE))
    cube, log = flown.told.observation
    assert flown.wind_of(cube) == ("3.2±0.6,245±15", "")
    assert flown.wind_of(log) == (str(tmp_path / "station.csv"), "")


def test_it_begins_with_its_first_observation(tmp_path: Path) -> None:
    begins = read_sortie(sortie(tmp_path, WHOLE)).begins_utc()
    assert begins is not None
    assert begins.isoformat() == "2026-05-04T16:02:00+00:00"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('mandate = "M-1"', 'mandat = "M-1"', r"'mandat' is not a key; did you mean 'mandate'\?"),
        ('mandate = "M-1"\n', "", "'mandate' is missing"),
        ('kind = "log"', 'kind = "logs"', r"observation 'log': kind is 'logs'"),
        ('files = ["flight.csv"]', "files = []", r"observation 'log': files is \[\]"),
        ('files = ["flight.csv"]', 'file = "flight.csv"', "'log': 'file' is .* mean 'files'"),
        ('name = "log"', 'name = "line-1"', "two observations are called line-1"),
        ("16:02:00Z", "16:02:00", r"'line-1': start_utc is .* should have timezone info"),
        ("sortie/1", "sortie/2", "schema is 'cathartes-sortie/2'"),
        ('id = "s-1"', 'id = "../s"', "id is '../s'"),
        ('id = "s-1"', 'id = "s-1', "not valid TOML"),
    ],
)  # fmt: skip
def test_a_slip_is_named_with_its_place(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in WHOLE
    with pytest.raises(SettingsError, match=said):
        read_sortie(sortie(tmp_path, WHOLE.replace(old, new)))


def test_no_file_is_told_with_what_is_needed(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a sortie is a folder with sortie\.toml"):
        read_sortie(tmp_path)


def test_a_star_stands_for_each_file_that_is_there(tmp_path: Path) -> None:
    for name in ("line-2.hdr", "line-10.hdr", "other.hdr"):
        (tmp_path / name).touch()
    text = WHOLE.replace('files = ["line-1.hdr"]', 'files = ["line-*.hdr"]')
    names = [one.name for one in read_sortie(sortie(tmp_path, text)).told.observation]
    assert names == ["line-1-line-10", "line-1-line-2", "log"]


def test_the_record_of_it_tells_no_folder(tmp_path: Path) -> None:
    text = WHOLE.replace('"station.csv"', '"/srv/anna/station.csv"')
    assert "anna" not in str(read_sortie(sortie(tmp_path, text)).manifest())

"""``cathartes outcomes``: in words, as JSON, as CSV and as a figure."""

import csv
import json

import pytest

import cathartes
from cathartes.casework.response import Answer
from cathartes.cli.main import main
from cathartes.errors import OutputError, SettingsError
from cathartes.pipeline.site_update import update_all_sites
from cathartes.store.open import open_casebook
from made_up_casebook import ME
from made_up_office import answer, open_office, send


@pytest.fixture(scope="module")
def casebook(tmp_path_factory):
    where = tmp_path_factory.mktemp("outcomes") / "casebook"
    with open_casebook(where, create=True) as opened:
        open_office(opened.casebook)
        update_all_sites(opened, ME)
        (site_id,) = opened.casebook.detection("o1-1").site_ids
        send(opened.casebook, site_id=site_id)
        answer(opened.casebook, Answer.NOTHING_FOUND)
    return where


def test_in_words(casebook, capsys):
    assert main(["outcomes", "--casebook", str(casebook)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Nothing was found at 1 site." in said
    assert "office: told 1, received 1, answered 1 (0 confirmed, 0 dismantled, 1 nothing" in said
    assert "too few to say whether it holds" in said


def test_as_json(casebook, capsys):
    assert main(["outcomes", "--casebook", str(casebook), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["n_nothing_found"] == 1
    share = told["calibration"]["confirmed"]
    assert (share["n"], share["of"], share["low"]) == (0, 1, 0)


def test_as_csv_and_as_a_figure(casebook, tmp_path):
    numbers, figure = tmp_path / "o.csv", tmp_path / "o.png"
    words = ["--csv", str(numbers), "--plot", str(figure), "--language", "es"]
    assert main(["outcomes", "--casebook", str(casebook), *words]) == 0
    with numbers.open(newline="") as file:
        rows = {(one["group"], one["name"]): one for one in csv.DictReader(file)}
    visited = rows["sites", "visited"]
    assert (visited["value"], visited["of"]) == ("1", "1")
    assert float(visited["low"]) < 1
    assert figure.read_bytes().startswith(b"\x89PNG")


def test_drills_are_apart(casebook, capsys):
    assert main(["outcomes", "--casebook", str(casebook), "--exercise"]) == 0
    said = capsys.readouterr().out
    assert "EXERCISE" in said
    assert "No partner was told anything." in said


def test_what_can_not_be_written_or_drawn(casebook, tmp_path):
    told = cathartes.outcomes(casebook)
    with pytest.raises(OutputError, match="can't be written"):
        cathartes.outcomes_csv(told, tmp_path / "nowhere" / "o.csv")
    with pytest.raises(SettingsError, match="a name that ends in"):
        cathartes.outcomes_plot(told, tmp_path / "o.gif")


@pytest.mark.usefixtures("drawn_pictures")
def test_the_same_casebook_the_same_figure(casebook, tmp_path):
    told = cathartes.outcomes(casebook)
    for name in ("a.png", "b.png"):
        cathartes.outcomes_plot(told, tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()

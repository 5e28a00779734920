"""``cathartes answers``: a file is taken in, or refused with a code and a reason; and the list."""

import io
import json
import sys
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from cathartes.cli.main import main
from cathartes.store.open import open_casebook

sys.path.insert(0, str(Path(__file__).parents[2]))
import made_up_office as office
from two_offices import GOOD, Offices

HASHED = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("a password of ana")


@pytest.fixture
def offices(tmp_path):
    made = Offices(tmp_path)
    made.open()
    with open_casebook(made.casebook) as opened:
        opened.casebook.set_password("ana", HASHED, "ada", office.NOW)
    return made


def answers(monkeypatch, offices, *words) -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"a password of ana\n{GOOD}\n"))
    told = ("--as", "ana", "--password-stdin", "--casebook", str(offices.casebook))
    return main(["answers", *map(str, words), *told])


def read(monkeypatch, offices, file, *words) -> int:
    keys = ("--passphrase-stdin", "--keys", offices.keys["survey"])
    return answers(monkeypatch, offices, "read", file, *keys, *words)


def test_an_answer_is_read_and_listed(offices, monkeypatch, capsys):
    assert answers(monkeypatch, offices, "list") == 0
    assert "Nothing was answered yet." in capsys.readouterr().out
    package = offices.send(is_exercise=True)
    attached = offices.folder / "a.txt"
    attached.write_text("x")
    file = offices.answer(
        package, note="[red]Nada[/red]", seized=["acetone=1.5 l"], attach=[attached]
    )
    assert read(monkeypatch, offices, file) == 0
    out = capsys.readouterr().out
    for text in ("confirmed (exercise)", "acetone: 1.5 l", "[red]Nada[/red]", "a.txt, 1 bytes"):
        assert text in out
    assert answers(monkeypatch, offices, "list", "--release", "R-1", "--json") == 0
    (kept,) = json.loads(capsys.readouterr().out)["answers"]
    assert (kept["response"]["answer"], kept["received_by"]) == ("confirmed", "ana")
    assert answers(monkeypatch, offices, "list") == 0
    assert "confirmed (exercise)" in capsys.readouterr().out


def test_a_refusal_has_a_code_and_a_reason(offices, monkeypatch, capsys):
    file = offices.answer(offices.send())
    assert read(monkeypatch, offices, file, "--json") == 0
    assert json.loads(capsys.readouterr().out)["response"]["release_id"] == "R-1"
    assert read(monkeypatch, offices, file) == 47
    assert "replay" in capsys.readouterr().err
    file.write_bytes(file.read_bytes()[:-1])
    assert read(monkeypatch, offices, file, "--json") == 48
    assert json.loads(capsys.readouterr().err)["error"]["type"] == "UnopenedError"
    assert read(monkeypatch, offices, offices.folder / "nothing") == 10

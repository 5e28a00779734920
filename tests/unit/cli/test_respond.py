"""``cathartes respond`` and ``cathartes answers``: what an officer types, and is told."""

import io
import json
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cathartes.casework.release_material import Notice
from cathartes.casework.response import Answer
from cathartes.cli.main import main
from cathartes.products.answer_words import AnswerWords
from cathartes.products.release.file_list import CONTENT
from cathartes.products.report_words import Language
from cathartes.sealing.key_record import signed_record
from cathartes.sealing.keyring import Keyring
from cathartes.sealing.manifest import PackageFile
from cathartes.sealing.package import open_package, write_package
from cathartes.sealing.response_package import response_of

sys.path.insert(0, str(Path(__file__).parents[2]))
import made_up_office as office
from made_up_packages import facts

GOOD = "correct horse battery"
NOW = datetime.now(UTC).replace(microsecond=0)


class Desk:
    """An officer's desk: a folder with keys, and a release that came."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.survey, self.partner = Keyring(folder / "survey"), Keyring(folder / "keys")
        for ring in (self.survey, self.partner):
            ring.create("An office", GOOD, NOW - timedelta(days=1))
        sender = self.survey.unlock(self.survey.own()[0], GOOD)
        self.partner.import_sender(signed_record(sender), sender.public.id, "file")
        self._sender = sender

    def release(self, **changes) -> Path:
        content = office.content("R-2026-0001", **changes)
        told = PackageFile(CONTENT.name, "application/json", "It.", content.canonical_json)
        about = facts(
            recipient="office",
            content_sha256=content.sha256,
            signed_utc=NOW - timedelta(hours=1),
            is_exercise=content.is_exercise,
        )
        recipient = self.partner.own()[-1].age_recipient
        target = self.folder / "R-2026-0001.cathartes"
        target.write_bytes(write_package((told,), about, self._sender, recipient))
        return target

    def opened(self, name: str = "R-2026-0001-answer.cathartes"):
        sealed = (self.folder / name).read_bytes()
        now_utc = datetime.now(UTC)
        return response_of(
            open_package(sealed, self._sender.identity, self.partner.own(), now_utc)
        ).response


@pytest.fixture
def desk(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Desk(tmp_path)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def typed(monkeypatch, *lines, terminal=True):
    """Let a person type these lines, the passphrase first."""
    text = "".join(f"{line}\n" for line in (GOOD, *lines))
    monkeypatch.setattr("sys.stdin", (Terminal if terminal else io.StringIO)(text))


def respond(*words) -> int:
    return main(["respond", "R-2026-0001.cathartes", "--passphrase-stdin", *map(str, words)])


def test_by_options(desk, monkeypatch, capsys):
    desk.release()
    (desk.folder / "a.txt").write_text("x")
    typed(monkeypatch, terminal=False)
    words = ["--answer", "nothing-found", "--note", "Nada.", "--visited", "2026-05-09"]
    assert respond(*words, "--attach", "a.txt", "--out", "answer.cathartes", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["response"]["answer"] == "nothing found"
    found = desk.opened("answer.cathartes")
    assert (found.answer, found.note) == (Answer.NOTHING_FOUND, "Nada.")
    assert str(found.visited_on) == "2026-05-09"
    assert [one.name for one in found.attachments] == ["a.txt"]


def test_without_an_answer_and_nobody_to_ask(desk, monkeypatch, capsys):
    desk.release()
    typed(monkeypatch, terminal=False)
    assert respond() == 2
    assert "say how far you are: --answer received" in capsys.readouterr().err


def test_everything_is_asked_in_the_languages_of_the_release(desk, monkeypatch, capsys):
    """What can't be is asked again: nothing that was typed is lost."""
    desk.release(language="es")
    (desk.folder / "bad.pdf").write_bytes(b"%PDF-1.7 << /S /JavaScript >>")
    (desk.folder / "foto.txt").write_text("x")
    typed(
        monkeypatch,
        "10", "cinco", "5",  # confirmed
        "9 de mayo", "2026-05-09",
        "mucho", "acetona=120 l", "",
        "Había tres bidones.",
        "bad.pdf", "foto.txt", "",
        "s",
    )  # fmt: skip
    assert respond() == 0
    told = capsys.readouterr()
    for text in ("Usted responde a", "Su respuesta (número)", "se necesita un número de 1 a 9"):
        assert text in told.err
    assert "se necesita un día" in told.err
    assert "something that acts" in told.err
    assert "solo el remitente puede abrirla" in told.out
    found = desk.opened()
    assert (found.answer, found.note) == (Answer.CONFIRMED, "Había tres bidones.")
    assert [(one.what, one.amount, one.unit) for one in found.seized] == [("acetona", 120, "l")]
    assert [one.name for one in found.attachments] == ["foto.txt"]


def test_in_another_language(desk, monkeypatch, capsys):
    desk.release(language="es", is_exercise=True)
    typed(monkeypatch, "3", "", "It is a bakery.", "", "", "y")
    assert respond("--language", "en") == 0
    told = capsys.readouterr()
    assert "Why is it wrong" in told.err
    assert "This is an exercise" in told.err
    found = desk.opened()
    assert (found.answer, found.reason) == (Answer.DISPUTED, "It is a bakery.")
    assert found.is_exercise


def test_who_does_not_sign_writes_nothing(desk, monkeypatch):
    desk.release()
    before = set(desk.folder.iterdir())
    typed(monkeypatch, "1", "", "", "n")
    assert respond() != 0
    assert set(desk.folder.iterdir()) == before


def test_to_a_recall_only_two_things_are_asked(desk, monkeypatch, capsys):
    desk.release(
        notice=Notice.CANCEL,
        earlier=(office.Earlier("R-2026-0000", NOW - timedelta(days=1)),),
        reason="Es una fábrica con licencia.",
    )
    typed(monkeypatch, "3", "1", "", "", "y")
    assert respond() == 0
    assert "se necesita un número de 1 a 2" in capsys.readouterr().err
    assert desk.opened().answer is Answer.RECEIVED


def test_a_key_that_the_sender_may_not_know_is_remarked(desk, monkeypatch, capsys):
    desk.release(language="en")
    desk.partner.rotate(GOOD, datetime.now(UTC))
    typed(monkeypatch, terminal=False)
    assert respond("--answer", "received") == 0
    assert "sealed for an earlier key of yours" in capsys.readouterr().out


def test_what_is_doubtful_is_not_answered(desk, monkeypatch, capsys):
    package = desk.release()
    package.write_bytes(package.read_bytes()[:-1])
    typed(monkeypatch, terminal=False)
    assert respond("--answer", "received") == 48
    content = office.content("R-2026-0001")
    other = PackageFile(CONTENT.name, "application/json", "It.", content.canonical_json)
    about = facts(recipient="office", signed_utc=NOW)  # another content was approved
    recipient = desk.partner.own()[0].age_recipient
    package.write_bytes(write_package((other,), about, desk._sender, recipient))
    typed(monkeypatch, terminal=False)
    assert respond("--answer", "received") == 48
    assert "is not what was approved" in capsys.readouterr().err
    about = replace(about, content_sha256=content.sha256, release_id="R-2")
    package.write_bytes(write_package((other,), about, desk._sender, recipient))
    typed(monkeypatch, terminal=False)
    assert respond("--answer", "received") == 48
    assert "speak of different releases" in capsys.readouterr().err


def test_every_answer_has_its_words_in_every_language():
    for language in Language:
        told = {AnswerWords(language).answer(one) for one in Answer}
        assert len(told) == len(Answer)

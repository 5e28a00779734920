"""The demonstration, on a scene small enough for a test."""

import json
from functools import partial
from pathlib import Path

import pytest
import typer

from cathartes.cli import demo as command
from cathartes.cli.main import main
from cathartes.pipeline.demo import demo as demonstrate
from cathartes.pipeline.demo_campaign import PASSWORD, DemonstrationSettings
from cathartes.pipeline.demo_campaign import demo_campaign as demonstrate_campaign
from cathartes.pipeline.demo_partner import PARTNER_ID, PASSPHRASE
from cathartes.pipeline.passwords import is_right_password
from cathartes.pipeline.scan import ScanSettings
from cathartes.simulate.campaign_settings import CampaignSettings
from cathartes.simulate.settings import PlumeSettings, SceneSettings
from cathartes.store.open import open_casebook

DEMO = ["demo", "--scene-only"]
PLUMES = (
    PlumeSettings(gases={"SF6": 1.0}, line=12.5, sample=4.5, peak_ppm_m=20.0, length_m=30.0),
    PlumeSettings(gases={"ammonia": 1.0}, line=28.5, sample=3.5, peak_ppm_m=0.01, length_m=10.0),
)
TINY = SceneSettings(name="tiny", lines=32, samples=24, instrument="lwir-drone-like", plumes=PLUMES)


@pytest.fixture(autouse=True)
def tiny_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the demonstration small."""
    small = partial(demonstrate, scene=TINY, settings=ScanSettings(gases=("SF6", "ammonia")))
    monkeypatch.setattr(command, "demonstrate", small)


def test_what_is_in_the_scene_stands_beside_what_was_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*DEMO, "--out", str(tmp_path / "demo")]) == 0
    out = capsys.readouterr().out
    assert "in the scene" in out
    assert "found as" in out
    assert "too weak to" in out
    assert "visible plumes found" in out
    picture = tmp_path / "demo" / "plumes" / "quicklook.png"
    assert str(picture) in out
    assert picture.is_file()


def test_json_names_the_picture_and_the_scores(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*DEMO, "--out", str(tmp_path / "demo"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert Path(told["picture"]).is_file()
    assert told["evaluation"]["n_invisible"] == 1


def test_nothing_is_opened_unless_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(typer, "launch", opened.append)
    words = [*DEMO, "--out", str(tmp_path / "demo"), "-q"]
    assert main(words) == 0
    assert opened == []
    assert main([*words, "--open"]) == 0
    assert opened == [str(tmp_path / "demo" / "plumes" / "quicklook.png")]


def test_the_campaign_follows_and_the_workstation_opens_for_each_account(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    one_flight = DemonstrationSettings(
        CampaignSettings(
            sorties=1, weeks=1, cubes=1, lines=64, samples=64, cells_east=2, cells_north=2,
            hidden=1, registered=1, unregistered=0, beyond=0,
        )
    )  # fmt: skip
    monkeypatch.setattr(
        command, "demonstrate_campaign", partial(demonstrate_campaign, settings=one_flight)
    )
    opened: list[dict[str, object]] = []

    def open_workstation(casebook: str, **told: object) -> None:
        opened.append({"casebook": casebook, **told})

    monkeypatch.setattr(command, "open_workstation", open_workstation)
    for _ in range(2):  # the second goes on where the first ended
        assert main(["demo", "--out", str(tmp_path / "demo")]) == 0
    casebook = tmp_path / "demo" / "casebook"
    assert [one["casebook"] for one in opened] == [str(casebook)] * 2
    told = capsys.readouterr().out
    assert "1 observations" not in told
    assert "  ana: analyst\n" in told
    assert "  rosa: release authority\n" in told
    assert "  pia: partner, officer of made-up-partner\n" in told
    assert PASSPHRASE in told
    with open_casebook(casebook) as book:
        users = [user.id for user in book.casebook.users()]
        actions = [entry.action for entry in book.casebook.audit_entries()]
        hashed = book.casebook.credentials("rosa").password_hash
        mandates = book.casebook.partner(PARTNER_ID).mandate_ids
        named = [PARTNER_ID in book.casebook.mandate(one).partners for one in mandates]
    assert opened[0]["sign_in"] == ["ana", "ben", "eva", "rosa", "pia", "ada", "adam"]
    assert opened[0]["keys"] == tmp_path / "demo" / "keys"
    assert sorted(users) == sorted(opened[0]["sign_in"])
    assert is_right_password(hashed, PASSWORD)
    assert named == [True]
    once = ("observation.record", "plan.add", "emitters.put", "profile.put", "partner.add")
    assert [actions.count(name) for name in once] == [1] * len(once)
    assert actions.count("user.password") == len(users)


def test_somebody_elses_folder_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "demo" / "scene").mkdir(parents=True)
    (tmp_path / "demo" / "scene" / "mine.txt").write_text("mine")
    assert main([*DEMO, "--out", str(tmp_path / "demo")]) == 40
    assert "not a simulated scene" in capsys.readouterr().err
    assert (tmp_path / "demo" / "scene" / "mine.txt").is_file()

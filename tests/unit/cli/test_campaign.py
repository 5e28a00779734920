"""What the commands of campaigns print."""

import json
from pathlib import Path

import pytest

from cathartes.cli.main import main
from cathartes.errors import InputError, SettingsError
from cathartes.simulate.campaign_settings import CampaignSettings
from cathartes.store.open import open_casebook

TINY = (
    "--sorties", "2", "--weeks", "1", "--cubes", "1", "--log-every", "2", "--lines", "64",
    "--samples", "64", "--cells-east", "2", "--cells-north", "2", "--hidden", "1",
    "--registered", "0", "--unregistered", "0", "--seed", "3",
)  # fmt: skip


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("campaign") / "tiny"
    assert main(["simulate", "campaign", str(out), "--quiet", *TINY]) == 0
    return out


def test_a_person_reads_places_and_what_to_do_next(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "c"
    assert main(["simulate", "campaign", str(out), "--quiet", *TINY]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert said.out.startswith("2 sorties with 2 cubes and 1 log under the mandate SIM-3")
    assert "hidden-01" in said.out
    assert f"cathartes mandate add {out / 'mandate.geojson'}" in said.out


def test_a_program_reads_the_folders(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "c"
    assert main(["simulate", "campaign", str(out), "--quiet", "--json", *TINY]) == 0
    told = json.loads(capsys.readouterr().out)
    assert all((Path(folder) / "sortie.toml").is_file() for folder in told["sorties"])
    assert len(told["sorties"]) == 2
    assert Path(told["mandate"]).is_file()
    assert told["settings"]["seed"] == 3
    assert [place["standing"] for place in told["places"]] == ["hidden"]


def test_the_defaults_are_those_of_the_settings(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "campaign", "--help"]) == 0
    said = capsys.readouterr().out
    assert f"[default: {CampaignSettings().sorties}]" in said


def test_settings_that_can_not_be_are_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["simulate", "campaign", str(tmp_path / "c"), "--sorties", "9", "--weeks", "1"]
    assert main(words) == SettingsError.exit_code
    assert "9 sorties in 1 weeks are more than one a day" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_casebook_without_the_campaign_is_refused(
    campaign: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    open_casebook(tmp_path / "cases", create=True).close()
    words = ["evaluate", "campaign", str(campaign), "--casebook", str(tmp_path / "cases")]
    assert main(words) == InputError.exit_code
    assert "run its sorties first" in capsys.readouterr().err


def test_each_campaign_needs_its_casebook(
    campaign: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["evaluate", "campaign", str(campaign), str(campaign), "--casebook", str(tmp_path)]
    assert main(words) == SettingsError.exit_code
    assert "2 campaigns and 1 casebooks were given" in capsys.readouterr().err

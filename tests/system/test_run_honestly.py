"""`cathartes run` and `purge`: nothing outside the mandate, nothing twice, nothing left behind."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from casebooks import edit, keep_only, mandate_file, new_casebook
from runs import Run

from cathartes.errors import MandateError, OutputError, SettingsError
from cathartes.pipeline.authority import mandate_add, mandate_revoke
from cathartes.pipeline.observe_log import observe_log
from cathartes.pipeline.observed import Observed
from cathartes.pipeline.purge import purge
from cathartes.pipeline.run import run as run_sortie
from cathartes.pipeline.worker import Standing
from cathartes.sites.observation import LookOutcome
from cathartes.spectra.absorption import AbsorptionSpectrum, Quality
from cathartes.spectra.imported import import_spectrum
from cathartes.store.interface import JobState
from cathartes.store.open import open_casebook


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_of_chemicals_outside_the_mandate_nothing_is_kept(
    campaign: Path, filled: Path, sortie: Path, tmp_path: Path
) -> None:
    """The plumes of the campaign are of acetic acid and ethanol, the log of dichloromethane."""
    casebook = tmp_path / "casebook"
    mandate_add(casebook, mandate_file(campaign, tmp_path, id="NH3", chemicals=["ammonia"]))
    edit(sortie, 'mandate = "SIM-1"', 'mandate = "NH3"')
    edit(sortie, 'plan = "plan-sim1-s01"', "")
    run_sortie(sortie, casebook, actor="test", only=["line-1", "drone-log"])
    with open_casebook(filled) as opened:
        seen = {found.detection.chemical for one in opened.casebook.observations()
                for found in opened.casebook.detections_of(one.id)}  # fmt: skip
    assert seen
    with open_casebook(casebook) as opened:
        for one in opened.casebook.observations():
            assert not opened.casebook.detections_of(one.id)
            roles = {asset.role for asset in one.assets}
            assert not roles & {"quicklook", "posterior", "source_probability", "plume_spectra"}
            assert not {asset.chemical for asset in one.assets} - {"", "ammonia"}
            if one.kind == "log":
                assert one.outcome is LookOutcome.INCONCLUSIVE
                assert "is for ammonia" in one.reason
                continue
            assert one.outcome is LookOutcome.NOTHING_FOUND
            assert "not kept" in one.remarks[0]
            (summary,) = [asset for asset in one.assets if asset.role == "summary"]
            told = json.loads(opened.evidence.read(summary.sha256))
            assert told["counts"]["plumes"] == 0
            assert not told["plumes"]
            for asset in one.assets:
                if asset.role in {"plumes", "sources"}:
                    content = opened.evidence.read(asset.sha256).decode()
                    assert not [chemical for chemical in seen if chemical in content]


def test_no_reason_tells_the_folder_of_a_file_that_is_missing(
    campaign: Path, sortie: Path, tmp_path: Path
) -> None:
    """Else the same sortie in another folder would be another result."""
    (sortie / "drone-log-wind.csv").unlink()
    elsewhere = shutil.copytree(sortie, tmp_path / "elsewhere")
    casebook = new_casebook(campaign, tmp_path / "casebook")
    report = run_sortie(sortie, casebook, actor="test", only=["drone-log"])
    (row,) = report.rows
    assert "drone-log-wind.csv is not in the sortie's folder" in row.observation.reason
    assert str(tmp_path) not in str(row.observation)
    (again,) = run_sortie(elsewhere, casebook, actor="test", only=["drone-log"]).rows
    assert again.standing is Standing.DONE_BEFORE


def test_a_mandate_that_is_revoked_during_a_run_allows_no_more_results(
    campaign: Path, sortie: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    casebook = new_casebook(campaign, tmp_path / "casebook")

    def revoked_meanwhile(*told: object) -> Observed:
        mandate_revoke(casebook, "SIM-1", "by letter")
        return observe_log(*told)

    monkeypatch.setattr("cathartes.pipeline.worker.observe_log", revoked_meanwhile)
    with pytest.raises(MandateError, match="by letter"):
        run_sortie(sortie, casebook, actor="test", only=["drone-log"])
    with open_casebook(casebook) as opened:
        assert not opened.casebook.observations()
        (job,) = opened.casebook.jobs()
        assert job.state is JobState.WAITING


def test_a_full_folder_for_temporary_files_is_said_with_what_helps(
    campaign: Path, sortie: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rationale: a run has neither --out nor --layers, which a scan's own message names."""
    casebook = new_casebook(campaign, tmp_path / "casebook")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=40_960))
    with pytest.raises(
        OutputError, match=r"41 kB are free .* needed\. A run works .* TMPDIR"
    ) as told:
        run_sortie(sortie, casebook, actor="test", only=["line-1"])
    assert "--" not in str(told.value)


def test_brackets_in_a_reason_are_shown(
    campaign: Path, sortie: Path, tmp_path: Path, run: Run
) -> None:
    edit(sortie, "chains", "chian")
    keep_only(sortie, "line-1", "drone-log")
    casebook = new_casebook(campaign, tmp_path / "casebook")
    assert "[observation.locate]" in run("run", sortie, "--casebook", casebook).out
    with open_casebook(casebook) as opened:
        cube = next(one.id for one in opened.casebook.observations() if one.kind == "cube")
        (log,) = [one.id for one in opened.casebook.observations() if one.kind == "log"]
    listed = run("observations", "--casebook", casebook).out
    assert cube in listed
    assert log in listed
    assert "[observation.locate]" in run("observations", log, "--casebook", casebook).out
    assert "[ppm m]" in run("observations", cube, "--casebook", casebook).out


def test_data_that_count_twice_or_take_a_place_are_told(
    campaign: Path, sortie: Path, tmp_path: Path
) -> None:
    casebook = new_casebook(campaign, tmp_path / "casebook")
    keep_only(sortie, "line-1")
    assert len(run_sortie(sortie, casebook, actor="test").remarks) == 1  # of the plan
    edit(sortie, 'name = "line-1"', 'name = "line-one"')
    _, twice, left = run_sortie(sortie, casebook, actor="test").remarks
    assert twice == (
        "line-one holds the same data as line-1 of sortie sim1-s01: they count as two looks."
    )
    assert left == "line-1 is in the casebook, and no more in sortie.toml: it still counts."
    image = bytearray((sortie / "line-1.img").read_bytes())
    image[-4:] = image[-8:-4]
    (sortie / "line-1.img").write_bytes(image)
    assert "line-one took the place of a result from other data." in (
        run_sortie(sortie, casebook, actor="test").remarks
    )


def test_other_spectra_of_the_users_own_are_another_result(
    sortie: Path, filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    casebook = shutil.copytree(filled, tmp_path / "casebook")
    own = tmp_path / "spectra"
    spectrum = AbsorptionSpectrum(
        "testane", np.linspace(800.0, 1400.0, 600), np.full(600, 1e-22), 296.0, 101_325.0, 1.0,
        Quality.QUANTITATIVE, "invented", "none",
    )  # fmt: skip
    import_spectrum(spectrum, own)
    monkeypatch.setenv("CATHARTES_LIBRARY", str(own))
    report = run_sortie(sortie, casebook, actor="test", only=["line-1", "drone-log"])
    standing = {row.observation.name: row.standing for row in report.rows}
    assert standing["line-1"] is Standing.RECORDED
    assert standing["drone-log"] is Standing.DONE_BEFORE


def test_what_is_past_its_retention_is_not_analysed_again(
    campaign: Path, sortie: Path, tmp_path: Path
) -> None:
    casebook = tmp_path / "casebook"
    mandate_add(casebook, mandate_file(campaign, tmp_path, id="SHORT", retention_days=1))
    edit(sortie, 'mandate = "SIM-1"', 'mandate = "SHORT"')
    edit(sortie, 'plan = "plan-sim1-s01"', "")
    with pytest.raises(MandateError, match="kept for 1 days, which are over"):
        run_sortie(sortie, casebook, actor="test")
    with open_casebook(casebook) as opened:
        assert not opened.casebook.sorties()


def test_a_purge_that_was_killed_is_ended_by_the_next(
    filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    casebook = shutil.copytree(filled, tmp_path / "casebook")
    late = datetime.now(UTC) + timedelta(days=36_525)
    with monkeypatch.context() as patch:
        patch.setattr("cathartes.pipeline.purge.update_sites", _killed)
        with pytest.raises(KeyboardInterrupt):
            purge(casebook, now_utc=late, actor="test")
    with open_casebook(casebook) as opened:
        assert opened.casebook.ranked_sites()
    purge(casebook, now_utc=late, actor="test")
    with open_casebook(casebook) as opened:
        assert not opened.casebook.ranked_sites()
        assert not opened.evidence.all_sha256()


def test_a_purge_takes_the_evidence_of_superseded_results_with_it(
    filled: Path, sortie: Path, tmp_path: Path
) -> None:
    casebook = shutil.copytree(filled, tmp_path / "casebook")
    (sortie / "line-1.img").write_bytes(b"cut short")
    run_sortie(sortie, casebook, actor="test")
    with open_casebook(casebook) as opened:
        orphaned = opened.evidence.all_sha256() - opened.casebook.evidence_sha256()
        assert orphaned
    report = purge(casebook, actor="test")
    assert not report.expired
    assert report.n_orphaned == len(orphaned)
    with open_casebook(casebook) as opened:
        assert opened.evidence.all_sha256() == opened.casebook.evidence_sha256()
        said = str([entry.detail for entry in opened.casebook.audit_entries()])
        assert all(sha256 in said for sha256 in orphaned)


def test_no_site_is_left_of_a_result_that_was_superseded(
    campaign: Path, sortie: Path, tmp_path: Path
) -> None:
    """Also where the new record looked at no ground, and no other look covers the place."""
    casebook = new_casebook(campaign, tmp_path / "casebook")
    keep_only(sortie, "line-1")
    assert run_sortie(sortie, casebook, actor="test").sites.new
    (sortie / "line-1.img").write_bytes(b"cut short")
    assert run_sortie(sortie, casebook, actor="test").sites.removed
    with open_casebook(casebook) as opened:
        assert not opened.casebook.ranked_sites()


def test_a_sortie_that_cant_be_read_does_not_stop_the_others(
    campaign: Path, sortie: Path, tmp_path: Path, run: Run
) -> None:
    other = shutil.copytree(sortie, tmp_path / "other")
    keep_only(other, "drone-log")
    edit(sortie, "platform", "plattform")
    casebook = new_casebook(campaign, tmp_path / "casebook")
    said = run("run", sortie, other, "--casebook", casebook)
    assert said.code == SettingsError.exit_code
    assert "did you mean 'platform'" in said.err
    with open_casebook(casebook) as opened:
        assert [one.name for one in opened.casebook.observations()] == ["drone-log"]

"""`cathartes run`: authority first, every observation a record, nothing lost, nothing twice."""

import json
import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from casebooks import (
    edit,
    keep_only,
    mandate_file,
    new_casebook,
    sorties_of,
    state_of,
)
from runs import Run

from cathartes.detect.plume_spectrum import Relation
from cathartes.errors import (
    EXIT_INCONCLUSIVE,
    CasebookError,
    InputError,
    MandateError,
    SettingsError,
)
from cathartes.pipeline.purge import purge
from cathartes.pipeline.run import run as run_sortie
from cathartes.pipeline.watch import DONE
from cathartes.products.concentration_series import read_concentration_series
from cathartes.products.plume_spectra import read_plume_spectra
from cathartes.store.interface import Box
from cathartes.store.open import open_casebook

EARTH = Box(-180, -90, 180, 90)


def test_every_observation_leaves_a_record_with_what_it_could_have_seen(filled: Path) -> None:
    with open_casebook(filled) as opened:
        cubes = [one for one in opened.casebook.observations() if one.kind == "cube"]
        (log,) = [one for one in opened.casebook.observations() if one.kind == "log"]
        for one in cubes:
            assert {file.name.split(".")[0] for file in one.files} >= {one.name}
            assert one.footprint is not None
            assert 0 < one.masked.n_outside_area < one.masked.n_total
            assert {seen.chemical for seen in one.sensitivities} >= {"ammonia", "SF6"}
            assert all(seen.smallest_rate_kg_h for seen in one.sensitivities)
            roles = {asset.role for asset in one.assets}
            assert roles >= {"sensitivity", "context", "summary", "quicklook"}
            has_lines_of_the_flight = one.name == "line-2"  # line-1 lies on a map's grid
            assert ("flight_track" in roles) == has_lines_of_the_flight
        assert log.masked.n_outside_area > 0
        assert {"sensitivity", "flight_track"} <= {asset.role for asset in log.assets}


def test_every_plume_leaves_its_spectrum_and_its_profile(filled: Path) -> None:
    with open_casebook(filled) as opened:
        numbers = 0
        for one in opened.casebook.observations():
            found = [each.detection for each in opened.casebook.detections_of(one.id)]
            told = [asset for asset in one.assets if asset.role == "plume_spectra"]
            assert bool(told) == bool(found and one.kind == "cube")
            for asset in told:
                spectra = read_plume_spectra(opened.evidence.read(asset.sha256))
                assert [plume.number for plume in spectra.plumes] == [d.number for d in found]
                for plume, detection in zip(spectra.plumes, found, strict=True):
                    numbers += 1
                    assert plume.chemical == detection.chemical
                    if detection.chemical == "unknown":
                        continue
                    assert plume.fits[0].relation is Relation.NAMED
                    assert plume.fits[0].chemicals[0] == detection.chemical
                    assert plume.fits[0].probability == pytest.approx(
                        detection.candidates[0].probability, rel=1e-5
                    )
                    assert plume.profile is not None
                    assert plume.profile.axis == "wind"
        assert numbers


def test_the_sources_of_a_log_leave_what_they_explain(filled: Path) -> None:
    with open_casebook(filled) as opened:
        (log,) = [one for one in opened.casebook.observations() if one.kind == "log"]
        found = [each.detection.number for each in opened.casebook.detections_of(log.id)]
        told = [asset for asset in log.assets if asset.role == "concentration_series"]
        assert len(told) == 1
        for asset in told:
            for gas in read_concentration_series(opened.evidence.read(asset.sha256)).gases:
                assert {source.number for source in gas.sources} <= set(found)
                if not gas.sources:
                    continue
                model = np.sum([source.modelled_ppm for source in gas.sources], axis=0)
                read = np.array(gas.enhancement_ppm)
                assert np.corrcoef(model, read)[0, 1] > 0.7


@pytest.mark.filterwarnings("ignore:Use `@` matmul:PendingDeprecationWarning")  # rio-tiler's own
def test_every_image_can_be_made_into_tiles(filled: Path, tmp_path: Path) -> None:
    """What the map asks rio-tiler for, by the hash alone."""
    reader = pytest.importorskip("rio_tiler.io", reason="needs the extra serve").Reader
    tried = set()
    with open_casebook(filled) as opened:
        for one in opened.casebook.observations():
            for asset in one.assets:
                if asset.media_type.startswith("image/tiff") and asset.role not in tried:
                    tried.add(asset.role)
                    (tmp_path / asset.sha256).write_bytes(opened.evidence.read(asset.sha256))
                    with reader(str(tmp_path / asset.sha256)) as image:
                        assert image.dataset.units[0]
                        west, south, east, north = image.get_geographic_bounds("EPSG:4326")
                        middle = (west + east) / 2, (south + north) / 2
                        tile = image.tms.tile(*middle, 15)
                        assert image.tile(tile.x, tile.y, 15, indexes=1).data.shape[0] == 1
    assert tried >= {"context", "sensitivity", "score", "column_density_ppm_m", "necl_ppm_m"}


def test_a_footprint_lies_in_the_mandate_and_no_source_of_a_plume_far_outside(filled: Path) -> None:
    with open_casebook(filled) as opened:
        (mandate,) = opened.casebook.mandates()
        area = mandate.area.buffer(1e-6)
        for one in opened.casebook.observations():
            if one.kind == "cube":
                assert one.footprint is not None
                assert area.contains(one.footprint)
                for found in opened.casebook.detections_of(one.id):
                    assert found.detection.outline is not None
                    assert area.contains(found.detection.outline)


def test_no_evidence_and_no_record_tells_where_or_when_it_was_made(
    filled: Path, campaign: Path
) -> None:
    folders = [filled.parent, campaign, Path.home(), Path(tempfile.gettempdir())]
    words = [f"{folder}/".encode() for folder in folders]
    with open_casebook(filled) as opened:
        for sha256 in opened.evidence.all_sha256():
            content = opened.evidence.read(sha256)
            assert not [word for word in words if word in content]
        for one in opened.casebook.observations():
            assert not [word for word in words if word.decode() in str(one)]


def test_the_same_run_again_does_nothing_and_changes_nothing(
    filled: Path, campaign: Path, run: Run
) -> None:
    before = state_of(filled)
    said = run("run", *sorties_of(campaign), "--casebook", filled, "--json")
    assert said.code == 0
    (report,) = json.loads(said.out)["runs"]
    assert {one["standing"] for one in report["observations"]} == {"done before"}
    assert report["sites"] == {"new": [], "changed": [], "removed": []}
    assert state_of(filled) == before


@pytest.mark.usefixtures("drawn_pictures")
def test_evidence_does_not_depend_on_a_users_own_style_of_figures(
    filled: Path, campaign: Path, tmp_path: Path
) -> None:
    casebook = new_casebook(campaign, tmp_path / "casebook")
    with mpl.rc_context({"axes.spines.top": False, "font.size": 14}):
        run_sortie(sorties_of(campaign)[0], casebook, only=["line-2", "drone-log"])
        assert mpl.rcParams["font.size"] == 14
    with open_casebook(casebook) as opened:
        done = {one.name: one.assets for one in opened.casebook.observations()}
    with open_casebook(filled) as opened:
        expected = {one.name: one.assets for one in opened.casebook.observations()}
    assert done == {name: expected[name] for name in ("line-2", "drone-log")}


def test_what_is_changed_is_done_anew_and_takes_the_place_of_what_was(
    filled: Path, sortie: Path, tmp_path: Path, run: Run
) -> None:
    casebook = shutil.copytree(filled, tmp_path / "casebook")
    edit(sortie, '"ammonia", "acetic_acid", "ethanol", "SF6"', '"ammonia", "ethanol", "SF6"')
    said = run("run", sortie, "--casebook", casebook, "--json")
    (report,) = json.loads(said.out)["runs"]
    standings = [one["standing"] for one in report["observations"]]
    assert standings == ["recorded", "done before", "done before"]
    with open_casebook(casebook) as opened:
        names = [one.name for one in opened.casebook.observations()]
    assert sorted(names) == ["drone-log", "line-1", "line-2"]


def test_sites_of_what_is_superseded_go_with_it(
    filled: Path, sortie: Path, tmp_path: Path, run: Run
) -> None:
    """Line 2 is said to lie elsewhere: where it was, nothing was seen any more."""
    casebook = shutil.copytree(filled, tmp_path / "casebook")
    edit(sortie, 'igm = "line-2-igm.hdr"', "bad_bands = [3]")
    run("run", sortie, "--casebook", casebook)
    with open_casebook(casebook) as opened:
        there = {source.source.id for source in opened.casebook.sources_near(EARTH)}
        assert not opened.casebook.stale_site_ids()
        for site in opened.casebook.sites_in(EARTH):
            assert site.source_ids
            assert there.issuperset(site.source_ids)


def spoil_missing(sortie: Path) -> None:
    """Take a file away."""
    (sortie / "line-2.img").unlink()


def spoil_cut(sortie: Path) -> None:
    """Cut a cube short."""
    content = (sortie / "line-2.img").read_bytes()
    (sortie / "line-2.img").write_bytes(content[: len(content) // 2])


def spoil_no_geometry(sortie: Path) -> None:
    """Take the geometry away."""
    edit(sortie, 'igm = "line-2-igm.hdr"', "bad_bands = [3]")


def spoil_setting(sortie: Path) -> None:
    """Misspell a setting of the second cube."""
    head, _, tail = (sortie / "sortie.toml").read_text("utf-8").partition('name = "line-2"')
    spoilt = tail.replace("gases =", "gasses =", 1)
    (sortie / "sortie.toml").write_text(f'{head}name = "line-2"{spoilt}', "utf-8")


@pytest.mark.parametrize(
    ("spoil", "said", "at_first"),
    [
        (spoil_missing, "line-2", True),
        (spoil_cut, "bytes", False),
        (spoil_no_geometry, "has no geometry", False),
        (spoil_setting, "'gasses' is not a setting. Did you mean 'gases'", False),
    ],
)
def test_a_broken_observation_is_inconclusive_with_its_reason_and_the_others_run(
    filled: Path,
    campaign: Path,
    sortie: Path,
    tmp_path: Path,
    run: Run,
    spoil: Callable[[Path], None],
    said: str,
    at_first: bool,
) -> None:
    """Be it broken at first, or after it was whole."""
    spoil(sortie)
    casebook = tmp_path / "casebook"
    if at_first:
        new_casebook(campaign, casebook)
    else:
        shutil.copytree(filled, casebook)
    answer = run("run", sortie, "--casebook", casebook, "--json")
    assert answer.code == EXIT_INCONCLUSIVE
    (report,) = json.loads(answer.out)["runs"]
    outcome = {one["name"]: one["outcome"] for one in report["observations"]}
    with open_casebook(filled) as opened:
        whole = {one.name: one.outcome.value for one in opened.casebook.observations()}
    assert whole["line-2"] != "inconclusive"
    assert outcome == {**whole, "line-2": "inconclusive"}
    (reason,) = [one["reason"] for one in report["observations"] if one["reason"]]
    assert said in reason


def test_a_log_whose_clock_runs_backwards_is_told_and_keeps_its_record(
    campaign: Path, sortie: Path, tmp_path: Path, run: Run
) -> None:
    path = sortie / "drone-log.csv"
    head, *rows = path.read_text("utf-8").splitlines()
    n = len(rows) // 2
    path.write_text("\n".join([head, *rows[n:], *rows[:n]]) + "\n", "utf-8")
    keep_only(sortie, "drone-log")
    casebook = new_casebook(campaign, tmp_path / "casebook")
    run("run", sortie, "--casebook", casebook)
    with open_casebook(casebook) as opened:
        (log,) = [one for one in opened.casebook.observations() if one.kind == "log"]
    assert "clock was set" in f"{log.reason} {log.remarks}"


def test_a_log_that_was_read_and_cant_be_inverted_keeps_where_it_was_flown(
    campaign: Path, sortie: Path, tmp_path: Path, run: Run
) -> None:
    text = (sortie / "sortie.toml").read_text("utf-8")
    for line in [line for line in text.splitlines() if line.startswith("wind =")]:
        edit(sortie, line, "")
    keep_only(sortie, "drone-log")
    casebook = new_casebook(campaign, tmp_path / "casebook")
    run("run", sortie, "--casebook", casebook)
    with open_casebook(casebook) as opened:
        (log,) = [one for one in opened.casebook.observations() if one.kind == "log"]
        area = opened.casebook.mandate(log.mandate_id).area
    assert log.outcome == "inconclusive"
    assert log.began_utc is not None
    assert log.masked.n_total > 0
    assert area.buffer(1e-6).covers(log.footprint)
    assert [asset.role for asset in log.assets] == ["flight_track"]


def test_a_wind_that_cant_be_used_costs_the_rates_and_not_the_detections(
    campaign: Path, sortie: Path, tmp_path: Path, run: Run
) -> None:
    text = (sortie / "sortie.toml").read_text("utf-8")
    first = next(line for line in text.splitlines() if line.startswith("wind ="))
    edit(sortie, first, 'wind = "nowhere.csv"')
    casebook = new_casebook(campaign, tmp_path / "casebook")
    assert run("run", sortie, "--casebook", casebook).code in {0, EXIT_INCONCLUSIVE}
    with open_casebook(casebook) as opened:
        cubes = [one for one in opened.casebook.observations() if one.kind == "cube"]
    assert all("nowhere.csv" in f"{one.reason} {one.remarks}" for one in cubes)


def test_without_a_mandate_nothing_is_read(campaign: Path, tmp_path: Path, run: Run) -> None:
    other = mandate_file(campaign, tmp_path, id="OTHER")
    casebook = tmp_path / "casebook"
    assert run("mandate", "add", other, "--casebook", casebook).code == 0
    said = run("run", *sorties_of(campaign), "--casebook", casebook)
    assert said.code == MandateError.exit_code
    assert "OTHER" in said.err
    with open_casebook(casebook) as opened:
        assert not opened.casebook.observations()
        assert not opened.casebook.sorties()


def test_a_mandate_that_ended_before_the_flight_is_refused_with_both_times(
    campaign: Path, tmp_path: Path, run: Run
) -> None:
    ended = mandate_file(campaign, tmp_path, valid_from="2020-01-01", valid_until="2021-01-01")
    casebook = tmp_path / "casebook"
    run("mandate", "add", ended, "--casebook", casebook)
    said = run("run", *sorties_of(campaign), "--casebook", casebook)
    assert said.code == MandateError.exit_code
    assert "2021-01-01" in said.err


def test_a_revoked_mandate_allows_nothing_more(
    filled: Path, campaign: Path, tmp_path: Path, run: Run
) -> None:
    casebook = shutil.copytree(filled, tmp_path / "casebook")
    with open_casebook(casebook) as opened:
        (mandate,) = opened.casebook.mandates()
    words = ["mandate", "revoke", mandate.id, "--why", "by letter", "--casebook", casebook]
    assert run(*words).code == 0
    said = run("run", *sorties_of(campaign), "--casebook", casebook)
    assert said.code == MandateError.exit_code
    assert "by letter" in said.err


def test_a_mandate_over_other_ground_leaves_nothing_to_analyse_and_says_so(
    campaign: Path, tmp_path: Path, run: Run
) -> None:
    path = mandate_file(campaign, tmp_path)
    feature = json.loads(path.read_text("utf-8"))
    ring = [[20.0, 20.0], [21.0, 20.0], [21.0, 21.0], [20.0, 20.0]]
    feature["geometry"] = {"type": "Polygon", "coordinates": [ring]}
    path.write_text(json.dumps(feature), "utf-8")
    casebook = tmp_path / "casebook"
    run("mandate", "add", path, "--casebook", casebook)
    for plan in sorted((campaign / "plans").iterdir()):
        run("plan", "add", plan, "--casebook", casebook)
    said = run("run", *sorties_of(campaign), "--casebook", casebook, "--json")
    assert said.code == EXIT_INCONCLUSIVE
    (report,) = json.loads(said.out)["runs"]
    assert all("covers none" in one["reason"] for one in report["observations"])
    with open_casebook(casebook) as opened:
        assert not opened.evidence.all_sha256()


def test_a_polygon_that_crosses_itself_is_refused(campaign: Path, tmp_path: Path, run: Run) -> None:
    path = mandate_file(campaign, tmp_path)
    feature = json.loads(path.read_text("utf-8"))
    ring = [[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]
    feature["geometry"] = {"type": "Polygon", "coordinates": [ring]}
    path.write_text(json.dumps(feature), "utf-8")
    said = run("mandate", "add", path, "--casebook", tmp_path / "casebook")
    assert said.code == MandateError.exit_code
    assert "Self-intersection" in said.err


@pytest.mark.parametrize(
    ("where", "code"),
    [("nothing-here", CasebookError.exit_code), ("", InputError.exit_code)],
)
def test_no_casebook_or_no_sortie_says_what_to_do(
    tmp_path: Path, filled: Path, run: Run, where: str, code: int
) -> None:
    casebook = tmp_path / where if where else filled
    sortie = tmp_path / "empty"
    sortie.mkdir()
    if where:
        (sortie / "sortie.toml").write_text(
            'schema = "cathartes-sortie/1"\nid = "s"\nmandate = "M"\n\n[[observation]]\n'
            'name = "a"\nkind = "cube"\nfiles = ["a.hdr"]\n',
            "utf-8",
        )
    assert run("run", sortie, "--casebook", casebook).code == code


def test_a_typo_in_the_manifest_is_named(sortie: Path, filled: Path, run: Run) -> None:
    edit(sortie, "platform", "plattform")
    said = run("run", sortie, "--casebook", filled)
    assert said.code == SettingsError.exit_code
    assert "did you mean 'platform'" in said.err


def test_what_is_past_its_retention_goes_and_the_audit_keeps_its_hashes(
    filled: Path, tmp_path: Path
) -> None:
    casebook = shutil.copytree(filled, tmp_path / "casebook")
    with open_casebook(casebook) as opened:
        (mandate,) = opened.casebook.mandates()
        before = opened.casebook.observations()
        last = max(one.ended_utc or one.began_utc for one in before)
    late = mandate.keeps_until(last) + timedelta(seconds=1)
    early = mandate.keeps_until(min(one.began_utc for one in before)) - timedelta(seconds=1)
    assert not purge(casebook, now_utc=early).expired
    told = purge(casebook, now_utc=late, dry_run=True)
    assert len(told.expired) == 3
    assert not told.done
    held = before[0].id
    done = purge(casebook, now_utc=late, held_ids=[held], actor="test")
    assert done.done
    with open_casebook(casebook) as opened:
        assert [one.id for one in opened.casebook.observations()] == [held]
        assert opened.evidence.all_sha256() == opened.casebook.evidence_sha256()
        said = str([entry.detail for entry in opened.casebook.audit_entries()])
        assert all(file.sha256 in said for one in before[1:] for file in one.files)
        sources = {source for site in opened.casebook.ranked_sites() for source in site.source_ids}
        assert all(source.startswith(held) for source in sources)


def test_plans_entered_after_the_flight_are_told(campaign: Path, filled: Path, run: Run) -> None:
    said = run("run", *sorties_of(campaign), "--casebook", filled)
    assert "was entered on" in said.err
    assert datetime.now(UTC).strftime("%Y-%m") in said.err
    assert "the flight began 2025-03-03 11:23 UTC" in " ".join(said.err.split())  # of a header


@pytest.mark.usefixtures("drawn_pictures")
def test_watching_does_the_same_as_running(
    filled: Path, campaign: Path, tmp_path: Path, run: Run
) -> None:
    """The log is said to be whole: else it is waited for whether it grows, five seconds a time."""
    inbox = shutil.copytree(campaign / "sorties", tmp_path / "inbox")
    (sortie,) = inbox.iterdir()
    (sortie / f"drone-log.csv{DONE}").touch()
    casebook = new_casebook(campaign, tmp_path / "casebook")
    said = run("watch", inbox, "--once", "--casebook", casebook, "--json")
    assert said.code == 0
    told = [json.loads(line) for line in said.out.splitlines()]
    with open_casebook(casebook) as opened:
        names = {one.name for one in opened.casebook.observations()}
    assert {one["observation"] for one in told} == names
    for one in told:
        assert one["event"] == "observed"
        assert one["sortie"] == "sim1-s01"
        assert one["since_last_byte_s"] > 0
        assert [row["name"] for row in one["observations"]] == [one["observation"]]
    assert state_of(casebook) == state_of(filled)
    said = run("watch", inbox, "--once", "--casebook", casebook)
    assert said.code == 0
    assert said.out.count("after the last byte") == 3
    assert state_of(casebook) == state_of(filled)


def test_watching_tells_the_trouble_of_a_sortie_in_a_line(tmp_path: Path, run: Run) -> None:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "sortie.toml").write_text("id = ", "utf-8")
    said = run("watch", tmp_path / "inbox", "--once", "--casebook", tmp_path / "book", "--json")
    (line,) = said.out.splitlines()
    told = json.loads(line)
    assert (told["event"], told["sortie"], told["observation"]) == ("trouble", "inbox", "")
    assert "sortie.toml" in told["trouble"]


@pytest.mark.usefixtures("drawn_pictures")
def test_a_site_and_a_look_are_printed(filled: Path, tmp_path: Path, run: Run) -> None:
    with open_casebook(filled) as opened:
        site = opened.casebook.ranked_sites()[0]
        looks = opened.casebook.observations()
    out = tmp_path / "site-es.pdf"
    said = run("sites", "report", site.id, "--out", out, "--language", "es", "--casebook", filled)
    assert (said.code, out.name in said.out.replace("\n", "")) == (0, True)
    assert out.read_bytes().startswith(b"%PDF")
    for one in (looks[0], next(look for look in looks if look.kind == "log")):
        out = tmp_path / f"{one.id}.png"
        said = run("observations", "report", one.id, "-o", out, "--casebook", filled)
        assert said.code == 0
        assert out.read_bytes().startswith(b"\x89PNG")
    assert run("sites", "report", "nobody", "--out", tmp_path / "x.pdf",
               "--casebook", filled).code == 41  # fmt: skip

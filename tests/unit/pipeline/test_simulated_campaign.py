"""A made-up campaign on disk: whole, repeatable, and as its truth says."""

import json
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from shapely.geometry import Polygon, shape

from cathartes.errors import InputError, OutputError, SettingsError
from cathartes.pipeline import simulated_campaign as module
from cathartes.pipeline.authority_files import read_mandate, read_plan
from cathartes.pipeline.profile_file import (
    profile_of_text,
    shipped_profile,
    shipped_profile_text,
)
from cathartes.pipeline.simulated_campaign import (
    EMITTERS_NAME,
    MANDATE_NAME,
    TRUTH_NAME,
    campaign_profile,
    read_campaign_truth,
    simulate_campaign,
)
from cathartes.pipeline.sortie_file import read_sortie
from cathartes.scenes.cube import Cube
from cathartes.scenes.local_frame import LocalFrame
from cathartes.scenes.logs.open import read_gas_log
from cathartes.scenes.open import open_cube
from cathartes.scenes.options import OpenOptions
from cathartes.scenes.wind.open import read_wind
from cathartes.simulate.campaign import Standing
from cathartes.simulate.campaign_looked import campaign_frame, looked_so_far
from cathartes.simulate.campaign_plan import draw_campaign
from cathartes.simulate.campaign_settings import CampaignSettings
from cathartes.simulate.campaign_truth import CampaignTruth, TrueLook

SMALL = CampaignSettings(
    seed=6, sorties=4, weeks=1, cubes=2, log_every=2, lines=40, samples=40, pixel_m=10.0,
    cells_east=2, cells_north=2, hidden=2, registered=1, unregistered=1,
    beyond=0,
    instrument="lwir-drone-like",
)  # fmt: skip


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("campaign") / "small"
    simulate_campaign(out, SMALL)
    return out


@pytest.fixture(scope="module")
def truth(small: Path) -> CampaignTruth:
    return read_campaign_truth(small)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*") if path.is_file()
    }  # fmt: skip


def manifests(folder: Path) -> Iterator[tuple[Path, dict[str, object]]]:
    for path in sorted(folder.glob("sorties/*/sortie.toml")):
        yield path.parent, tomllib.loads(path.read_text("utf-8"))


def cubes(folder: Path, truth: CampaignTruth) -> Iterator[tuple[TrueLook, Cube]]:
    looks = {(look.sortie_id, look.name): look for look in truth.looks}
    for sortie, told in manifests(folder):
        for entry in told["observation"]:  # type: ignore[attr-defined]
            if entry["kind"] == "cube":
                igm = entry.get("open", {}).get("igm")
                options = OpenOptions(igm=sortie / igm) if igm else OpenOptions()
                yield (
                    looks[told["id"], entry["name"]],  # type: ignore[index]
                    open_cube(sortie / entry["files"][0], options=options),
                )


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(
    small: Path, tmp_path: Path
) -> None:
    simulate_campaign(tmp_path / "again", SMALL)
    assert contents(tmp_path / "again") == contents(small)
    simulate_campaign(tmp_path / "other", replace(SMALL, seed=7))
    other = contents(tmp_path / "other")
    assert other[MANDATE_NAME] != contents(small)[MANDATE_NAME]


def test_the_truth_names_every_file_and_says_when_it_was_flown(
    small: Path, truth: CampaignTruth
) -> None:
    assert {TRUTH_NAME, *truth.files} == set(contents(small))
    assert truth.settings == SMALL
    assert len(truth.sortie_ids) == 4
    assert sum(look.kind == "cube" for look in truth.looks) == 8
    assert sum(look.kind == "log" for look in truth.looks) == 2
    assert list(truth.looks) == sorted(truth.looks, key=lambda look: look.start_utc)
    assert all(truth.begins_utc <= look.start_utc < truth.ends_utc for look in truth.looks)


def test_cubes_lie_where_the_truth_says_within_their_stated_error(
    small: Path, truth: CampaignTruth
) -> None:
    """The errors are drawn with 3 m a side: five of them are 15 m."""
    frame = campaign_frame(truth)
    kinds = set()
    away_m = []
    for look, cube in cubes(small, truth):
        assert cube.geometry is not None
        kinds.add(type(cube.geometry))
        said = np.ravel(frame.to_east_north(*cube.geometry.to_lon_lat(20.0, 20.0)))
        middle = shape({"type": "Polygon", "coordinates": [look.footprint]}).centroid
        true = np.ravel(frame.to_east_north(middle.x, middle.y))
        away_m.append(np.hypot(*(said - true)))
    assert len(kinds) == 2
    assert 0.1 < np.mean(away_m) < max(away_m) < 15.0


def test_cubes_hold_gas_where_the_truth_has_a_working_place_and_nowhere_else(
    small: Path, truth: CampaignTruth, tmp_path: Path
) -> None:
    """The same campaign without places differs by its plumes alone: ground and noise are its own.

    A pixel's noise grows a little with its radiance, so that plume pixels alone may differ.
    """
    empty = replace(SMALL, hidden=0, registered=0, unregistered=0, beyond=0)
    simulate_campaign(tmp_path / "empty", empty)
    frame = campaign_frame(truth)
    of_place = {place.id: place for place in truth.places}
    seen = 0
    for (look, with_gas), (_, without) in zip(
        cubes(small, truth), cubes(tmp_path / "empty", truth), strict=True
    ):
        changed = np.abs(with_gas.read_lines(0, 40) - without.read_lines(0, 40)).max(axis=2)
        assert (changed.max() > 0) == bool(look.snr_max)
        assert {name for name, rates in look.rates.items() if rates} >= {
            name for name in look.snr_max if name in look.rates
        }
        if len(look.snr_max) != 1:
            continue
        seen += 1
        (place,) = (of_place[name] for name in look.snr_max)
        assert with_gas.geometry is not None
        line, sample = np.nonzero(changed > 0)
        lon, lat = with_gas.geometry.to_lon_lat(line + 0.5, sample + 0.5)
        pixels = np.array(frame.to_east_north(lon, lat))
        source = np.ravel(frame.to_east_north(place.longitude_deg, place.latitude_deg))
        away_m = np.hypot(*(pixels - source[:, None]))
        assert away_m.max() < 400.0 + 100.0
        if look.rates.get(place.id):  # the source itself is in the picture
            assert away_m.min() < 30.0
    assert seen >= 1


def test_what_the_other_commands_read_is_readable(small: Path, truth: CampaignTruth) -> None:
    mandate = read_mandate(small / MANDATE_NAME)
    assert mandate.id == truth.mandate_id == "SIM-6"
    assert all(mandate.covers(look.start_utc) for look in truth.looks)
    for sortie_id in truth.sortie_ids:
        told = read_sortie(small / "sorties" / sortie_id).told
        assert (told.id, told.mandate) == (sortie_id, mandate.id)
        plan = read_plan(small / "plans" / f"{told.plan}.geojson", mandate.valid_from_utc)
        starts = [look.start_utc for look in truth.looks if look.sortie_id == sortie_id]
        assert plan.begins_utc <= min(starts) <= max(starts) <= plan.ends_utc
        assert plan.mandate_id == mandate.id
        names = [look.name for look in truth.looks if look.sortie_id == sortie_id]
        assert [one.name for one in told.observation] == names


def test_every_cube_says_when_it_was_taken_itself_or_in_the_manifest(
    small: Path, truth: CampaignTruth
) -> None:
    starts = {
        (told["id"], entry["name"]): entry.get("start_utc")
        for _, told in manifests(small)
        for entry in told["observation"]  # type: ignore[attr-defined]
    }
    for look, cube in cubes(small, truth):
        in_manifest = starts[look.sortie_id, look.name]
        assert (cube.start_utc is None) != (in_manifest is None)
        assert (cube.start_utc or in_manifest) == look.start_utc


def test_a_log_reads_gas_about_a_working_place_and_wind_of_its_own_time(
    small: Path, truth: CampaignTruth
) -> None:
    logs = [look for look in truth.looks if look.kind == "log"]
    for look in logs:
        folder = small / "sorties" / look.sortie_id
        log = read_gas_log(folder / f"{look.name}.csv")
        wind = read_wind(folder / f"{look.name}-wind.csv")
        assert log.time_unix_s[0] == pytest.approx(look.start_utc.timestamp(), abs=1.0)
        assert wind.time_unix_s[0] <= log.time_unix_s[0] + 1.0
        assert wind.flags == ()
        rates = {gas for place in look.rates.values() for gas, _ in place}
        clean_ppm = np.median(log.concentration_ppm)
        above_ppm = np.percentile(log.concentration_ppm, 99.5) - clean_ppm
        assert (above_ppm > 1.0) == (log.chemicals[0] in rates)
    assert len(logs) == 2


def test_without_registered_emitters_there_is_no_file_of_them(tmp_path: Path) -> None:
    settings = replace(SMALL, registered=0, sorties=1, weeks=1, cubes=1, log_every=0)
    simulate_campaign(tmp_path / "none", settings)
    assert not (tmp_path / "none" / EMITTERS_NAME).exists()


def test_only_registered_emitters_are_in_their_file(small: Path, truth: CampaignTruth) -> None:
    features = json.loads((small / EMITTERS_NAME).read_text("utf-8"))["features"]
    registered = {p.id: p for p in truth.places if p.standing is Standing.REGISTERED}
    assert {feature["properties"]["id"] for feature in features} == set(registered)
    for feature in features:
        place = registered[feature["properties"]["id"]]
        middle = shape(feature["geometry"]).centroid
        frame = LocalFrame(place.longitude_deg, place.latitude_deg)
        assert np.hypot(*frame.to_east_north(middle.x, middle.y)) < 1.0
        assert feature["properties"]["chemicals"] == [gas for gas, _ in place.usual]


def test_nothing_but_the_truth_says_where_hidden_places_are(
    small: Path, truth: CampaignTruth
) -> None:
    """Neither their ids nor their words stand in what a flight team would have."""
    texts = [
        path.read_text("utf-8", errors="replace")
        for path in small.rglob("*")
        if path.suffix in {".toml", ".geojson", ".csv", ".hdr"}
    ]
    words = [place.id for place in truth.places if place.standing is not Standing.REGISTERED]
    assert words
    assert not any(word in text for word in ("hidden", *words) for text in texts)


def test_what_was_looked_at_grows_with_the_flights_and_stays_in_the_mandate(
    truth: CampaignTruth,
) -> None:
    done = {(look.sortie_id, look.name) for look in truth.looks}
    steps = [looked_so_far(truth, done, n) for n in range(1, 5)]
    areas = [one.ground.area for one in steps]
    assert areas == sorted(areas)
    frame = campaign_frame(truth)
    corners = np.array(truth.mandate)
    mandate = Polygon(np.transpose(frame.to_east_north(corners[:, 0], corners[:, 1])))
    assert mandate.buffer(0.01).covers(steps[-1].ground)
    for one in steps:
        assert len(one.places) + len(one.elsewhere) == len(truth.places)
        assert all(0 <= p.n_working_looks <= p.n_looks for p in one.places)
    first = truth.sortie_ids[0]
    nothing = looked_so_far(truth, {key for key in done if key[0] != first}, 1)
    assert nothing.ground.area == 0.0
    assert nothing.places == ()


def test_an_older_campaign_gives_way_only_if_told_and_stays_if_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny = replace(SMALL, sorties=1, cubes=1, log_every=0)
    simulate_campaign(tmp_path / "c", tiny)
    before = contents(tmp_path / "c")
    with pytest.raises(OutputError, match="--overwrite"):
        simulate_campaign(tmp_path / "c", tiny)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "_write_cube", stop)
    with pytest.raises(KeyboardInterrupt):
        simulate_campaign(tmp_path / "c", replace(tiny, seed=8), overwrite=True)
    assert contents(tmp_path / "c") == before
    assert [path.name for path in tmp_path.iterdir()] == ["c"]


def test_a_truth_that_is_none_is_said(tmp_path: Path, small: Path) -> None:
    with pytest.raises(InputError, match=r"holds no truth\.json that can be read"):
        read_campaign_truth(tmp_path)
    (tmp_path / TRUTH_NAME).write_text('{"schema": "cathartes/campaign/0"}')
    with pytest.raises(InputError, match="has schema 'cathartes/campaign/0'; this version reads"):
        read_campaign_truth(tmp_path)
    (tmp_path / TRUTH_NAME).write_text((small / TRUTH_NAME).read_text("utf-8")[:500])
    with pytest.raises(InputError, match=r"is damaged \(.+\); simulate the campaign again"):
        read_campaign_truth(tmp_path)


def test_the_campaigns_profile_is_the_shipped_one_with_its_own_densities() -> None:
    campaign = draw_campaign(CampaignSettings(hidden=4, unregistered=0, beyond=0))
    told = profile_of_text(campaign_profile(campaign), "profile.toml")
    assert told.model_copy(update={"density": None}) == shipped_profile()
    assert told.density is not None
    area_km2 = campaign.mandate.area / 1e6
    assert told.density.known() == {"sites_per_km2": pytest.approx(4 / area_km2, rel=5e-3)}


def test_a_density_of_nothing_is_refused() -> None:
    text = shipped_profile_text() + '[density]\nsites_per_km2 = 0.0\nreason = "none"\n'
    with pytest.raises(SettingsError, match="sites_per_km2"):
        profile_of_text(text, "mine.toml")

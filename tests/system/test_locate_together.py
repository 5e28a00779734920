"""``cathartes locate`` with logs of several days and with a scan, by the command."""

import csv
import json
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from runs import Run

import cathartes
from cathartes.scenes.local_frame import LocalFrame
from cathartes.simulate.flights import FRAME, FlightSettings, FlightSource, simulate_flight

SOURCE = FlightSource(10.0, -15.0, 1.5, 5.0)
DAY_S = 86_400.0
PART = 2.3 / 5.0 * 16.04 / 146.06
QUICK = ("--most-sources", "1", "-q")


def write_log(
    path: Path,
    seed: int,
    day: float,
    *,
    sources: tuple[FlightSource, ...] = (SOURCE,),
    at: tuple[float, float] | None = None,
    gas: str = "methane",
    part: float = 1.0,
) -> None:
    """Write a simulated flight, its `FRAME` moved to a place, and a part of its reading."""
    log = simulate_flight(seed, FlightSettings(n_sources=len(sources)), sources).log
    frame = FRAME if at is None else LocalFrame(*at)
    place = log.position_m(FRAME)
    longitude, latitude = frame.to_lon_lat(place[:, 0], place[:, 1])
    columns = {
        "time_utc": [datetime.fromtimestamp(t + day * DAY_S, UTC).isoformat()
                     for t in log.time_unix_s],
        "longitude_deg": longitude.round(7),
        "latitude_deg": latitude.round(7),
        "altitude_agl_m": log.altitude_agl_m.round(2),
        f"{gas}_ppm": (part * log.concentration_ppm[0]).round(6),
        "wind_speed_m_s": log.wind_speed_m_s.round(2),
        "wind_from_deg": log.wind_from_deg.round(1) % 360,
    }  # fmt: skip
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with flights of two days with a source, and of one without."""
    folder = tmp_path_factory.mktemp("days")
    write_log(folder / "monday.csv", 501, 0)
    write_log(folder / "tuesday.csv", 510, 1, sources=())
    write_log(folder / "wednesday.csv", 503, 2)
    return folder


@pytest.fixture(scope="module")
def scanned(yard: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a scan with a wind; its SF6 plume has an origin."""
    out = tmp_path_factory.mktemp("scans") / "scanned"
    cathartes.scan(
        yard / "scene.hdr", out, settings=cathartes.ScanSettings(
            gases=("SF6", "ammonia"), wind="3+-0.6,250+-15"
        ),
    )  # fmt: skip
    return out


def test_days_together_say_what_the_source_did_on_each(
    run: Run, days: Path, tmp_path: Path
) -> None:
    """Rationale: a source that was off on the second of three days, in the reach of all flights.

    Expected: one source near the truth; emitted on the first and the third day; on the day it was
    off probably not (one flight is little evidence), and a bound below its rate; the contract of a
    single log kept, members added.
    """
    out = tmp_path / "located"
    names = [days / f"{day}.csv" for day in ("wednesday", "monday", "tuesday")]
    said = run("locate", *names, "--out", out, *QUICK)
    assert said.code == 0, said.err
    assert re.search(r"(did not emit|not known whether it emitted .*), below", said.out)
    features = json.loads((out / "sources.geojson").read_text("utf-8"))["features"]
    (point,) = [f for f in features if f["geometry"]["type"] == "Point"]
    (region,) = [f for f in features if f["geometry"]["type"] == "Polygon"]
    told = point["properties"]
    assert region["properties"] == {"id": "methane-1", "chemical": "methane", "region": 0.9}
    east, north = FRAME.to_east_north(*point["geometry"]["coordinates"])
    assert np.hypot(east - SOURCE.east_m, north - SOURCE.north_m) < 30.0
    assert [s["emission"] for s in told["sorties"]][::2] == ["emitted", "emitted"]
    assert told["sorties"][1]["emission_probability"] < 0.2
    assert told["sorties"][1]["below_kg_h"] < SOURCE.emission_kg_h
    assert told["working_share_p05"] < told["working_share"] < told["working_share_p95"]
    summary = json.loads((out / "summary.json").read_text("utf-8"))
    (gas,) = summary["chemicals"]
    assert [s["views"] for s in gas["sorties"]] == [["monday"], ["tuesday"], ["wednesday"]]
    assert [s["outcome"] for s in gas["sorties"]] == ["located", "cannot locate", "located"]
    assert summary["outcome"] == "located"
    particles = np.load(out / "posterior.npz")
    assert particles["methane/sortie_rate_kg_h"].shape[1:] == (1, 3)
    assert particles["methane/longitude_deg"].shape == particles["methane/working_share"].shape
    first = str(particles["methane/sortie"][0])
    assert particles[f"methane/{first}/lag_s"].ndim == 1


def test_a_scan_and_a_log_see_one_source(
    run: Run, scanned: Path, yard: Path, tmp_path: Path
) -> None:
    """The simulated flight is moved so that its source is the scan's; both find it together.

    Of its reading a part is taken, so that 5 kg/h of methane are what the plume gives off of SF6.
    """
    geometry = cathartes.open_cube(yard / "scene.hdr").geometry
    assert geometry is not None
    longitude, latitude = (float(a[0]) for a in geometry.to_lon_lat([50.5], [30.5]))
    at = LocalFrame(longitude, latitude).to_lon_lat(-SOURCE.east_m, -SOURCE.north_m)
    write_log(tmp_path / "log.csv", 501, 0, at=(float(at[0]), float(at[1])), gas="SF6", part=PART)
    out = tmp_path / "located"
    said = run("locate", tmp_path / "log.csv", "--plumes", scanned, "--out", out, *QUICK)
    assert said.code == 0, said.err
    summary = json.loads((out / "summary.json").read_text("utf-8"))
    (gas,) = summary["chemicals"]
    views = [view for sortie in gas["sorties"] for view in sortie["views"]]
    assert sorted(views) == ["log", "scanned"]
    assert {"origins.npz", "log.csv"} <= {one["name"] for one in summary["inputs"]}
    features = json.loads((out / "sources.geojson").read_text("utf-8"))["features"]
    point = next(f for f in features if f["geometry"]["type"] == "Point")
    seen = [label for told in point["properties"]["sorties"] for label in told["seen_as"]]
    assert sorted(seen) == ["SF6-1", "scanned source 1"]
    east, north = LocalFrame(longitude, latitude).to_east_north(*point["geometry"]["coordinates"])
    assert np.hypot(east, north) < 30.0


def test_a_scan_alone_is_located_and_one_without_the_gas_bounds_nothing_found(
    run: Run, scanned: Path, tmp_path: Path
) -> None:
    out = tmp_path / "located"
    assert run("locate", "--plumes", scanned, "--out", out, "-q").code == 0
    summary = json.loads((out / "summary.json").read_text("utf-8"))
    assert [gas["chemical"] for gas in summary["chemicals"]] == ["SF6"]
    nothing = tmp_path / "nothing"
    said = run("locate", "--plumes", scanned, "--gas", "ammonia", "--out", nothing, "-q")
    assert said.code == 0
    assert "cannot locate" in said.out
    assert "no sortie shows a source" in said.out


def test_what_can_not_be_located_together_is_refused(
    run: Run, scanned: Path, days: Path, yard: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"

    def refused(*words: str | Path) -> str:
        said = run("locate", *words, "--out", out, "-q")
        assert said.code != 0
        assert not out.exists()
        return said.err

    assert "at least one" in refused()
    assert "km apart" in refused(days / "monday.csv", "--plumes", scanned)
    assert "neither a log nor a scan is of 'radon'" in refused(
        days / "monday.csv", days / "tuesday.csv", "--gas", "radon"
    )
    assert "names of their own" in refused("--plumes", scanned, "--plumes", scanned)
    assert "name a folder that cathartes scan wrote" in refused("--plumes", days)
    without = tmp_path / "without"
    assert run("scan", yard / "scene.hdr", "--gas", "SF6", "--out", without, "-q").code == 0
    assert "without a wind" in refused("--plumes", without)
    old = tmp_path / "old"
    shutil.copytree(scanned, old)
    (old / "origins.npz").unlink()
    assert "has no origins.npz" in refused("--plumes", old)
    (old / "origins.npz").write_bytes(b"PK not an archive")
    assert "can't be read together" in refused("--plumes", old)

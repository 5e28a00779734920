"""How fast a large casebook answers, in SQLite and, where one is named, in PostgreSQL.

    python benchmarks/casebook_queries.py                     # 1,000,000 detections, 20,000 sites
    python benchmarks/casebook_queries.py --detections 50000  # a quick look
    .ci/with-postgres python benchmarks/casebook_queries.py   # on both

Sites lie at random in 300 by 300 km. An observation, of many over two years, looks at some place
and sees the 20 sites next to it, some 15 m off; a tenth of all detections belong to no site. Rows
go straight into the tables, an observation after the other, as runs write them. Asked is what
people ask: a page of the map at several sizes, all or since a date, the page after it, the ranks,
the queue of a reviewer: fresh, after they reviewed 5,000, and after others settled 100,000.
Each question is put many times, at different places; printed are medians and 95 % quantiles.
"""

import argparse
import os
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import numpy as np
from scipy.spatial import cKDTree
from shapely import MultiPolygon, box
from sqlalchemy import text

from cathartes.casework.mandate import Mandate
from cathartes.sites.detection import (
    Candidate,
    Detection,
    DetectionKind,
    PlaceMethod,
    Rate,
    Source,
)
from cathartes.sites.observation import LookOutcome, Observation, ObservationKind
from cathartes.sites.place import Place
from cathartes.sites.site import Site
from cathartes.store import rows_results, rows_sites, tables
from cathartes.store.casebook import SqlCasebook
from cathartes.store.check_queue import queue_rows
from cathartes.store.interface import Box, Job, Sortie
from cathartes.store.open import open_casebook
from cathartes.store.part import batches, insert_all
from cathartes.store.queue_keeping import queue_kept

WEST_DEG, SOUTH_DEG, SIDE_DEG = -104.0, 19.0, 2.7
BEGAN = datetime(2024, 1, 1, tzinfo=UTC)
DAYS = 730
N_SEEN = 20
"""Detections of an observation."""
CHUNK = 20_000
BOX_SIDES_KM = (0.5, 2.0, 10.0, 50.0, 300.0)
KM_PER_DEG = 111.0


def main() -> None:
    """Fill casebooks and put the questions."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--detections", type=int, default=1_000_000)
    parser.add_argument("--sites", type=int, default=20_000)
    parser.add_argument("--repeats", type=int, default=60)
    parser.add_argument("--reviews-only", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        places = {"SQLite": Path(folder) / "casebook"}
        if server := os.environ.get("CATHARTES_TEST_POSTGRES"):
            places["PostgreSQL"] = new_database(server)
        for name, where in places.items():
            with open_casebook(where, create=True, evidence=folder) as opened:
                start = time.perf_counter()
                fill(opened.casebook, asked.detections, asked.sites)
                took_s = time.perf_counter() - start
                print(f"\n{name}: {asked.detections} detections and {asked.sites} sites, ", end="")
                print(f"filled in {took_s:.0f} s\n")
                if not asked.reviews_only:
                    measure(opened.casebook, asked.repeats, asked.sites)
                else:
                    measure_changes(opened.casebook, asked.sites)
                measure_reviews(opened.casebook, asked.repeats)


def new_database(server: str) -> str:
    """Make an empty database on a server and return its URL."""
    import psycopg  # noqa: PLC0415  # only where there is a server

    with closing(psycopg.connect(server, autocommit=True)) as admin:
        admin.execute("DROP DATABASE IF EXISTS cathartes_benchmark WITH (FORCE)")
        admin.execute("CREATE DATABASE cathartes_benchmark")
    parts = urlsplit(server)
    return urlunsplit((parts.scheme, parts.netloc, "/cathartes_benchmark", parts.query, ""))


def fill(casebook: SqlCasebook, n_detections: int, n_sites: int) -> None:
    """Fill a casebook with made-up detections and sites, straight into its tables."""
    rng = np.random.default_rng(20260504)
    corner_deg = np.array((WEST_DEG, SOUTH_DEG))
    area = box(WEST_DEG, SOUTH_DEG, WEST_DEG + SIDE_DEG, SOUTH_DEG + SIDE_DEG)
    until = BEGAN + timedelta(days=DAYS)
    casebook.add_mandate(Mandate("M", "made up", "1", BEGAN, until, area, 3650), "me", BEGAN)
    casebook.put_sortie(Sortie("S", "M", "", "", BEGAN, None, {}), "me", BEGAN)
    site_deg = corner_deg + rng.uniform(0, SIDE_DEG, (n_sites, 2))
    n_observations = n_detections // N_SEEN
    looked_deg = corner_deg + rng.uniform(0, SIDE_DEG, (n_observations, 2))
    _, seen_sites = cKDTree(site_deg).query(looked_deg, N_SEEN)
    after_s = np.sort(rng.uniform(0, DAYS * 86400, n_observations))
    of_site: dict[int, list[str]] = {number: [] for number in range(n_sites)}
    for first in range(0, n_observations, CHUNK // N_SEEN):
        looks, found = [], []
        for number in range(first, min(first + CHUNK // N_SEEN, n_observations)):
            seen = BEGAN + timedelta(seconds=float(after_s[number]))
            looks.append(made_up_observation(number, seen, looked_deg[number]))
            offsets = rng.normal(0, 15 / 111_000, (N_SEEN, 2))
            for n, (site, offset) in enumerate(zip(seen_sites[number], offsets, strict=True), 1):
                found.append(made_up_detection(number, n, *(site_deg[site] + offset), seen))
                if n % 10:
                    of_site[int(site)].append(found[-1].sources[0].id)
        insert(casebook, tables.observations, looks)
        insert(casebook, tables.detections, map(rows_results.values_of_detection, found))
        rows = (row for one in found for row in rows_results.values_of_sources(one))
        insert(casebook, tables.sources, rows)
    values = rng.gamma(2.0, size=n_sites)
    sites = [made_up_site(n, site_deg[n], of_site[n], float(values[n])) for n in range(n_sites)]
    insert(casebook, tables.sites, map(rows_sites.values_of_site, sites))
    insert(
        casebook,
        tables.attributions,
        (row for one in sites for row in rows_sites.values_of_attributions(one)),
    )
    with casebook.database.change() as connection:
        connection.execute(text("ANALYZE"))
    fill_queue(casebook)


def fill_queue(casebook: SqlCasebook) -> None:
    """Count what is to be reviewed: all of it, since nothing was so far."""
    with casebook.database.change() as connection:
        for table, rows in queue_rows(connection).items():
            told = [dict(zip(table.c.keys(), row, strict=True)) for row in rows]
            for some in batches(told):
                insert_all(connection, table, some)
        connection.execute(text("ANALYZE"))


def insert(casebook: SqlCasebook, table, rows) -> None:
    """Insert rows in chunks."""
    rows = list(rows)
    with casebook.database.change() as connection:
        for start in range(0, len(rows), CHUNK):
            connection.execute(table.insert(), rows[start : start + CHUNK])


def made_up_observation(number: int, seen: datetime, looked_deg) -> dict:
    """Return an observation's row."""
    west, south = looked_deg.tolist()
    footprint = MultiPolygon([box(west, south, west + 0.1, south + 0.1)])
    made_up = Observation(
        f"o{number:06d}", "S", "M", f"line-{number}", ObservationKind.CUBE, seen, None, "", (), "",
        {}, "", LookOutcome.DETECTIONS, "", footprint,
    )  # fmt: skip
    return rows_results.values_of_observation(made_up, {})


def made_up_detection(of: int, number: int, longitude: float, latitude: float, seen) -> Detection:
    """Return a detection as a scan gives it: an outline of some pixels, candidates, properties."""
    one_id = f"o{of:06d}-{number}"
    angle = np.linspace(0, 2 * np.pi, 24)
    ring = np.column_stack((longitude + 3e-4 * np.cos(angle), latitude + 2e-4 * np.sin(angle)))
    place = Place(longitude, latitude, 100.0, 64.0, 10.0)
    return Detection(
        id=one_id,
        observation_id=f"o{of:06d}",
        number=number,
        kind=DetectionKind.PLUME,
        seen_utc=seen,
        chemical="ammonia",
        candidates=(Candidate("ammonia", 0.875), Candidate("unknown", 0.125)),
        false_alarm_probability=1e-7,
        expected_by_chance=0.01,
        snr=9.5,
        outline=MultiPolygon([(ring, [])]),
        sources=(Source(f"{one_id}.1", place, PlaceMethod.POSTERIOR, 0.9, Rate(2.5, 1.0, 6.0)),),
        flags=("hot roof",),
        properties={"area_m2": 3200.5, "n_pixels": 128, "mean_column_density_ppm_m": 55.25},
    )


def made_up_site(number: int, place_deg, source_ids: list[str], value: float) -> Site:
    """Return a site."""
    place = Place(float(place_deg[0]), float(place_deg[1]), 4.0, 4.0)
    return Site(
        f"site-{number:05d}", place, ("ammonia",), tuple(source_ids), len(source_ids),
        2 * len(source_ids), BEGAN, BEGAN, (), 0.5, 0.25, 0.75, "", value, "made up",
    )  # fmt: skip


def measure(casebook: SqlCasebook, repeats: int, n_sites: int) -> None:
    """Put the questions and print how long the answers took."""
    print(f"{'question':52} {'answers':>8} {'median ms':>10} {'95 % ms':>8}")
    newest = BEGAN + timedelta(days=DAYS)
    for since, told in ((newest - timedelta(days=30), "last month"), (None, "all times")):
        for side_km in BOX_SIDES_KM:
            for limit in (100, 1000):
                asked = [(one, since, limit) for one in boxes(side_km, repeats)]
                told_all = f"detections_in {side_km:g} km, {told}, limit {limit}"
                ask(told_all, [partial(casebook.detections_in, *each) for each in asked])
    pages = []
    for one in boxes(50.0, repeats):
        if first := casebook.detections_in(one, None, 100):
            last = first[-1].detection.id
            pages.append(partial(casebook.detections_in, one, None, 100, last))
    ask("detections_in 50 km, second page of 100", pages)
    ask("ranked_sites, first 100", [partial(casebook.ranked_sites, 100)] * repeats)
    middle = partial(casebook.ranked_sites, 100, n_sites // 2)
    ask("ranked_sites, 100 in the middle", [middle] * repeats)
    ask("sites_in 10 km", [partial(casebook.sites_in, one) for one in boxes(10.0, repeats)])
    ask("sources_near 0.5 km", [partial(casebook.sources_near, b) for b in boxes(0.5, repeats)])


def measure_changes(casebook: SqlCasebook, n_sites: int) -> None:
    """Print how long changes take: sites put again, one, fifty, and all; a look recorded."""
    now = BEGAN + timedelta(days=DAYS)
    print(f"{'change':52} {'':>8} {'median ms':>10} {'95 % ms':>8}")
    every = casebook.ranked_sites(n_sites)
    for n, repeats in ((1, 20), (50, 10), (n_sites, 1)):
        told = [every[k * n : (k + 1) * n] for k in range(repeats)]
        ask(
            f"put_sites of {n}",
            [lambda some=some: [casebook.put_sites(some, [], "me", now)] for some in told],
        )
    ask(f"record_observation of {N_SEEN}", [partial(record_again, casebook, k) for k in range(20)])


def record_again(casebook: SqlCasebook, number: int) -> list[str]:
    """Record a look again as a run does, in the place of the one there was; return its name."""
    seen = casebook.observation(f"o{number:06d}")
    found = [one.detection for one in casebook.detections_of(seen.id)]
    now = BEGAN + timedelta(days=DAYS)
    with casebook.database.change() as connection:
        connection.execute(tables.jobs.delete().where(tables.jobs.c.id == seen.id))
    casebook.put_jobs([Job(seen.id, "S", seen.name, "")])
    casebook.claim_job([seen.id], "worker", now, 60)
    casebook.record_observation(seen, found, {}, "worker", "me", now)
    return [seen.name]


def measure_reviews(casebook: SqlCasebook, repeats: int) -> None:
    """Ask for queues, with more and more reviewed."""
    ask_queue(casebook, "fresh", repeats)
    for n, state, reviewers in ((5_000, "in review", ["ana"]), (100_000, "confirmed", ["b", "c"])):
        ids = casebook.review_queue("ana", n)
        of_settled = tables.settlements
        with casebook.database.change() as connection, queue_kept(connection, ids):
            for some in batches(ids):
                connection.execute(of_settled.delete().where(of_settled.c.detection_id.in_(some)))
                rows = [
                    {"detection_id": one, "state": state, "reviewers": reviewers} for one in some
                ]
                insert_all(connection, of_settled, rows)
        with casebook.database.change() as connection:
            connection.execute(text("ANALYZE settlements"))
        ask_queue(casebook, f"{n} more {state}", repeats)


def ask_queue(casebook: SqlCasebook, told: str, repeats: int) -> None:
    """Ask for the queue of somebody who reviewed, and of somebody who did not."""
    for who in ("ana", "zoe"):
        asked = [partial(casebook.review_queue, who)] * repeats
        ask(f"review_queue of {who}, {told}", asked)
    sizes = [lambda: range(casebook.review_queue_size("ana"))] * repeats
    ask(f"review_queue_size of ana, {told}", sizes)


def boxes(side_km: float, n: int) -> list[Box]:
    """Return boxes of a size at random places."""
    rng = np.random.default_rng(7)
    side_deg = min(side_km / KM_PER_DEG, SIDE_DEG)
    corners = np.array((WEST_DEG, SOUTH_DEG)) + rng.uniform(0, SIDE_DEG - side_deg, (n, 2))
    return [Box(w, s, w + side_deg, s + side_deg) for w, s in corners.tolist()]


def ask(told: str, questions) -> None:
    """Put questions, and print a line."""
    took_ms, n_answers = [], []
    for question in questions:
        start = time.perf_counter()
        n_answers.append(len(question()))
        took_ms.append(1000 * (time.perf_counter() - start))
    median, high = np.quantile(took_ms, (0.5, 0.95))
    print(f"{told:52} {np.median(n_answers):8.0f} {median:10.1f} {high:8.1f}")


if __name__ == "__main__":
    main()

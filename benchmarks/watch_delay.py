"""How long after the last byte of a cube its detections are in the casebook.

    python benchmarks/watch_delay.py [--lines 600] [--rounds 3] [--json]

A simulated HyTES-like cube (320 samples, 256 bands; 600 lines are 197 MB) with plumes is scanned
by `cathartes.scan` with a wind, and then lands in a watched inbox: its header first, its data in
pieces, and the time runs from the last write to the end of the sites' update. Both in one process,
in turn, so that the difference is what the casebook adds: waiting for files to settle, hashes,
masks, evidence, records, sites. On a machine that does other things too the difference of two
runs says little; beside it stands what the watched run took outside the stages of its own scan.
"""

import argparse
import json
import shutil
import statistics
import tempfile
import time
from datetime import datetime
from pathlib import Path
from threading import Thread

from cathartes.pipeline.authority import mandate_add
from cathartes.pipeline.gas_library import working_library
from cathartes.pipeline.scan import ScanSettings, scan
from cathartes.pipeline.watch import Inbox
from cathartes.scenes.geometry import MapGrid
from cathartes.scenes.instrument import load_instrument
from cathartes.scenes.readers.envi_writer import write_envi
from cathartes.simulate import simulate_scene, trial_settings

ASKED_S = 2.0
WIND = "3.2±0.6,245±15"
TAKEN = "2026-05-04T16:02:00Z"
SEED = 2024
PIECE_BYTES = 8 * 2**20


def write_cube(folder: Path, n_lines: int) -> Path:
    """Write a cube with a map in its header, and return the header."""
    instrument = load_instrument("hytes-like")
    settings = trial_settings(SEED, working_library(), instrument, lines=n_lines, samples=320)
    cube = simulate_scene(settings, working_library(), instrument).to_cube()
    return write_envi(
        folder / "line.hdr",
        cube.read_lines(0, cube.n_lines),
        bands=cube.bands,
        grid=MapGrid((3.4, 0.0, 5e5, 0.0, -3.4, 5.427e6), "EPSG:32632", cube.shape[:2]),
        start_utc=datetime.fromisoformat(TAKEN),
    )


def make_inbox(folder: Path) -> tuple[Path, Path]:
    """Return an inbox with a sortie that waits for its cube, and a casebook with its mandate."""
    area = [[8.9, 48.8], [9.2, 48.8], [9.2, 49.2], [8.9, 49.2], [8.9, 48.8]]
    mandate = {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [area]},
        "properties": {
            "id": "M", "authority": "made up", "reference": "1", "valid_from": "2026-05-01",
            "valid_until": "2026-06-01", "retention_days": 3650,
        },
    }  # fmt: skip
    (folder / "mandate.geojson").write_text(json.dumps(mandate), "utf-8")
    mandate_add(folder / "casebook", folder / "mandate.geojson")
    inbox = folder / "inbox"
    inbox.mkdir()
    (inbox / "sortie.toml").write_text(
        f'schema = "cathartes-sortie/1"\nid = "s"\nmandate = "M"\nwind = "{WIND}"\n\n'
        '[[observation]]\nname = "line"\nkind = "cube"\nfiles = ["line.hdr"]\n',
        "utf-8",
    )
    return inbox, folder / "casebook"


def land(header: Path, inbox: Path) -> None:
    """Copy a cube as a slow link would: the header, then the data piece by piece."""
    shutil.copy(header, inbox)
    data = next(path for path in header.parent.glob("line*") if path != header)
    with data.open("rb") as source, (inbox / data.name).open("wb") as target:
        while piece := source.read(PIECE_BYTES):
            target.write(piece)
            target.flush()
            time.sleep(0.05)


def watched_s(header: Path, folder: Path) -> tuple[float, float, dict[str, float]]:
    """Return the seconds after the last byte, those of them outside the scan, and each stage's."""
    inbox, casebook = make_inbox(folder)
    flying = Thread(target=land, args=(header, inbox))
    flying.start()
    watch = Inbox(inbox, casebook)
    done = next(watch.watch(lambda: True))
    flying.join()
    if done.report is None or not done.report.rows[0].n_detections:
        raise SystemExit(f"nothing was found: {done.trouble}")
    scan_s = done.report.rows[0].seconds_s - done.landing_s
    return done.since_last_byte_s, done.since_last_byte_s - scan_s, done.report.timings_s


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    told = parser.parse_args()
    scanned, watched, outside = [], [], []
    stages: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        header = write_cube(folder, told.lines)
        size = sum(path.stat().st_size for path in folder.glob("line*"))
        for number in range(told.rounds):
            part = folder / f"round-{number}"
            part.mkdir()
            began = time.monotonic()
            scan(header, part / "scan", settings=ScanSettings(wind=WIND))
            scanned.append(time.monotonic() - began)
            delay, outside_s, stages = watched_s(header, part)
            watched.append(delay)
            outside.append(outside_s)
            shutil.rmtree(part)
    rows = {
        "cube_mb": size / 1e6,
        "scan_s": statistics.median(scanned),
        "after_last_byte_s": statistics.median(watched),
        "added_s": statistics.median(w - s for w, s in zip(watched, scanned, strict=True)),
        "outside_scan_s": statistics.median(outside),
        "asked_s": ASKED_S,
    }
    if told.json:
        print(json.dumps({**rows, "stages_s": stages}))
        return
    print(f"cube of {rows['cube_mb']:.0f} MB, medians of {told.rounds} rounds")
    print(f"  scan                                   {rows['scan_s']:6.2f} s")
    print(f"  from the last byte into the casebook   {rows['after_last_byte_s']:6.2f} s")
    print(f"  the casebook adds                      {rows['added_s']:6.2f} s (asked: {ASKED_S:g})")
    print(f"  outside the stages of that scan         {rows['outside_scan_s']:6.2f} s")
    print("  stages: " + ", ".join(f"{stage} {s:.2f} s" for stage, s in stages.items()))


if __name__ == "__main__":
    main()

"""How much memory and time a whole scan of a 4 GB cube takes, from the file to the products.

    python benchmarks/scan_memory.py [--gigabytes 4] [--folder DIR] [--json]

One child process writes the cube: a simulated noise-free HyTES-like scene of 512 x 512 pixels and
256 bands, repeated along the track with fresh instrument noise in every repeat; plumes lie in the
first repeat alone (the same plume a dozen times would rightly pass for a surface). A second child
runs `cathartes.pipeline.scan.scan` on it with the built-in library and the default settings, and
reports its greatest resident memory (ru_maxrss), the memory each stage left as its peak, and the
seconds each stage took. Children, because ru_maxrss never falls. The cube (and the products) are
removed at the end; the folder needs 1.2 times the cube's size free.
"""

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cathartes.pipeline.progress import Advance
from cathartes.pipeline.scan import scan
from cathartes.scenes.instrument import Instrument, load_instrument
from cathartes.scenes.readers.envi_writer import write_envi
from cathartes.simulate import SimulatedScene, simulate_scene, trial_settings
from cathartes.spectra.builtin import builtin_library

SIDE = 512
SEED = 2024
ASKED_MIB = 1536


def peak_mib() -> float:
    """Return this process's greatest resident memory so far, [MiB]."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _noise_free(instrument: Instrument, *, with_plumes: bool) -> SimulatedScene:
    settings = trial_settings(SEED, builtin_library(), instrument, lines=SIDE, samples=SIDE)
    if not with_plumes:
        settings = settings.without_plumes()
    detector = settings.detector.model_copy(update={"noise_factor": 0.0})
    settings = settings.model_copy(update={"detector": detector})
    return simulate_scene(settings, builtin_library(), instrument)


def _noisy_blocks(
    scenes: tuple[SimulatedScene, SimulatedScene], instrument: Instrument, n_lines: int
) -> Iterator[NDArray[np.float32]]:
    """Yield blocks of 64 lines, (line, sample, band) [W m-2 sr-1 um-1]."""
    generator = np.random.default_rng(SEED)
    for start in range(0, n_lines, 64):
        scene = scenes[0 if start < SIDE else 1].radiance
        first = start % SIDE
        clear = scene[first : first + min(64, n_lines - start)]
        draw = generator.standard_normal(clear.shape, dtype=np.float32)
        yield clear + instrument.noise.nesr(clear).astype(np.float32) * draw


def write_cube(header: Path, gigabytes: float) -> None:
    """Write the cube that will be scanned."""
    instrument = load_instrument("hytes-like")
    scenes = (
        _noise_free(instrument, with_plumes=True),
        _noise_free(instrument, with_plumes=False),
    )
    n_lines = int(gigabytes * 2**30 / (4 * SIDE * len(instrument.bands)))
    air_k = scenes[0].settings.air.temperature_k
    write_envi(
        header,
        _noisy_blocks(scenes, instrument, n_lines),
        bands=instrument.bands,
        fields={"air temperature": f"{air_k:.2f}"},
    )


class StageMemory:
    """A watcher of progress that notes the process's peak memory after each stage."""

    def __init__(self) -> None:
        self.peak_mib: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str, total: int) -> Iterator[Advance]:  # noqa: ARG002
        """Note the peak when the stage ends."""
        yield lambda _: None
        self.peak_mib[name] = peak_mib()


def scan_cube(header: Path) -> dict[str, object]:
    """Scan in this process and return what it took."""
    before_mib, started_s = peak_mib(), time.perf_counter()
    watcher = StageMemory()
    out = header.parent / "products"
    summary = scan(header, out, builtin_library(), progress=watcher)
    return {
        "resident_before_mib": before_mib,
        "resident_peak_mib": peak_mib(),
        "peak_after_stage_mib": watcher.peak_mib,
        "total_s": time.perf_counter() - started_s,
        "timings_s": summary.timings_s,
        "cube_gib": header.with_suffix(".img").stat().st_size / 2**30,
        "n_plumes": summary.counts.plumes,
        "gases_searched": summary.counts.gases_searched,
    }


def measure(gigabytes: float, parent: Path) -> dict[str, object]:
    """Write a cube and scan it, each in a process of its own.

    Raises
    ------
    SystemExit
        If the folder has too little room.
    """
    free_gib = shutil.disk_usage(parent).free / 2**30
    if free_gib < 1.2 * gigabytes + 1:
        raise SystemExit(
            f"{free_gib:.1f} GiB are free in {parent}; {1.2 * gigabytes + 1:.1f} are needed: "
            "give another --folder, or fewer --gigabytes."
        )
    with tempfile.TemporaryDirectory(dir=parent) as folder:
        header = Path(folder) / "cube.hdr"
        for task in ("write", "scan"):
            command = [sys.executable, __file__, "--child", task, "--cube", str(header),
                       "--gigabytes", str(gigabytes)]  # fmt: skip
            printed = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
        result: dict[str, object] = json.loads(printed)
        return result


def show(result: dict[str, object]) -> None:
    """Print the figures."""
    timings, peaks = result["timings_s"], result["peak_after_stage_mib"]
    print(
        f"cube {result['cube_gib']:.2f} GiB, {result['gases_searched']} gases, "
        f"{result['n_plumes']} plumes reported"
    )
    print("| stage | seconds | peak MiB by its end |")
    print("| --- | ---: | ---: |")
    for stage, seconds in timings.items():
        print(f"| {stage} | {seconds:.1f} | {peaks.get(stage, float('nan')):.0f} |")
    peak = result["resident_peak_mib"]
    print(f"| whole scan | {result['total_s']:.1f} | {peak:.0f} |")
    verdict = "within" if peak < ASKED_MIB else "OVER"
    print(f"{verdict} the {ASKED_MIB} MiB asked; {result['resident_before_mib']:.0f} before it")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gigabytes", type=float, default=4.0, help="GiB of the cube")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--child", choices=["write", "scan"], help=argparse.SUPPRESS)
    parser.add_argument("--cube", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child == "write":
        write_cube(arguments.cube, arguments.gigabytes)
    elif arguments.child == "scan":
        print(json.dumps(scan_cube(arguments.cube)))
    else:
        result = measure(arguments.gigabytes, arguments.folder)
        if arguments.json:
            print(json.dumps(result, indent=2))
        else:
            show(result)


if __name__ == "__main__":
    main()

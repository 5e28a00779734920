"""How fast the filters and a whole scan are, beside other programs and the least work possible.

    python benchmarks/speed.py [--peers-python PYTHON] [--rounds 3] [--case b] [--json]

Filters: every implementation in turn works on the same synthetic cube in memory, in a process of
its own, with one thread; CPU seconds (time.process_time) are compared within one round, because a
machine that others use is faster in one round than in the next, and medians of these ratios are
printed. Other programs (spectral, mag1c, fastmag1c, marshsi) are looked for in the interpreter
that --peers-python or CATHARTES_PEERS_PYTHON names; what is not there is listed as missing. The
least work is the floating-point operations that the answer needs, all pixels in the statistics, at
the rate of this machine's single-precision matrix product in the same round.

Scan: `cathartes.pipeline.scan.scan` from an ENVI file (BIL, 2000 x 512 x 256) to the products with
the built-in library: wall seconds on all cores, warm, with the default settings and with the quick
ones, the seconds of its stages and the greatest resident memory.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from speed_programs import ITERATIONS, JOBS, N_GASES, OURS, TIMES

CASES = {"a": (1000, 600, 100), "b": (2000, 512, 256)}
MAG1C_COLUMNS = 128
"""Columns on which the iterative estimators are timed; they are independent of each other."""
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"
)
SCAN_GIB = 2000 * 512 * 256 * 4 / 2**30 + 1e-5


# The synthetic cube


def write_case(case: str, folder: Path) -> None:
    """Write a cube, (line, sample, band) float32, and 20 gases' relative changes per ppm m."""
    n_lines, n_samples, n_bands = CASES[case]
    generator = np.random.default_rng(7)
    band = np.arange(n_bands)
    surfaces = np.cumsum(generator.standard_normal((12, n_bands)), axis=1)
    surfaces *= 0.5 ** np.arange(12)[:, None] / np.abs(surfaces).max(axis=1, keepdims=True)
    surfaces = surfaces.astype(np.float32)
    level = (9 + np.sin(band / 20)).astype(np.float32)
    gases = np.zeros((N_GASES, n_bands))
    for gas in range(N_GASES):
        for _ in range(generator.integers(2, 7)):
            at, width = generator.uniform(0, n_bands), generator.uniform(1.5, 8)
            gases[gas] -= 2e-4 * generator.uniform(0.2, 1) / (1 + ((band - at) / width) ** 2)
    plumes = np.zeros((n_lines, n_samples), np.float32)
    for _ in range(8):
        line, sample = generator.integers(0, n_lines - 60), generator.integers(0, n_samples - 40)
        plumes[line : line + 60, sample : sample + 40] = generator.uniform(0, 300, (60, 40))
    cube = np.empty((n_lines, n_samples, n_bands), np.float32)
    for start in range(0, n_lines, 50):
        part = slice(start, start + 50)
        shape = cube[part].shape
        ground = generator.standard_normal((*shape[:2], 12), dtype=np.float32) @ surfaces + level
        ground *= 1 + 0.1 * generator.standard_normal((*shape[:2], 1), dtype=np.float32)
        ground *= np.exp(plumes[part][..., None] * gases[0].astype(np.float32))
        cube[part] = ground + 0.02 * generator.standard_normal(shape, dtype=np.float32)
    np.save(folder / f"cube_{case}.npy", cube)
    np.save(folder / f"gases_{case}.npy", gases)


def least_flops(job: str, case: str) -> float:
    """Return the floating-point operations that the answer needs, a product and a sum counted two.

    A symmetric product of n rows counts n b², a factorisation b³/3. Iterations touch no more than
    what is left of the pixels, 4.9 times all of them over 30 rounds on the scenes looked at.
    """
    n_lines, n_samples, b = CASES[case]
    n = n_lines * n_samples
    covariance, factor, product = n * b**2, b**3 / 3, 2 * n * b
    return {
        "column filter": covariance + n_samples * factor + product,
        "mag1c estimator": covariance + n_samples * factor + product
        + 4.9 * n * 4 * b + ITERATIONS * n_samples * 4 * b**2,
        "20-gas bank": covariance + factor + N_GASES * product,
    }[job]  # fmt: skip


# One child, one implementation


def peak_mib() -> float:
    """Return this process's greatest resident memory so far, [MiB]."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def time_job(job: str, name: str, case: str, folder: Path) -> dict[str, Any]:
    """Time one implementation in this process, after a small crop has warmed it up."""
    work = JOBS[job][name]
    cube, gases = np.load(folder / f"cube_{case}.npy"), np.load(folder / f"gases_{case}.npy")
    times = float(TIMES.get((job, name), 1))
    if job == "mag1c estimator":
        times = cube.shape[1] / min(MAG1C_COLUMNS, cube.shape[1])
    crop = np.ascontiguousarray(cube[: 3 * cube.shape[2], :12])
    try:
        work(crop, gases)
    except ImportError as error:
        return {"missing": str(error)}
    part = cube[:, :MAG1C_COLUMNS] if job == "mag1c estimator" else cube
    before_mib = peak_mib()
    began_s, cpu_s = time.perf_counter(), time.process_time()
    found = work(part, gases)
    cpu_s, wall_s = time.process_time() - cpu_s, time.perf_counter() - began_s
    if job == "mag1c estimator":
        np.save(folder / f"found_{name.replace(' ', '_')}.npy", np.asarray(found))
    return {
        "cpu_s": times * cpu_s,
        "wall_s": times * wall_s,
        "extra_mib": peak_mib() - before_mib,
    }


def gemm_rate() -> dict[str, float]:
    """Return the best rate of a single-precision matrix product here, [flop/s]."""
    a, b = np.ones((2048, 2048), np.float32), np.ones((2048, 2048), np.float32)
    best = min(_cpu_s(lambda: a @ b) for _ in range(7))
    return {"flop_s": 2 * 2048**3 / best}


def _cpu_s(work: Callable[[], object]) -> float:
    began_s = time.process_time()
    work()
    return time.process_time() - began_s


def time_scan(header: Path, *, quick: bool) -> dict[str, Any]:
    """Scan once to warm up and once for the clock, in this process."""
    from_file = import_module("cathartes.pipeline.scan")
    settings = from_file.quick(from_file.ScanSettings()) if quick else from_file.ScanSettings()
    settings = import_module("dataclasses").replace(settings, overwrite=True)
    library = import_module("cathartes.spectra.builtin").builtin_library()
    for _ in range(2):
        began_s, cpu_s = time.perf_counter(), time.process_time()
        summary = from_file.scan(header, header.parent / "products", library, settings=settings)
        wall_s, cpu_s = time.perf_counter() - began_s, time.process_time() - cpu_s
    return {
        "wall_s": wall_s,
        "cpu_s": cpu_s,
        "timings_s": summary.timings_s,
        "peak_mib": peak_mib(),
        "gases": summary.counts.gases_searched,
        "plumes": summary.counts.plumes,
    }


# The whole


def _child(python: str, folder: Path, *words: str, threads: bool = False) -> dict[str, Any]:
    """Run this file's child and return what it says."""
    command = [python, __file__, "--folder", str(folder), "--child", *words]
    environment = os.environ if threads else os.environ | ONE_THREAD
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    if done.returncode:
        return {"missing": (done.stderr.strip().splitlines() or ["no message"])[-1]}
    said: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return said


def measure_filters(case: str, rounds: int, peers: str, folder: Path) -> dict[str, Any]:
    """Run every implementation in turn, round by round."""
    _child(sys.executable, folder, "write", case)
    rates, told = [], {job: {name: [] for name in names} for job, names in JOBS.items()}
    for _ in range(rounds):
        rates.append(_child(sys.executable, folder, "rate")["flop_s"])
        for job, names in JOBS.items():
            for name in names:
                if told[job][name] and "missing" in told[job][name][0]:
                    continue
                python = sys.executable if name.startswith(OURS) else peers
                told[job][name].append(_child(python, folder, "time", job, name, case))
    return {"case": case, "flop_s": rates, "jobs": told, "agreement": agreement(folder)}


def agreement(folder: Path) -> dict[str, float]:
    """Return the share of pixels whose support differs from mag1c's in float64, by program."""
    found = {path.stem[6:]: np.load(path) > 0 for path in folder.glob("found_*.npy")}
    truth = found.pop("mag1c_(float64)", None)
    if truth is None:
        return {}
    return {name: float((own != truth).mean()) for name, own in sorted(found.items())}


def show_filters(result: dict[str, Any]) -> None:
    """Print a table of one case."""
    case, rates = result["case"], result["flop_s"]
    print(f"\n### {' x '.join(map(str, CASES[case]))} float32, one thread\n")
    print(f"least work at {statistics.median(rates) / 1e9:.0f} Gflop/s (sgemm, median of rounds)\n")
    print("| job | program | CPU s | x cathartes | x least work | memory above the cube, MiB |")
    print("| --- | --- | ---: | ---: | ---: | ---: |")
    for job, programs in result["jobs"].items():
        ours = [one["cpu_s"] for one in programs[OURS]]
        for name, runs in programs.items():
            if "missing" in runs[0]:
                print(f"| {job} | {name} | missing: {runs[0]['missing'][:60]} | | | |")
                continue
            cpu = [one["cpu_s"] for one in runs]
            least = [least_flops(job, case) / rate for rate in rates]
            print(
                f"| {job} | {name} | {statistics.median(cpu):.2f} "
                f"| {statistics.median(c / o for c, o in zip(cpu, ours, strict=True)):.2f} "
                f"| {statistics.median(c / f for c, f in zip(cpu, least, strict=True)):.2f} "
                f"| {max(one['extra_mib'] for one in runs):.0f} |"
            )
    for name, share in result["agreement"].items():
        print(f"\nmag1c estimator, {name}: support differs from mag1c (float64) in {share:.4%}")


def measure_scan(folder: Path) -> dict[str, Any]:
    """Write the scan's cube, and scan it with both settings."""
    _child(sys.executable, folder, "write-scan")
    return {
        name: _child(sys.executable, folder, "scan", name, threads=True)
        for name in ("default", "quick")
    }


def show_scan(result: dict[str, Any]) -> None:
    """Print the scans' seconds by stage."""
    one = result["default"]
    print(f"\n### Scan of 2000 x 512 x 256, {one['gases']} gases, {os.cpu_count()} cores\n")
    print("| stage | " + " | ".join(f"{name}, s" for name in result) + " |")
    print("| --- |" + " ---: |" * len(result))
    for stage in one["timings_s"]:
        cells = (f"{run['timings_s'].get(stage, 0.0):.2f}" for run in result.values())
        print(f"| {stage} | " + " | ".join(cells) + " |")
    for label, key, digits in (("whole, wall", "wall_s", 2), ("whole, CPU", "cpu_s", 2),
                               ("greatest memory, MiB", "peak_mib", 0),
                               ("plumes reported", "plumes", 0)):  # fmt: skip
        cells = (f"{run[key]:.{digits}f}" for run in result.values())
        print(f"| {label} | " + " | ".join(cells) + " |")


def do_child(words: list[str], folder: Path) -> None:
    """Do one child's work and print what it says as JSON."""
    match words:
        case ["write", case]:
            write_case(case, folder)
            said: dict[str, Any] = {}
        case ["rate"]:
            said = gemm_rate()
        case ["time", job, name, case]:
            said = time_job(job, name, case, folder)
        case ["write-scan"]:
            import_module("scan_memory").write_cube(folder / "scan.hdr", SCAN_GIB)
            said = {}
        case ["scan", name]:
            said = time_scan(folder / "scan.hdr", quick=name == "quick")
        case _:
            raise SystemExit(f"unknown child {words}")
    print(json.dumps(said))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--case", choices=[*CASES, "all", "none"], default="all")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-scan", action="store_true", help="leave the whole scan out")
    parser.add_argument(
        "--peers-python",
        default=os.environ.get("CATHARTES_PEERS_PYTHON", sys.executable),
        help="interpreter that has the other programs (or CATHARTES_PEERS_PYTHON)",
    )
    parser.add_argument("--folder", type=Path, help="where the cubes are written (2.3 GB)")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--child", nargs="+", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        do_child(arguments.child, arguments.folder)
        return
    cases = {"all": list(CASES), "none": []}.get(arguments.case, [arguments.case])
    results: dict[str, Any] = {}
    for case in cases:
        with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
            results[case] = measure_filters(
                case, arguments.rounds, arguments.peers_python, Path(folder)
            )
        if not arguments.json:
            show_filters(results[case])
    if not arguments.no_scan:
        with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
            results["scan"] = measure_scan(Path(folder))
        if not arguments.json:
            show_scan(results["scan"])
    if arguments.json:
        print(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()

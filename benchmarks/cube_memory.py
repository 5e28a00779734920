"""How much memory and time it takes to stream a 4 GB cube by blocks, for each interleave.

    python benchmarks/cube_memory.py [--gigabytes 4] [--block-mib 64]

A sparse file is made in the temporary folder; a child process reads all of it, with the sanity
counts, and reports its greatest resident memory.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from cathartes.scenes.instrument import load_instrument
from cathartes.scenes.open import OpenOptions, open_cube
from cathartes.scenes.sanity import SanityInspector

SAMPLES, BANDS = 512, 256
LINE_BYTES = SAMPLES * BANDS * 4


def read_all(path: Path, block_bytes: int) -> dict[str, float]:
    """Stream a cube in this process and return what it took."""
    start_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    cube = open_cube(path, options=OpenOptions(check_units=False))
    started = time.perf_counter()
    reading_s, n_bytes = 0.0, 0
    inspector = SanityInspector(cube.bands, cube.n_samples)
    before = time.perf_counter()
    for _, block in cube.blocks(block_bytes):
        reading_s += time.perf_counter() - before
        inspector.inspect_block(block)
        n_bytes += block.nbytes
        before = time.perf_counter()
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "read_gib": n_bytes / 2**30,
        "n_values": inspector.report().n_values,
        "reading_s": reading_s,
        "total_s": time.perf_counter() - started,
        "resident_before_mib": start_mib,
        "resident_peak_mib": peak_mib,
    }


def write_sparse(folder: Path, interleave: str, gigabytes: float) -> Path:
    """Write a header and a data file of that size that takes no room on disk."""
    n_lines = int(gigabytes * 2**30 / LINE_BYTES)
    with (folder / "cube.img").open("wb") as file:
        file.truncate(n_lines * LINE_BYTES)
    centre = load_instrument("hytes-like").bands.centre_um
    header = folder / "cube.hdr"
    header.write_text(
        f"ENVI\nsamples = {SAMPLES}\nlines = {n_lines}\nbands = {BANDS}\ndata type = 4\n"
        f"interleave = {interleave}\nbyte order = 0\ndata units = W m-2 sr-1 um-1\n"
        f"wavelength units = um\nwavelength = {{{', '.join(map(str, np.round(centre, 5)))}}}\n"
    )
    return header


def main() -> None:
    """Measure each interleave in its own process and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gigabytes", type=float, default=4.0)
    parser.add_argument("--block-mib", type=int, default=64)
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    block_bytes = arguments.block_mib * 2**20
    if arguments.child is not None:
        print(json.dumps(read_all(arguments.child, block_bytes)))
        return
    print("interleave  read GiB  reading s  with sanity s  resident before MiB  peak MiB")
    for interleave in ("bsq", "bil", "bip"):
        with tempfile.TemporaryDirectory() as folder:
            path = write_sparse(Path(folder), interleave, arguments.gigabytes)
            command = [sys.executable, __file__, "--child", str(path),
                       "--block-mib", str(arguments.block_mib)]  # fmt: skip
            result = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        print(
            f"{interleave:10}  {result['read_gib']:8.2f}  {result['reading_s']:9.1f}  "
            f"{result['total_s']:13.1f}  {result['resident_before_mib']:19.0f}  "
            f"{result['resident_peak_mib']:8.0f}"
        )


if __name__ == "__main__":
    main()

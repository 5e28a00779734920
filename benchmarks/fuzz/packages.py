"""Damage releases and answers a million times: none may crash a reader, none be accepted changed.

``python benchmarks/fuzz/packages.py [--inputs 1000000] [--seed 1] [--workers 1]`` prints, for each
course and layer, how many were tried and refused. Those not refused had, to the byte, an archive
that was signed: the damage did nothing (a byte replaced by itself, a cut at the end), or all swaps
together made the one package the other. Of nonsense that a trusted sender signs itself, some is
sense.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))
from package_damage import (
    COURSES,
    LAYERS,
    is_acting_pdf_refused,
    is_key_refused,
    is_read_or_refused,
    is_refused,
    is_seal_refused,
    signed_nonsense,
)

Trial = Callable[[Random], bool]
_BATCH = 5_000


def trials() -> Iterator[tuple[str, Trial]]:
    """Yield each trial: whether an input, made by chance, is refused."""
    for name, course in COURSES.items():
        yield f"{name}, sealed", partial(is_seal_refused, course)
        for layer, damage in LAYERS.items():
            yield (
                f"{name}, {layer}",
                lambda chance, of=damage, on=course: is_refused(on, of(on, chance)),
            )
        yield (
            f"{name}, nonsense signed by its sender",
            lambda chance, on=course: is_read_or_refused(on, signed_nonsense(on, chance)),
        )
    yield "a script in a PDF", is_acting_pdf_refused
    yield "exported key", is_key_refused


def n_refused(trial: str, seed: int, n: int) -> int:
    """Return how many of n inputs of a trial are refused."""
    chance = Random(f"{seed}, {trial}")  # noqa: S311  # a seed that can be repeated
    is_refused_by = dict(trials())[trial]
    return sum(is_refused_by(chance) for _ in range(n))


def main() -> None:
    """Run all trials and print what came of each."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--inputs", type=int, default=1_000_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--workers", type=int, default=1)
    told = options.parse_args()
    names = [name for name, _ in trials()]
    began, n_tried = time.monotonic(), 0
    with ProcessPoolExecutor(told.workers) as pool:
        for number, name in enumerate(names):
            n = told.inputs * (number + 1) // len(names) - n_tried
            sizes = [min(_BATCH, n - start) for start in range(0, n, _BATCH)]
            seeds = [told.seed * 1_000_000 + batch for batch in range(len(sizes))]
            refused = sum(pool.map(n_refused, [name] * len(sizes), seeds, sizes))
            n_tried += n
            print(f"{name}: {n} tried, {refused} refused", flush=True)
    print(f"{n_tried} inputs, no crash, no acceptance; {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()

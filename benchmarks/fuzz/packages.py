"""Damage packages a million times: none may crash the reader, none be accepted that was changed.

``python benchmarks/fuzz/packages.py [--inputs 1000000] [--seed 1]`` prints, for each layer, how
many were tried and refused. Those not refused had, to the byte, an archive that was signed: the
damage did nothing (a byte replaced by itself, a cut at the end), or all swaps together made the one
package the other.
"""

import argparse
import sys
import time
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))
from package_damage import (
    LAYERS,
    is_key_refused,
    is_read_or_refused,
    is_refused,
    signed_nonsense,
)


def main() -> None:
    """Run all layers and print what came of each."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--inputs", type=int, default=1_000_000)
    options.add_argument("--seed", type=int, default=1)
    told = options.parse_args()
    trials = {
        **{name: lambda chance, of=of: is_refused(of(chance)) for name, of in LAYERS.items()},
        "nonsense signed by the sender": lambda chance: is_read_or_refused(signed_nonsense(chance)),
        "exported key": is_key_refused,
    }
    began, n_tried = time.monotonic(), 0
    for number, (name, is_refused_by) in enumerate(trials.items()):
        chance = Random(told.seed * 1000 + number)  # noqa: S311  # a seed that can be repeated
        n = told.inputs * (number + 1) // len(trials) - n_tried
        n_refused = sum(is_refused_by(chance) for _ in range(n))
        n_tried += n
        print(f"{name}: {n} tried, {n_refused} refused", flush=True)
    print(f"{n_tried} inputs, no crash, no acceptance; {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()

"""Delay, time constant and baseline of made-up flights: error, and how honest the stated one is.

Prints, for each kind of flight, over fresh seeds: the root mean square error, the median of the
stated standard deviation, how often one and two of it hold the truth, and how often nothing was
said.
"""

import sys
from collections.abc import Sequence

import numpy as np

from cathartes.scenes.logs.baseline import estimate_baseline
from cathartes.scenes.logs.estimate import Estimate
from cathartes.scenes.logs.response import estimate_delay, estimate_time_constant
from made_up_flight import fly, position_m

SEEDS = range(200, 260)  # the formulas were made on seeds below 40, the tests use 100 to 129
FLIGHTS: tuple[dict[str, float | None], ...] = (
    {},
    {"time_constant_s": 0.0, "dead_time_s": 0.0},
    {"dead_time_s": 5.0},
    {"time_constant_s": 3.0, "rate_hz": 5.0},
    {"time_constant_s": 6.0, "dead_time_s": 2.0},
    {"puff_s": None},
    {"puff_s": None, "time_constant_s": 4.0},
    {"amount_ppm": 0.3},
    {"plume_sd_m": 40.0},
    {"drift_ppm": 0.5},
    {"amount_ppm": 0.0},
)


def held(estimates: Sequence[Estimate], truth: float) -> str:
    """Return a row's part about one quantity."""
    known = [e for e in estimates if e.known]
    unknown = len(estimates) - len(known)
    if len(known) < 5:
        return f"{truth:4.1f}    -    -    -    - {unknown:4d}"
    off = np.array([e.value - truth for e in known])
    sd = np.array([e.sd for e in known])
    one, two = (np.mean(np.abs(off) < k * sd) for k in (1, 2))
    rms = np.sqrt(np.mean(off**2))
    return f"{truth:4.1f} {rms:4.2f} {np.median(sd):4.2f} {one:4.2f} {two:4.2f} {unknown:4d}"


def main() -> int:
    """Print the table."""
    head = "true  rms   sd  1sd  2sd none"
    print("delay [s]".ljust(31), "time constant [s]".ljust(31), "baseline [ppm]", sep="| ")
    print(head.ljust(31), head.ljust(31), " rms    sd   2sd".ljust(17), "flight", sep="| ")
    for flight in FLIGHTS:
        delays, constants, off, said = [], [], [], []
        for seed in SEEDS:
            made = fly(seed, **flight)  # type: ignore[arg-type]
            found = estimate_baseline(made.time_s, made.ppm)
            above, noise = made.ppm - found.ppm, found.noise_sd_ppm
            delays.append(estimate_delay(made.time_s, position_m(made), above, noise))
            constants.append(estimate_time_constant(made.time_s, above, noise))
            off.append(found.ppm - made.baseline_ppm)
            said.append(found.sd_ppm)
        constant = float(flight.get("time_constant_s", 1.5) or 0.0)
        dead = float(flight.get("dead_time_s", 1.0) or 0.0)
        error, sd = np.concatenate(off), np.concatenate(said)
        baseline = f"{np.sqrt(np.mean(error**2)):.3f} {np.median(sd):.3f}"
        print(
            held(delays, constant + dead).ljust(31),
            held(constants, constant).ljust(31),
            f"{baseline} {np.mean(np.abs(error) < 2 * sd):.2f}".ljust(17),
            ", ".join(f"{k} {v}" for k, v in flight.items()) or "as usual",
            sep="| ",
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""A command that prints more than a pipe holds, for a test of readers who leave."""

import sys


def print_a_lot() -> None:
    """Print a lot."""
    for _ in range(100_000):
        sys.stdout.write("0123456789\n")

"""How much the tests try: a slice of it, or all of it where CATHARTES_TEST_THOROUGH is set.

Of an argument that is repeated with other random moments, bytes or steps, every run of the tests
makes the slice, and `make test-thorough` all. The slice alone must find the fault that is looked
for; what is left out is repetition.
"""

import os

THOROUGH = os.environ.get("CATHARTES_TEST_THOROUGH", "") not in {"", "0"}


def effort(slice_: int, all_: int) -> int:
    """Return how much is tried: the slice, or all."""
    return all_ if THOROUGH else slice_

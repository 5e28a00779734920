"""What every test may lean on: where the real data lie, and settings that make runs repeat.

`data_dir` hands out the folder of real data (see CONTRIBUTING.md); a test that asks for it is
skipped, with the reason, on a machine that has none.
"""

import gc
import os
import sys
from collections.abc import Generator, Iterator
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from cathartes.detect.bandset import Bandset
from cathartes.detect.sample import gather_sample
from cathartes.detect.step import quiet
from cathartes.scenes.cube import ArrayLines, Cube
from cathartes.spectra.response import SpectralBands

sys.path.insert(0, str(Path(__file__).parent))  # for effort and others: importlib mode does not
from effort import effort

REPOSITORY = Path(__file__).resolve().parents[1]

gc.disable()  # until all tests are there: what is imported and collected stays

mpl.use("Agg")

# Derandomised: a law that fails does so on every machine; `HYPOTHESIS_PROFILE=explore` looks
# for new counter-examples. No deadline: a shared two-core machine is not a stop-watch.
settings.register_profile(
    "ci",
    deadline=None,
    derandomize=True,
    max_examples=effort(20, 50),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "explore", settings.get_profile("ci"), derandomize=False, max_examples=500
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def find_data_dir() -> Path:
    """Return where the real data should be: CATHARTES_DATA, or ../shared/data by default."""
    named = os.environ.get("CATHARTES_DATA")
    return Path(named) if named else REPOSITORY.parent / "shared" / "data"


@pytest.fixture(scope="session", autouse=True)
def quick_locks() -> Iterator[None]:
    """Lock keys and hash passwords quickly.

    `unit/sealing/test_lock.py` and `unit/pipeline/test_passwords.py` have those of the product.
    """
    from quick_locks import locks_are_quick, passwords_are_quick

    with locks_are_quick(), passwords_are_quick():
        yield


@pytest.fixture(scope="session", autouse=True)
def quick_casebooks() -> Iterator[None]:
    """Make casebooks quickly: `contract/test_casebook_schema.py` has those of the revisions."""
    from quick_casebooks import casebooks_are_quick

    with casebooks_are_quick():
        yield


WITHOUT_PICTURES = {("contract",), ("system",), ("unit", "cli"), ("unit", "pipeline")}
"""Folders whose tests ask whether there is a picture, and not what is in it. A file elsewhere of
which this is so says `QUICK_PICTURES = True`."""


@pytest.fixture(scope="module", autouse=True)
def quick_pictures(request: pytest.FixtureRequest) -> Iterator[None]:
    """Draw little where no test looks at pictures; `drawn_pictures` is for those that do."""
    folder = request.path.relative_to(Path(__file__).parent).parts[:-1]
    if folder in WITHOUT_PICTURES or getattr(request.module, "QUICK_PICTURES", False):
        from quick_pictures import pictures_are_quick

        with pictures_are_quick():
            yield
    else:
        yield


@pytest.fixture
def drawn_pictures() -> Iterator[None]:
    """Draw pictures as the product does."""
    from quick_pictures import pictures_are_drawn

    with pictures_are_drawn():
        yield


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Return the folder of real data, or skip the test."""
    path = find_data_dir()
    if not path.is_dir():
        pytest.skip(f"real data not found at {path}: set CATHARTES_DATA")
    return path


@pytest.fixture(scope="session")
def repository() -> Path:
    """Return the repository's root."""
    return REPOSITORY


def bandset_of(values, block_bytes=2**20):
    """Return (line, sample, band) values as a scene in memory, every band used."""
    n_bands = values.shape[2]
    cube = Cube(
        name="made-up",
        shape=values.shape,
        bands=SpectralBands(np.linspace(8.0, 12.0, n_bands), np.full(n_bands, 0.1)),
        band_valid=np.ones(n_bands, bool),
        source=ArrayLines(np.asarray(values, np.float32)),
    )
    return Bandset(cube, np.arange(n_bands), block_bytes)


@pytest.fixture(scope="session")
def make_bandset():
    """Return what turns an array into the detector's view of a scene."""
    return bandset_of


@pytest.fixture(scope="session")
def make_sample():
    """Return what turns an array into the detector's sample of a scene, all of it by default."""

    def make(values, width_px=1, max_bytes=2**30):
        return gather_sample(bandset_of(values), width_px, max_bytes, quiet)

    return make


LONGEST_FIRST = ("system", "browser", "contract", "reference", "architecture", "property", "unit")
"""Folders in the order in which their files are begun: what is left for the end is short, so that
no process of several works on alone for minutes."""


BACKWARDS = os.environ.get("PYTEST_XDIST_WORKER", "").endswith(("1", "3", "5", "7", "9"))
"""Whether this process reads the tests' files from the last to the first: of two each compiles half
of them, and finds the other half compiled."""


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Turn the order of a folder's files around, where that is asked for."""
    report = yield
    if BACKWARDS and isinstance(collector, pytest.Directory):
        report.result.reverse()
    return report


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark with ``data`` every test that asks for the real data; put files that last first."""
    for item in items:
        if "data_dir" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.data)
    tests = Path(__file__).parent

    def place(item: pytest.Item) -> tuple[int, tuple[str, ...]]:
        parts = item.path.relative_to(tests).parts
        return LONGEST_FIRST.index(parts[0]), parts

    items.sort(key=place)


def pytest_collection_finish() -> None:
    """Look for garbage seldom, and not in what stays: modules and thousands of tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 5, 5)
    gc.enable()

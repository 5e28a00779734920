"""Help answers without importing what only work needs: it is what a command costs before it begins.

By what is imported, not by the time that takes. The packages are the slow ones: plots, optimisers,
stores, rasters, servers, databases.
"""

import subprocess
import sys

import pytest

SLOW = {"matplotlib", "scipy.optimize", "zarr", "rasterio", "fastapi", "sqlalchemy"}
_PROGRAM = """
import sys
from cathartes.cli.main import main
code = main(sys.argv[1:])
print(*sys.modules, sep="\\n", file=sys.stderr)
sys.exit(code)
"""


@pytest.mark.parametrize("words", [("--help",), ("scan", "--help"), ("--version",)])
def test_help_imports_nothing_that_is_slow(words: tuple[str, ...]) -> None:
    command = [sys.executable, "-c", _PROGRAM, *words]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    imported = set(done.stderr.split())
    assert "cathartes.cli.main" in imported
    assert not SLOW & imported


def test_zarr_waits_for_a_zarr_cube() -> None:
    """One format's library does not slow down the scan of another."""
    program = "import cathartes.pipeline.scan, sys; print(*sys.modules, sep='\\n')"
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    imported = set(done.stdout.split())
    assert "cathartes.scenes.readers.zarr_store" in imported
    assert not {"zarr", "scipy.signal", "scipy.stats"} & imported

"""Every Python block of the documentation runs, or says why not.

A block is skipped if the line before it is ``<!-- not run: reason -->`` or its first line is
``# not run: reason``. The blocks of one page share their names, as a reader's session would.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from source_tree import REPOSITORY

QUICK_PICTURES = True
PAGES = sorted([*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md")])
BLOCK = re.compile(
    r"(?P<mark><!-- not run: [^\n]+ -->\n)?^```python[^\n]*\n(?P<code>.*?)^```",
    re.MULTILINE | re.DOTALL,
)


def blocks(page: str) -> Iterator[tuple[int, str]]:
    """Yield (line, code) of the blocks of a page that are to be run."""
    for found in BLOCK.finditer(page):
        if not found["mark"] and not found["code"].startswith("# not run: "):
            yield page.count("\n", 0, found.start("code")), found["code"]


def test_blocks_are_found_and_excused_as_described() -> None:
    page = (
        "a\n```python\nx = 1\n```\n<!-- not run: needs a cube -->\n```python\ny\n```\n"
        "```python\n# not run: slow\nz\n```\n```sh\nls\n```\n"
    )
    assert list(blocks(page)) == [(2, "x = 1\n")]


WITH_BLOCKS = [page for page in PAGES if any(blocks(page.read_text(encoding="utf-8")))]


@pytest.mark.parametrize("page", WITH_BLOCKS, ids=lambda p: str(p.relative_to(REPOSITORY)))
def test_the_blocks_of_a_page_run(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In an empty folder, one after the other."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", os.environ.get("MPLBACKEND", "Agg"))
    names: dict[str, object] = {"__name__": "__docs__"}
    for line, code in blocks(page.read_text(encoding="utf-8")):
        padded = "\n" * line + code  # so that a traceback names the page's own line
        exec(compile(padded, str(page), "exec"), names)  # noqa: S102

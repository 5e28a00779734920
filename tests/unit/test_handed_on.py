"""What ``import cathartes`` hands on, and what it does not import for that."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import cathartes

STUB = Path(cathartes.__file__).with_name("__init__.pyi")


def test_every_name_is_there() -> None:
    assert [name for name in cathartes.__all__ if not hasattr(cathartes, name)] == []


def test_type_checkers_see_the_same_names() -> None:
    tree = ast.parse(STUB.read_text(encoding="utf-8"))
    stated = next(
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    )
    assert sorted(stated) == sorted(cathartes.__all__)


def test_a_stub_leads_to_the_same_place() -> None:
    for node in ast.parse(STUB.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                place = f"{node.module}:{alias.name}"
                assert cathartes._PLACES[alias.asname or alias.name] == place  # type: ignore[attr-defined]


def test_no_such_name_is_the_usual_error() -> None:
    with pytest.raises(AttributeError, match="module 'cathartes' has no attribute 'scann'"):
        _ = cathartes.scann  # type: ignore[attr-defined]


def test_importing_it_imports_no_room() -> None:
    script = "import sys, cathartes; sys.exit(any(m in sys.modules for m in ('numpy', 'scipy')))"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0

"""What ``import cathartes`` hands on, and what it does not import for that."""

import ast
import importlib
import inspect
import subprocess
import sys
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

import cathartes
from cathartes.cli.commands import COMMANDS
from cathartes.cli.library import app

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
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                handed_on = getattr(cathartes, alias.asname or alias.name)
                if inspect.ismodule(handed_on):  # a room that can be called
                    handed_on = inspect.unwrap(handed_on)
                assert handed_on is getattr(importlib.import_module(node.module), alias.name)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_a_call_of_the_same_name(command: str) -> None:
    """Or calls whose names begin with it: ``mandate_add``, ``sites_list``."""
    name = command.replace("-", "_").replace(" ", "_")
    calls = [one for one in cathartes.__all__ if one == name or one.startswith(f"{name}_")]
    assert calls
    assert all(callable(getattr(cathartes, one)) for one in calls)


def test_every_command_of_the_library_is_a_call_too() -> None:
    commands = [c.name or c.callback.__name__ for c in app.registered_commands if c.callback]
    assert len(commands) == 6
    assert [c for c in commands if not callable(getattr(cathartes, f"library_{c}", None))] == []


@pytest.mark.parametrize(
    "before",
    ["", "import cathartes.simulate", "from cathartes.simulate import SceneSettings",
     "import cathartes.pipeline.simulated", "from cathartes import simulate"],
)  # fmt: skip
def test_a_room_stays_a_room_and_can_be_called(before: str) -> None:
    """Whatever was imported first: the import system binds the package's name when it likes."""
    script = f"""
import cathartes
{before}
import inspect
from cathartes.simulate import PRESETS
import cathartes.simulate as room
assert callable(cathartes.simulate), cathartes.simulate
assert cathartes.simulate is room and room.PRESETS is PRESETS
assert list(inspect.signature(cathartes.simulate).parameters)[:2] == ["scene", "out"]
try:
    cathartes.simulate("no such preset", "nowhere")
except cathartes.CathartesError as error:
    assert "is no preset" in str(error), error
else:
    raise SystemExit("it did not run")
"""
    ran = subprocess.run(
        [sys.executable, "-c", script], check=False, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr


def test_no_such_name_is_the_usual_error() -> None:
    with pytest.raises(AttributeError, match="module 'cathartes' has no attribute 'scann'"):
        _ = cathartes.scann  # type: ignore[attr-defined]


def test_importing_it_imports_no_room() -> None:
    script = "import sys, cathartes; sys.exit(any(m in sys.modules for m in ('numpy', 'scipy')))"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_a_file_is_named_at_the_prompt_as_text_too() -> None:
    """Whoever types a name in quotes is understood by every call."""
    functions = [getattr(cathartes, name) for name in cathartes.__all__]
    paths_alone = [
        f"{call.__name__}({name})"
        for call in functions
        if inspect.isfunction(call)
        for name, told in get_type_hints(call).items()
        if name != "return" and Path in {told, *get_args(told)} and str not in get_args(told)
    ]
    assert paths_alone == []

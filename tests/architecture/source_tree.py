"""The repository's files and their syntax trees, as the architecture tests read them."""

import ast
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
SOURCE = REPOSITORY / "src" / "cathartes"

Function = ast.FunctionDef | ast.AsyncFunctionDef


@functools.cache
def python_files(*folders: str) -> tuple[Path, ...]:
    """Return the Python files below these folders of the repository, in order."""
    found = (path for folder in folders for path in (REPOSITORY / folder).rglob("*.py"))
    return tuple(sorted(path for path in found if "__pycache__" not in path.parts))


@functools.cache
def tree_of(path: Path) -> ast.Module:
    """Return a file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def where(path: Path, node: ast.AST) -> str:
    """Return ``src/cathartes/units.py:12`` for a message."""
    return f"{path.relative_to(REPOSITORY)}:{getattr(node, 'lineno', 1)}"


@dataclass(frozen=True)
class Definition:
    """A function or class and where it stands."""

    path: Path
    node: Function | ast.ClassDef
    owner: str = ""

    @property
    def place(self) -> str:
        """Return the place and the name, for a message."""
        name = f"{self.owner}.{self.node.name}" if self.owner else self.node.name
        return f"{where(self.path, self.node)} {name}"


def definitions(*folders: str) -> Iterator[Definition]:
    """Yield public functions and classes, and the public methods of public classes."""
    for path in python_files(*folders):
        for node in tree_of(path).body:
            if isinstance(node, Function) and not node.name.startswith("_"):
                yield Definition(path, node)
            elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                yield Definition(path, node)
                for inner in node.body:
                    if isinstance(inner, Function) and not inner.name.startswith("_"):
                        yield Definition(path, inner, node.name)


def parameters(function: Function) -> list[ast.arg]:
    """Return a function's parameters but self and cls."""
    every = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return [arg for arg in every if arg.arg not in {"self", "cls"}]

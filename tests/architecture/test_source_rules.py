"""Rules of the house that linters do not know; CONTRIBUTING.md gives the reasons."""

import ast
import re

import pytest
from source_tree import (
    REPOSITORY,
    Definition,
    Function,
    definitions,
    parameters,
    python_files,
    tree_of,
    where,
)

from cathartes.units import UNIT_OF_SUFFIX, VOCABULARY

EVERYWHERE = ("src", "tests", "tools", "benchmarks")
NUMERICAL_ROOMS = tuple(
    f"src/cathartes/{r}" for r in ("detect", "locate", "scenes", "simulate", "spectra")
)
LONGEST_FILE = 500

# Units that headers and papers use and that are converted where data enter.
FOREIGN_SUFFIXES = (
    "nm", "km", "cm", "mm", "ft", "feet", "nmi", "ppm", "ppb", "percent", "celsius", "c", "f",
    "kelvin", "rad", "radians", "degrees", "hpa", "mbar", "bar", "atm", "torr", "g_h", "g_s",
    "kg_s", "t_h", "ms", "min", "minutes", "h", "hours", "days", "knots", "kt", "mph", "km_h",
)  # fmt: skip

# "(line, sample)", "(band,)", "any shape": how a docstring says how long each axis is.
SHAPE = re.compile(
    r"\([a-z0-9_., *+/-]*,[a-z0-9_., *+/-]*\)|\b(any|same) shape\b|\bbroadcastable\b"
)


def documented(docstring: str, name: str) -> str | None:
    """Return what a numpydoc section says after ``name :``; None if it is not listed."""
    listed = re.search(rf"^(?:\*?\w+, )*{name}(?:, \w+)* : (.*)$", docstring, re.MULTILINE)
    return listed[1] if listed else None


def is_array(annotation: ast.expr | None) -> bool:
    """Return True for NDArray, ArrayLike, and what holds them; not for functions of arrays."""
    names = {n.id for n in ast.walk(annotation) if isinstance(n, ast.Name)} if annotation else set()
    return bool(names & {"NDArray", "ArrayLike"}) and not names & {"Callable", "Iterator"}


def numerical_functions() -> list[Definition]:
    """Return the public functions of the numerical rooms."""
    return [d for d in definitions(*NUMERICAL_ROOMS) if isinstance(d.node, Function)]


def test_there_are_files_to_judge() -> None:
    """A wrong path would make every rule below hold."""
    assert len(python_files("src")) > 20
    assert len(numerical_functions()) > 20


def test_no_file_is_too_long_to_read() -> None:
    long = {
        str(path.relative_to(REPOSITORY)): n
        for path in python_files(*EVERYWHERE)
        if (n := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    }
    assert long == {}


@pytest.mark.parametrize("room", ["utils", "util", "common", "helpers", "misc"])
def test_no_module_is_named_for_nothing(room: str) -> None:
    assert [p for p in python_files("src") if room in {p.stem, p.parent.name}] == []


def test_no_assert_in_the_source() -> None:
    """It vanishes under ``python -O``; an error from the tree stays and says what to do."""
    found = [
        where(path, node)
        for path in python_files("src")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Assert)
    ]
    assert found == []


def test_only_the_faces_print() -> None:
    found = [
        where(path, node)
        for path in python_files("src")
        if "cli" not in path.parts
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"print", "input"}
    ]
    assert found == []


def test_only_the_faces_swallow_every_failure() -> None:
    """A room that does hides which one it was; tidying up and raising again is another matter.

    The worker makes a record of a fault in one observation, and hands it on: others go on. Clients
    of object stores raise whatever they like, which the one room that calls them translates.
    """
    translators = {("pipeline", "worker.py"), ("store", "evidence_remote.py")}
    found = [
        where(path, node)
        for path in python_files("src")
        if not {"cli", "web"} & set(path.parts) and path.parts[-2:] not in translators
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ExceptHandler)
        and not (isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None)
        for name in ast.walk(node.type or ast.Name("BaseException"))
        if isinstance(name, ast.Name)
        and name.id in {"CathartesError", "Exception", "BaseException"}
    ]
    assert found == []


def test_a_package_only_hands_names_on() -> None:
    """An ``__init__`` holds a docstring, imports and plain values: no logic."""
    allowed = (ast.Expr, ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign)
    found = [
        where(path, node)
        for path in python_files("src")
        if path.name == "__init__.py"
        for node in tree_of(path).body
        if not isinstance(node, allowed)
    ]
    assert found == []


def test_everything_public_has_a_docstring() -> None:
    bare = [d.place for d in definitions("src") if not ast.get_docstring(d.node)]
    bare += [where(p, tree_of(p)) for p in python_files("src") if not ast.get_docstring(tree_of(p))]
    assert bare == []


def test_array_parameters_state_their_shape() -> None:
    """In the Parameters section if there is one, else anywhere in a short docstring."""
    silent = []
    for definition in numerical_functions():
        text = ast.get_docstring(definition.node) or ""
        for parameter in parameters(definition.node):
            if is_array(parameter.annotation):
                stated = documented(text, parameter.arg)
                if stated is None and "\nParameters\n" not in text:
                    stated = text
                if not SHAPE.search(stated or ""):
                    silent.append(f"{definition.place}({parameter.arg})")
    assert silent == []


def test_returned_arrays_state_their_shape() -> None:
    silent = []
    for definition in numerical_functions():
        text = ast.get_docstring(definition.node) or ""
        if is_array(definition.node.returns) and not SHAPE.search(text):
            silent.append(definition.place)
    assert silent == []


def unit_in_name(name: str) -> str | None:
    """Return the unit that a name states; None if none, or if its ``cm2`` may be cm-2 as well."""
    if name in VOCABULARY:
        return VOCABULARY[name].unit
    fitting = [s for s in UNIT_OF_SUFFIX if name.endswith(f"_{s}")]
    longest = max(fitting, key=len, default="cm2")
    return None if longest == "cm2" else UNIT_OF_SUFFIX[longest]


def stated_units(docstring: str) -> list[tuple[str, str]]:
    """Return (name, unit) of each ``a, b : (shape) [unit]`` or ``a, b : [unit], [unit]``."""
    found = []
    for line in re.finditer(r"^(\w+(?:, \w+)*) : (.*\].*)$", docstring, re.MULTILINE):
        names, units = line[1].split(", "), re.findall(r"\[([^\]]+)\]", line[2])
        found += list(
            zip(names, units if len(units) == len(names) else units[:1] * len(names), strict=True)
        )
    return found


def test_stated_units_are_read_as_meant() -> None:
    text = "a_k, b_pa : [K], [Pa]\nc_um, d_um : (band,) [um], ascending\n    of [Planck]"
    assert stated_units(text) == [("a_k", "K"), ("b_pa", "Pa"), ("c_um", "um"), ("d_um", "um")]


def test_a_stated_unit_is_the_one_in_the_name() -> None:
    """``wavelength_um : (band,) [nm]`` is a slip, whichever of the two is right."""
    wrong = [
        f"{definition.place}({name}): [{unit}], but the name says {named}"
        for definition in definitions("src")
        for name, unit in stated_units(ast.get_docstring(definition.node) or "")
        # "(K)": kelvins in an emissive scene, none in a reflective one
        if (named := unit_in_name(name)) and unit.split(",")[0] not in {named, "(K)"}
    ]
    assert wrong == []


@pytest.mark.parametrize("name", ["radiance", "nesr", "irradiance"])
def test_names_without_a_unit_state_it(name: str) -> None:
    """These three carry a unit and do not show it, so each listing must."""
    silent = [
        definition.place
        for definition in numerical_functions()
        if (stated := documented(ast.get_docstring(definition.node) or "", name)) is not None
        and "[" not in stated
    ]
    assert silent == []


def test_numerical_code_speaks_canonical_units_only() -> None:
    """A kilometre inside is a factor of a thousand waiting: convert where data enter."""
    foreign = [
        f"{definition.place}({parameter.arg})"
        for definition in numerical_functions()
        for parameter in parameters(definition.node)
        if not any(parameter.arg.endswith(f"_{s}") for s in UNIT_OF_SUFFIX)
        and any(parameter.arg.endswith(f"_{s}") for s in FOREIGN_SUFFIXES)
    ]
    assert foreign == []

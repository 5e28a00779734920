"""Write the reference pages that are made from the code: `make docs`.

A test compares the pages in the repository with what this would write, so they can't drift.
"""

import argparse
import inspect
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from cathartes import errors
from cathartes.cli.main import app
from cathartes.errors import CathartesError
from cathartes.units import UNIT_OF_SUFFIX, VOCABULARY

REFERENCE = Path(__file__).resolve().parents[1] / "docs" / "reference"
NOTE = "<!-- Made by `make docs` from {source}: change it there. -->\n\n"


def vocabulary_page() -> str:
    """Return the page of words, units and symbols."""
    rows = [
        f"| `{term.name}` | {'-' if term.unit == '1' else term.unit} | {term.symbol} "
        f"| {term.long_name} |"
        for term in VOCABULARY.values()
    ]
    suffixes = [f"| `_{suffix}` | {unit} |" for suffix, unit in UNIT_OF_SUFFIX.items()]
    return "\n".join(
        [
            NOTE.format(source="src/cathartes/units.py") + "# Vocabulary",
            "",
            "Every number has one name, one unit and one symbol: in the code, in the files that",
            "Cathartes writes, and in these pages. A dash means dimensionless.",
            "",
            "| name | unit | symbol | meaning |",
            "| --- | --- | --- | --- |",
            *rows,
            "",
            "## Endings",
            "",
            "The end of a name is its unit; the longest ending that fits counts.",
            "",
            "| ending | unit |",
            "| --- | --- |",
            *suffixes,
            "",
        ]
    )


def _tree(
    error: type[CathartesError], depth: int = 0
) -> Iterator[tuple[int, type[CathartesError]]]:
    yield depth, error
    for child in error.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from _tree(child, depth + 1)


def exit_codes_page() -> str:
    """Return the page of exit codes."""
    rows = [
        f"| {error.exit_code} | {'&emsp;' * depth}`{error.__name__}` "
        f"| {inspect.getdoc(error).splitlines()[0]} |"
        for depth, error in _tree(CathartesError)
    ]
    return "\n".join(
        [
            NOTE.format(source="src/cathartes/errors.py") + "# Exit codes",
            "",
            "What `cathartes` leaves with, for scripts. 0 is success; finding no plume is success",
            "too. With `--json` an error is one line of JSON on standard error:",
            '`{"error": {"type": "HeaderError", "exit_code": 13, "message": "..."}}`.',
            "",
            "| code | error | meaning |",
            "| --- | --- | --- |",
            *rows,
            f"| {errors.EXIT_INCONCLUSIVE} | none | An observation of `run` is inconclusive. |",
            f"| {errors.EXIT_UNEXPECTED} | any other | A fault in Cathartes: please report it. |",
            f"| {errors.EXIT_SYSTEM} | the system's | No space, no permission, or no memory. |",
            f"| {errors.EXIT_INTERRUPTED} | Ctrl-C or SIGTERM | Stopped, nothing left. |",
            "",
            "A wrong word on the command line leaves with 2, like `SettingsError`.",
            "",
        ]
    )


def _parameter_row(parameter: object) -> str:
    """Return a table row for an argument or option."""
    options = [*getattr(parameter, "opts", ()), *getattr(parameter, "secondary_opts", ())]
    is_option = getattr(parameter, "param_type_name", "") == "option"
    name = ", ".join(f"`{o}`" for o in options) if is_option else f"`{options[0].upper()}`"
    default = getattr(parameter, "default", None)
    shown = "required" if getattr(parameter, "required", False) else _default_text(default)
    text = " ".join((getattr(parameter, "help", None) or "").split()).replace("|", "\\|")
    return f"| {name} | {shown} | {text} |"


def _default_text(default: object) -> str:
    if default is None or default is False or default == () or callable(default):
        return ""
    return f"`{getattr(default, 'value', default)}`"


def _command_section(path: str, command: TyperCommand | TyperGroup) -> Iterator[str]:
    """Yield the lines of a command, and of those below it."""
    context = typer.Context(command, info_name=path)
    depth = "#" * (1 + len(path.split()))
    yield f"{depth} `{path}`"
    yield ""
    yield inspect.cleandoc(command.help or "").replace("\b\n", "").replace("\f", "").rstrip()
    yield ""
    rows = [
        _parameter_row(p)
        for p in command.get_params(context)
        if not getattr(p, "hidden", False) and "--help" not in p.opts
    ]
    if rows:
        yield from ("| argument or option | default | meaning |", "| --- | --- | --- |", *rows, "")
    if isinstance(command, TyperGroup):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None and not inner.hidden:
                yield from _command_section(f"{path} {name}", inner)


def command_line_page() -> str:
    """Return the page of commands, their arguments and options."""
    lines = [NOTE.format(source="src/cathartes/cli") + "# Command line", ""]
    lines += ["What `cathartes COMMAND --help` says, on one page.", ""]
    lines += _command_section("cathartes", get_command(app))
    return "\n".join(lines).rstrip() + "\n"


_API_INTRODUCTION = """\
What the pages of the workstation show, as JSON, under `/api/v1`. The whole description, with all
fields, is OpenAPI 3.1 at `/api/v1/openapi.json`. A GIS uses `/ogc`:
[connect a GIS](../how-to/connect-a-gis.md).

Send a token of an account as `Authorization: Bearer TOKEN`, or as the password of Basic. A program
may read alone; changes need the session of a page and its `x-csrf-token`.

Lists come page by page: if `next` is not null, ask again with `after` set to it (of the audit:
`before`). A failure is `{"error": {"status": 404, "message": "…"}}`.
"""
_API_NEWS = """\
## What is new

`GET /events` is a stream of server-sent events for browsers that are signed in. `id` is a name that
only this server reads; after a lost connection `Last-Event-ID` gets what was missed, or a `reset`.
In a page:
`import { on } from "/static/live/live.js"; on("detection", (data) => …)`.

| event | data | to whom |
| --- | --- | --- |
| `observation` | `id`, `sortie`, `name`, `outcome`, `n_detections` | who reads looks (*) |
| `jobs` | `sortie`, `waiting`, `working`, `done` | who reads looks (*) |
| `detection` | `observation`, `n` | who reads cases |
| `site` | `id` ("" of several), `n` | who reads cases |
| `review` | `detection` | its reviewer, auditors; analysts once it is settled |
| `release` | `id` | who reads cases and may know of it; officers of the partner that has it |
| `answer` | `release` | the same |
| `reset` | nothing: more is new than is told one by one, load again | all |

(*) a collector: of own sorties.
"""


def web_api_page() -> str:
    """Return the page of the API's routes; needs the extra ``serve``."""
    from cathartes.web.api.description import API_ROOT, described  # noqa: PLC0415
    from cathartes.web.app import ROUTERS  # noqa: PLC0415

    told = described(ROUTERS)
    rows = [
        f"| `{method.upper()} {path.removeprefix(API_ROOT) or '/'}` | {one['summary']} "
        f"| {_asked(one)} | {_may(one)} |"
        for path, methods in sorted(told["paths"].items())
        for method, one in methods.items()
    ]
    return "\n".join(
        [
            NOTE.format(source="the routes in src/cathartes/web/api") + "# Web API",
            "",
            _API_INTRODUCTION,
            "| route | what it does | parameters | who may |",
            "| --- | --- | --- | --- |",
            *rows,
            "",
            _API_NEWS,
        ]
    )


def _asked(operation: dict[str, Any]) -> str:
    """Return the names of an operation's parameters, those of its path left out."""
    names = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"]
    return ", ".join(f"`{name}`" for name in names) or "-"


def _may(operation: dict[str, Any]) -> str:
    """Return what one must be allowed to do, as its description says at its end."""
    last = operation["description"].rpartition("\n\n")[2]
    return last.removeprefix("One must be allowed to ").removesuffix(".")


PAGES: dict[str, Callable[[], str]] = {
    "vocabulary.md": vocabulary_page,
    "exit-codes.md": exit_codes_page,
    "command-line.md": command_line_page,
    "web-api.md": web_api_page,
}
"""The generated pages by file name."""


def main() -> int:
    """Write the pages, or with --check say which differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if a page differs")
    check = parser.parse_args().check
    texts = {name: page() for name, page in PAGES.items()}
    differing = [
        name
        for name, text in texts.items()
        if not (REFERENCE / name).exists() or (REFERENCE / name).read_text(encoding="utf-8") != text
    ]
    if not check:
        REFERENCE.mkdir(parents=True, exist_ok=True)
        for name in differing:
            (REFERENCE / name).write_text(texts[name], encoding="utf-8")
    for name in differing:
        print(f"{'differs' if check else 'written'}: docs/reference/{name}")
    return int(check and bool(differing))


if __name__ == "__main__":
    sys.exit(main())

"""List texts of the workstation that a catalogue lacks, has for nothing, or has wrong.

    python tools/missing_texts.py            # all languages; exit code 1 if there is anything
    python tools/missing_texts.py --po es    # the missing ones as entries to fill in

Texts are taken by Babel from the templates, from Python (``_("...")`` and ``said("...")``) and from
scripts (``_("...")``), and of enumerations that pages show as they are, from their values. What no
page has any more but a string in Python still says counts as used: words that a template gets told.
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from cathartes.casework.partner import Way
from cathartes.casework.release import ReleaseState, Step
from cathartes.casework.response import Answer
from cathartes.casework.roles import Role

WEB = Path(__file__).resolve().parents[1] / "src" / "cathartes" / "web"
SHOWN = (Role, Answer, ReleaseState, Step, Way)
"""Enumerations whose values are shown by ``_(value)``."""
_KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "said": None}
_METHODS = [
    ("templates/**.html", "jinja2"),
    ("static/vendor/**.js", "ignore"),
    ("static/**.js", "javascript"),
    ("**.py", "python"),
]
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Fault:
    """A text of which a catalogue does not do what it should."""

    text: str
    what: str
    where: str = ""


def texts_in_source(web: Path = WEB) -> dict[str, tuple[str, str]]:
    """Return every text with its plural ("" if it has none) and where it is."""
    found: dict[str, tuple[str, str]] = {}
    extracted = extract_from_dir(
        web,
        _METHODS,
        {"templates/**.html": {"trimmed": "true", "silent": "false"}},
        _KEYWORDS,
        directory_filter=lambda folder: Path(folder).name not in {"vendor", "__pycache__"},
    )
    for file, line, message, _comments, _context in extracted:
        single, plural = message if isinstance(message, tuple) else (message, "")
        if single:
            found[single] = (plural, f"{file}:{line}")
    for kind in SHOWN:
        for value in kind:
            found.setdefault(str(value), ("", kind.__name__))
    return found


def _words_in_python(web: Path) -> Iterator[str]:
    for path in web.parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def catalogues(language: str, web: Path = WEB) -> Iterator[tuple[Path, Catalog]]:
    """Yield a language's files, each with its catalogue."""
    for path in sorted((web / "texts" / language).glob("*.po")):
        with path.open("rb") as file:
            yield path, read_po(file, locale=language, abort_invalid=True)


def find_faults(language: str, web: Path = WEB) -> list[Fault]:
    """Return what is wrong with a language's catalogues."""
    source = texts_in_source(web)
    said = set(_words_in_python(web))
    faults, there = [], {}
    for path, catalogue in catalogues(language, web):
        for message in catalogue:
            if not message.id:
                continue
            single = _single(message)
            if single in there and there[single] != message.string:
                faults.append(Fault(single, "translated twice, differently", path.name))
            there[single] = message.string
            if message.fuzzy or not all(_forms(message.string)):
                faults.append(Fault(single, "not translated", path.name))
            faults += _placeholders(message, path.name)
            if single not in source and single not in said:
                faults.append(Fault(single, "stale: no page has it", path.name))
            elif bool(source.get(single, ("",))[0]) and isinstance(message.id, str):
                faults.append(Fault(single, "has no plural here", path.name))
    faults += [
        Fault(text, "missing", where) for text, (_, where) in source.items() if text not in there
    ]
    return faults


def _single(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _forms(told: str | Iterable[str]) -> tuple[str, ...]:
    return (told,) if isinstance(told, str) else tuple(told)


def _placeholders(message: Message, where: str) -> list[Fault]:
    wanted = {name for form in _forms(message.id) for name in _names(form)}
    return [
        Fault(_single(message), f"placeholders {sorted(wanted)}, not {sorted(_names(form))}", where)
        for form in _forms(message.string)
        if form and _names(form) != wanted
    ]


def _names(text: str) -> set[str]:
    return {one or other for one, other in _PLACEHOLDER.findall(text)}


def main(words: list[str]) -> int:
    """List the faults of all languages, or the missing texts of one as entries."""
    languages = sorted(path.name for path in (WEB / "texts").iterdir() if path.is_dir())
    if words[:1] == ["--po"]:
        source = texts_in_source()
        for fault in find_faults(words[1]):
            if fault.what == "missing":
                print(_entry(fault, source[fault.text][0]))
        return 0
    n_faults = 0
    for language in languages:
        for fault in find_faults(language):
            print(f"{language}: {fault.text!r}: {fault.what} ({fault.where})")
            n_faults += 1
    return int(n_faults > 0)


def _entry(fault: Fault, plural: str) -> str:
    def quoted(text: str) -> str:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'

    entry = f"#: {fault.where}\nmsgid {quoted(fault.text)}\n"
    if plural:
        return f'{entry}msgid_plural {quoted(plural)}\nmsgstr[0] ""\nmsgstr[1] ""\n'
    return f'{entry}msgstr ""\n'


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Templates hand nothing but their own words to gettext: what it returns passes as markup."""

from collections.abc import Iterator
from html import escape
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

import web_desk
from cathartes.web.assets import STATIC_FOLDER

TEMPLATES = STATIC_FOLDER.parent / "templates"
GETTEXT = {"_": 1, "gettext": 1, "ngettext": 2}
"""Functions whose first arguments must be literals."""


def texts_that_are_no_literals(template: str) -> Iterator[str]:
    """Yield where a template translates what is not written in it."""
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    for call in environment.parse(template).find_all(nodes.Call):
        if not isinstance(call.node, nodes.Name) or call.node.name not in GETTEXT:
            continue
        for text in call.args[: GETTEXT[call.node.name]]:
            if not (isinstance(text, nodes.Const) and isinstance(text.value, str)):
                yield f"line {call.lineno}: {call.node.name}({type(text).__name__})"


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.html")), ids=lambda path: path.name)
def test_only_words_of_the_template_are_translated_as_markup(path: Path) -> None:
    assert list(texts_that_are_no_literals(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("template", "n"),
    [
        ('{{ _("Map") }}', 0),
        ('{{ ngettext("%(num)d look", "%(num)d looks", n) }}', 0),
        ("{{ _(message) }}", 1),
        ('{{ _(words.get("a", "b")) }}', 1),
        ('{% if x %}{{ _("a" ~ x) }}{% endif %}', 1),
        ('{{ ngettext("one", many, n) }}', 1),
        ("{{ message | translated }}", 0),
    ],
)
def test_the_search_finds_what_it_should(template: str, n: int) -> None:
    assert len(list(texts_that_are_no_literals(template))) == n


def test_filters_leave_everything_to_be_escaped() -> None:
    """No template marks text as safe: only then is `| translated` harmless."""
    for path in TEMPLATES.glob("*.html"):
        environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
        found = environment.parse(path.read_text(encoding="utf-8")).find_all(nodes.Filter)
        assert {one.name for one in found}.isdisjoint({"safe", "forceescape"}), path.name


@pytest.mark.parametrize("told", ["<b>bold", "100 % sure", "%(name)s"])
def test_a_failure_says_what_was_asked_as_text(tmp_path: Path, told: str) -> None:
    with web_desk.desk(tmp_path) as desk:
        answer = web_desk.client_of(desk, "ana").get(f"/sites/{told}")
    assert answer.status_code == 404
    assert escape(told) in answer.text
    assert "<b>bold" not in answer.text

"""The catalogues: every text of every page is in every language, and nothing else."""

import importlib.util
import sys
from datetime import UTC, datetime

import pytest

from cathartes.errors import SettingsError
from cathartes.web.texts import LANGUAGES, chosen_language, script_texts, texts_in


@pytest.fixture(scope="module")
def tool(repository):
    spec = importlib.util.spec_from_file_location(
        "missing_texts", repository / "tools/missing_texts.py"
    )
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:  # dataclasses look their module up by name
        patch.setitem(sys.modules, "missing_texts", module)
        spec.loader.exec_module(module)
        yield module


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"en"}))
def test_nothing_is_missing_stale_or_wrong(tool, language):
    assert [f"{one.text!r}: {one.what}" for one in tool.find_faults(language)] == []


def test_texts_are_found_in_templates_python_and_scripts(tool, tmp_path):
    web = tmp_path / "web"
    for name, text in {
        "templates/a.html": '{{ _("of a page") }}{% trans %} in a block {% endtrans %}',
        "pages/a.py": 'x = said("of python")',
        "static/a/b.js": 'import x from "y";\nconst a = _("of a script {n}", { n: `${1}` });',
        "static/vendor/c.js": '_("of others")',
    }.items():
        (web / name).parent.mkdir(parents=True, exist_ok=True)
        (web / name).write_text(text)
    found = tool.texts_in_source(web)
    assert set(found) - {str(value) for kind in tool.SHOWN for value in kind} == {
        "of a page", "in a block", "of python", "of a script {n}"
    }  # fmt: skip


def test_faults_of_a_catalogue_are_found(tool, tmp_path):
    web = tmp_path / "web"
    (web / "templates").mkdir(parents=True)
    (web / "texts/es").mkdir(parents=True)
    page = '{{ _("Hello %(name)s") }}{{ _("Missing") }}{{ ngettext("%(num)s x", "%(num)s xs", 2) }}'
    (web / "templates/a.html").write_text(page)
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n'
    entries = ('"Hello %(name)s"', '"Hola %(nombre)s"'), ('"Old"', '"Viejo"'), ('"%(num)s x"', '""')
    told = "".join(f"\nmsgid {one}\nmsgstr {other}\n" for one, other in entries)
    (web / "texts/es/a.po").write_text(head + told)
    found = {(one.text, one.what) for one in tool.find_faults("es", web)}
    assert {
        ("Hello %(name)s", "placeholders ['name'], not ['nombre']"),
        ("Old", "stale: no page has it"),
        ("Missing", "missing"),
        ("%(num)s x", "not translated"),
        ("%(num)s x", "has no plural here"),
    } <= found


def test_a_language_writes_numbers_and_times_its_own_way():
    moment = datetime(2026, 5, 4, 16, 2, tzinfo=UTC)
    assert texts_in("en").number(1234.5, 5) == "1,234.5"
    assert texts_in("es").number(12345.6, 6) == "12.345,6"
    assert texts_in("es").number(1e308) == "1,0·10³⁰⁸"  # a page prints whatever it is told
    assert texts_in("es").moment(moment) == "4 may 2026, 16:02 UTC"
    assert texts_in("es").gettext("Map") == "Mapa"
    assert texts_in("es").ngettext("%(num)s day", "%(num)s days", 2) == "%(num)s días"
    assert script_texts("es")["Map"] == "Mapa"
    with pytest.raises(SettingsError, match="en, es are there"):
        texts_in("fr")


@pytest.mark.parametrize(
    ("asked", "accepted", "spoken"),
    [("es", "en", "es"), ("", "es-MX,en;q=0.5", "es"), ("", "fr, de", "en"), ("xx", "", "en")],
)
def test_the_language_that_was_chosen_comes_first_then_the_browsers(asked, accepted, spoken):
    assert chosen_language(asked, accepted) == spoken

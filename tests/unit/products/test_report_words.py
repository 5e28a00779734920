"""Every text in every language, and every sentence of the casebook translated."""

import re
import string
import tomllib
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

import cathartes
from cathartes.products.report_words import Language, ReportWords, _catalogue

ENGLISH, SPANISH = ReportWords(), ReportWords(Language.SPANISH)
SOURCES = Path(cathartes.__file__).parent / "products"

SENTENCES = {
    "Before any look, one such site is expected in 0.763 km2 of ground.": "0,763 km²",
    (
        "Before any look, one such site is expected in 20 km2 of ground: on a given hectare with "
        "0.05 %."
    ): "en una hectárea dada, con el 0,05 %.",
    (
        "2025-03-12 14:49 UTC, ammonia (100 %) seen, 23 m from the site's middle, placed to 11 m; "
        "another of the same look tells more, and counts in its place."
    ): "dice más, y cuenta en su lugar",
    (
        "2025-03-12 14:49 UTC, ammonia (100 %) and a gas outside the library (7 %) seen, 23 m"
        " from the site's middle, placed to 11 m, 10.1 standard deviations strong, of which "
        "chance shows 0.05 in such a look; a working site is found by this look with 71 %."
    ): "un gas fuera de la biblioteca",
    (
        "At an unknown time, ammonia (100 %) seen, 23 m from the site's middle, placed to 11 "
        "m; a stronger one of the same look counts in its place."
    ): "En un momento desconocido",
    (
        "2025-03-12 14:49 UTC, nothing seen, but this look could not have seen these "
        "chemicals there."
    ): "12/03/2025 14:49 UTC",
    (
        "2025-03-12 14:49 UTC, nothing seen, where 1.2e+02 kg/h of ammonia or 3 kg/h of SF6 "
        "would have been found with 46 %; by the looks before it, a site here works about 50 "
        "% of the time."
    ): "120 kg/h de amoníaco o 3 kg/h de SF6",
    "None of the chemicals of the profile solvent-gas was seen.": "solvent-gas",
    (
        "Of the profile p, 2 of 8 classes showed: solvents (100 %), acids (99 %), with 1 of "
        "its telling combinations."
    ): "2 de 8 clases",
    "Of the profile p, 1 of 8 classes showed: solvents (100 %).": "combinaciones reveladoras: 0",
    (
        "Seen in 2 of 5 sorties under one name, a second chemical with 97 %: ground that "
        "looks like a gas shows this 0.38 times as often as a source does."
    ): "0,38 veces",
    (
        "Seen in 2 of 5 sorties under 3 names, a second chemical with 97 %: ground that looks"
        " like a gas shows this 0.38 times as often as a source does."
    ): "3 nombres",
    (
        "Seen at 15:27, 16:02 solar time, when warm ground looks like a gas 1.4 times as "
        "often as on average."
    ): "a las 15:27, 16:02",
    (
        "Farm of 1.5 and more (dairy farm; ammonia) is 47 m away, and gives off what was seen"
        " 12 times as often as any other source."
    ): "Farm of 1.5 and more (granja lechera; amoníaco) está a 47 m",
    (
        "Farm (dairy farm; chemicals not known) is there, and gives off what was seen 12 "
        "times as often as any other source."
    ): "está allí",
    "The lawful emitter a.b explains it.": "a.b",
    (
        "Seen once in 5 looks. One more look shows it with 2 %, which makes it 0.51; nothing "
        "seen makes it 0.04."
    ): "0,51",
    (
        "Seen in 2 of 3 looks, at work about 71 % of the time. One more look shows it with 49"
        " %, and changes little."
    ): "cambia poco",
    "Dismantled on 2026-05-08, 2 looks since showed nothing: it is back at work with about 17 %."
    " Look again: one more look would show that with 47 %.": "2 observaciones desde entonces",
    "Seen again after it was dismantled on 2026-05-08. Seen in the only look. One more look shows"
    " it with 49 %, and changes little.": "Visto otra vez",
    "2026-05-09 16:00 UTC, nothing seen, after it was dismantled on 2026-05-08: this says nothing"
    " of what was there before.": "después de que fuera desmantelado",
    "Partner office was there on 2026-05-08, 1 day from the nearest sighting, and found nothing: of"
    " a site this is said with 17 %, of another place with 95 %.": "2026-05-08, a 1 día",
    "Partner office answered on 2026-05-08, less than a day from the nearest sighting, and"
    " dismantled it: of a site this is said with 84 %, of another place with 1 %.": "lo desmanteló",
    "Partner office told on 2026-05-08 that it could not get in: nobody looked, which says nothing"
    " of what is there.": "no pudo entrar",
    "Partner office disputed it on 2026-05-08: its reason is to be read, and is no visit that could"
    " be counted.": "lo rebatió",
}
LEFT_OVER = re.compile(r"\b(seen|look|with|found|the|times|often|which|makes)\b")


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_text_is_there_in_every_language_with_the_same_put_in() -> None:
    languages = {language.value for language in Language}
    for key, texts in _catalogue()["texts"].items():
        assert set(texts) == languages, key
        assert len({frozenset(fields(text)) for text in texts.values()}) == 1, key
        assert all(text.strip() for text in texts.values()), key


def test_every_text_is_used_and_every_one_used_is_there() -> None:
    users = [*SOURCES.glob("*report*.py"), SOURCES / "outcomes_plot.py"]
    code = "".join(path.read_text(encoding="utf-8") for path in users)
    named = set(re.findall(r'["\']([a-z]\w*)["\']', code))
    assert set(_catalogue()["texts"]) <= named
    asked = set(re.findall(r'say\(\s*"(\w+)"', code))
    assert asked <= set(_catalogue()["texts"])


@pytest.mark.parametrize(("english", "part"), SENTENCES.items())
def test_a_sentence_of_the_casebook_reads_in_spanish(english: str, part: str) -> None:
    spanish = SPANISH.sentence(english)
    assert part in spanish
    assert not LEFT_OVER.findall(spanish)
    assert "{" not in spanish


def test_a_sentence_that_is_not_known_is_printed_as_it_is() -> None:
    assert SPANISH.sentence("A new kind of sentence.") == "A new kind of sentence."
    assert [ENGLISH.sentence(one) for one in SENTENCES if "e+" not in one] == [
        one.replace("km2", "km²") for one in SENTENCES if "e+" not in one
    ]


def test_numbers_and_dates_are_written_as_the_language_does() -> None:
    moment = datetime(2025, 3, 12, 14, 49, tzinfo=UTC)
    assert (ENGLISH.date(moment), SPANISH.date(moment)) == (
        "2025-03-12 14:49 UTC", "12/03/2025 14:49 UTC",
    )  # fmt: skip
    assert ENGLISH.date(None) == "–"
    for value, form, english, spanish in (
        (1234.5, ".3g", "1230", "1230"), (130.0, ".2g", "130", "130"),
        (0.0525, ".2g", "0.052", "0,052"),
        (1.2e-5, ".2g", "1.2·10⁻⁵", "1,2·10⁻⁵"), (3e-4, ".1g", "0.0003", "0,0003"),
        (-0.25, "+.2f", "-0.25", "-0,25"), (None, ".3g", "–", "–"), (float("inf"), ".3g", "∞", "∞"),
        (float("nan"), ".3g", "–", "–"), (2.5e9, ".2g", "2.5·10⁹", "2,5·10⁹"),
    ):  # fmt: skip
        assert ENGLISH.number(value, form) == english
        assert SPANISH.number(value, form) == spanish
    assert ENGLISH.count(25_600) == "25\u202f600"


def test_a_probability_has_one_word_everywhere() -> None:
    said = [ENGLISH.likely(p / 100) for p in range(101)]
    assert said[0] == "exceptionally unlikely"
    assert said[50] == "about as likely as not"
    assert (said[90], said[100]) == ("very likely", "virtually certain")
    assert len(dict.fromkeys(said)) == 7
    assert sum(a != b for a, b in pairwise(said)) == 6


def test_chemicals_have_their_names_in_each_language_alone_and_in_sentences() -> None:
    assert SPANISH.chemical("acetic_acid") == "ácido acético"
    assert SPANISH.chemical("SF6") == "SF6"
    assert ENGLISH.chemical("acetic_acid") == "acetic acid"
    sentence = (
        "2025-03-12 14:49 UTC, nothing seen, where 1 kg/h of ethylene_oxide or 3 kg/h of "
        "acetic_acid would have been found with 46 %; by the looks before it, a site here works "
        "about 50 % of the time."
    )
    assert "1 kg/h de óxido de etileno o 3 kg/h de ácido acético" in SPANISH.sentence(sentence)
    assert "ethylene oxide or 3 kg/h of acetic acid" in ENGLISH.sentence(sentence)
    table = Path(cathartes.__file__).parent / "spectra" / "data" / "gases.toml"
    names = {name.replace("_", " ") for name in tomllib.loads(table.read_text("utf-8"))}
    assert set(SPANISH.chemicals) <= names

"""Pages out of templates, in the visitor's language, with what each page shows at its edge."""

import json
from functools import cache
from typing import Any
from urllib.parse import quote, unquote

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.datastructures import URL

from cathartes import __version__
from cathartes.casework.roles import Action
from cathartes.web.problems import told
from cathartes.web.texts import DEFAULT_LANGUAGE, LANGUAGES, chosen_language, texts_in
from cathartes.web.visitor import Visitor

LANGUAGE_COOKIE = "language"

_PLACES = (
    ("/", "Map", Action.READ_CASES),
    ("/review", "Review", Action.REVIEW),
    ("/sites", "Sites", Action.READ_CASES),
    ("/releases", "Releases", Action.READ_CASES),
    ("/observations", "Looks", Action.READ_LOOKS),
    ("/sorties", "Sorties", Action.READ_LOOKS),
    ("/partners", "Partners", Action.READ_PARTNERS),
    ("/answers", "Answers", Action.ANSWER_RELEASE),
    ("/outcomes", "Outcomes", Action.READ_OUTCOMES),
    ("/audit", "Audit", Action.READ_AUDIT),
    ("/users", "Users", Action.MANAGE_USERS),
)
"""What the bar at the top leads to: path, word, and what one must be allowed to do."""


@cache
def _environment(language: str) -> Environment:
    texts, english = texts_in(language), texts_in(DEFAULT_LANGUAGE)
    environment = Environment(
        loader=PackageLoader("cathartes.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # of the extension
        texts.gettext, texts.ngettext, newstyle=True
    )
    environment.filters["translated"] = texts.gettext  # of what is no literal: it stays escaped
    environment.filters["problem"] = lambda one: _marked(told(one, texts.gettext), one, language)
    environment.filters["chemical"] = texts.chemical
    environment.filters["digits"] = texts.digits
    environment.filters["number"] = texts.number
    environment.filters["probability"] = texts.probability
    environment.filters["sentence"] = lambda one: _marked(
        texts.sentence(one), english.sentence(one), language
    )
    environment.filters["sentence_alone"] = texts.sentence
    environment.filters["profile_class"] = texts.profile_class
    environment.filters["emitter_kind"] = texts.emitter_kind
    environment.filters["moment"] = texts.moment
    environment.filters["json"] = _json_text
    environment.globals.update(language=language, languages=LANGUAGES, version=__version__)
    return environment


def _marked(shown: str, english: str, language: str) -> str:
    """Return a text, marked where it is English for want of a translation: to be read as such."""
    if language == DEFAULT_LANGUAGE or not shown or shown != english:
        return shown
    return Markup('<span lang="{}">{}</span>').format(DEFAULT_LANGUAGE, shown)


def _json_text(value: Any) -> str:
    """Return a value as JSON to be read."""
    return json.dumps(value, ensure_ascii=False, indent=1)


def language_of(request: Request) -> str:
    """Return the language to speak to who sent a request."""
    asked = request.cookies.get(LANGUAGE_COOKIE, "")
    return chosen_language(asked, request.headers.get("accept-language", ""))


def here(request: Request) -> str:
    """Return the path and query by which a page is come back to.

    Of what was sent to it, that is the page which sent it; "/" if the browser does not say.
    """
    url = request.url
    if request.method != "GET":
        url = URL(request.headers.get("referer", "/"))
        if url.netloc != request.headers.get("host", ""):
            return "/"
    path = quote(unquote(url.path))
    return f"{path}?{url.query}" if url.query else path


def page(
    request: Request,
    template: str,
    visitor: Visitor | None = None,
    *,
    status: int = 200,
    **shown: Any,
) -> HTMLResponse:
    """Return a page.

    Parameters
    ----------
    request
    template
        Its file.
    visitor
        Who looks at it; None if nobody is signed in.
    status
        Of HTTP.
    **shown
        What the template shows.
    """
    environment = _environment(language_of(request))
    places = [
        (path, word)
        for path, word, action in _PLACES
        if visitor is not None and visitor.may(action)
    ]
    is_live = (
        visitor is not None
        and visitor.session is not None
        and (visitor.may(Action.READ_LOOKS) or visitor.may(Action.ANSWER_RELEASE))
    )
    text = environment.get_template(template).render(
        visitor=visitor,
        places=places,
        path=request.url.path,
        here=here(request),
        is_live=is_live,
        **shown,
    )
    return HTMLResponse(text, status)

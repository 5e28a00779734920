"""The application: routers, static files, the fence around them."""

from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter, FastAPI
from starlette.staticfiles import StaticFiles

from cathartes import __version__
from cathartes.web.api import account as account_api
from cathartes.web.api import answers as answers_api
from cathartes.web.api import audit as audit_api
from cathartes.web.api import detections as detections_api
from cathartes.web.api import map as map_api
from cathartes.web.api import observations as observations_api
from cathartes.web.api import outcomes as outcomes_api
from cathartes.web.api import partners as partners_api
from cathartes.web.api import releases as releases_api
from cathartes.web.api import reviews as reviews_api
from cathartes.web.api import root as root_api
from cathartes.web.api import sites as sites_api
from cathartes.web.api import sorties as sorties_api
from cathartes.web.api import users as users_api
from cathartes.web.background import begin_background
from cathartes.web.desk import Desk
from cathartes.web.failures import handle_failures
from cathartes.web.headers import Fence
from cathartes.web.ogc import routes as ogc
from cathartes.web.pages import (
    account,
    answers,
    audit,
    detections,
    events,
    home,
    observations,
    outcomes,
    partners,
    provider,
    releases,
    reports,
    review,
    sign_in,
    sites,
    sorties,
    tiles,
    users,
)
from cathartes.web.places import Places
from cathartes.web.places_file import places_file

ROUTERS: tuple[APIRouter, ...] = (
    sign_in.router,
    provider.router,
    home.router,
    account.router,
    users.router,
    account_api.router,
    users_api.router,
    sites.router,
    sites_api.router,
    detections.router,
    detections_api.router,
    observations.router,
    reports.router,
    observations_api.router,
    sorties.router,
    sorties_api.router,
    partners.router,
    partners_api.router,
    releases.router,
    releases_api.router,
    answers.router,
    answers_api.router,
    map_api.router,
    tiles.router,
    review.router,
    reviews_api.router,
    outcomes.router,
    outcomes_api.router,
    audit.router,
    audit_api.router,
    events.router,
    root_api.router,
    ogc.router,
)
"""All that is served but static files; a router is added here."""


def make_app(desk: Desk) -> FastAPI:
    """Return the application that works with a desk."""
    settings = desk.settings
    app = FastAPI(
        title="Cathartes",
        version=__version__,
        docs_url=None,  # its page would load scripts from another host
        redoc_url=None,
        openapi_url=None,  # served, to those who may, by the API's own router
    )
    app.state.desk = desk
    app.state.places = Places(desk.casebook, places_file(desk.where))
    app.state.routers = ROUTERS
    begin_background(app, desk)
    for router in ROUTERS:
        app.include_router(router)
    handle_failures(app)
    static = Path(str(files("cathartes.web"))) / "static"
    app.mount("/static", StaticFiles(directory=static))
    # around all, so that a fault's answer has its headers too: middleware that is added is inside
    stack = app.build_middleware_stack()
    app.middleware_stack = Fence(stack, hosts=settings.hosts, is_https=settings.is_https)
    return app

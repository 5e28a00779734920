"""The casebook over SQLAlchemy: one implementation, for SQLite and for PostgreSQL with PostGIS."""

from cathartes.store.audit_part import AuditPart
from cathartes.store.authority_part import AuthorityPart
from cathartes.store.database import Database
from cathartes.store.detections_part import DetectionsPart
from cathartes.store.features_part import FeaturesPart
from cathartes.store.interface import Casebook
from cathartes.store.lists_part import ListsPart
from cathartes.store.map_part import MapPart
from cathartes.store.outcomes_part import OutcomesPart
from cathartes.store.partners_part import PartnersPart
from cathartes.store.people_part import PeoplePart
from cathartes.store.queue_part import QueuePart
from cathartes.store.releases_part import ReleasesPart
from cathartes.store.responses_part import ResponsesPart
from cathartes.store.results_part import ResultsPart
from cathartes.store.reviews_part import ReviewsPart
from cathartes.store.sign_ins_part import SignInsPart
from cathartes.store.sites_part import SitesPart
from cathartes.store.work_part import WorkPart


class SqlCasebook(
    AuthorityPart,
    WorkPart,
    ResultsPart,
    DetectionsPart,
    SitesPart,
    ListsPart,
    FeaturesPart,
    PeoplePart,
    SignInsPart,
    ReviewsPart,
    QueuePart,
    MapPart,
    OutcomesPart,
    AuditPart,
    PartnersPart,
    ReleasesPart,
    ResponsesPart,
):
    """All parts of a casebook; see `cathartes.store.interface.Casebook`."""

    @property
    def database(self) -> Database:
        """What it is kept in: for backups and checks."""
        return self._database


_KEPT: type[Casebook] = SqlCasebook
"""For type checkers: it does all that a casebook does."""

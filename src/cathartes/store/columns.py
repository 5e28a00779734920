"""Column types that hold the casebook's values exactly, in SQLite and in PostgreSQL alike."""

from datetime import UTC, datetime
from math import isfinite
from typing import Any

from pydantic import JsonValue
from sqlalchemy import BigInteger, Double, Integer, LargeBinary, Text, func
from sqlalchemy.dialects.postgresql import TEXT, TIMESTAMP
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.elements import BindParameter, ColumnElement
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType

from cathartes.errors import InputError
from cathartes.store.canonical import canonical, from_canonical, utc_text

ORDERED_TEXT = Text().with_variant(TEXT(collation="C"), "postgresql")
"""Text that sorts by its bytes, whatever the language of the database."""

ROW_ID = BigInteger().with_variant(Integer(), "sqlite")
"""Number of a row: an inner matter, never part of a result."""


class UtcTime(TypeDecorator[datetime]):
    """A moment to the microsecond: ISO 8601 text in SQLite, a time stamp in PostgreSQL."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type of a database's own."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(TIMESTAMP(timezone=True))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Return what the database is given."""
        if value is None or dialect.name == "postgresql":
            return value
        return utc_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Return what the database holds, in UTC."""
        if value is None:
            return None
        if dialect.name == "postgresql":
            return value.astimezone(UTC)  # type: ignore[no-any-return]
        return datetime.fromisoformat(value)


class Real(TypeDecorator[float]):
    """A finite number in double precision; SQLite would silently make NULL of NaN."""

    impl = Double
    cache_ok = True

    def process_bind_param(self, value: float | None, dialect: Dialect) -> float | None:  # noqa: ARG002
        """Return what the database is given."""
        if value is None:
            return None
        if not isfinite(value):
            raise InputError(
                f"{value} can't be kept in a casebook; a finite number is needed, or none at all."
            )
        return float(value)


class CanonicalJson(TypeDecorator[JsonValue]):
    """A value as canonical JSON text; None is NULL."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Return what the database is given."""
        return None if value is None else canonical(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """Return what the database holds."""
        return None if value is None else from_canonical(value)


class _PostgisGeometry(UserDefinedType[bytes]):
    """PostGIS' own column, WGS 84, spoken to in well-known binary."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "geometry"

    def bind_expression(self, bindvalue: BindParameter[bytes]) -> ColumnElement[bytes]:
        return func.ST_GeomFromWKB(bindvalue, 4326)

    def column_expression(self, column: ColumnElement[Any]) -> ColumnElement[bytes]:
        return func.ST_AsBinary(column)


class Wkb(TypeDecorator[bytes]):
    """A geometry as well-known binary: bytes in SQLite, a PostGIS geometry in PostgreSQL."""

    impl = LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type of a database's own."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(_PostgisGeometry())
        return dialect.type_descriptor(LargeBinary())

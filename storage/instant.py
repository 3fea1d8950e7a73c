"""Times in the database: UTC to the microsecond, seen from outside as seconds since 1970."""

from datetime import UTC, datetime

from sqlalchemy import DateTime
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[float]):
    """A float of seconds since 1970 UTC in Python, a timestamp in the database, readable by other tools."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: float | None, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromtimestamp(value, UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> float | None:
        if value is None:
            return None
        # SQLite keeps no zone: what we wrote was UTC
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()

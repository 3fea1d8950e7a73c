"""Where a list goes on: the time and key of the last row given out, so that new rows in front shift nothing."""

import base64
import binascii
import json
from typing import Any

from sqlalchemy import ColumnElement, and_, or_

from routing.records import BadCursor


def dump(at: float, key: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([at, key]).encode()).decode().rstrip("=")


def load(cursor: str) -> tuple[float, str]:
    """Raises `BadCursor` for anything that `dump` did not write."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        at, key = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, TypeError, RecursionError, binascii.Error) as broken:
        raise BadCursor(cursor) from broken
    # the earliest and latest time that a database can hold, with room for zones
    if not isinstance(at, float) or not isinstance(key, str) or not 0.0 <= at < 253_000_000_000.0 or not key.isascii():
        raise BadCursor(cursor)
    return at, key


def behind(at: Any, key: Any, place: tuple[float, str]) -> ColumnElement[bool]:
    """Rows that come after `place` in a list of the newest first, by their columns of time and key."""
    return or_(at < place[0], and_(at == place[0], key < place[1]))


def ahead(at: Any, key: Any, place: tuple[float, str]) -> ColumnElement[bool]:
    """Rows that come after `place` in a list of the oldest first."""
    return or_(at > place[0], and_(at == place[0], key > place[1]))

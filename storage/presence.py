"""The operators as they stood last, for an application that comes back."""

import logging

from sqlmodel import Session, col, select

from routing.operators import Operator
from storage import live, tables

log = logging.getLogger(__name__)


def save(session: Session, operator: Operator) -> None:
    row = session.get(tables.Presence, operator.login) or tables.Presence(login=operator.login, state="", live="")
    row.state = operator.state.value
    row.since = operator.since
    row.live = live.dump(operator)
    session.add(row)


def of(session: Session, login: str) -> Operator | None:
    """How he stood last; None where nothing was ever heard of him, or it cannot be read."""
    row = session.get(tables.Presence, login)
    return None if row is None else _read(row)


def signed_in(session: Session) -> list[Operator]:
    """Those who were not offline. One whose row cannot be read signs in anew: left out, and logged."""
    return [one for one in every(session) if one.signed_in]


def every(session: Session) -> list[Operator]:
    """All who ever were there, those included who are gone. One whose row cannot be read is left out, and logged."""
    rows = session.exec(select(tables.Presence).order_by(col(tables.Presence.login)))
    return [one for one in map(_read, rows) if one is not None]


def _read(row: tables.Presence) -> Operator | None:
    try:
        return live.load_operator(row.live)
    except (ValueError, KeyError, TypeError):
        log.exception("operator %s: how he stood cannot be read", row.login)
        return None

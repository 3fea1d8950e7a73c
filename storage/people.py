"""Accounts and their sessions."""

from sqlmodel import Session, col, delete, select

from routing.records import Account, Role, SessionRow
from storage import tables


def account(session: Session, login: str) -> Account | None:
    """The account, None if there is none or it was closed."""
    row = session.get(tables.Account, login)
    return _account(row) if row is not None and row.active else None


def accounts(session: Session) -> list[Account]:
    """Every account that is not closed, by login."""
    rows = session.exec(select(tables.Account).where(col(tables.Account.active)).order_by(col(tables.Account.login)))
    return [_account(row) for row in rows]


def password_hash(session: Session, login: str) -> str | None:
    row = session.get(tables.Account, login)
    return row.password_hash if row is not None and row.active else None


def set_password_hash(session: Session, login: str, password_hash: str) -> bool:
    """Whether there is such an account. Its sessions end: whoever knew the old password is out."""
    row = session.get(tables.Account, login)
    if row is None:
        return False
    row.password_hash = password_hash
    session.add(row)
    session.exec(delete(tables.Session).where(col(tables.Session.login) == login))
    return True


def add_session(session: Session, row: SessionRow) -> None:
    """Also forgets the sessions that are over."""
    session.exec(delete(tables.Session).where(col(tables.Session.expires_at) <= row.created_at))
    session.add(
        tables.Session(
            token_sha256=row.token_sha256,
            login=row.login,
            kind=row.kind,
            created_at=row.created_at,
            seen_at=row.seen_at,
            expires_at=row.expires_at,
        )
    )


def session_of(session: Session, token_sha256: str) -> tuple[SessionRow, Account] | None:
    """The session and whose it is; None if it is unknown or the account was closed."""
    row = session.get(tables.Session, token_sha256)
    if row is None:
        return None
    who = account(session, row.login)
    if who is None:
        return None
    kept = SessionRow(
        token_sha256=row.token_sha256,
        login=row.login,
        kind="token" if row.kind == "token" else "page",
        created_at=row.created_at,
        seen_at=row.seen_at,
        expires_at=row.expires_at,
    )
    return kept, who


def touch_session(session: Session, token_sha256: str, seen_at: float) -> None:
    row = session.get(tables.Session, token_sha256)
    if row is not None:
        row.seen_at = max(row.seen_at, seen_at)
        session.add(row)


def remove_session(session: Session, token_sha256: str) -> None:
    session.exec(delete(tables.Session).where(col(tables.Session.token_sha256) == token_sha256))


def _account(row: tables.Account) -> Account:
    return Account(login=row.login, name=row.name, role=Role(row.role))

"""The city's queues and who serves them, and the demo city that a first start brings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlmodel import Session, col, select

from routing.queues import Queue
from routing.records import Role
from storage import tables


@dataclass(frozen=True, slots=True)
class DemoCity:
    """`accounts`: (login, name, role); `members`: login -> names of the queues he serves."""

    accounts: tuple[tuple[str, str, str], ...]
    queues: tuple[Queue, ...]
    members: Mapping[str, tuple[str, ...]]


def load_demo(session: Session, city: DemoCity, hashed: Callable[[], str]) -> None:
    """Add what is missing; what is there stays as its administrator made it. `hashed` gives a fresh password hash.

    Raises `ValueError` for an unknown role or a member that does not fit.
    """
    queues = {queue.name for queue in city.queues}
    logins = {login for login, _, _ in city.accounts}
    for login, names in city.members.items():
        if login not in logins or not queues.issuperset(names):
            raise ValueError(f"demo city: {login} serves {', '.join(names)}: no such account or queue")
    for login, name, role in city.accounts:
        if session.get(tables.Account, login) is None:
            row = tables.Account(login=login, name=name, role=Role(role).value, password_hash=hashed())
            session.add(row)
    for position, queue in enumerate(city.queues):
        if session.get(tables.Queue, queue.name) is None:
            session.add(
                tables.Queue(
                    name=queue.name,
                    position=position,
                    title=queue.title,
                    ring_s=queue.ring_s,
                    wrap_up_s=queue.wrap_up_s,
                    nobody_wait_s=queue.nobody_wait_s,
                    max_wait_s=queue.max_wait_s,
                    reconnect_s=queue.reconnect_s,
                )
            )
    session.flush()
    for login, names in city.members.items():
        for name in names:
            if session.get(tables.QueueMember, (login, name)) is None:
                session.add(tables.QueueMember(login=login, queue=name))


def is_empty(session: Session) -> bool:
    """Whether nobody could sign in: the first start."""
    return session.exec(select(tables.Account).limit(1)).first() is None


def queues(session: Session) -> list[Queue]:
    """In the order in which they are shown."""
    rows = session.exec(select(tables.Queue).order_by(col(tables.Queue.position), col(tables.Queue.name)))
    return [
        Queue(
            name=row.name,
            title=row.title,
            ring_s=row.ring_s,
            wrap_up_s=row.wrap_up_s,
            nobody_wait_s=row.nobody_wait_s,
            max_wait_s=row.max_wait_s,
            reconnect_s=row.reconnect_s,
        )
        for row in rows
    ]


def queue_members(session: Session) -> dict[str, tuple[str, ...]]:
    """Login -> names of the queues he serves, in the order of the queues."""
    rows = session.exec(
        select(tables.QueueMember)
        .join(tables.Queue, col(tables.Queue.name) == col(tables.QueueMember.queue))
        .order_by(col(tables.QueueMember.login), col(tables.Queue.position), col(tables.Queue.name))
    )
    members: dict[str, tuple[str, ...]] = {}
    for row in rows:
        members[row.login] = (*members.get(row.login, ()), row.queue)
    return members


def next_term(session: Session) -> int:
    """One more than ever before."""
    row = session.get(tables.Term, 1) or tables.Term(id=1, value=0)
    row.value += 1
    session.add(row)
    return row.value

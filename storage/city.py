"""The city's queues and who serves them, and the demo city that a first start brings."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

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
    """Fill a store in which nobody could sign in; any other stays as its administrator made it.

    `hashed` gives a fresh password hash. Raises `ValueError` for an unknown role or a member that does not fit.
    """
    queues = {queue.name for queue in city.queues}
    logins = {login for login, _, _ in city.accounts}
    for login, names in city.members.items():
        if login not in logins or not queues.issuperset(names):
            raise ValueError(f"demo city: {login} serves {', '.join(names)}: no such account or queue")
    if session.exec(select(tables.Account).limit(1)).first() is not None:
        return
    for login, name, role in city.accounts:
        session.add(tables.Account(login=login, name=name, role=Role(role).value, password_hash=hashed()))
    for position, queue in enumerate(city.queues):
        session.add(tables.Queue(position=position, **asdict(queue)))
    session.flush()
    for login, names in city.members.items():
        session.add_all(tables.QueueMember(login=login, queue=name) for name in names)


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


def queues_of(session: Session, login: str) -> tuple[str, ...]:
    """Names of the queues he serves, in their order."""
    rows = session.exec(
        select(tables.QueueMember.queue)
        .join(tables.Queue, col(tables.Queue.name) == col(tables.QueueMember.queue))
        .where(tables.QueueMember.login == login)
        .order_by(col(tables.Queue.position), col(tables.Queue.name))
    )
    return tuple(rows)


def next_term(session: Session) -> int:
    """One more than ever before."""
    row = session.get(tables.Term, 1) or tables.Term(id=1, value=0)
    row.value += 1
    session.add(row)
    return row.value

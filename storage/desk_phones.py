"""The telephones on the operators' desks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session, col, select

from routing.policy import Member, Policy
from routing.records import DeskPhone, Role
from storage import policy, tables
from storage.policy import Stamp


class Clash(ValueError):
    """A phone cannot be added as asked; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Whose phone it is. An account that is missing gets `name` and `password`; `queues` are added to his own."""

    name: str
    password: str
    queues: tuple[str, ...]


def of(session: Session, login: str) -> DeskPhone | None:
    row = session.get(tables.DeskPhone, login)
    return None if row is None else _phone(row)


def every(session: Session) -> list[DeskPhone]:
    """By login."""
    return [_phone(row) for row in session.exec(select(tables.DeskPhone).order_by(col(tables.DeskPhone.login)))]


def add(
    session: Session,
    phones: Sequence[DeskPhone],
    crew: Mapping[str, Seat],
    hashes: Mapping[str, str],
    before: Policy,
    stamp: Stamp,
) -> Policy:
    """The policy with the queues of `crew`. `hashes`: the password hash of each login of `crew` that may be new.

    Raises `Clash`.
    """
    members = []
    for login, seat in crew.items():
        unknown = [queue for queue in seat.queues if queue not in before.queues]
        if unknown:
            raise Clash(f"There is no queue {', '.join(unknown)}. There are: {', '.join(before.queues)}.")
        _seat(session, login, seat, hashes)
        member = before.members.get(login, Member(login))
        if not seat.queues and login not in before.members:  # a supervisor serves nobody
            continue
        members.append(replace(member, queues=tuple(dict.fromkeys((*member.queues, *seat.queues)))))
    session.flush()
    taken = {row.contact: row.login for row in session.exec(select(tables.DeskPhone)) if row.contact}
    for phone in phones:
        if session.get(tables.DeskPhone, phone.login) is not None:
            raise Clash(
                f"{phone.login} has a desk phone already. To change it, first: hotline desk-phone remove {phone.login}"
            )
        if phone.contact in taken:
            raise Clash(f"{phone.contact} is the phone of {taken[phone.contact]} already: give each its own contact.")
        if phone.contact:
            taken[phone.contact] = phone.login
        session.add(
            tables.DeskPhone(login=phone.login, contact=phone.contact, codecs=",".join(phone.codecs), ha1=phone.ha1)
        )
    return policy.write(session, before, members, stamp)


def remove(session: Session, login: str) -> bool:
    row = session.get(tables.DeskPhone, login)
    if row is not None:
        session.delete(row)
    return row is not None


def _seat(session: Session, login: str, seat: Seat, hashes: Mapping[str, str]) -> None:
    account = session.get(tables.Account, login)
    if account is None:
        account = tables.Account(login=login, name=seat.name, role=Role.OPERATOR.value, password_hash=hashes[login])
        session.add(account)
        session.flush()
    elif not account.active:
        raise Clash(f"The account {login} was closed: choose another login.")
    elif account.role not in (Role.OPERATOR, Role.SUPERVISOR):
        raise Clash(
            f"The account {login} is that of a {account.role}, not of an operator or supervisor: choose another login."
        )


def _phone(row: tables.DeskPhone) -> DeskPhone:
    return DeskPhone(row.login, row.contact, tuple(row.codecs.split(",")), row.ha1)

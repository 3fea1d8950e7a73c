"""Terms of the desk, and the demo city that a first start brings."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlmodel import Session, select

from routing.check import findings
from routing.policy import Document, Line, Member, Policy
from routing.records import Role
from storage import policy, tables
from worktime.roster import Shift


@dataclass(frozen=True, slots=True)
class DemoCity:
    """`accounts`: (login, name, role)."""

    accounts: tuple[tuple[str, str, str], ...]
    documents: tuple[Document | Shift, ...]

    @property
    def policy(self) -> Policy:
        """What those of its documents make that the desk goes by."""
        return Policy.of(one for one in self.documents if not isinstance(one, Shift))

    @property
    def numbers(self) -> tuple[str, ...]:
        """Those that a citizen can dial."""
        return tuple(one.number for one in self.documents if isinstance(one, Line))


def load_demo(session: Session, city: DemoCity, hashed: Callable[[], str], at: float) -> None:
    """Fill a store in which nobody could sign in; any other stays as its administrator made it.

    `hashed` gives the hash of the password, which is the same for all and takes its time: it is asked once.
    Raises `ValueError` for an unknown role or documents that do not fit.
    """
    wrong = [f"{one.kind}/{one.key} {one.field}: {one.code} {one.value}" for one in findings(city.policy)]
    for one in city.documents:
        if isinstance(one, Shift):
            one.minutes()
    logins = {login for login, _, _ in city.accounts}
    wrong += [
        f"members/{one.login}: no such account"
        for one in city.documents
        if isinstance(one, Member) and one.login not in logins
    ]
    if wrong:
        raise ValueError("demo city: " + "; ".join(wrong))
    if session.exec(select(tables.Account).limit(1)).first() is not None:
        return
    password_hash = hashed()
    for login, name, role in city.accounts:
        session.add(tables.Account(login=login, name=name, role=Role(role).value, password_hash=password_hash))
    policy.begin(session, city.documents, policy.Stamp("hotline", "", at))


def next_term(session: Session) -> int:
    """One more than ever before."""
    row = session.get(tables.Term, 1) or tables.Term(id=1, value=0)
    row.value += 1
    session.add(row)
    return row.value

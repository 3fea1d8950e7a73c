"""The command `hotline desk-phone`: SIP telephones on operators' desks, added and removed while calls go on."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import re
import secrets
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from agi.ami import Ami, AmiError, Event
from agi.configuration import PHONE_MODULES, Layout, Secrets, render_phones
from agi.endpoints import desk_phone_of, may_have_phone
from agi.facts import contacts
from agi.phones import ha1
from config.settings import Settings
from hotline.places import Places
from hotline.terminal import by_hand, me
from routing.records import Act, DeskPhone, Role
from storage.desk_phones import Clash, Seat
from storage.store import Store

CODECS: Final = ("alaw", "ulaw")
CONTACT = re.compile(r"sip:[A-Za-z0-9_.+*-]{1,32}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,62}[A-Za-z0-9])?(?::(\d{1,5}))?")
RANGE = re.compile(r"([a-z_]*)(\d{1,9})-(\d{1,9})")
RANGE_LIMIT = 1000
ASTERISK_S = 5.0
"""How long Asterisk may take to do what it is asked."""


class DeskPhoneError(Exception):
    """What was asked for cannot be done; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command was told. `contact`: with `{n}` for each login, None where the phones register."""

    logins: Sequence[str]
    contact: str | None = None
    name: str = ""
    queues: Sequence[str] = ()
    codecs: Sequence[str] = CODECS


@dataclass(frozen=True, slots=True)
class Added:
    """A phone that was added. `password` is for the page, "" where the account was there before."""

    phone: DeskPhone
    user: str
    secret: str
    password: str


@dataclass(frozen=True, slots=True)
class Listed:
    """`state`: "there" or "away", "" while Asterisk does not run."""

    phone: DeskPhone
    name: str
    queues: tuple[str, ...]
    state: str


def add(store: Store, settings: Settings, wanted: Wanted, default_queue: str) -> list[Added]:
    """Write the phones down and let Asterisk take them up if it runs. Raises `DeskPhoneError`."""
    logins, codecs = spread(wanted.logins), _codecs(wanted.codecs)
    contacts = [_contact(wanted.contact, login, len(logins)) for login in logins]
    members = store.policy().members
    added: list[Added] = []
    crew: dict[str, Seat] = {}
    for login, contact in zip(logins, contacts, strict=True):
        user, secret = desk_phone_of(login), secrets.token_urlsafe(18)
        account = store.account(login)
        password = "" if account is not None else "-".join(secrets.token_hex(2) for _ in range(4))
        serves = login in members or (account is not None and account.role is Role.SUPERVISOR)
        queues = tuple(wanted.queues) or (() if serves else (default_queue,))
        crew[login] = Seat(wanted.name.replace("{n}", login) or login, password, queues)
        added.append(Added(DeskPhone(login, contact, codecs, ha1(user, secret)), user, secret, password))
    with alone(settings):
        try:
            store.add_desk_phones([one.phone for one in added], crew, who=me())
        except Clash as clash:
            raise DeskPhoneError(str(clash)) from clash
        for one in added:
            store.note(by_hand(Act.DESK_PHONE_ADDED, one.phone.login, one.phone.contact or ""))
        _take_up(store, settings)
    return added


def remove(store: Store, settings: Settings, words: Sequence[str]) -> list[str]:
    """Take the phones of these logins and ranges away, all or none; whose they were. Raises `DeskPhoneError`."""
    logins = spread(words)
    with alone(settings):
        there = [phone.login for phone in store.desk_phones()]
        missing = [login for login in logins if login not in there]
        if missing:
            raise DeskPhoneError(
                f"{', '.join(missing)}: no desk phone, nothing was removed. There are: {', '.join(there) or 'none'}."
            )
        store.remove_desk_phones(logins)
        for login in logins:
            store.note(by_hand(Act.DESK_PHONE_REMOVED, login, ""))
        _take_up(store, settings)
    return logins


def listed(store: Store, settings: Settings) -> list[Listed]:
    names = {account.login: account.name for account in store.accounts()}
    members = store.policy().members
    there = _there(settings)
    found: list[Listed] = []
    for phone in store.desk_phones():
        state = "" if there is None else "there" if desk_phone_of(phone.login) in there else "away"
        found.append(
            Listed(
                phone, names.get(phone.login, ""), members[phone.login].queues if phone.login in members else (), state
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class Owners:
    """Logins for whom Asterisk knows a telephone. `apart`: those of them whom nobody rings but themselves."""

    logins: tuple[str, ...]
    apart: frozenset[str]


def phone_owners(store: Store) -> Owners:
    """Every operator, and who else serves a queue, as a leader does; and supervisors, who listen and take over.

    A supervisor who serves no queue answers no citizen that he has not taken over, not even without the application.
    """
    accounts, members = store.accounts(), store.policy().members
    operators = {account.login for account in accounts if account.role is Role.OPERATOR}
    supervisors = {account.login for account in accounts if account.role is Role.SUPERVISOR}
    serving = operators | {login for login, one in members.items() if one.queues or login not in supervisors}
    logins = tuple(sorted(filter(may_have_phone, serving | supervisors)))
    return Owners(logins, frozenset(supervisors - serving))


def spread(words: Sequence[str]) -> list[str]:
    """The logins that are meant: `1007-1009` is three. Raises `DeskPhoneError`."""
    logins: list[str] = []
    for word in words:
        match = RANGE.fullmatch(word)
        if match is None:
            logins.append(word)
            continue
        stem, first, last = match.groups()
        count = int(last) - int(first) + 1
        if not 0 < count <= RANGE_LIMIT or len(first) != len(last):
            raise DeskPhoneError(f"{word} is no range: give it as 1007-1066, at most {RANGE_LIMIT} at once.")
        logins += [f"{stem}{number:0{len(first)}}" for number in range(int(first), int(last) + 1)]
    for login in logins:
        if not may_have_phone(login):
            raise DeskPhoneError(
                f"{login} cannot be an operator's login with a phone: use 1 to 32 of a-z, 0-9 and _, as in 1007."
            )
    twice = {login for login in logins if logins.count(login) > 1}
    if twice:
        raise DeskPhoneError(f"{', '.join(sorted(twice))} is named twice.")
    return logins


def _contact(pattern: str | None, login: str, count: int) -> str | None:
    if pattern is None:
        return None
    if count > 1 and "{n}" not in pattern:
        raise DeskPhoneError(f"Several phones at {pattern}: write {{n}} where each one's login belongs.")
    contact = pattern.replace("{n}", login)
    match = CONTACT.fullmatch(contact)
    if match is None or not 0 < int(match[1] or 5060) < 65536:
        raise DeskPhoneError(f"{contact} is no address of a phone: give it as sip:1007@192.168.1.17:5060.")
    return contact


def _codecs(codecs: Sequence[str]) -> tuple[str, ...]:
    wrong = [codec for codec in codecs if codec not in CODECS]
    if wrong or not codecs:
        raise DeskPhoneError(f"No codec {', '.join(wrong)}. There are: {', '.join(CODECS)}.")
    return tuple(dict.fromkeys(codecs))


# -- Asterisk ----------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Two commands at once would each write their own half of the phones."""
    places = Places(settings.home)
    places.make()
    with (places.run / "desk-phones.lock").open("a", encoding="ascii") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _take_up(store: Store, settings: Settings) -> None:
    """Let the running Asterisk read the phones anew; one that starts later does so by itself."""
    layout = Layout(settings.home)
    if not layout.etc.exists():  # never started: the first start writes them
        return
    owners = phone_owners(store)
    render_phones(layout, owners.logins, store.desk_phones(), owners.apart)
    if not Places(settings.home).asterisk.pid():
        return

    async def reload(ami: Ami) -> None:
        for module in PHONE_MODULES:
            await ami.action("Reload", timeout=ASTERISK_S, Module=module)

    try:
        asyncio.run(_ask(settings, reload))
    except (AmiError, OSError, TimeoutError) as fault:
        raise DeskPhoneError(
            f"Written down, but Asterisk has not taken it up ({fault or 'it does not answer'}). `hotline status` tells "
            "which part does not answer; at the next `hotline up` the phones are there."
        ) from fault


def _there(settings: Settings) -> set[str] | None:
    """The endpoints that can be rung; None where Asterisk does not run or answer."""
    if not Places(settings.home).asterisk.pid():
        return None
    found: list[Event] = []

    async def look(ami: Ami) -> None:
        found.extend(await ami.listing("PJSIPShowEndpoints", "EndpointList"))

    try:
        asyncio.run(_ask(settings, look))
    except (AmiError, OSError, TimeoutError):
        return None
    return {endpoint for endpoint, _ in contacts(found)}


async def _ask(settings: Settings, work: Callable[[Ami], Awaitable[None]]) -> None:
    """Do `work` on a connection of its own; raises `TimeoutError` where nobody answers."""
    done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def up() -> None:
        try:
            await work(ami)
        except AmiError as fault:
            done.set_exception(fault)
        else:
            done.set_result(None)

    secret = Secrets.kept(settings.home).phones
    ami = Ami(port=settings.ami_port, username="phones", secret=secret, on_up=up)
    connection = asyncio.create_task(ami.run())
    try:
        async with asyncio.timeout(2 * ASTERISK_S):
            await done
    finally:
        connection.cancel()
        await asyncio.gather(connection, return_exceptions=True)

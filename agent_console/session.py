"""Who is signed in: passwords, sessions of pages, tokens of programs."""

import asyncio
import hashlib
import logging
import math
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from agent_console.problems import Problem
from agent_console.store import People
from agent_console.throttle import Throttle
from routing.records import Account, Act, AuditEntry, SessionRow, StoreFault

log = logging.getLogger(__name__)

IDLE_S = 30 * 60.0
"""A page unheard of for so long must sign in again; an open page is heard of every few seconds."""
LIFE_S = 16 * 3600.0
"""A page signed in for so long must sign in again, whatever it does: longer than any shift."""
TOUCH_S = 60.0
"""How exact the time of last hearing is kept: not every request is worth a write."""
ADDRESS_TRIES = 50
"""Wrong tries from one address, whatever the login: more than a room of people mistypes, less than guessing needs."""
AT_ONCE = 2
"""Passwords checked at the same time: each costs 64 MiB and a processor for a moment."""
KEPT = 10_000
"""Sessions of which is remembered when they were heard of, where the database did not take it."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who asks, and by which session. `expires_at`: seconds since 1970 UTC."""

    account: Account
    token_sha256: str
    kind: Literal["page", "token"]
    expires_at: float


class Sessions:
    """`clock` gives seconds since 1970 UTC, `ticks` seconds of a steady clock."""

    def __init__(
        self,
        store: People,
        clock: Callable[[], float],
        *,
        ticks: Callable[[], float] = time.monotonic,
        idle_s: float = IDLE_S,
        life_s: float = LIFE_S,
    ) -> None:
        self._store = store
        self._clock = clock
        self._idle_s = idle_s
        self.life_s = life_s
        self._throttle = Throttle(ticks)
        self._addresses = Throttle(ticks, ADDRESS_TRIES)
        self._hasher = PasswordHasher()
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self._nobody = _nobodys_hash()
        self._unwritten: OrderedDict[str, float] = OrderedDict()

    async def sign_in(self, login: str, password: str, address: str) -> tuple[str, Account]:
        """The token of a new page session. Raises `Problem`: 401 for wrong login or password, 429 after too many."""
        wait_s = self._throttle.begin(login, address)
        if not wait_s and (wait_s := self._addresses.begin("", address)):
            self._throttle.take_back(login, address)  # nobody looked whether it was right
        if wait_s:
            log.warning("sign-in of %r from %s refused: too many tries", login, address)
            raise Problem(
                429,
                "too-many-tries",
                f"工号或密码多次输入错误，请在{_minutes(wait_s)}分钟后重试，或请管理员重设密码。",
                f"Too many wrong tries: try again in {_minutes(wait_s)} min, or ask the administrator.",
                headers={"Retry-After": str(math.ceil(wait_s))},
            )
        try:
            account = await self._store.read(self._store.account, login)
            kept = await self._store.read(self._store.password_hash, login)
        except StoreFault:
            self._throttle.take_back(login, address)  # nobody looked whether it was right
            self._addresses.take_back("", address)
            raise
        async with self._at_once:
            right = await asyncio.to_thread(self._fits, kept or self._nobody, password)
        if account is None or kept is None or not right:
            log.warning("sign-in of %r from %s failed", login, address)
            self._store.note(AuditEntry(self._clock(), login, Act.SIGN_IN_FAILED, login, address))
            raise Problem(401, "wrong-password", "工号或密码错误，请核对后重试。", "Wrong login or password.")
        self._throttle.succeed(login, address)
        self._addresses.take_back("", address)
        log.info("signed in: %s from %s", login, address)
        token = await self.issue(login, kind="page", lifetime=self.life_s)
        self._store.note(AuditEntry(self._clock(), login, Act.SIGNED_IN, login, address))
        return token, account

    async def issue(self, login: str, *, kind: Literal["page", "token"], lifetime: float) -> str:
        """A new token, valid for `lifetime` seconds; only its hash is kept. Raises `LookupError` for no account."""
        if await self._store.read(self._store.account, login) is None:
            raise LookupError(f"no account {login!r}")
        token = secrets.token_urlsafe(32)
        now = self._clock()
        row = SessionRow(_sha256(token), login, kind, created_at=now, seen_at=now, expires_at=now + lifetime)
        await self._store.write(self._store.add_session, row)
        return token

    async def find(self, token: str) -> SignedIn | None:
        """Whose token this is, None if it is nobody's or over. Being asked for keeps a session alive."""
        return await self.again(_sha256(token))

    async def again(self, token_sha256: str) -> SignedIn | None:
        """The same for a session known by the hash of its token."""
        found = await self._store.read(self._store.session, token_sha256)
        if found is None:
            return None
        row, account = found
        now, seen_at = self._clock(), max(row.seen_at, self._unwritten.get(token_sha256, 0.0))
        if now >= row.expires_at or (row.kind == "page" and now - seen_at >= self._idle_s):
            return None
        if now - seen_at >= TOUCH_S:
            await self._touch(token_sha256, now)
        return SignedIn(account, row.token_sha256, row.kind, row.expires_at)

    async def _touch(self, token_sha256: str, now: float) -> None:
        """Keep the session alive. A database that takes no writes must keep nobody from his call: we remember it."""
        try:
            await self._store.write(self._store.touch_session, token_sha256, now)
        except StoreFault as fault:
            log.error("when a session was heard of is not written: %s", fault)
            self._unwritten[token_sha256] = now
            self._unwritten.move_to_end(token_sha256)
            while len(self._unwritten) > KEPT:
                self._unwritten.popitem(last=False)
        else:
            self._unwritten.pop(token_sha256, None)

    async def end(self, who: SignedIn, address: str) -> None:
        await self._store.write(self._store.remove_session, who.token_sha256)
        log.info("signed out: %s", who.account.login)
        self._store.note(AuditEntry(self._clock(), who.account.login, Act.SIGNED_OUT, who.account.login, address))

    def _fits(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False


@cache
def _nobodys_hash() -> str:
    """Checked in place of a login that does not exist, so that the answer takes as long and betrays nothing."""
    return PasswordHasher().hash(secrets.token_urlsafe())


def _sha256(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _minutes(seconds: float) -> int:
    return math.ceil(seconds / 60)
